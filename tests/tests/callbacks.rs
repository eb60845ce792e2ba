//! What becomes of repositories is told: in order, signed, until it was heard, and to nobody whom we must not reach.
//!
//! One test after the other, since all of them borrow the configuration.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::{Engine, engine::general_purpose::STANDARD};
use colca_tests::{
    Client, Repository, Response, accounts, aws, chacra, configuration, deliveries, functions, receiver::Receiver,
    rpms, serve, stack, unique, upload, wait,
};
use configuration::Borrowed;
use serde_json::json;
use upload::{Package, text};

const URL: &str = "/admin/callbacks";
const QUEUE: &str = "COLCA_CALLBACK_QUEUE_URL";
const DLQ: &str = "COLCA_CALLBACK_DLQ_URL";
const API: &str = "https://colca.example.org/v1/";

/// A configuration with a receiver; `more` are keys of `[callbacks]`, and tables.
fn told_to(receiver: &Receiver, host: &str, more: &str) -> String {
    format!("api_url = \"{API}\"\n[callbacks]\nurl = \"{}api/repos/\"\n{more}\n", receiver.url(host))
}

/// Borrows the configuration, and puts one in effect whose receiver is reached.
fn tell(receiver: &Receiver, more: &str) -> Borrowed {
    let configuration = configuration::borrow();
    configuration.apply(&told_to(receiver, "127.0.0.1", &format!("allow_private = [\"127.0.0.1\"]\n{more}")));
    configuration
}

/// Proves to receivers who we are, and gives the secret that signs.
fn log_in(user: &str, key: &str) -> String {
    let answer = accounts::put(URL, &json!({"user": user, "key": key})).expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = answer.json();
    assert_eq!((&answer["logs_in"], &answer["signs"]), (&json!(true), &json!(true)), "{answer}");
    text(&answer["secret"]).to_owned()
}

/// A key that nobody else has, with a colon in it.
fn key() -> String {
    format!("a:{}", hex::encode(unique::random::<16>()))
}

/// What proves it to receivers.
fn proof(key: &str) -> String {
    STANDARD.encode(format!("colca:{key}"))
}

/// No function that tells something, or is told the secret, may have it in its log.
fn nobody_logs(secrets: &[&str]) {
    for folder in ["callback", "reap", "repo-build", "curate", "admin"] {
        let log = functions::logged(folder);
        // Whether somebody has woken `curate` before, on this stack, is not for these tests to know.
        assert!(folder == "curate" || !log.is_empty(), "{folder} has logged nothing");
        assert!(!secrets.iter().any(|secret| log.contains(secret)), "{folder} logs a secret");
    }
}

fn package() -> Package {
    Package::read(&rpms::one("corpus-text"))
}

fn ask(action: &str, repository: &Repository) -> Response {
    chacra::send("POST", &format!("{}{action}", chacra::repository(repository)))
}

#[test]
fn all_that_happens_is_told_in_order_and_signed() {
    let receiver = Receiver::start();
    let configuration = tell(&receiver, "");
    let key = key();
    let secret = log_in("colca", &key);
    let repository = Repository::new("told");
    upload::publish(&repository, &package());
    let heard = receiver.wait_for_end(&repository.project, &["queued", "building", "ready"]);

    let (mut ids, basic) = (BTreeMap::new(), format!("Basic {}", proof(&key)));
    for heard in &heard {
        assert_eq!(heard.path, format!("/api/repos/{}/", repository.project));
        assert_eq!((heard.header("content-type"), heard.header("authorization")), ("application/json", &*basic));
        let body = heard.json();
        if heard.is_signed_with(&secret) {
            ids.insert(heard.header("webhook-id").to_owned(), heard.status());
        } else {
            panic!("not signed: {heard:?}");
        }
        assert_eq!(text(&body["chacra_url"]), format!("{API}repos/{}/", repository.full_path()));
        assert_eq!(text(&body["url"]), format!("{}/r/{}/", stack().cdn(), repository.full_path()));
        // What shaman reads of it, and takes for missing if it is not there.
        for key in ["ref", "sha1", "flavor", "distro", "distro_version", "archs", "extra"] {
            assert!(!body[key].is_null(), "{key}: {body}");
        }
        assert_eq!(body["is_updating"], json!(heard.status() == "building"), "{body}");
    }
    assert_eq!(ids.len(), 3, "the same thing under several ids, or several under one: {ids:?}");

    let _ = ask("recreate", &repository).expect(200);
    let heard = receiver.wait_for_end(&repository.project, &["ready", "requested", "queued", "building", "ready"]);
    assert_eq!(heard.last().map(|heard| heard.json()["archs"].clone()), Some(json!(["noarch"])));
    let _ = chacra::send("DELETE", &chacra::repository(&repository)).expect(204);
    let _ = receiver.wait_for_end(&repository.project, &["deleted"]);
    deliveries::wait_until_drained(QUEUE);
    assert_eq!(receiver.heard_of(&repository.project).last().map(|heard| heard.status()).as_deref(), Some("deleted"));

    // Who forgets what proves it sends without.
    let _ = accounts::delete(URL).expect(204);
    nobody_logs(&[&key, &proof(&key), &secret]);
    drop(configuration);
}

#[test]
fn what_cannot_be_published_is_told_with_the_reason() {
    let receiver = Receiver::start();
    let repository = Repository::new("failing");
    let _configuration =
        tell(&receiver, &format!("[repos.{}.signing]\nkeys = [\"nobody-has-it\"]", repository.project));
    upload::register(&repository, &package());
    let heard = receiver.wait_for_end(&repository.project, &["queued", "building", "failed"]);
    let last = heard.last().expect("something").json();
    assert!(text(&last["failed"]).contains("nobody-has-it"), "{last}");
}

#[test]
fn what_is_not_heard_is_told_again_before_anything_else() {
    let refused = Mutex::new(0);
    let receiver = Receiver::answering(move |heard| {
        let mut refused = refused.lock().expect("nobody panics");
        if !heard.path.contains("again") || *refused == 3 {
            return 200;
        }
        *refused += 1;
        // A redirect is not followed.
        [500, 302, 401][*refused - 1]
    });
    let _configuration = tell(&receiver, "retry_seconds = 1");
    let key = key();
    let secret = log_in("colca", &key);
    let repository = Repository::new("again");
    upload::publish(&repository, &package());
    let heard = receiver.wait_for_end(&repository.project, &["queued", "building", "ready"]);
    let answers: Vec<_> = heard.iter().map(|heard| heard.answered).collect();
    assert_eq!(answers[..4], [500, 302, 401, 200], "{answers:?}");
    let (id, body) = (heard[0].header("webhook-id"), &heard[0].body);
    assert!(heard[1..4].iter().all(|again| again.header("webhook-id") == id && again.status() == "queued"), "{body}");
    let _ = accounts::delete(URL).expect(204);
    // Nor where an answer is logged that nobody likes.
    nobody_logs(&[&key, &proof(&key), &secret]);
}

#[test]
fn what_nobody_ever_hears_is_given_up_and_holds_nobody_else_up() {
    let receiver = Receiver::answering(|heard| if heard.path.contains("unheard") { 503 } else { 200 });
    let _configuration = tell(&receiver, "retry_seconds = 0");
    let before = deliveries::waiting(DLQ);
    let [unheard, heard] = ["unheard", "heard"].map(Repository::new);
    for repository in [&unheard, &heard] {
        upload::publish(repository, &package());
    }
    let _ = receiver.wait_for_end(&heard.project, &["queued", "building", "ready"]);
    wait::until("three events to be given up", || (deliveries::waiting(DLQ) >= before + 3).then_some(()));
    let all = receiver.heard_of(&unheard.project);
    let mut statuses: Vec<_> = all.iter().map(|heard| heard.status()).collect();
    let tries = statuses.iter().filter(|status| *status == "queued").count();
    statuses.dedup();
    assert_eq!(statuses, ["queued", "building", "ready"], "not in order");
    assert!(tries >= 12, "it was tried {tries} times");
    let health = Client::uploader().get("/admin/health").expect(200).json();
    assert_eq!((&health["dead_letters"]["callback"]["ok"], &health["ok"]), (&json!(false), &json!(false)), "{health}");
    deliveries::purge(DLQ);
}

#[test]
fn nobody_is_reached_whom_we_must_not_reach() {
    let receiver = Receiver::start();
    let configuration = configuration::borrow();
    for host in ["127.0.0.1", "[::1]", "0.0.0.0", "[::ffff:127.0.0.1]", "169.254.169.254"] {
        let problems = configuration::problems(configuration::put(&told_to(&receiver, host, ""), &[]));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].1, "callbacks.url");
    }
    // A name is looked up when something is to be told.
    configuration.apply(&told_to(&receiver, "localhost", "retry_seconds = 0"));
    let repository = Repository::new("guarded");
    upload::publish(&repository, &package());
    wait::until("the refusal to be logged", || {
        let said = "leads to 127.0.0.1, which is private";
        let other = "leads to ::1, which is private";
        let logged = functions::logged("callback");
        let of_it = |line: &str| line.contains(&repository.project) && (line.contains(said) || line.contains(other));
        logged.lines().any(of_it).then_some(())
    });
    deliveries::wait_until_drained(QUEUE);
    deliveries::purge(DLQ);
    assert!(receiver.heard_of("").is_empty(), "it was reached");
}

#[test]
fn one_process_tells_it_as_well() {
    let receiver = Receiver::start();
    let _configuration = tell(&receiver, "retry_seconds = 1");
    let _stopped = deliveries::stop("callback", QUEUE);
    let serve = serve::Serve::start();
    let repository = Repository::new("served");
    upload::publish(&repository, &package());
    let _ = receiver.wait_for_end(&repository.project, &["queued", "building", "ready"]);
    drop(serve);
}

#[test]
fn secrets_are_taken_from_administrators_and_shown_to_nobody() {
    let _configuration = configuration::borrow();
    for (body, field) in [
        (json!({"user": "hunter2"}), "key"),
        (json!({"user": "u", "key": "hunter2\n"}), "key"),
        (json!({"secret": "hunter2"}), "secret"),
        (json!({"hmac": "hunter2"}), "hmac"),
    ] {
        let refused = accounts::put(URL, &body).expect(400);
        assert!(!refused.text().contains("hunter2"), "{}", refused.text());
        assert_eq!(refused.json()["field"], json!(field));
    }
    let given = format!("whsec_{}", STANDARD.encode([7; 24]));
    let answer = accounts::put(URL, &json!({"user": "u", "key": "hunter2", "secret": given})).expect(200).text();
    assert!(!answer.contains("hunter2") && !answer.contains(&given), "{answer}");
    for folder in ["admin", "callback", "reap"] {
        let logged = functions::logged(folder);
        assert!(!logged.contains("hunter2") && !logged.contains(&given), "{folder} logs secrets");
    }
    assert_eq!(Client::uploader().get(URL).status, 405);
    let (account, body) = (accounts::Account::new("callbacks", &["upload:*"]), json!({"user": "u", "key": "k"}));
    let (_, client) = account.add_token();
    for (client, status) in [(Client::anonymous(), 401), (client, 403)] {
        let put = client.send("PUT", URL, &[("content-type", "application/json")], body.to_string().as_bytes());
        assert_eq!(put.status, status);
        assert_eq!(client.send("DELETE", URL, &[], b"").status, status);
    }
    let _ = accounts::delete(URL).expect(204);
    let secret = json!({"SecretId": stack().get("COLCA_CALLBACKS_SECRET")});
    assert_eq!(aws::call("secretsmanager", "secretsmanager.GetSecretValue", &secret)["SecretString"], json!("{}"));
}
