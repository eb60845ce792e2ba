//! `DELETE /admin/accounts/{name}`: the account with all its secrets.

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{App, UrlPath};

use crate::admin::Admin;
use crate::change_accounts::change_accounts;
use crate::no_account;
use crate::path::AccountPath;

pub(crate) async fn delete_account(
    State(app): State<App>,
    admin: Admin,
    UrlPath(AccountPath(name)): UrlPath<AccountPath>,
) -> colca_api::Result<StatusCode> {
    change_accounts(
        &app.services,
        |accounts| {
            if accounts.remove(name.as_str()) { Ok(()) } else { Err(no_account(&name)) }
        },
    )
    .await?;
    admin.record("deleted", &format_args!("the account {name}"));
    Ok(StatusCode::NO_CONTENT)
}
