//! `GET /admin/accounts/{name}`.

use axum::Json;
use axum::extract::State;
use colca_api::{App, UrlPath};
use serde_json::Value;

use crate::account_object::account_object;
use crate::admin::Admin;
use crate::no_account;
use crate::path::AccountPath;

pub(crate) async fn get_account(
    State(app): State<App>,
    _: Admin,
    UrlPath(AccountPath(name)): UrlPath<AccountPath>,
) -> colca_api::Result<Json<Value>> {
    let known = app.services.secrets.accounts().await?;
    let account = known.accounts.get(name.as_str()).ok_or_else(|| no_account(&name))?;
    Ok(Json(account_object(account)))
}
