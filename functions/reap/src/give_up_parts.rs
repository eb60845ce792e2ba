//! Objects that somebody began to write in parts and died: what is there of them costs money, and nobody sees it.

use colca_runtime::Services;
use colca_store::Garbage;
use tracing::info;

use crate::round::Round;

/// Gives up what takes longer than any build or registration. (The bucket's lifecycle rule would do so after a day.)
pub(crate) async fn give_up_parts(services: &Services, round: &Round) -> colca_store::Result<()> {
    let before = services.clock.now() - Garbage::UNFINISHED;
    let mut all = Ok(());
    for (key, id) in services.objects.abandoned(before).await? {
        if round.is_over() {
            break;
        }
        info!(key = key.path(), "Giving up the parts of {}", key.path());
        // One that cannot be given up does not keep the others from it.
        all = all.and(services.objects.abort_multipart(&key, &id).await);
    }
    all
}
