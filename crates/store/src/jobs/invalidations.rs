//! What caches are told to forget, a batch at a time. A batch is written down before it is sent, so that whoever goes on with it
//! sends the same one, and sent until it was taken; what it is of is struck off after that.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use colca_model::UploadId;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{DueStale, Jobs, SK};
use crate::cdn_paths::{self, REPOSITORIES};
use crate::table::{held, item, key, number, text};
use crate::{Error, Result};

const PARTITION: &str = "INVALIDATION";

/// The longest wait before it is sent again, in minutes.
const LONGEST: i64 = 60;

/// How many are struck off at once.
const AT_ONCE: usize = 16;

/// A batch; there is one at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invalidation {
    id: UploadId,
    stale: Vec<DueStale>,
    tries: u32,
    /// When it is to be sent, in milliseconds.
    next: i64,
    taken: bool,
}

impl Invalidation {
    /// What is taken into one at most; it is kept in one item.
    pub const LARGEST: i32 = 250;

    /// The first of what is due: of no more repositories than fit into one. None if nothing is.
    #[must_use]
    pub fn new(id: UploadId, due: Vec<DueStale>) -> Option<Self> {
        let mut repositories = BTreeSet::new();
        for due in &due {
            if repositories.len() < REPOSITORIES {
                repositories.insert(due.stale.repository.clone());
            }
        }
        let stale: Vec<_> = due.into_iter().filter(|due| repositories.contains(&due.stale.repository)).collect();
        (!stale.is_empty()).then_some(Self { id, stale, tries: 0, next: 0, taken: false })
    }

    /// Whether it is to be sent now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        !self.taken && self.next <= now.as_millisecond()
    }

    /// Whether it was taken, and is only to be struck off.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        self.taken
    }

    /// It was taken: it is never sent again.
    pub fn take(&mut self) {
        self.taken = true;
    }

    /// It was not taken this time: it is sent again after 1, 2, 4 … 60 minutes.
    pub fn put_off(&mut self, now: Timestamp) {
        let minutes = 1_i64.checked_shl(self.tries).filter(|minutes| *minutes > 0).unwrap_or(LONGEST).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        self.next = (now + SignedDuration::from_mins(minutes)).as_millisecond();
    }

    /// How often it was sent and not taken.
    #[must_use]
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// What is to be forgotten, as the CDN is told.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<String> {
        cdn_paths::paths(self.stale.iter().map(|due| &due.stale))
    }

    /// What the CDN knows it by when it is sent again. The same name for other paths is refused; they may be others if
    /// another version of us sends it.
    pub(crate) fn reference(&self) -> String {
        let mut hash = Sha256::new();
        for path in self.paths() {
            hash.update(path);
            hash.update(b"\n");
        }
        format!("{}-{}", self.id, hex::encode(&hash.finalize()[..8]))
    }
}

impl Jobs {
    /// The batch that somebody has begun.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn invalidation(&self) -> Result<Option<Invalidation>> {
        self.table.get(PARTITION, SK).await
    }

    /// Begins a batch; `false` if somebody else has begun one.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn begin_invalidation(&self, batch: &Invalidation) -> Result<bool> {
        let request = self.table.db.put_item().table_name(&self.table.name);
        let request = request.set_item(Some(item(PARTITION, SK, batch)?));
        let request = request.condition_expression("attribute_not_exists(pk)");
        held(request.send().await.map_err(|error| Error::sdk("begin an invalidation", error)))
    }

    /// Notes how far a batch is, unless somebody else had it taken.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn record_invalidation(&self, batch: &Invalidation) -> Result<()> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PARTITION, SK)));
        let request = request.update_expression("SET tries = :tries, #next = :next, taken = :taken");
        let request = request.expression_attribute_names("#next", "next");
        let request = request.expression_attribute_values(":tries", number(batch.tries));
        let request = request.expression_attribute_values(":next", number(batch.next));
        let request = request.expression_attribute_values(":taken", AttributeValue::Bool(batch.taken));
        let request = request.condition_expression("id = :id AND taken = :no");
        let request = request.expression_attribute_values(":id", text(batch.id.to_string()));
        let request = request.expression_attribute_values(":no", AttributeValue::Bool(false));
        held(request.send().await.map_err(|error| Error::sdk("note how far an invalidation is", error))).map(drop)
    }

    /// Strikes off what a batch is of, and then the batch.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn end_invalidation(&self, batch: &Invalidation) -> Result<()> {
        let ends = batch.stale.iter().map(|due| self.forget_stale(due));
        stream::iter(ends).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        let request = self.table.db.delete_item().table_name(&self.table.name).set_key(Some(key(PARTITION, SK)));
        let request = request.condition_expression("id = :id");
        let request = request.expression_attribute_values(":id", text(batch.id.to_string()));
        held(request.send().await.map_err(|error| Error::sdk("end an invalidation", error))).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stale;
    use crate::jobs::stale::noted;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a moment")
    }

    fn file(repository: usize, name: &str, second: i64) -> DueStale {
        let repository = format!("ceph/main/{repository}/centos/9/flavors/default");
        let key = Some(format!("repos/{repository}/x86_64/{name}"));
        noted(Stale { repository: repository.parse().expect("a path"), key }, at(second))
    }

    fn batch(due: Vec<DueStale>) -> Invalidation {
        Invalidation::new("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"), due).expect("something")
    }

    #[test]
    fn a_batch_is_of_the_repositories_that_wait_longest() {
        let due: Vec<_> = (0..20).map(|number| file(number % 10, &format!("{number}.rpm"), 0)).collect();
        let batch = batch(due);
        let of: BTreeSet<_> = batch.stale.iter().map(|due| due.stale.repository.sha1.to_string()).collect();
        assert_eq!(of, (0..REPOSITORIES).map(|number| number.to_string()).collect());
        assert_eq!(batch.stale.len(), 2 * REPOSITORIES, "what came later of the same is in it, too");
        assert!(batch.paths().iter().filter(|path| path.ends_with('*')).count() <= 15);
        assert_eq!(Invalidation::new(batch.id, vec![]), None);
    }

    #[test]
    fn it_is_tried_again_ever_later_and_never_once_it_was_taken() {
        let mut batch = batch(vec![file(1, "a.rpm", 0)]);
        assert!(batch.is_due(at(0)));
        let mut now = 0;
        for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
            batch.put_off(at(now));
            assert!(!batch.is_due(at(now + 60 * minutes - 1)) && batch.is_due(at(now + 60 * minutes)), "{minutes}");
            now += 60 * minutes;
        }
        for tries in [62, 63, 64, u32::MAX] {
            batch.tries = tries;
            batch.put_off(at(now));
            assert!(!batch.is_due(at(now + 3599)) && batch.is_due(at(now + 3600)), "after {tries}");
        }
        batch.take();
        assert!(batch.is_taken() && !batch.is_due(Timestamp::MAX));
    }

    #[test]
    fn the_same_batch_has_the_same_name_and_another_another() {
        let one = batch(vec![file(1, "a.rpm", 0)]);
        let mut again = batch(vec![file(1, "a.rpm", 9)]);
        again.put_off(at(0));
        assert_eq!(one.reference(), again.reference());
        assert_ne!(one.reference(), batch(vec![file(1, "b.rpm", 0)]).reference());
        assert!(one.reference().starts_with("01ARZ3NDEKTSV4RRFFQ69G5FAV-"), "{}", one.reference());
    }

    #[test]
    fn the_largest_fits_into_an_item() {
        let names = "n".repeat(255);
        let repository = format!("{}/{}/a/b/c/flavors/f", &names[..215], &names[..215]);
        let key = format!("repos/{repository}/{names}/01ARZ3NDEKTSV4RRFFQ69G5FAV/{names}");
        let stale = Stale { repository: repository.parse().expect("a path"), key: Some(key.clone()) };
        let due = vec![noted(stale, at(0)); usize::try_from(Invalidation::LARGEST).expect("few")];
        let batch = batch(due);
        let bytes = serde_json::to_string(&batch).expect("JSON").len();
        assert!(bytes < 400 * 1024, "{bytes} bytes with keys of {}", key.len());
    }
}
