//! Purging what is old, as an administrator does.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::{Client, Repository, Response, aws, functions, past, upload::text, wait};

/// Where it is administrated.
pub const URL: &str = "/admin/retention";

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Ours until it is dropped: there is one run at a time, and one configuration.
pub fn turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A round of `reap`, which comes every minute by itself.
pub fn sweep() {
    aws::invoke(functions::deployed("reap"), &json!({}));
}

/// What would go of a project, or with `all` what would stay as well.
#[must_use]
#[track_caller]
pub fn plan(project: &str, all: bool) -> Vec<Value> {
    let answer = Client::uploader().get(&format!("{URL}?project={project}&all={all}")).expect(200).json();
    assert_eq!(answer["next_page_token"], json!(null), "{answer}");
    answer["repositories"].as_array().expect("a list").clone()
}

/// Purges what is old of a project, and waits until that is done.
pub fn run(project: &str) {
    let begun = wait::until("a turn to purge", || {
        let answer = Client::uploader().post(&format!("{URL}/runs"), &json!({"project": project}));
        if answer.status == 409 {
            sweep();
            return None;
        }
        Some(answer.expect(202).json()["begun"].clone())
    });
    wait::until("the run to end", || {
        sweep();
        let runs = Client::uploader().get(&format!("{URL}/runs")).expect(200).json();
        let ours = runs.as_array().expect("a list").iter().find(|run| run["begun"] == begun).cloned();
        ours.filter(|run| !run["ended"].is_null())
    });
}

/// The latest purge of a repository, if there is one.
#[must_use]
pub fn purge_of(repository: &Repository) -> Option<Value> {
    let answer = Client::uploader().get(&format!("{URL}/purged?limit=1000")).expect(200).json();
    let purged = answer["purged"].as_array().expect("a list");
    purged.iter().find(|purge| purge["repository"] == json!(repository.full_path())).cloned()
}

/// What is known of a purge.
#[must_use]
#[track_caller]
pub fn show(id: &str) -> Value {
    Client::uploader().get(&format!("{URL}/purged/{id}")).expect(200).json()
}

/// Purges a repository for its age, and gives the id of that: it can be restored for as long as the test takes.
#[must_use]
pub fn purge(repository: &Repository) -> String {
    past::make_repository_old(repository, 100);
    run(&repository.project);
    let purge = purge_of(repository).unwrap_or_else(|| panic!("{} was not purged", repository.full_path()));
    let id = text(&purge["purge"]).to_owned();
    past::prolong_purge(&id);
    let purge = settled(&id);
    assert_eq!(purge["state"], "purged", "{purge}");
    id
}

/// Asks to have a repository restored.
#[must_use]
pub fn ask_to_restore(id: &str) -> Response {
    Client::uploader().post(&format!("{URL}/purged/{id}/restore"), &json!({}))
}

/// Has a repository restored, and waits until it is: what became of it.
#[must_use]
#[track_caller]
pub fn restore(id: &str) -> Value {
    let _ = ask_to_restore(id).expect(202);
    let purge = settled(id);
    assert_eq!(purge["state"], "restored", "{purge}");
    purge
}

/// Waits until nobody works on a purge: what became of it.
#[must_use]
pub fn settled(id: &str) -> Value {
    wait::until("the purge to settle", || {
        let purge = show(id);
        if matches!(text(&purge["state"]), "purged" | "restored") {
            return Some(purge);
        }
        sweep();
        None
    })
}
