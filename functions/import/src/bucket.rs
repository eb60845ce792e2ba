//! Packages below a prefix of a bucket.

use colca_intake::{FoundFile, check_archive};
use colca_model::{Filename, Import};
use colca_runtime::Services;
use colca_store::{ListedObject, ObjectKey};

use crate::bounds::{PIECE, TIME, TOGETHER};
use crate::piece::{Candidate, Registered, is_package};
use crate::sources::Sources;
use crate::stop::Stop;
use crate::upload_id::upload_id;

/// Takes in the next packages; whether there may be more.
pub(crate) async fn piece(services: &Services, import: &mut Import, bucket: &str, prefix: &str) -> Result<bool, Stop> {
    let settings = services.settings.get().await?;
    let begin = services.clock.now();
    let listed = services.objects.list(bucket, prefix, import.cursor.as_deref(), PIECE).await;
    let (listed, mut more) = listed.map_err(Stop::of_source)?;
    if listed.is_empty() && import.tally.found == 0 {
        return Err(Stop::Failed(format!("source: must have objects, got {:?}", import.source.to_string())));
    }
    let is_archive = Filename::new("a.dsc").is_ok_and(|dsc| check_archive(&settings, &import.repository, &dsc).is_ok());
    let mut sources = is_archive.then(Sources::default);
    let mut registered = Registered::default();
    for objects in listed.chunks(TOGETHER) {
        if services.clock.now() > begin + TIME {
            more = true;
            break;
        }
        let mut candidates = Vec::new();
        for object in objects {
            candidates.push(candidate(services, import, prefix, object, sources.as_mut()).await?);
        }
        registered.take(services, import, candidates).await?;
        import.cursor = objects.last().map(|object| object.key.path());
    }
    registered.announce(services, import).await?;
    Ok(more)
}

/// An object of the listing. `sources` are for a repository that can be an archive.
async fn candidate(
    services: &Services,
    import: &Import,
    prefix: &str,
    object: &ListedObject,
    sources: Option<&mut Sources>,
) -> Result<Candidate, Stop> {
    let ObjectKey::Found { bucket, key, etag } = &object.key else {
        return Ok(Candidate { path: object.key.path(), file: Ok(None) });
    };
    let path = key.strip_prefix(prefix).unwrap_or(key).to_owned();
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut expected = None;
    if is_package(name) && object.size == 0 {
        return Ok(Candidate { path, file: Err("size: must be 1 at least, got 0".to_owned()) });
    }
    if !is_package(name) {
        let named = match sources {
            Some(sources) => sources.named(services, bucket, object).await.map_err(Stop::of_source)?,
            None => None,
        };
        let Some(named) = named else { return Ok(Candidate { path, file: Ok(None) }) };
        if named.size != object.size {
            let why = format!("size: must be {}, as its .dsc says, got {}", named.size, object.size);
            return Ok(Candidate { path, file: Err(why) });
        }
        expected = Some(named.sha256);
    }
    let file = Filename::new(name).map_err(|invalid| invalid.to_string()).map(|filename| {
        let upload = upload_id(import, key, etag);
        Some(FoundFile { key: object.key.clone(), filename, size: object.size, sha256: None, expected, upload })
    });
    Ok(Candidate { path, file })
}
