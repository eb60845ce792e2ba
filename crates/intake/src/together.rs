//! Files that are entered into the catalog together.

use std::time::Duration;

use colca_model::Upload;
use colca_runtime::Services;
use colca_store::{ErrorKind, Registered, Registration, StoredFragments};
use tracing::warn;

use crate::import::told;
use crate::register::{Arrived, Taken, register};

/// How many bytes of metadata are entered together: a transaction has four megabytes at most.
const LONGEST: usize = 3_000_000;

/// How often files are entered together if DynamoDB has too much to do, and how long the first pause is.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(200);

/// A file, what is entered of it, and what was read of it.
pub(crate) type Entry = (Registration, Upload, Arrived);

/// Enters files together; if one of them is not to be entered as it was prepared, each alone.
pub(crate) async fn enter(
    services: &Services,
    entries: Vec<(usize, Entry)>,
) -> colca_store::Result<Vec<(usize, Result<Taken, String>)>> {
    if enter_together(services, &entries).await {
        return Ok(entries.into_iter().map(|(place, _)| (place, Ok(Taken::New))).collect());
    }
    let mut taken = Vec::new();
    for (place, (_, upload, arrived)) in entries {
        taken.push((place, told(register(services, &upload, &arrived).await)?));
    }
    Ok(taken)
}

/// Whether files were entered together. Two transactions that meet both fail, and so does one when there is too much to do: it is
/// tried again first, for each alone would be more still.
async fn enter_together(services: &Services, entries: &[(usize, Entry)]) -> bool {
    for tried in 1..=TRIES {
        let (now, keep) = (services.clock.now(), services.config.retention);
        let all = entries.iter().map(|(_, (registration, upload, _))| (registration.clone(), upload.clone()));
        match services.catalog.register_all(&services.jobs, all.collect(), now, keep).await {
            Ok(registered) => return registered == Registered::Done,
            Err(error) if error.kind() == ErrorKind::Unavailable && tried < TRIES => {
                tokio::time::sleep(PAUSE * tried).await;
            }
            Err(error) => {
                warn!(%error, "{} files are entered one by one", entries.len());
                return false;
            }
        }
    }
    false
}

/// As many together as a transaction takes.
pub(crate) fn by_length(entries: Vec<(usize, Entry)>) -> Vec<Vec<(usize, Entry)>> {
    let mut all: Vec<Vec<_>> = Vec::new();
    let (mut items, mut length) = (0, 0);
    for entry in entries {
        let registration = &entry.1.0;
        let bytes = match registration.package.as_ref().map(|package| &package.fragments) {
            Some(StoredFragments::Inline(bytes)) => bytes.len(),
            Some(StoredFragments::Object(_)) | None => 0,
        };
        let own = registration.items();
        items += own;
        length += bytes;
        match all.last_mut() {
            Some(last) if items <= Registration::MOST && length <= LONGEST => last.push(entry),
            _ => {
                (items, length) = (own, bytes);
                all.push(vec![entry]);
            }
        }
    }
    all
}
