//! `PUT /admin/accounts/{name}`: makes an account, or gives one other scopes. Its secrets stay.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use colca_accounts::{Put, Scope};
use colca_api::{ApiError, App, Fields, JsonBody, UrlPath};
use colca_model::Invalid;
use serde_json::Value;

use crate::account_object::account_object;
use crate::admin::Admin;
use crate::change_accounts::change_accounts;
use crate::no_account;
use crate::path::AccountPath;

pub(crate) async fn put_account(
    State(app): State<App>,
    admin: Admin,
    UrlPath(AccountPath(name)): UrlPath<AccountPath>,
    JsonBody(body): JsonBody,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let scopes = read(body)?;
    if app.services.secrets.credentials().await?.user == name.as_str() {
        return Err(ApiError::Conflict(format!("{name} is the user of the deployment itself, who may do everything")));
    }
    let now = app.services.clock.now();
    let (put, account) = change_accounts(&app.services, |accounts| {
        let put = accounts.put(name.clone(), scopes.clone(), now);
        let account = accounts.get(name.as_str()).ok_or_else(|| no_account(&name))?;
        Ok((put, account_object(account)))
    })
    .await?;
    let scopes = scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (status, action) = match put {
        Put::Created => (StatusCode::CREATED, "created"),
        Put::Updated => (StatusCode::OK, "changed"),
    };
    admin.record(action, &format_args!("the account {name}, which has the scopes [{scopes}]"));
    Ok((status, Json(account)))
}

fn read(body: Value) -> Result<Vec<Scope>, Invalid> {
    let mut fields = Fields::of(body)?;
    let scopes = fields.texts("scopes")?;
    fields.end()?;
    Ok(scopes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_scopes_and_nothing_else() {
        let good = read(json!({"scopes": ["read", "upload:ceph*", "admin"]})).expect("good scopes");
        assert_eq!(good.iter().map(ToString::to_string).collect::<Vec<_>>(), ["read", "upload:ceph*", "admin"]);
        assert_eq!(read(json!({"scopes": []})), Ok(vec![]));
        for (bad, field) in [
            (json!({}), "scopes"),
            (json!({"scopes": "read"}), "scopes"),
            (json!({"scopes": ["write"]}), "scopes"),
            (json!({"scopes": [], "scope": "admin"}), "scope"),
            (json!(["read"]), "body"),
        ] {
            assert_eq!(read(bad.clone()).expect_err("refused").field, field, "{bad}");
        }
    }
}
