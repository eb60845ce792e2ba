//! Who may do what, how repositories are built and what signs them: accounts, configuration and keys; whether what is
//! published is sound; packages that are taken in from elsewhere; repositories that are purged, and restored; what proves to the
//! receiver of callbacks that it is us. Only who has the scope `admin` gets past [`admin::Admin`], and whoever has an account may
//! ask how we are; every change is recorded, and no log and no answer shows a secret but the one that just made it.

mod account_object;
mod add_secret;
mod admin;
mod callbacks;
mod change_accounts;
mod configuration_warnings;
mod delete_account;
mod delete_secret;
mod get_account;
mod get_configuration;
mod health;
mod health_operations;
mod import_operations;
mod imports;
mod keys;
mod list_accounts;
mod new_key;
mod operations;
mod path;
mod purges;
mod put_account;
mod put_configuration;
mod queues;
mod retention;
mod retention_operations;
mod status;
mod verify;

use axum::Router;
use axum::http::Method;
use colca_accounts::AccountName;
use colca_api::{ApiError, App, Routes, complete};

/// The routes of administration.
#[must_use]
pub fn routes() -> Routes<App> {
    const ACCOUNT: [&str; 1] = ["/admin/accounts/{name}"];
    const SECRETS: [&str; 1] = ["/admin/accounts/{name}/secrets"];
    const SECRET: [&str; 1] = ["/admin/accounts/{name}/secrets/{secret}"];
    const KEY: [&str; 1] = ["/admin/keys/{name}"];
    const IMPORT: [&str; 1] = ["/admin/imports/{import}"];
    const CALLBACKS: [&str; 1] = ["/admin/callbacks"];
    const RUNS: [&str; 1] = ["/admin/retention/runs"];
    const PURGE: [&str; 1] = ["/admin/retention/purged/{purge}"];
    const RESTORE: [&str; 1] = ["/admin/retention/purged/{purge}/restore"];
    const CONFIGURATION: [&str; 1] = ["/admin/configuration"];
    Routes::default()
        .get(&["/admin/accounts"], list_accounts::list_accounts, &operations::accounts())
        .get(&ACCOUNT, get_account::get_account, &operations::account())
        .on(&Method::PUT, &ACCOUNT, put_account::put_account, &operations::set_account())
        .on(&Method::DELETE, &ACCOUNT, delete_account::delete_account, &operations::no_account())
        .post(&SECRETS, add_secret::add_secret, &operations::secret())
        .on(&Method::DELETE, &SECRET, delete_secret::delete_secret, &operations::no_secret())
        .get(&["/admin/keys"], keys::list_keys, &operations::keys())
        .post(&["/admin/keys"], keys::add_key, &operations::new_key())
        .get(&KEY, keys::show_key, &operations::key())
        .get(&["/admin/keys/{name}/public"], keys::show_public_key, &operations::public_key())
        .on(&Method::DELETE, &KEY, keys::delete_key, &operations::no_key())
        .get(&CONFIGURATION, get_configuration::get_configuration, &operations::configuration())
        .on(&Method::PUT, &CONFIGURATION, put_configuration::put_configuration, &operations::set_configuration())
        .on(&Method::PUT, &CALLBACKS, callbacks::put_callbacks, &operations::set_callbacks())
        .on(&Method::DELETE, &CALLBACKS, callbacks::delete_callbacks, &operations::no_callbacks())
        .get(&["/admin/health"], health::get_health, &health_operations::health())
        .get(&["/admin/status"], status::get_status, &health_operations::status())
        .post(&["/admin/verify"], verify::ask, &operations::verify())
        .get(&["/admin/verify"], verify::show, &operations::verified())
        .get(&["/admin/imports"], imports::list_imports, &import_operations::imports())
        .post(&["/admin/imports"], imports::add_import, &import_operations::new_import())
        .get(&IMPORT, imports::get_import, &import_operations::import())
        .on(&Method::DELETE, &IMPORT, imports::stop_import, &import_operations::no_import())
        .get(&["/admin/retention"], retention::plan, &retention_operations::plan())
        .get(&RUNS, retention::list_runs, &retention_operations::runs())
        .post(&RUNS, retention::add_run, &retention_operations::new_run())
        .get(&["/admin/retention/purged"], purges::list_purges, &retention_operations::purges())
        .get(&PURGE, purges::get_purge, &retention_operations::purge())
        .post(&RESTORE, purges::restore_purge, &retention_operations::restored())
}

/// The whole function.
pub fn router(app: App) -> Router {
    complete(routes().router(), app)
}

fn no_account(name: &AccountName) -> ApiError {
    ApiError::NotFound(format!("the account {name}"))
}
