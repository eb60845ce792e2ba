//! `DELETE /admin/accounts/{name}/secrets/{secret}`: the secret proves nothing any more, everywhere within a minute.

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{ApiError, App, UrlPath};

use crate::admin::Admin;
use crate::change_accounts::change_accounts;
use crate::path::SecretPath;

pub(crate) async fn delete_secret(
    State(app): State<App>,
    admin: Admin,
    UrlPath(SecretPath { account, id }): UrlPath<SecretPath>,
) -> colca_api::Result<StatusCode> {
    change_accounts(&app.services, |accounts| {
        if accounts.remove_secret(account.as_str(), id.as_str()) {
            return Ok(());
        }
        Err(ApiError::NotFound(format!("the secret {id} of the account {account}")))
    })
    .await?;
    admin.record("deleted", &format_args!("the secret {id} of the account {account}"));
    Ok(StatusCode::NO_CONTENT)
}
