//! `/admin/callbacks`: what proves to the receiver of callbacks that it is us. It is written here, and never shown again.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use colca_api::{ApiError, App, Fields, JsonBody};
use colca_model::Invalid;
use colca_store::{CallbackSecrets, Credentials, SigningSecret};
use serde_json::{Value, json};

use crate::admin::Admin;

/// The longest user, and the longest key, in bytes: both go into one header.
const LONGEST: usize = 1000;

/// Replaces all of them.
pub(crate) async fn put_callbacks(
    State(app): State<App>,
    admin: Admin,
    body: colca_api::Result<JsonBody>,
) -> colca_api::Result<([(HeaderName, &'static str); 1], Json<Value>)> {
    let (login, given) = read(body)?;
    let secret = given.clone().unwrap_or_else(|| SigningSecret::generate(app.services.ids.random()));
    let (logs_in, shown) = (login.is_some(), given.is_none().then(|| secret.reveal()));
    app.services.secrets.replace_callbacks(&CallbackSecrets { login, secret: Some(secret) }).await?;
    admin.record("replaced", &"the secrets of callbacks");
    let mut answer = json!({"logs_in": logs_in, "signs": true});
    if let Some(secret) = shown {
        answer["secret"] = json!(secret);
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)))
}

/// Forgets all of them: from now on the receiver has to take our word.
pub(crate) async fn delete_callbacks(State(app): State<App>, admin: Admin) -> colca_api::Result<StatusCode> {
    app.services.secrets.replace_callbacks(&CallbackSecrets::default()).await?;
    admin.record("deleted", &"the secrets of callbacks");
    Ok(StatusCode::NO_CONTENT)
}

/// What is wrong with such a body is said without the value, which may be a secret in the wrong place.
fn read(body: colca_api::Result<JsonBody>) -> colca_api::Result<(Option<Credentials>, Option<SigningSecret>)> {
    let read = || {
        let mut fields = Fields::of(body?.0)?;
        let (user, key) = (fields.optional_text::<String>("user")?, fields.optional_text::<String>("key")?);
        let secret = fields.optional_text("secret")?;
        fields.end()?;
        Ok((login(user, key)?, secret))
    };
    read().map_err(ApiError::without_value)
}

/// The rules of HTTP Basic: <https://www.rfc-editor.org/rfc/rfc7617#section-2>.
fn login(user: Option<String>, key: Option<String>) -> Result<Option<Credentials>, Invalid> {
    let check = |field: &str, text: &str| {
        let rule = if text.is_empty() {
            "must not be empty"
        } else if text.len() > LONGEST {
            "must not be longer than 1000 bytes"
        } else if text.chars().any(char::is_control) {
            "must not contain control characters"
        } else if field == "user" && text.contains(':') {
            "must not contain a colon"
        } else {
            return Ok(());
        };
        Err(Invalid::new(field, rule, ""))
    };
    match (user, key) {
        (None, None) => Ok(None),
        (Some(user), Some(key)) => {
            check("user", &user)?;
            check("key", &key)?;
            Ok(Some(Credentials { user, key }))
        }
        (Some(_), None) => Err(Invalid::new("key", "is required with a user", "nothing")),
        (None, Some(_)) => Err(Invalid::new("user", "is required with a key", "nothing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: Value) -> Option<String> {
        read(Ok(JsonBody(body))).err().map(|error| error.body()["field"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn takes_a_user_with_a_key_a_secret_both_or_neither() {
        let secret = SigningSecret::generate([1; 32]).reveal();
        for body in [
            json!({}),
            json!({"user": "colca", "key": "a:b"}),
            json!({"secret": secret}),
            json!({"user": "colca", "key": "k", "secret": secret}),
        ] {
            assert_eq!(field(body.clone()), None, "{body}");
        }
    }

    #[test]
    fn no_refusal_shows_a_value() {
        for (body, wrong) in [
            (json!({"user": "horse"}), "key"),
            (json!({"key": "horse"}), "user"),
            (json!({"user": "horse:", "key": "k"}), "user"),
            (json!({"user": "", "key": "horse"}), "user"),
            (json!({"user": "u", "key": "horse\n"}), "key"),
            (json!({"secret": "horse"}), "secret"),
            (json!({"secret": ["horse"]}), "secret"),
            (json!({"hmac": "horse"}), "hmac"),
            (json!("horse"), "body"),
        ] {
            let refused = read(Ok(JsonBody(body.clone()))).map(|_| ()).expect_err("a bad body");
            assert!(!refused.body().to_string().contains("horse"), "{}", refused.body());
            assert_eq!(refused.body()["field"], wrong, "{body}");
        }
    }
}
