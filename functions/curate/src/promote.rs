//! `POST …/promote`: what a repository publishes is chosen: an earlier revision, another repository's, or its newest files.

use axum::Json;
use axum::extract::State;
use colca_api::{ApiError, App, JsonBody, UrlPath, User};
use colca_model::{Invalid, RepoPath, RepositoryKind};
use colca_store::Held;
use serde_json::Value;

use crate::ask_build::ask;

/// The word for whatever is uploaded.
const LATEST: &str = "latest";

/// Answers with the repository object; what is public follows.
pub(crate) async fn promote(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
    JsonBody(body): JsonBody,
) -> colca_api::Result<Json<Value>> {
    user.may_upload_to(&path.project)?;
    let repository = app.repository(&path).await?;
    let held = read(&body)?;
    // One's own revisions are the same repository under another name.
    let held = held.map(|held| Held { repository: held.repository.filter(|other| *other != path), ..held });
    let catalog = &app.services.catalog;
    if let Some(Held { repository: other, revision }) = &held {
        let of = other.as_ref().unwrap_or(&path);
        let kind = catalog.revision(of, *revision).await?.map(|revision| revision.kind);
        if kind == Some(RepositoryKind::Raw) && other.is_some() {
            return Err(
                Invalid::new("repository", "must be one of packages: plain files cannot be promoted", of).into()
            );
        }
        if kind.is_some() && kind != repository.kind() {
            return Err(Invalid::new("revision", "must be of the type that the repository is", revision).into());
        }
    }
    if !catalog.hold(&path, held.as_ref(), app.services.clock.now()).await? {
        let missing = held.map_or_else(String::new, |held| {
            format!("revision {} of {}", held.revision, held.repository.as_ref().unwrap_or(&path))
        });
        return Err(ApiError::NotFound(missing));
    }
    user.record("promoted a revision to", &path);
    ask(&app, &user, &path, false).await
}

/// What is to be published; none for the newest files.
fn read(body: &Value) -> Result<Option<Held>, Invalid> {
    let object = body.as_object().ok_or_else(|| Invalid::new("body", "must be an object with revision", body))?;
    if let Some((name, value)) = object.iter().find(|(name, _)| !matches!(name.as_str(), "revision" | "repository")) {
        return Err(Invalid::new(name, "is not a known field: known are revision and repository", value));
    }
    let repository = match object.get("repository") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.parse::<RepoPath>()?),
        Some(other) => return Err(Invalid::new("repository", "must be a string", other)),
    };
    let rule = "must be the number of a revision, or \"latest\"";
    match object.get("revision") {
        Some(Value::String(text)) if text == LATEST && repository.is_none() => Ok(None),
        Some(Value::String(text)) if text == LATEST => {
            Err(Invalid::new("revision", "must be a number where another repository is named", text))
        }
        Some(value) => match value.as_u64().filter(|number| *number > 0) {
            Some(revision) => Ok(Some(Held { repository, revision })),
            None => Err(Invalid::new("revision", rule, value)),
        },
        None => Err(Invalid::new("revision", rule, "nothing")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_to_be_published() {
        assert_eq!(read(&json!({"revision": "latest"})), Ok(None));
        assert_eq!(read(&json!({"revision": 4})), Ok(Some(Held { repository: None, revision: 4 })));
        let other = json!({"revision": 4, "repository": "p/r/s/d/1/flavors/f"});
        let held = read(&other).expect("good").expect("a revision");
        assert_eq!(held.repository.map(|path| path.to_string()).as_deref(), Some("p/r/s/d/1/flavors/f"));
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (body, field) in [
            (json!(4), "body"),
            (json!({}), "revision"),
            (json!({"revision": 0}), "revision"),
            (json!({"revision": -1}), "revision"),
            (json!({"revision": "newest"}), "revision"),
            (json!({"revision": "latest", "repository": "p/r/s/d/1/flavors/f"}), "revision"),
            (json!({"revision": 1, "repository": "p/r"}), "repository"),
            (json!({"revision": 1, "repository": 1}), "repository"),
            (json!({"revision": 1, "force": true}), "force"),
        ] {
            assert_eq!(read(&body).expect_err("bad input").field, field, "{body}");
        }
    }
}
