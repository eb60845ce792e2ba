//! Whether we are well: asked by anybody in short, by whoever has an account at length, and told by ourselves.

use std::sync::Mutex;

use base64::{Engine, engine::general_purpose::STANDARD};
use colca_tests::{Client, accounts, aws, configuration, functions, keys, past, receiver::Receiver, wait};
use serde_json::{Value, json};

const URL: &str = "/admin/health";

fn health() -> Value {
    Client::uploader().get(URL).expect(200).json()
}

#[test]
fn anybody_may_ask_in_short() {
    for response in [Client::anonymous().get("/health/"), Client::anonymous().head("/health/")] {
        assert_eq!((response.status, response.text()), (204, String::new()));
    }
    let _ = Client::anonymous().get(URL).expect(401);
}

#[test]
fn who_has_an_account_is_told_of_each_part() {
    let account = accounts::Account::new("health", &["read"]);
    let (_, client) = account.add_token();
    let health = client.get(URL).expect(200).json();
    for part in ["store", "catalog", "jobs"] {
        assert_eq!(health[part], json!({"ok": true}), "{part}");
    }
    for queue in ["ingest", "build", "import", "callback"] {
        let part = &health["queues"][queue];
        for count in ["waiting", "under_way", "delayed"] {
            assert!(part[count].is_u64(), "{queue}: {health}");
        }
        assert!(
            part["ok"].is_boolean() && part["overdue_seconds"].is_i64() != (queue == "callback"),
            "{queue}: {health}"
        );
    }
    for queue in ["ingest", "import", "build", "callback", "reap"] {
        assert!(health["dead_letters"][queue]["messages"].is_u64(), "{queue}: {health}");
    }
    assert!(health["sweeper"]["ok"].is_boolean() && health["ok"].is_boolean(), "{health}");
}

#[test]
fn a_key_that_expires_soon_is_told() {
    let make = |days: i64| {
        let expires = accounts::in_seconds(days * 24 * 60 * 60 + 600);
        let user = "Colca Tests <tests@example.com>";
        let how = json!({"generate": {"algorithm": "ed25519", "user_id": user, "expires": expires}});
        keys::Key::from("health", &how)
    };
    let (soon, late, never) = (make(9), make(40), keys::Key::generate("health", "ed25519"));
    let health = health();
    let part = |key: &keys::Key| {
        let parts = health["keys"].as_array().expect("a list");
        parts.iter().find(|part| part["name"] == json!(key.name)).unwrap_or_else(|| panic!("{health}")).clone()
    };
    assert_eq!(part(&soon), json!({"name": soon.name, "days_left": 9.0, "ok": false}));
    assert_eq!(part(&late), json!({"name": late.name, "days_left": 40.0, "ok": true}));
    assert_eq!(part(&never), json!({"name": never.name, "days_left": null, "ok": true}));
    assert_eq!(health["ok"], json!(false));
}

/// The stack's own sweep comes every minute as well, so what it may have done is not counted.
#[test]
fn whoever_is_named_is_told_that_we_are_well_and_told_again_if_it_was_not_heard() {
    let refused = Mutex::new(0);
    let receiver = Receiver::answering(move |_| {
        let mut refused = refused.lock().expect("nobody panics");
        *refused += 1;
        if *refused <= 2 { 500 } else { 200 }
    });
    let configuration = configuration::borrow();
    let _ = accounts::put("/admin/callbacks", &json!({"user": "colca", "key": "key"})).expect(200);
    // While nobody is to be told: whoever sweeps first afterwards tells it, and nobody else.
    past::forget_ping();
    configuration.apply(&format!(
        "api_url = \"https://colca.example.org/\"\ncallbacks.allow_private = [\"127.0.0.1\"]\n\
         [health]\nping_url = \"{}api/nodes/\"\nping_frequency = 3600\nping_retries = 2\n",
        receiver.url("127.0.0.1")
    ));
    aws::invoke(functions::deployed("reap"), &json!({}));
    let heard = wait::until("it to be heard", || {
        let heard = receiver.heard_of("/api/nodes/colca.example.org/");
        heard.last().is_some_and(|last| last.answered == 200).then_some(heard)
    });
    assert_eq!(heard.iter().map(|heard| heard.answered).collect::<Vec<_>>(), [500, 500, 200]);
    assert!(heard.iter().all(|again| again.header("webhook-id") == heard[0].header("webhook-id")), "{heard:?}");
    let last = &heard[2];
    assert_eq!((last.path.as_str(), last.body.as_str()), ("/api/nodes/colca.example.org/", "{}"));
    assert_eq!(last.header("authorization"), format!("Basic {}", STANDARD.encode("colca:key")));

    // Within the hour nobody is told again.
    aws::invoke(functions::deployed("reap"), &json!({}));
    assert_eq!(receiver.heard_of("").len(), 3);
    let _ = accounts::delete("/admin/callbacks").expect(204);
}
