//! `POST` of a repository: its type, which is chacra's way to say what is published whatever the files are.

use axum::Json;
use axum::extract::State;
use colca_api::{App, Fields, JsonBody, UrlPath, User};
use colca_model::{Distro, DistroVersion, Invalid, Ref, RepoPath, RepositoryKind};
use serde_json::Value;

use crate::ask_build::ask;

/// What a body asks for.
struct Wanted {
    kind: Option<RepositoryKind>,
}

/// Sets the type, or has the repository built, and answers with the repository object.
pub(crate) async fn set_type(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<RepoPath>,
    JsonBody(body): JsonBody,
) -> colca_api::Result<Json<Value>> {
    user.may_upload_to(&path.project)?;
    app.repository(&path).await?;
    let Wanted { kind } = read(body, &path)?;
    if let Some(kind) = kind {
        app.services.catalog.choose_kind(&path, kind, app.services.clock.now()).await?;
        user.record("set the type of", &path);
    }
    // What is public follows.
    ask(&app, &user, &path, false).await
}

fn read(body: Value, path: &RepoPath) -> Result<Wanted, Invalid> {
    if body.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(Invalid::new("body", "must be an object with type or needs_update", body));
    }
    if let Some(value) = body.get("needs_update").filter(|value| **value != Value::Bool(true)) {
        let rule = "must be true: changes that wait are published, not forgotten";
        return Err(Invalid::new("needs_update", rule, value));
    }
    if let Some(value) = body.get("type").filter(|value| value.is_null()) {
        return Err(Invalid::new("type", "must be rpm, deb or raw", value));
    }
    let mut fields = Fields::of(body)?;
    let kind = fields.optional_text("type")?;
    fields.flag("needs_update")?;
    // chacra lets these move the row of a repository, but none of its files.
    let stays = |field: &str, given: Option<String>, is: &str| match given {
        Some(given) if given != is => {
            Err(Invalid::new(field, format!("must be {is:?}, as in the URL: a repository does not move"), given))
        }
        _ => Ok(()),
    };
    stays("distro", fields.optional_text::<Distro>("distro")?.map(String::from), path.distro.as_str())?;
    let version = fields.optional_text::<DistroVersion>("distro_version")?;
    stays("distro_version", version.map(String::from), path.distro_version.as_str())?;
    stays("ref", fields.optional_text::<Ref>("ref")?.map(String::from), path.git_ref.as_str())?;
    fields.end()?;
    Ok(Wanted { kind })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(body: Value) -> Result<Option<RepositoryKind>, String> {
        let path = "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path");
        read(body, &path).map(|wanted| wanted.kind).map_err(|invalid| invalid.field)
    }

    #[test]
    fn takes_what_can_be_set() {
        assert_eq!(kind(json!({"type": "raw"})), Ok(Some(RepositoryKind::Raw)));
        assert_eq!(kind(json!({"needs_update": true})), Ok(None));
        assert_eq!(kind(json!({"type": "rpm", "distro": "centos", "ref": "main"})), Ok(Some(RepositoryKind::Rpm)));
    }

    #[test]
    fn names_what_cannot() {
        for (body, field) in [
            (json!({}), "body"),
            (json!([]), "body"),
            (json!({"type": "tar"}), "type"),
            (json!({"type": 1}), "type"),
            (json!({"type": null}), "type"),
            (json!({"needs_update": false}), "needs_update"),
            (json!({"needs_update": "yes"}), "needs_update"),
            (json!({"distro": "debian"}), "distro"),
            (json!({"distro_version": "8"}), "distro_version"),
            (json!({"ref": "quincy"}), "ref"),
            (json!({"sha1": "HEAD"}), "sha1"),
            (json!({"path": "/etc"}), "path"),
        ] {
            assert_eq!(kind(body.clone()), Err(field.to_owned()), "{body}");
        }
    }
}
