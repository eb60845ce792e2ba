//! `/admin/keys`: the keys that sign repositories. What is answered of them is public; a private half never leaves.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_api::{ApiError, App, JsonBody, UrlPath};
use colca_model::KeyName;
use colca_runtime::Services;
use colca_signing::PublicKey;
use colca_store::{Custody, ErrorKind, KeyEntry};
use serde_json::{Value, json};

use crate::admin::Admin;
use crate::new_key::{self, NewEntry};
use crate::path::KeyPath;

/// How often somebody else may change the list at the same time.
const TRIES: u32 = 8;

/// How long it waits before it tries again, once more with each time.
const PAUSE: Duration = Duration::from_millis(50);

/// All of them, by name.
pub(crate) async fn list_keys(State(app): State<App>, _: Admin) -> colca_api::Result<Json<Vec<Value>>> {
    let keys = app.services.keys.list().await?.keys;
    Ok(Json(keys.iter().map(object).collect::<Result<_, _>>()?))
}

/// One of them.
pub(crate) async fn show_key(
    State(app): State<App>,
    _: Admin,
    UrlPath(KeyPath(name)): UrlPath<KeyPath>,
) -> colca_api::Result<Json<Value>> {
    Ok(Json(object(&find(&app.services, &name).await?)?))
}

/// The public half, as clients import it.
pub(crate) async fn show_public_key(
    State(app): State<App>,
    _: Admin,
    UrlPath(KeyPath(name)): UrlPath<KeyPath>,
) -> colca_api::Result<Response> {
    let entry = find(&app.services, &name).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], entry.public).into_response())
}

/// Makes, imports or names a key.
pub(crate) async fn add_key(
    State(app): State<App>,
    admin: Admin,
    body: colca_api::Result<JsonBody>,
) -> colca_api::Result<(StatusCode, Json<Value>)> {
    let services = &app.services;
    let NewEntry { name, wanted } = new_key::read(body)?;
    if services.keys.list().await?.keys.iter().any(|key| key.name == name) {
        return Err(taken(&name));
    }
    let (public, custody) = wanted.obtain(services).await?;
    let entry = KeyEntry { name: name.clone(), public: public.to_armored(), custody, added: services.clock.now() };
    let added = change(services, |keys| {
        if keys.iter().any(|key| key.name == name) {
            return Err(taken(&name));
        }
        keys.push(entry.clone());
        keys.sort_by(|left, right| left.name.cmp(&right.name));
        Ok(())
    });
    if let Err(error) = added.await {
        put_back(services, &entry.custody).await;
        return Err(error);
    }
    admin.record("added", &format_args!("the key {name} ({})", public.fingerprint()));
    Ok((StatusCode::CREATED, Json(object(&entry)?)))
}

/// Takes a key off the list. Nothing that is signed with it changes.
pub(crate) async fn delete_key(
    State(app): State<App>,
    admin: Admin,
    UrlPath(KeyPath(name)): UrlPath<KeyPath>,
) -> colca_api::Result<StatusCode> {
    let services = &app.services;
    let entry = find(services, &name).await?;
    // As it is now, not as it was when somebody last asked.
    if let Some(project) = services.settings.read().await?.names_key(&name) {
        let table = project.map_or("signing".to_owned(), |project| format!("repos.{project}.signing"));
        let why = format!("name: {table} of the configuration names the key {name}: change that first");
        return Err(ApiError::Conflict(why));
    }
    change(services, |keys| {
        keys.retain(|key| key.name != name);
        Ok(())
    })
    .await?;
    put_back(services, &entry.custody).await;
    admin.record("deleted", &format_args!("the key {name}"));
    Ok(StatusCode::NO_CONTENT)
}

/// Throws away what nobody lists. What is left over is encrypted, and costs a few cents a month.
async fn put_back(services: &Services, custody: &Custody) {
    if let Custody::Secret(secret) = custody
        && let Err(error) = services.keys.throw_away(secret).await
    {
        tracing::error!(%error, secret, "A key is left over in Secrets Manager");
    }
}

async fn find(services: &Services, name: &KeyName) -> colca_api::Result<KeyEntry> {
    let keys = services.keys.list().await?.keys;
    keys.into_iter().find(|key| key.name == *name).ok_or_else(|| ApiError::NotFound(format!("the key {name}")))
}

fn taken(name: &KeyName) -> ApiError {
    ApiError::Conflict(format!("name: there is a key named {name} already; a new key gets a new name"))
}

/// Changes the list, anew if somebody else was faster.
async fn change(
    services: &Services,
    change: impl Fn(&mut Vec<KeyEntry>) -> colca_api::Result<()>,
) -> colca_api::Result<()> {
    let mut tries = 1;
    loop {
        let before = services.keys.list().await?;
        let mut keys = before.keys.clone();
        change(&mut keys)?;
        match services.keys.replace(&before, &keys).await {
            Ok(()) => return Ok(()),
            Err(error) if error.kind() != ErrorKind::Conflict => return Err(error.into()),
            Err(error) if tries == TRIES => return Err(error.into_unavailable().into()),
            Err(_) => tokio::time::sleep(PAUSE * tries).await,
        }
        tries += 1;
    }
}

fn object(entry: &KeyEntry) -> colca_api::Result<Value> {
    let public = PublicKey::parse(&entry.public)
        .map_err(|invalid| colca_store::Error::damaged(format!("read the key {}: {invalid}", entry.name)))?;
    let (custody, kms) = match &entry.custody {
        Custody::Secret(_) => ("secret", None),
        Custody::Kms(key) => ("kms", Some(key)),
    };
    Ok(json!({
        "name": entry.name,
        "fingerprint": public.fingerprint(),
        "user_ids": public.user_ids(),
        "algorithm": public.algorithm().to_string(),
        "created": public.created(),
        "expires": public.expires(),
        "added": entry.added,
        "custody": custody,
        "kms": kms,
        // rpm knows no other kinds before version 4.19.
        "for_rpm": public.algorithm().every_rpm_reads_it(),
    }))
}
