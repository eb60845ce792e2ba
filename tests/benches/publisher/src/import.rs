//! The cold path: packages that lie in a bucket, taken in by an import whose messages are handled here, one after the other.

use colca_model::{Import, ImportSource, ImportState, RepoPath};
use colca_runtime::{Delivery, Error, Services};
use colca_store::{ImportMessage, ObjectKey};
use futures::{StreamExt, TryStreamExt, stream};

use crate::file;

/// How many files are put at once.
const AT_ONCE: usize = 16;

/// Puts files below a prefix of the incoming bucket, from which everybody may import.
pub(crate) async fn put(services: &Services, prefix: &str, paths: &[String]) -> Result<(), Error> {
    let bucket = &services.config.incoming_bucket;
    let all = paths.iter().map(async |path| {
        let key = format!("{prefix}{}", file::name(path)?);
        let key = ObjectKey::Found { bucket: bucket.clone(), key, etag: String::new() };
        services.objects.write(&key, std::fs::read(path)?).await?;
        Ok::<_, Error>(())
    });
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect().await
}

/// Imports all that lies there, to the last piece.
pub(crate) async fn import(services: &Services, repository: RepoPath, prefix: String) -> Result<(), Error> {
    let (id, now) = (services.ids.upload_id(), services.clock.now());
    let bucket = services.config.incoming_bucket.clone();
    let source = ImportSource::Bucket { bucket, prefix };
    let import = Import::begin(id.clone(), repository, source, None, "bench".to_owned(), now);
    services.jobs.add_import(&import, now).await?;
    loop {
        let message = ImportMessage { import: id.clone() };
        import::handle(services, Delivery { id: services.ids.upload_id().to_string(), message, times: 1 }).await?;
        let import = services.jobs.import(&id).await?.ok_or("the import is gone")?;
        match import.state {
            ImportState::Running => {}
            ImportState::Done if import.tally.refused == 0 => return Ok(()),
            state => return Err(format!("{state:?}: {:?}", import.tally).into()),
        }
    }
}
