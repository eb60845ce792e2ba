//! What happens now, and why a repository is not ready: of one for anybody, of the whole place for whoever has an account.

use colca_tests::{Client, Repository, accounts, chacra, configuration, rpms, upload, wait};
use serde_json::{Value, json};
use upload::{Package, text};

fn url(repository: &Repository) -> String {
    format!("{}status", chacra::repository(repository))
}

fn status(repository: &Repository) -> Value {
    Client::anonymous().get(&url(repository)).expect(200).json()
}

/// Waits until a repository is in a state, and gives its status.
fn wait_for_state(repository: &Repository, state: &str) -> Value {
    wait::until(&format!("{} to be {state}", repository.prefix()), || {
        let response = Client::anonymous().get(&url(repository));
        let status = (response.status != 404).then(|| response.expect(200).json())?;
        (status["state"] == json!(state)).then_some(status)
    })
}

/// Waits until everything of a repository is published, and gives its status.
fn wait_until_ready(repository: &Repository) -> Value {
    wait::until(&format!("{} to be ready", repository.prefix()), || {
        let status = status(repository);
        (status["ready"] == json!(true) && status["state"] == json!("ready")).then_some(status)
    })
}

/// What is told of a repository in a part of the status of the whole place, or nothing if the part is too long to name all.
fn wait_for_entry(client: &Client, part: &str, repository: &Repository, state: &str) -> Option<Value> {
    wait::until(&format!("{} to be among {part}", repository.prefix()), || {
        let all = client.get("/admin/status").expect(200).json();
        let listed = all[part]["listed"].as_array().unwrap_or_else(|| panic!("no list of {part}: {all}"));
        let is_it =
            |entry: &&Value| entry["repository"] == json!(repository.full_path()) && entry["state"] == json!(state);
        match listed.iter().find(is_it) {
            None if all[part]["more"] == json!(true) => Some(None),
            found => found.cloned().map(Some),
        }
    })
}

#[test]
fn a_repository_says_for_what_it_waits() {
    let [late, by_hand, failing] = ["late", "by-hand", "failing"].map(Repository::new);
    let configuration = configuration::borrow();
    configuration.apply(&format!(
        "[repos.{}]\nquiet_seconds = 60\n[repos.{}]\nautomatic = false\n[repos.{}.signing]\nkeys = [\"nobody-has-it\"]\n",
        late.project, by_hand.project, failing.project
    ));
    let account = accounts::Account::new("status", &["read"]);
    let (_, client) = account.add_token();
    let package = Package::read(&rpms::one("corpus-text"));

    let uploaded = upload::register(&late, &package);
    let waits = wait_for_state(&late, "queued");
    assert_eq!((&waits["repository"], &waits["ready"]), (&json!(late.full_path()), &json!(false)), "{waits}");
    assert!(text(&waits["why"]).starts_with("it waits for more uploads until "), "{waits}");
    assert!(waits["until"].is_string() && waits["since"].is_null() && waits["published"].is_null(), "{waits}");
    let changes = &waits["changes"];
    assert_eq!((&changes["count"], &changes["more"]), (&json!(1), &json!(false)), "{waits}");
    assert_eq!(changes["oldest"]["id"], uploaded["upload_id"], "{waits}");
    assert_eq!(
        (&changes["oldest"]["change"], &changes["oldest"]["filename"]),
        (&json!("added"), &json!(package.filename))
    );
    let settings = [&waits["automatic"], &waits["disabled"], &waits["quiet_seconds"], &waits["verifying"]];
    assert_eq!(settings, [&json!(true), &json!(false), &json!(60), &json!(null)], "{waits}");
    if let Some(entry) = wait_for_entry(&client, "repositories", &late, "queued") {
        assert!(text(&entry["why"]).starts_with("it waits for more uploads until "), "{entry}");
    }

    upload::register(&failing, &package);
    let failed = wait_for_state(&failing, "failed");
    assert!(!failed["ready"].as_bool().unwrap_or(true), "{failed}");
    assert!(text(&failed["why"]).contains("nobody-has-it"), "{failed}");
    if let Some(entry) = wait_for_entry(&client, "stuck", &failing, "failed") {
        let why = text(&entry["why"]);
        assert!(why.contains("nobody-has-it") && why.contains("POST /repos/"), "{entry}");
    }

    upload::register(&by_hand, &package);
    let update = format!("{}update", chacra::repository(&by_hand));
    let asks = wait::until("somebody to be told to ask", || {
        let response = Client::anonymous().get(&url(&by_hand));
        (response.status != 404).then(|| response.expect(200).json())
    });
    assert_eq!((&asks["state"], &asks["ready"]), (&json!("requested"), &json!(false)), "{asks}");
    assert_eq!((&asks["automatic"], &asks["changes"]["count"]), (&json!(false), &json!(1)), "{asks}");
    assert!(text(&asks["why"]).ends_with(&format!("somebody has to send POST {update}")), "{asks}");
    if let Some(entry) = wait_for_entry(&client, "stuck", &by_hand, "requested") {
        assert_eq!(entry["why"], asks["why"]);
    }
    let _ = chacra::send("POST", &update).expect(200);

    for repository in [&by_hand, &late] {
        let ready = wait_until_ready(repository);
        assert_eq!(ready["changes"], json!({"count": 0, "more": false, "oldest": null}), "{ready}");
        let published = &ready["published"];
        assert_eq!((published["revision"].is_u64(), &published["packages"]), (true, &json!(1)), "{ready}");
        let why = format!("everything that was registered is published, in revision {}", published["revision"]);
        assert_eq!(ready["why"], json!(why));
    }
    // It would be among those that failed for ever.
    let _ = chacra::send("DELETE", &chacra::repository(&failing)).expect(204);
}

#[test]
fn there_is_a_status_of_what_is_there_alone() {
    let repository = Repository::new("no-status");
    chacra::refused(Client::anonymous().get(&url(&repository)), 404);
    chacra::refused(Client::anonymous().get(&format!("/repos/{}/status", repository.path())), 404);
    chacra::refused(chacra::send("POST", &url(&repository)), 405);
}

#[test]
fn what_happens_in_the_whole_place_is_told_to_who_has_an_account() {
    let _ = Client::anonymous().get("/admin/status").expect(401);
    let all = Client::uploader().get("/admin/status").expect(200).json();
    for part in ["repositories", "stuck", "imports", "purges", "retention", "uploads"] {
        assert!(all[part]["listed"].is_array() && all[part]["more"].is_boolean(), "{part}: {all}");
    }
    for count in ["building", "failed", "overdue", "waiting"] {
        assert!(all["repositories"]["counts"][count].is_u64(), "{count}: {all}");
    }
    for queue in ["ingest", "build", "import", "callback"] {
        assert!(all["queues"][queue]["waiting"].is_u64(), "{queue}: {all}");
    }
}
