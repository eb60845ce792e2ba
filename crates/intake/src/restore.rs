//! Entering a file again that was purged, as it was: the same bytes under the same key, in its place among the uploads.

use colca_apt::Fragment;
use colca_runtime::Services;
use colca_store::{
    Format, Identity, Name, ObjectKey, PackageRow, PurgedFile, Registered, Registration, StoredFragments,
};

use crate::claim::{Claimant, claim};
use crate::refusal::Refusal;

/// How often somebody else may change what is registered under the same name meanwhile.
const TRIES: usize = 4;

/// What became of a file that was to be entered again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Restored {
    /// It is in the catalog.
    Entered,
    /// It cannot be; says why.
    Left(String),
}

/// Enters a file again, and forgets that it was purged; what follows is left to the caller, who announces all of them at once. A file that
/// was uploaded under its name meanwhile stays.
///
/// # Errors
/// Whatever a service answers.
pub async fn restore(services: &Services, file: &PurgedFile) -> colca_store::Result<Restored> {
    let binary = &file.binary;
    let identity = match &file.package {
        Some(row) => identity(services, row).await?,
        None => None,
    };
    for _ in 0..TRIES {
        let (arch, filename) = (binary.arch.clone(), binary.filename.clone());
        let name = Name { arch, filename, key: binary.key.clone(), identity: identity.clone() };
        let known = services.catalog.known(&binary.repository, &[name]).await?.pop().unwrap_or_default();
        if let Some(there) = &known.binary {
            if there.sha256 == binary.sha256 {
                services.jobs.forget_purged(file).await?;
                return Ok(Restored::Entered);
            }
            return Ok(Restored::Left(format!(
                "other bytes (sha256 {}) were uploaded under its name since",
                there.sha256
            )));
        }
        if services.objects.head(&ObjectKey::Stored(binary.key.clone())).await?.is_none() {
            return Ok(Restored::Left("its bytes are not in the store any more".to_owned()));
        }
        let claim = match identity.clone() {
            None => None,
            Some(identity) => match claim(services, Claimant::from(binary), identity, known.claim).await {
                Ok(claim) => claim,
                Err(Refusal::Failed(error)) => return Err(error),
                Err(refusal) => return Ok(Restored::Left(refusal.to_string())),
            },
        };
        let version = known.deleted.max(binary.version) + 1;
        let registration = Registration {
            binary: colca_model::Binary { version, ..binary.clone() },
            replaces: None,
            package: file.package.clone().map(|row| PackageRow { version, ..row }),
            claim,
            notes: vec![],
        };
        match services.catalog.restore_file(&services.jobs, registration, file, services.ids.upload_id()).await? {
            // Somebody else did.
            Registered::Done | Registered::UploadEnded => return Ok(Restored::Entered),
            Registered::NameTaken => {}
        }
    }
    Err(colca_store::Error::contended(&binary.filename))
}

/// What a package is, if its archive can have but one of it.
async fn identity(services: &Services, row: &PackageRow) -> colca_store::Result<Option<Identity>> {
    if row.format != Format::Deb {
        return Ok(None);
    }
    let read;
    let bytes = match &row.fragments {
        StoredFragments::Inline(bytes) => &bytes[..],
        StoredFragments::Object(key) => {
            let key = ObjectKey::Stored(key.clone());
            let Some((bytes, _)) = services.objects.read(&key).await? else {
                return Err(colca_store::Error::not_found(&key));
            };
            read = bytes;
            &read[..]
        }
    };
    let fragment = Fragment::from_bytes(bytes)
        .map_err(|error| colca_store::Error::damaged(format!("read what {} is: {error}", row.filename)))?;
    let Fragment { name, version, architecture, .. } = fragment;
    Ok(Some(Identity { name, version, architecture }))
}
