//! `GET …/status`: what happens to a repository now, and why it is not ready.

use axum::Json;
use axum::extract::State;
use colca_api::{App, BuildRules, Standing, UrlPath, moment};
use colca_model::RepoPath;
use colca_store::{Change, Revision, Verification, What};
use serde_json::{Value, json};

/// How many changes are counted.
const MOST: i32 = 1000;

/// As it is now. The changes are read after the repository: what is called ready then was published before.
pub(crate) async fn get_status(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Json<Value>> {
    let services = &app.services;
    let repository = app.repository(&path).await?;
    let (changes, revision, verification, settings) = futures::try_join!(
        services.catalog.first_changes(&path, MOST),
        services.catalog.revision(&path, repository.revision),
        services.jobs.verification(&path),
        services.settings.get(),
    )?;
    let rules = BuildRules::of(services, &settings, &path);
    let Standing { state, ready, why, since, until } =
        Standing::of(&repository, !changes.is_empty(), rules, services.clock.now());
    Ok(Json(json!({
        "repository": path,
        "state": state,
        "ready": ready,
        "why": why,
        "since": since.map(moment),
        "until": until.map(moment),
        "changes": unpublished(&changes),
        "published": revision.as_ref().map(published),
        "problems": repository.problems,
        "verifying": verification.as_ref().and_then(asked),
        "automatic": rules.automatic && !rules.generic,
        "disabled": rules.disabled,
        "quiet_seconds": rules.quiet.as_secs(),
    })))
}

/// What waits to be published.
fn unpublished(changes: &[Change]) -> Value {
    let is_all = usize::try_from(MOST).is_ok_and(|most| changes.len() < most);
    json!({"count": changes.len(), "more": !is_all, "oldest": changes.first().map(oldest)})
}

fn oldest(change: &Change) -> Value {
    let what = match &change.what {
        What::Added(_) => "added",
        What::Removed(_) => "removed",
        What::Asked { .. } => "asked",
    };
    let filename = change.file().map(|file| &file.filename);
    json!({"id": change.id, "change": what, "filename": filename, "at": change.id.moment().map(moment)})
}

fn published(Revision { number, packages, published, .. }: &Revision) -> Value {
    json!({"revision": number, "packages": packages, "at": moment(*published)})
}

/// When somebody asked whether it is sound, if nobody has looked since.
fn asked(Verification { asked, found, .. }: &Verification) -> Option<String> {
    found.is_none().then(|| moment(*asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_change_is_told_with_its_moment() {
        let change = |what: Value| serde_json::from_value::<Change>(what).expect("a change");
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let added = change(json!({
            "id": id, "change": "added", "arch": "x86_64", "filename": "a.rpm", "version": 1, "is_package": true,
        }));
        let asked = change(json!({"id": "01BX5ZZKBKACTAV9WEVGEMMVRZ", "change": "asked", "anew": false}));
        let at = "2016-07-30 23:54:10.259000";
        let oldest = json!({"id": id, "change": "added", "filename": "a.rpm", "at": at});
        assert_eq!(unpublished(&[added, asked.clone()]), json!({"count": 2, "more": false, "oldest": oldest}));
        assert_eq!(unpublished(std::slice::from_ref(&asked))["oldest"]["filename"], Value::Null);
        assert_eq!(unpublished(&[]), json!({"count": 0, "more": false, "oldest": null}));
        assert_eq!(unpublished(&vec![asked; 1000])["more"], json!(true));
    }
}
