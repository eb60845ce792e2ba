//! How many bytes a user may upload in a day.
//!
//! One test after the other, since both borrow the configuration.

use std::time::Duration;

use accounts::Account;
use chacra::refused;
use colca_tests::{
    Client, Repository, Response, accounts, chacra, configuration, multipart::Form, received::Received, tools, upload,
    wait,
};
use configuration::Borrowed;
use serde_json::{Value, json};
use upload::{Package, text};

const DAY: u64 = 24 * 60 * 60;

/// What no test takes, in seconds.
const LONG: u64 = 180;

/// Gives a user a limit that nobody else has, on a day that does not end before the test.
fn limit(account: &Account, bytes: u64) -> Borrowed {
    wait::until_within(Duration::from_secs(2 * LONG), "a day that is long enough", || {
        let now: u64 = tools::output("date", ["+%s"]).trim().parse().expect("seconds");
        (DAY - now % DAY > LONG).then_some(())
    });
    let configuration = configuration::borrow();
    configuration.apply(&format!("[limits.users]\n{} = {bytes}\n", account.name));
    configuration
}

/// The answer must say how much there is, how much of it is used, what was asked for, and when to come again.
#[track_caller]
fn is_over(response: Response, limit: u64, used: u64) -> u64 {
    let seconds = response.header("retry-after").map(str::to_owned);
    let body = refused(response, 429);
    assert_eq!((&body["limit"], &body["used"]), (&json!(limit), &json!(used)), "{body}");
    assert!(text(&body["ends"]).ends_with("T00:00:00Z"), "{body}");
    let seconds: u64 = seconds.and_then(|seconds| seconds.parse().ok()).expect("seconds until midnight");
    assert!((1..=DAY).contains(&seconds), "{seconds} s until {body}");
    body["asked"].as_u64().expect("a number of bytes")
}

fn file(name: &str, bytes: usize) -> Package {
    Package::new(name, vec![b'x'; bytes])
}

#[test]
fn tickets_are_given_until_the_bytes_of_the_day_are_used_up() {
    let account = Account::new("quota", &["upload:*"]);
    let (_, client) = account.add_token();
    let repository = Repository::new("quota");
    let known = file("known.txt", 5000);
    upload::register(&repository, &known);
    let _configuration = limit(&account, 1000);
    let ask = |name: &str, bytes: usize| client.post("/uploads", &file(name, bytes).request(&repository));

    // Of those that come together as many get a ticket as there is room for.
    let requests = ["a.txt", "b.txt", "c.txt"].map(|name| file(name, 600).request(&repository));
    let tickets = client.post("/uploads", &json!(requests)).expect(207).json();
    let tickets = tickets.as_array().expect("an array for an array").clone();
    let (over, given): (Vec<_>, Vec<_>) = tickets.iter().partition(|ticket| ticket["status"] == json!(429));
    assert_eq!((over.len(), given.len()), (2, 1), "{tickets:?}");
    assert!(over.iter().all(|over| (&over["used"], &over["asked"]) == (&json!(600), &json!(600))), "{over:?}");
    assert_eq!(upload::put(given[0], &file("any", 600).bytes).status, 200);

    // To the byte.
    assert_eq!(is_over(ask("d.txt", 401), 1000, 600), 401);
    let _ = ask("d.txt", 400).expect(201);
    assert_eq!(is_over(ask("e.txt", 1), 1000, 1000), 1);

    // Nor anything that is empty: it would be an entry. What takes no room, and whoever has no limit, may come.
    assert_eq!(is_over(ask("empty.txt", 0), 1000, 1000), 1);
    let again = client.post("/uploads", &known.request(&repository)).expect(200).json();
    assert_eq!(again["state"], json!("registered"), "{again}");
    let _ = upload::ticket(&file("e.txt", 5000).request(&repository)).expect(201);
}

#[test]
fn a_file_that_is_sent_counts_when_it_is_here_and_one_too_many_is_not_kept() {
    let account = Account::new("quota-sent", &["upload:*"]);
    let (_, client) = account.add_token();
    let repository = Repository::new("quota-sent");
    let directory = chacra::arch(&repository, "noarch");
    let _configuration = limit(&account, 100_000);
    let before = Received::now();
    let form = |name: &str, bytes: usize| Form::of(name, &file(name, bytes).bytes);
    let send = |name: &str, bytes: usize| form(name, bytes).send(&client, "POST", &directory);

    let _ = send("a.txt", 30_000).expect(201);
    assert_eq!(is_over(send("b.txt", 70_001), 100_000, 30_000), 70_001);
    // Of one this long that is known before any of it is read.
    assert!((70_001..=200_000).contains(&is_over(send("b.txt", 200_000), 100_000, 30_000)));
    refused(Client::anonymous().get(&format!("{directory}b.txt/")), 404);

    // Nothing counts that is refused, or there already.
    refused(send("a.txt", 10), 400);
    let _ = form("a.txt", 30_000).field("force", "1").send(&client, "POST", &directory).expect(200);
    let _ = send("b.txt", 70_000).expect(201);
    assert_eq!(is_over(send("c.txt", 1), 100_000, 100_000), 1);
    let replaced = Form::of("whatever", b"other").send(&client, "PUT", &format!("{directory}a.txt/"));
    assert_eq!(is_over(replaced, 100_000, 100_000), 5);

    // Both ways in count together.
    let ticket: Value = file("c.txt", 1).request(&repository);
    assert_eq!(is_over(client.post("/uploads", &ticket), 100_000, 100_000), 1);
    let _ = chacra::post(&directory, "c.txt", b"x").expect(201);
    assert_eq!(chacra::read(&directory).as_object().map(serde_json::Map::len), Some(3));
    before.wait_for_no_more();
}
