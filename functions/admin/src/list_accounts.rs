//! `GET /admin/accounts`: all of them, by name.

use axum::Json;
use axum::extract::State;
use colca_api::App;
use serde_json::Value;

use crate::account_object::account_object;
use crate::admin::Admin;

pub(crate) async fn list_accounts(State(app): State<App>, _: Admin) -> colca_api::Result<Json<Vec<Value>>> {
    let known = app.services.secrets.accounts().await?;
    Ok(Json(known.accounts.all().iter().map(account_object).collect()))
}
