//! Taking files out of the catalog.

use colca_intake::note_superseded;
use colca_model::Binary;
use colca_runtime::Services;

/// How often somebody else may replace a file while we try to delete it.
const TRIES: usize = 4;

/// Deletes a file, whichever version it has by then. `false` if somebody else was faster.
pub(crate) async fn remove(services: &Services, mut binary: Binary) -> colca_store::Result<bool> {
    for _ in 0..TRIES {
        note_superseded(services, &binary).await?;
        if services.catalog.unregister(&binary, services.ids.upload_id()).await? {
            return Ok(true);
        }
        let Binary { repository, arch, filename, .. } = &binary;
        match services.catalog.binary(repository, arch, filename).await? {
            None => return Ok(false),
            Some(again) => binary = again,
        }
    }
    Err(colca_store::Error::contended(&binary.filename))
}

/// Does work in a task of its own, since a request ends with its connection: what has begun is brought to its end.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = colca_store::Result<T>> + Send + 'static,
) -> colca_api::Result<T> {
    match tokio::spawn(work).await {
        Ok(result) => Ok(result?),
        Err(panic) => Err(colca_store::Error::corrupt("bring a deletion to its end", panic).into()),
    }
}
