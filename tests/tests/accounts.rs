//! Accounts: who may do what, and how secrets come and go.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use accounts::{Account, FORGOTTEN, delete, in_seconds, post, put};
use colca_tests::{Client, Repository, accounts, chacra, functions, rpms, stack, stack::root, unique, upload, wait};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use upload::{Package, text};

/// An upload that nobody ever asked for: who may ask is told 404, who is unknown 401.
const NO_UPLOAD: &str = "/uploads/01ARZ3NDEKTSV4RRFFQ69G5FAV";

fn admin() -> Client {
    Client::uploader()
}

/// The status of a question that every account may ask.
fn asks(client: &Client) -> u16 {
    client.get(NO_UPLOAD).status
}

fn waits_to_be_refused(client: &Client) {
    wait::until_within(FORGOTTEN, "a secret to be refused", || (asks(client) == 401).then_some(()));
}

#[test]
fn an_account_lives_from_put_to_delete() {
    let account = Account::new("life", &["read", "upload:ceph*"]);
    let url = account.url();
    let shown = admin().get(&url).expect(200).json();
    assert_eq!((&shown["name"], &shown["secrets"]), (&json!(account.name), &json!([])));
    assert_eq!(shown["scopes"], json!(["read", "upload:ceph*"]));

    let added = post(&format!("{url}/secrets"), &json!({"expires": "2099-12-31T23:59:59Z"})).expect(201);
    assert_eq!(added.header("cache-control"), Some("no-store"));
    let token = added.json();
    chacra::has_fields(&token, &["created", "expires", "id", "kind", "token"]);
    assert!(text(&token["token"]).starts_with("colca_") && text(&token["token"]).len() > 40);
    let password = post(&format!("{url}/secrets"), &json!({"password": "correct horse"})).expect(201).json();
    chacra::has_fields(&password, &["created", "expires", "id", "kind"]);

    let changed = put(&url, &json!({"scopes": ["admin"]})).expect(200).json();
    assert_eq!((&changed["scopes"], &changed["created"]), (&json!(["admin"]), &shown["created"]));
    let secrets = json!([
        {"id": token["id"], "kind": "token", "created": token["created"], "expires": "2099-12-31T23:59:59Z"},
        {"id": password["id"], "kind": "password", "created": password["created"], "expires": null},
    ]);
    assert_eq!(changed["secrets"], secrets);
    let all = admin().get("/admin/accounts").expect(200).json();
    let listed = all.as_array().expect("a list").iter().find(|one| one["name"] == json!(account.name));
    assert_eq!(listed, Some(&changed));

    let secret = format!("{url}/secrets/{}", text(&token["id"]));
    let _ = delete(&secret).expect(204);
    chacra::refused(delete(&secret), 404);
    assert_eq!(admin().get(&url).expect(200).json()["secrets"], json!([secrets[1]]));
    let _ = delete(&url).expect(204);
    chacra::refused(delete(&url), 404);
    chacra::refused(admin().get(&url), 404);
    chacra::refused(post(&format!("{url}/secrets"), &json!({})), 404);
}

#[test]
fn what_is_wrong_is_refused_and_no_password_shown() {
    let account = Account::new("wrong", &[]);
    let url = account.url();
    for name in ["Upper", "a%3Ab", "a%20b", ".hidden", "-dash", &"x".repeat(65)] {
        let other = format!("/admin/accounts/{name}");
        chacra::refused_for(put(&other, &json!({"scopes": []})), "name");
        chacra::refused(admin().get(&other), 404);
        chacra::refused(delete(&other), 404);
    }
    for (body, field) in [
        (json!({}), "scopes"),
        (json!({"scopes": ["write"]}), "scopes"),
        (json!({"scopes": ["upload:"]}), "scopes"),
        (json!({"scopes": "read"}), "scopes"),
        (json!({"scopes": [], "secrets": []}), "secrets"),
        (json!([]), "body"),
    ] {
        chacra::refused_for(put(&url, &body), field);
    }
    chacra::refused(put(&format!("/admin/accounts/{}", stack().get("COLCA_USER")), &json!({"scopes": []})), 409);

    let secrets = format!("{url}/secrets");
    for (body, field) in [
        (json!({"password": "hunter2"}), "password"),
        (json!({"password": ["hunter2"]}), "password"),
        (json!({"password": "colca_hunter2 hunter2"}), "password"),
        (json!({"pasword": "hunter2 hunter2"}), "pasword"),
        (json!({"expires": "hunter2"}), "expires"),
        (json!({"password": "hunter2 hunter2", "expires": in_seconds(-60)}), "expires"),
        (json!("hunter2"), "body"),
    ] {
        let response = post(&secrets, &body);
        assert!(!response.text().contains("hunter2"), "{}", response.text());
        chacra::refused_for(response, field);
    }
    let broken = admin().send("POST", &secrets, &[], b"{\"password\": \"hunter2 hunter2\"");
    assert!(!broken.text().contains("hunter2"), "{}", broken.text());
    chacra::refused_for(broken, "body");
    for _ in 0..5 {
        let _ = post(&secrets, &json!({})).expect(201);
    }
    let message = chacra::refused(post(&secrets, &json!({})), 409)["message"].clone();
    assert!(text(&message).contains("has 5 secrets, the most there may be"), "{message}");
}

#[test]
fn administration_is_for_administrators() {
    let (reader, admins) = (Account::new("reader", &["read", "upload:*"]), Account::new("admins", &["admin"]));
    let target = Account::new("target", &[]);
    let ((_, reads), (_, administrates)) = (reader.add_token(), admins.add_token());
    let url = target.url();
    let routes: [(&str, String, &[u8], u16); 8] = [
        ("GET", "/admin/accounts".to_owned(), b"", 200),
        ("GET", url.clone(), b"", 200),
        ("PUT", url.clone(), b"{\"scopes\": []}", 200),
        ("POST", format!("{url}/secrets"), b"{}", 201),
        ("DELETE", format!("{url}/secrets/none"), b"", 404),
        ("PUT", "/admin/configuration?dry-run=true".to_owned(), b"# nothing", 200),
        ("GET", "/admin/configuration/".to_owned(), b"", 0),
        ("DELETE", url, b"", 204),
    ];
    let wrong = [
        Client::anonymous(),
        Client::with_credentials(stack().get("COLCA_USER"), "wrong"),
        Client::with_credentials("nobody", stack().get("COLCA_KEY")),
        Client::with_credentials(&admins.name, "colca_wrong"),
        Client::with_credentials(&admins.name, ""),
        Client::with_authorization("Bearer x".to_owned()),
    ];
    for (method, url, body, status) in routes {
        for client in &wrong {
            chacra::refused(client.send(method, &url, &[], body), 401);
        }
        let message = chacra::refused(reads.send(method, &url, &[], body), 403)["message"].clone();
        assert_eq!(message, format!("{} needs the scope admin for this", reader.name), "{method} {url}");
        let answered = administrates.send(method, &url, &[], body);
        // Whether there is a configuration is for its own tests.
        let expected = if status == 0 { [200, 404] } else { [status; 2] };
        assert!(expected.contains(&answered.status), "{method} {url}: {} {}", answered.status, answered.text());
    }
}

#[test]
fn a_scope_is_needed_to_write_and_none_to_ask() {
    let mine = Repository::new("mine");
    let theirs = Repository::new("theirs");
    let (ci, reader) = (Account::new("ci", &[&format!("upload:{}*", mine.project)]), Account::new("asks", &["read"]));
    let ((_, ci_client), (_, reads)) = (ci.add_token(), reader.add_token());
    let package = Package::read(&rpms::one("corpus-text"));

    let ticket = ci_client.post("/uploads", &package.request(&mine)).expect(201).json();
    // Whoever holds its URL can put other bytes there.
    let pending = format!("/uploads/{}", text(&ticket["upload_id"]));
    assert!(ci_client.get(&pending).expect(200).json()["url"].is_string());
    let seen = reads.get(&pending).expect(200).json();
    assert_eq!((&seen["state"], &seen["url"]), (&json!("pending"), &Value::Null), "{seen}");
    chacra::refused(reads.send("POST", &format!("{pending}/complete"), &[], b""), 403);
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    assert_eq!(upload::finish(&ticket)["state"], "registered");
    assert_eq!(mine.binaries("noarch")[&package.filename]["built_by"], json!(ci.name));
    // Nobody says that another built it.
    let file = format!("{}{}/", chacra::arch(&mine, "noarch"), package.filename);
    let says = |who: &str| ci_client.post(&file, &json!({"name": package.filename, "force": true, "built_by": who}));
    chacra::refused(says(stack().get("COLCA_USER")), 403);
    let _ = says(&ci.name).expect(200);
    let state = reads.get(&format!("/uploads/{}", text(&ticket["upload_id"]))).expect(200).json();
    assert_eq!(state["state"], "registered", "{state}");

    upload::register(&theirs, &package);
    for (client, name, repository) in [(&ci_client, &ci.name, &theirs), (&reads, &reader.name, &mine)] {
        let request = package.request(repository).to_string();
        let (directory, url) = (chacra::arch(repository, "noarch"), chacra::repository(repository));
        let file = format!("{directory}{}/", package.filename);
        for (method, url, body) in [
            ("POST", "/uploads".to_owned(), request.as_str()),
            ("POST", directory, ""),
            ("PUT", file.clone(), ""),
            ("POST", file.clone(), "{}"),
            ("DELETE", file, ""),
            ("POST", url.clone(), "{\"needs_update\": true}"),
            ("POST", format!("{url}update"), ""),
            ("POST", format!("{url}extra"), "{}"),
            ("DELETE", url, ""),
        ] {
            let refused = chacra::refused(client.send(method, &url, &[], body.as_bytes()), 403);
            let message = format!("{name} needs the scope upload:{} for this", repository.project);
            assert_eq!(refused["message"], message, "{method} {url}");
        }
        assert_eq!(repository.binaries("noarch").as_object().map(serde_json::Map::len), Some(1));
    }
}

#[test]
fn a_password_may_hold_colons_and_proves_one_name_only() {
    let (account, other) = (Account::new("colons", &["read"]), Account::new("others", &["read"]));
    let password = ":correct:horse::";
    let _ = account.add_secret(&json!({"password": password}));
    assert_eq!(asks(&Client::with_credentials(&account.name, password)), 404);
    for (name, given) in [
        (&account.name, "correct:horse::"),
        (&account.name, ":correct:horse:"),
        (&account.name, ""),
        (&other.name, password),
        (&account.name.to_uppercase(), password),
    ] {
        assert_eq!(asks(&Client::with_credentials(name, given)), 401, "{name} {given}");
    }
}

#[test]
fn a_secret_that_expires_is_refused_from_then_on() {
    let account = Account::new("expires", &["read"]);
    let added = account.add_secret(&json!({"expires": in_seconds(20)}));
    let client = Client::with_credentials(&account.name, text(&added["token"]));
    assert_eq!(asks(&client), 404, "it had expired before it was asked for: a very slow machine?");
    waits_to_be_refused(&client);
    assert_eq!(admin().get(&account.url()).expect(200).json()["secrets"][0]["id"], added["id"], "it is still listed");
}

#[test]
fn a_token_is_changed_without_a_request_that_fails() {
    let account = Account::new("rotation", &["read"]);
    let (old_id, old) = account.add_token();
    let in_use = Mutex::new(old.clone());
    let (over, requests) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let client = in_use.lock().expect("nobody panics with it").clone();
                let status = asks(&client);
                if status != 404 {
                    over.store(true, Ordering::Relaxed);
                    panic!("a request was answered with {status}");
                }
                requests.fetch_add(1, Ordering::Relaxed);
            }
        });
        let (_, new) = account.add_token();
        *in_use.lock().expect("nobody panics with it") = new.clone();
        account.delete_secret(&old_id);
        wait::until_within(FORGOTTEN, "the old token to be refused", || {
            (asks(&old) == 401 || over.load(Ordering::Relaxed)).then_some(())
        });
        assert_eq!(asks(&new), 404);
        over.store(true, Ordering::Relaxed);
    });
    assert!(requests.load(Ordering::Relaxed) > 10, "hardly anything was asked meanwhile");
}

#[test]
fn what_is_withdrawn_ends_within_a_minute() {
    let (account, gone) = (Account::new("withdrawn", &["read", "admin"]), Account::new("gone", &["admin"]));
    let ((_, client), (_, of_gone)) = (account.add_token(), gone.add_token());
    let _ = client.get("/admin/accounts").expect(200);
    let _ = of_gone.get("/admin/accounts").expect(200);
    let _ = put(&account.url(), &json!({"scopes": ["read"]})).expect(200);
    let _ = delete(&gone.url()).expect(204);
    wait::until_within(FORGOTTEN, "the scope to be gone", || {
        (client.get("/admin/accounts").status == 403).then_some(())
    });
    wait::until_within(FORGOTTEN, "the account to be gone", || {
        (of_gone.get("/admin/accounts").status == 401).then_some(())
    });
}

#[test]
fn administrators_at_work_at_once_lose_nothing() {
    const EACH: usize = 6;
    let names: Vec<Vec<String>> =
        ["one", "two", "three"].map(|test| (0..EACH).map(|_| unique::project(test)).collect()).to_vec();
    thread::scope(|scope| {
        for names in &names {
            scope.spawn(move || {
                for name in names {
                    let url = format!("/admin/accounts/{name}");
                    let _ = put(&url, &json!({"scopes": ["read"]})).expect(201);
                    let _ = post(&format!("{url}/secrets"), &json!({})).expect(201);
                }
            });
        }
    });
    let all = admin().get("/admin/accounts").expect(200).json();
    let whole =
        all.as_array().expect("a list").iter().filter(|account| account["secrets"].as_array().map(Vec::len) == Some(1));
    let found: BTreeSet<_> = whole.map(|account| text(&account["name"])).collect();
    for name in names.iter().flatten() {
        assert!(found.contains(name.as_str()), "{name} was lost");
        let _ = delete(&format!("/admin/accounts/{name}")).expect(204);
    }
}

#[test]
fn every_change_is_recorded_and_no_secret_is() {
    let account = Account::new("recorded", &["read", "admin"]);
    let (url, password) = (account.url(), "a password that no log may hold");
    let secrets = format!("{url}/secrets");
    let (id, client) = account.add_token();
    let token = post(&secrets, &json!({})).expect(201).json()["token"].clone();
    let _ = account.add_secret(&json!({"password": password}));
    let wrong = post(&secrets, &json!({"passwort": "another one that none may hold"}));
    chacra::refused_for(wrong, "passwort");
    for given in [password, "a wrong one that none may hold", text(&token)] {
        let _ = Client::with_credentials(&account.name, given).get("/admin/accounts");
    }
    let _ = client.post(&secrets, &json!({"password": "the last that no log may hold"})).expect(201);
    account.delete_secret(&id);
    let _ = delete(&url).expect(204);

    let name = &account.name;
    let by_whom = |user: &str, what: &str| (user.to_owned(), what.to_owned());
    let owner = stack().get("COLCA_USER");
    for (user, action) in [
        by_whom(owner, &format!("created the account {name}, which has the scopes [read, admin]")),
        by_whom(owner, &format!("added the secret {id} to the account {name}")),
        by_whom(owner, &format!("deleted the secret {id} of the account {name}")),
        by_whom(owner, &format!("deleted the account {name}")),
        (name.clone(), "added the secret".to_owned()),
    ] {
        wait::until(&format!("the log to say that {user} {action}"), || {
            functions::logged("admin").contains(&format!("{user} {action}")).then_some(())
        });
    }
    let digest = hex::encode(Sha256::digest(text(&token)));
    let local = std::fs::read_to_string(root().join(".localstack/logs/localstack-runtime.log")).unwrap_or_default();
    for log in functions::ALL.map(functions::logged).into_iter().chain([local]) {
        for secret in [text(&token), &digest, stack().get("COLCA_KEY"), "may hold", "$argon2id$"] {
            let line = log.lines().find(|line| line.contains(secret)).unwrap_or_default();
            assert!(line.is_empty(), "{secret} was logged: {line}");
        }
    }
}
