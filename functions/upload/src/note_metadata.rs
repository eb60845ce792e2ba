//! `POST` of JSON to a file: what chacra calls its metadata. Most of that is what the file is, which nobody can change
//! by saying so; who built it can be said, of oneself, and by administrators of anybody.

use axum::Json;
use axum::extract::{Request, State};
use colca_api::{ApiError, App, FilePath, UrlPath, User, read_json};
use colca_model::{Binary, Invalid};
use serde_json::{Map, Value, json};

/// The longest `built_by`, in bytes.
const LONGEST: usize = 255;

/// Sets `built_by`. Everything else in the body has to be as it is.
pub(crate) async fn note_metadata(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<FilePath>,
    request: Request,
) -> colca_api::Result<Json<Value>> {
    user.may_upload_to(&path.repository.project)?;
    let Some(Value::Object(fields)) = read_json(request).await? else {
        return Err(ApiError::Refused("could not decode JSON body".to_owned()));
    };
    if !fields.contains_key("name") {
        return Err(ApiError::Refused("could not find required key: 'name'".to_owned()));
    }
    let binary = app.file(&path).await?;
    let FilePath { repository, filename, .. } = path;
    if !is_truthy(fields.get("force")) {
        return Err(ApiError::Refused("file already exists and \"force\" flag was not used".to_owned()));
    }
    if let Some(built_by) = check(&fields, &binary)? {
        // Nobody says that another built it, but who answers for all of them.
        if built_by != user.name() {
            user.may_administrate()?;
        }
        if !app.services.catalog.set_built_by(&binary, built_by).await? {
            return Err(ApiError::Conflict(format!("{filename} was replaced meanwhile")));
        }
        user.record("said who built", &format_args!("{filename} of {repository}: {built_by:?}"));
    }
    Ok(Json(json!({})))
}

/// What is to be set. Python's idea of truth, which clients of chacra rely on.
fn is_truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
    }
}

fn check<'a>(fields: &'a Map<String, Value>, binary: &Binary) -> Result<Option<&'a str>, Invalid> {
    let mut built_by = None;
    for (name, value) in fields {
        let repository = &binary.repository;
        let known = match name.as_str() {
            "force" => continue,
            "built_by" => match value.as_str() {
                Some(text) if (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control) => {
                    built_by = Some(text);
                    continue;
                }
                _ => {
                    let rule = format!("must be a string of 1 to {LONGEST} bytes without control characters");
                    return Err(Invalid::new(name, rule, value));
                }
            },
            "path" => return Err(Invalid::new(name, "is where we keep the file, and not to be said", value)),
            "name" => json!(binary.filename),
            "project" => json!(repository.project),
            "ref" => json!(repository.git_ref),
            "sha1" => json!(repository.sha1),
            "distro" => json!(repository.distro),
            "distro_version" => json!(repository.distro_version),
            "flavor" => json!(repository.flavor),
            "arch" => json!(binary.arch),
            "size" => json!(binary.size),
            "checksum" => json!(binary.sha512),
            "signed" => json!(false),
            _ => return Err(Invalid::new(name, "is not a known field", value)),
        };
        if *value != known {
            return Err(Invalid::new(
                name,
                format!("must be what it is, {known}: upload the file where it belongs"),
                value,
            ));
        }
    }
    Ok(built_by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_pythons() {
        for (value, truth) in
            [(json!(null), false), (json!(0), false), (json!(""), false), (json!("0"), true), (json!(1), true)]
        {
            assert_eq!(is_truthy(Some(&value)), truth, "{value}");
        }
        assert!(!is_truthy(None));
    }
}
