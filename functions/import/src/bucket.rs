//! Packages below a prefix of a bucket.

use colca_intake::FoundFile;
use colca_model::{Filename, Import};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{ListedObject, ObjectKey};
use jiff::SignedDuration;
use sha2::Digest;

use crate::piece::{Candidate, Registered, TOGETHER, is_package};
use crate::stop::Stop;

/// How many objects a piece has: one page of a listing.
const PIECE: i32 = 1000;

/// After this long a piece ends where it is. A function ends after fifteen minutes.
const TIME: SignedDuration = SignedDuration::from_mins(4);

/// Takes in the next packages; whether there may be more.
pub(crate) async fn piece(services: &Services, import: &mut Import, bucket: &str, prefix: &str) -> Result<bool, Stop> {
    let settings = services.settings.get().await?;
    let begin = services.clock.now();
    let listed = services.objects.list(bucket, prefix, import.cursor.as_deref(), PIECE).await;
    let (listed, mut more) = listed.map_err(Stop::of_source)?;
    if listed.is_empty() && import.tally.found == 0 {
        return Err(Stop::Failed(format!("source: must have objects, got {:?}", import.source.to_string())));
    }
    let mut registered = Registered::default();
    let mut rest = listed.chunks(TOGETHER);
    for objects in rest.by_ref() {
        let place = import.tally.found;
        let candidates = (place..).zip(objects);
        let candidates =
            candidates.map(|(place, object)| candidate(&settings, import, prefix, place, object)).collect();
        registered.take(services, import, candidates).await?;
        import.cursor = objects.last().map(|object| object.key.path());
        if services.clock.now() > begin + TIME {
            break;
        }
    }
    more |= rest.next().is_some();
    registered.announce(services, import).await?;
    Ok(more)
}

/// An object of the listing, the `place`th of all.
fn candidate(settings: &Settings, import: &Import, prefix: &str, place: u64, object: &ListedObject) -> Candidate {
    let key = object.key.path();
    let path = key.strip_prefix(prefix).unwrap_or(&key).to_owned();
    let name = path.rsplit('/').next().unwrap_or_default();
    if !is_package(settings, import, name) {
        return Candidate { path, file: Ok(None) };
    }
    let file = Filename::new(name).map_err(|invalid| invalid.to_string()).map(|filename| {
        let upload = import.upload_id(place, fingerprint(&object.key));
        Some(FoundFile { key: object.key.clone(), filename, size: object.size, sha256: None, upload })
    });
    Candidate { path, file }
}

/// What tells these bytes from others that may lie there later.
fn fingerprint(key: &ObjectKey) -> [u8; 6] {
    let mut digest = sha2::Sha256::new();
    if let ObjectKey::Found { bucket, key, etag } = key {
        digest.update(format!("{bucket}\n{key}\n{etag}"));
    }
    let mut first = [0; 6];
    first.copy_from_slice(&digest.finalize()[..6]);
    first
}
