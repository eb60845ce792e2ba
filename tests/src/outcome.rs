//! What becomes of a file that must not be published, whoever notices.

use serde_json::Value;

use crate::{Repository, upload, upload::Package, wait};

/// Why a file is not published: in the refusal of its ticket, as the reason of its rejection, or as that of a failed build.
///
/// # Panics
/// If it is published all the same.
#[must_use]
#[track_caller]
pub fn why_not(repository: &Repository, package: &Package) -> String {
    let ticket = upload::ticket(&package.request(repository));
    if ticket.status != 201 {
        assert!((400..500).contains(&ticket.status), "{} {}", ticket.status, ticket.text());
        return ticket.text();
    }
    let ticket = ticket.json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let state = upload::finish(&ticket);
    if state["state"] == "rejected" {
        return upload::text(&state["reason"]).to_owned();
    }
    wait::until(&format!("the build of {} to fail", repository.prefix()), || {
        let object = repository.object()?;
        let published = upload::state(upload::text(&state["upload_id"]))["published"] == Value::Bool(true);
        assert!(!published, "{} was published: {object}", package.filename);
        object["failed"].as_str().map(str::to_owned)
    })
}

/// Waits until a repository's object lists problems that speak of a word: all of them.
#[must_use]
pub fn wait_for_problem(repository: &Repository, word: &str) -> Vec<String> {
    wait::until(&format!("a problem with {word} in {}", repository.prefix()), || {
        let object = repository.object()?;
        let problems: Vec<_> =
            object["problems"].as_array()?.iter().map(|text| upload::text(text).to_owned()).collect();
        problems.iter().any(|problem| problem.contains(word)).then_some(problems)
    })
}
