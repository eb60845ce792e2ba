//! `POST /admin/accounts/{name}/secrets`: one more secret for an account, a token that we make or a password that
//! somebody chose. To change a secret without a pause: add one, hand it out, delete the old one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use colca_accounts::{AccountSecret, SecretHash, SecretId, SecretRefused, Token, hash_password};
use colca_api::{ApiError, App, Fields, JsonBody, UrlPath};
use colca_model::{Ids, Invalid};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::account_object::secret_object;
use crate::admin::Admin;
use crate::change_accounts::change_accounts;
use crate::no_account;
use crate::path::AccountPath;

type Created = (StatusCode, Json<Value>);

/// What a body asks for.
struct Wanted {
    password: Option<String>,
    expires: Option<Timestamp>,
}

pub(crate) async fn add_secret(
    State(app): State<App>,
    admin: Admin,
    UrlPath(AccountPath(name)): UrlPath<AccountPath>,
    body: colca_api::Result<JsonBody>,
) -> colca_api::Result<Created> {
    let now = app.services.clock.now();
    let Wanted { password, expires } = read(body, now)?;
    let ids = app.services.ids.as_ref();
    let (token, hash) = match password {
        None => {
            let token = Token::generate(ids.random());
            (Some(token.clone()), token.hash())
        }
        Some(password) => (None, hashed(password, ids).await?),
    };
    let secret = AccountSecret { id: SecretId::generate(first(ids.random())), hash, created: now, expires };
    change_accounts(&app.services, |accounts| match accounts.add_secret(name.as_str(), secret.clone()) {
        Ok(()) => Ok(()),
        Err(SecretRefused::NoAccount(_)) => Err(no_account(&name)),
        Err(refused) => Err(ApiError::Conflict(refused.to_string())),
    })
    .await?;
    admin.record("added", &format_args!("the secret {} to the account {name}", secret.id));
    let mut answer = secret_object(&secret);
    if let Some(token) = token {
        answer["token"] = json!(token.reveal());
    }
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What is wrong with such a body is said without the value, which may be a password in the wrong place.
fn read(body: colca_api::Result<JsonBody>, now: Timestamp) -> colca_api::Result<Wanted> {
    let read = || {
        let mut fields = Fields::of(body?.0)?;
        let password = fields.optional_text("password")?;
        let expires = fields.optional_text::<String>("expires")?;
        fields.end()?;
        Ok(Wanted { password, expires: expires.map(|text| end(&text, now)).transpose()? })
    };
    read().map_err(ApiError::without_value)
}

/// The moment from which on a secret proves nothing.
fn end(text: &str, now: Timestamp) -> Result<Timestamp, Invalid> {
    match text.parse::<Timestamp>() {
        Ok(end) if end > now => Ok(end),
        Ok(_) => Err(Invalid::new("expires", "must be in the future", text)),
        Err(_) => Err(Invalid::new("expires", "must be a time such as 2030-12-31T12:00:00Z", text)),
    }
}

/// Takes its time, so not on a thread that serves others meanwhile.
async fn hashed(password: String, ids: &dyn Ids) -> Result<SecretHash, Invalid> {
    let salt = first(ids.random());
    let hash = tokio::task::spawn_blocking(move || hash_password(&password, salt)).await;
    hash.expect("hashing does not panic, and nobody cancels it")
}

fn first<const N: usize>(random: [u8; 32]) -> [u8; N] {
    std::array::from_fn(|at| random[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn read_json(body: Value) -> colca_api::Result<Wanted> {
        read(Ok(JsonBody(body)), at("2026-01-01T00:00:00Z"))
    }

    #[test]
    fn reads_a_password_an_end_both_or_neither() {
        for (body, password, expires) in [
            (json!({}), None, None),
            (json!({"password": "a:b:c"}), Some("a:b:c"), None),
            (json!({"expires": "2026-01-01T01:00:01+01:00"}), None, Some("2026-01-01T00:00:01Z")),
            (json!({"password": "x", "expires": "2030-01-01T00:00:00Z"}), Some("x"), Some("2030-01-01T00:00:00Z")),
        ] {
            let wanted = read_json(body).expect("a good body");
            assert_eq!((wanted.password.as_deref(), wanted.expires), (password, expires.map(at)));
        }
    }

    #[test]
    fn no_refusal_shows_a_value() {
        let body = || Err(Invalid::new("body", "must be JSON (expected value)", "{horse").into());
        let refused = read(body(), at("2026-01-01T00:00:00Z"));
        let bodies = [
            json!({"pasword": "horse"}),
            json!({"password": ["horse"]}),
            json!({"expires": "horse"}),
            json!({"expires": {"horse": 1}}),
            json!("horse"),
        ];
        for refused in [refused].into_iter().chain(bodies.map(read_json)) {
            let error = refused.err().expect("refused");
            let body = error.body();
            assert_eq!(error.status(), StatusCode::BAD_REQUEST);
            assert!(body["rule"].is_string() && !body.to_string().contains("horse"), "{body}");
        }
    }

    #[test]
    fn an_end_that_is_past_is_refused() {
        for (bad, rule) in [
            ("2026-01-01T00:00:00Z", "must be in the future"),
            ("2025-12-31T23:59:59Z", "must be in the future"),
            ("tomorrow", "must be a time such as 2030-12-31T12:00:00Z"),
            ("2030-01-01", "must be a time such as 2030-12-31T12:00:00Z"),
        ] {
            assert_eq!(end(bad, at("2026-01-01T00:00:00Z")).expect_err(bad).rule, rule);
        }
    }
}
