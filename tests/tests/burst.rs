//! Fifty packages at once into one repository.

use std::{thread, time::Instant};

use colca_tests::{Repository, aws, createrepo, rpms, stack, upload};
use serde_json::json;
use upload::Package;

/// The most builds that fifty uploads may cost that are registered within ten seconds. Where that takes longer there is one more for
/// each two seconds: a build waits for what is uploaded, and not for a slow machine.
const MOST_BUILDS: u64 = 5;
const WITHIN: u64 = 10;

#[test]
fn fifty_at_once_are_all_listed_by_few_builds() {
    let repository = Repository::new("burst");
    let packages: Vec<_> = rpms::burst().iter().map(|path| Package::read(path)).collect();
    assert_eq!(packages.len(), 50);
    let start = Instant::now();
    let requests: Vec<_> = packages.iter().map(|package| package.request(&repository)).collect();
    let tickets = upload::ticket(&json!(requests)).expect(201).json();
    let tickets = tickets.as_array().expect("an array");
    thread::scope(|scope| {
        for (ticket, package) in tickets.iter().zip(&packages) {
            scope.spawn(|| {
                let _ = upload::put(ticket, &package.bytes).expect(200);
            });
        }
    });
    let sent = start.elapsed();
    let repodata = repository.wait_for_packages("noarch", packages.len());
    println!(
        "50 packages: sent after {:.1} s, listed after {:.1} s",
        sent.as_secs_f64(),
        start.elapsed().as_secs_f64()
    );
    for ticket in tickets {
        assert_eq!(upload::finish(ticket)["state"], "registered");
    }
    let _ = repository.wait_until_settled();
    let settled = start.elapsed();
    println!("50 packages: settled after {:.1} s", settled.as_secs_f64());
    repodata.assert_same_content(&createrepo::metadata(&packages));
    // The revision counts builds begun, the versions of the entry file those that published.
    let begun = repository.object().expect("published")["revision"].as_u64().expect("a number");
    let published = aws::versions(stack().store(), &format!("{}/noarch/repodata/repomd.xml", repository.prefix()));
    println!("50 packages: {begun} builds began, {published} published");
    let most = MOST_BUILDS + settled.as_secs().saturating_sub(WITHIN) / 2;
    assert!(begun <= most, "{begun} builds began, at most {most} may");
    // One that began and was too late for what another had published already costs readers nothing.
    assert!(published as u64 <= MOST_BUILDS, "{published} builds published, at most {MOST_BUILDS} may");
}
