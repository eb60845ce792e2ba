//! Messages that are lost, and messages that come twice or late.
//!
//! In a program of its own, one test after the other: queues are held up, and no other test may wait for one meanwhile.

use std::sync::Mutex;
use std::thread;

use colca_tests::{
    Client, Repository, aws, chacra, createrepo, deliveries, functions, past, rpms, stack, upload, wait,
};
use serde_json::{Value, json};
use upload::{Package, text};

const INGEST_QUEUE: &str = "COLCA_INGEST_QUEUE_URL";

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

fn reap() {
    aws::invoke(functions::deployed("reap"), &json!({}));
}

#[test]
fn a_delivery_that_lags_behind_does_not_bring_old_bytes_back() {
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("lag");
    let file = |bytes| Package { filename: "disk.img".to_owned(), arch: "x86_64".to_owned(), bytes };
    upload::publish(&repository, &file(b"first".to_vec()));

    // Whichever process there is when the message comes has got it. Copying takes it long enough to be caught at it.
    for idle in functions::processes("ingest") {
        let _ = functions::kill(idle);
    }
    let old = upload::send_with_force(&repository, &file(vec![1; 60 << 20]));
    let id = text(&old["upload_id"]);
    let lagging = wait::until("the bytes to be copied", || {
        for _ in 0..100 {
            if aws::uploads_in_parts(stack().store(), &format!("{}/", repository.prefix())) > 0 {
                return Some(functions::processes("ingest").into_iter().map(functions::halt).collect::<Vec<_>>());
            }
        }
        None
    });
    assert_eq!(upload::state(id)["state"], "pending", "it was done before it was caught: the test has tested nothing");

    // A second delivery is faster than the first, and so are newer bytes.
    deliveries::deliver("ingest", &json!({"upload": id}));
    assert_eq!(upload::state(id)["state"], "registered");
    let newest = file(b"newest".to_vec());
    let ticket = upload::send_with_force(&repository, &newest);
    deliveries::deliver("ingest", &json!({"upload": ticket["upload_id"]}));
    upload::wait_until_published(text(&ticket["upload_id"]));
    let before = repository.wait_until_settled()["revision"].clone();

    drop(lagging);
    deliveries::wait_until_drained(INGEST_QUEUE);
    // And a third, when all is over.
    deliveries::send(INGEST_QUEUE, &json!({"upload": id}));
    deliveries::wait_until_drained(INGEST_QUEUE);

    assert_eq!(upload::state(id)["state"], "registered");
    let binary = &repository.binaries("x86_64")[&newest.filename];
    assert_eq!(binary["sha256"], json!(newest.sha256()), "old bytes came back: {binary}");
    assert_eq!(aws::object(stack().store(), text(&binary["path"])), Some(newest.bytes));
    assert_eq!(repository.wait_until_settled()["revision"], before, "a late delivery was published");
}

#[test]
fn an_upload_whose_message_was_lost_is_found_by_the_sweep() {
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("unnoticed");
    let package = Package::read(&rpms::one("corpus-bare"));
    let ticket = deliveries::lose("ingest", INGEST_QUEUE, || {
        let ticket = upload::send_with_force(&repository, &package);
        wait::until("S3 to announce it", || (deliveries::waiting(INGEST_QUEUE) > 0).then_some(()));
        ticket
    });
    let id = text(&ticket["upload_id"]);
    assert_eq!(upload::state(id)["state"], "pending", "the message was not lost");
    past::make_upload_due(id);
    reap();
    assert_eq!(upload::finish(&ticket)["state"], "registered");
    let _ = repository.wait_for_packages("noarch", 1);
}

/// What is told of a queue, once all is well with it or not.
fn wait_for_health(queue: &str, is_well: bool) -> Value {
    wait::until(&format!("the health of {queue} to be {is_well}"), || {
        let part = Client::uploader().get("/admin/health").expect(200).json()["queues"][queue].clone();
        (part["ok"] == json!(is_well)).then_some(part)
    })
}

/// What the status lists.
fn listed(part: &str) -> Vec<Value> {
    let status = Client::uploader().get("/admin/status").expect(200).json();
    status[part]["listed"].as_array().expect("a list").clone()
}

#[test]
fn what_waits_is_late_however_often_the_sweep_has_asked_for_it_again() {
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("late-still");
    let package = Package::read(&rpms::one("corpus-bare"));
    let hours = |part: &Value| part["overdue_seconds"].as_u64().expect("seconds") / 3600;
    let ticket = deliveries::lose("ingest", INGEST_QUEUE, || {
        let ticket = upload::send_with_force(&repository, &package);
        let id = text(&ticket["upload_id"]);
        wait::until("S3 to announce it", || (deliveries::waiting(INGEST_QUEUE) > 0).then_some(()));
        past::make_upload_due(id);
        reap();
        wait::until("it to be listed", || listed("uploads").iter().any(|one| one["upload"] == *id).then_some(()));
        assert!(hours(&wait_for_health("ingest", true)) == 0, "its bytes have just come");
        past::make_upload_late(id);
        past::make_upload_due(id);
        reap();
        assert!(hours(&wait_for_health("ingest", false)) > 100_000);
        ticket
    });
    deliveries::lose("repo-build", "COLCA_BUILD_QUEUE_URL", || {
        past::make_upload_due(text(&ticket["upload_id"]));
        reap();
        assert_eq!(upload::finish(&ticket)["state"], "registered");
        let _ = wait_for_health("ingest", true);
        wait::until("its build to be asked for", || past::build_due(&repository));
        past::make_build_late(&repository);
        reap();
        assert!(past::build_due(&repository) > Some(1000), "the sweep did not ask for it again");
        assert!(hours(&wait_for_health("build", false)) > 100_000);
        let first = listed("repositories").into_iter().next().expect("one");
        assert_eq!(first["repository"], json!(repository.full_path()), "the longest of all comes first");
    });
    deliveries::send("COLCA_BUILD_QUEUE_URL", &json!({"repository": repository.full_path()}));
    let _ = repository.wait_for_packages("noarch", 1);
    let _ = wait_for_health("build", true);
}

#[test]
fn a_replaced_package_stays_for_as_long_as_public_metadata_names_it() {
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("named-still");
    let first = Package::read(&rpms::one("corpus-text"));
    upload::publish(&repository, &first);
    let key = text(&repository.binaries("noarch")[&first.filename]["path"]).to_owned();
    let second = Package { bytes: Package::read(&rpms::one("corpus-relations")).bytes, ..first.clone() };
    let id = deliveries::lose("repo-build", "COLCA_BUILD_QUEUE_URL", || {
        let state = upload::upload_with_force(&repository, &second);
        past::make_garbage_due(&key);
        reap();
        let listed = repository.wait_for_packages("noarch", 1);
        assert!(listed.packages.contains_key(&first.sha256()), "it was published: the test has tested nothing");
        assert_eq!(aws::object(stack().store(), &key), Some(first.bytes), "{key} is listed, and was swept");
        text(&state["upload_id"]).to_owned()
    });

    // The build was lost as well; with a message for it, all goes its way.
    deliveries::send("COLCA_BUILD_QUEUE_URL", &json!({"repository": repository.full_path()}));
    upload::wait_until_published(&id);
    // Twice: when nothing that is published names it any more, the grace of the revision before begins.
    wait::until(&format!("{key}, which nothing names any more, to go"), || {
        past::make_garbage_due(&key);
        reap();
        aws::object(stack().store(), &key).is_none().then_some(())
    });
}

/// One of a few small rpms.
fn rpm(number: usize) -> Package {
    Package::read(&rpms::burst()[number])
}

fn delete(repository: &Repository, package: &Package) {
    let _ = chacra::send("DELETE", &format!("{}{}", chacra::arch(repository, "noarch"), package.filename)).expect(204);
}

#[test]
fn all_that_happens_to_a_package_before_a_build_comes_to_what_it_is_at_last() {
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("at-last");
    let packages: Vec<_> = (0..5).map(rpm).collect();
    upload::publish_all(&repository, &packages);
    let _ = repository.wait_until_settled();
    let other = |package: &Package, bytes: &Package| Package { bytes: bytes.bytes.clone(), ..package.clone() };
    let [replaced_and_deleted, deleted_and_back, replaced_deleted_and_back, other_bytes_in_the_end, _] = &packages[..]
    else {
        panic!("five packages")
    };
    let in_the_end = other(other_bytes_in_the_end, &rpm(7));
    let expected = deliveries::lose("repo-build", "COLCA_BUILD_QUEUE_URL", || {
        assert_eq!(
            upload::upload_with_force(&repository, &other(replaced_and_deleted, &rpm(5)))["state"],
            "registered"
        );
        delete(&repository, replaced_and_deleted);

        delete(&repository, deleted_and_back);
        upload::register(&repository, deleted_and_back);

        assert_eq!(
            upload::upload_with_force(&repository, &other(replaced_deleted_and_back, &rpm(6)))["state"],
            "registered"
        );
        delete(&repository, replaced_deleted_and_back);
        upload::register(&repository, replaced_deleted_and_back);

        delete(&repository, other_bytes_in_the_end);
        upload::register(&repository, &in_the_end);
        [deleted_and_back, replaced_deleted_and_back, &in_the_end, &packages[4]].map(Package::clone)
    });
    deliveries::send("COLCA_BUILD_QUEUE_URL", &json!({"repository": repository.full_path()}));
    let _ = repository.wait_until_settled();
    let listed = repository.wait_for_packages("noarch", expected.len());
    listed.assert_same_content(&createrepo::metadata(&expected));
}

#[test]
fn builders_and_merges_side_by_side_lose_nothing() {
    const ROUNDS: usize = 3;
    const BUILDERS: usize = 4;
    let _alone = ONE_AT_A_TIME.lock();
    let repository = Repository::new("side-by-side");
    let packages: Vec<_> = (0..ROUNDS * 2 + 1).map(rpm).collect();
    upload::publish(&repository, &packages[0]);
    let _ = repository.wait_until_settled();
    let path = repository.full_path();
    deliveries::lose("repo-build", "COLCA_BUILD_QUEUE_URL", || {
        for (round, two) in packages[1..].chunks(2).enumerate() {
            upload::register(&repository, &two[0]);
            thread::scope(|scope| {
                for number in 0..BUILDERS {
                    let task = if number == round { json!("merge") } else { json!("publish") };
                    let message = json!({"repository": path, "task": task});
                    scope.spawn(move || deliveries::deliver("repo-build", &message));
                }
                upload::register(&repository, &two[1]);
            });
        }
    });
    deliveries::send("COLCA_BUILD_QUEUE_URL", &json!({"repository": path}));
    let _ = repository.wait_until_settled();
    let listed = repository.wait_for_packages("noarch", packages.len());
    listed.assert_same_content(&createrepo::metadata(&packages));
}
