//! What was public and is deleted: caches may have it still. Whoever deletes it notes that before.

use colca_model::RepoPath;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Garbage, Jobs, Owner, SK};
use crate::table::{held, item, key, number, text};
use crate::{Error, ObjectKey, Result};

pub(super) const DUE: &str = "stale";

/// How long after it was noted something is surely deleted, or noted anew: whoever is told to forget it before might fetch it again.
const DELETED: SignedDuration = SignedDuration::from_mins(2);

/// In seconds, how long the metadata of a repository is gathered. Each publish supersedes some, which nobody asked to have
/// deleted, and each path that caches are to forget costs more than all else that the publish does.
const GATHERED: i64 = 24 * 60 * 60;

/// What caches may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// The repository it was of.
    pub repository: RepoPath,
    /// Its key in the store; none if it is whatever caches have of the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The same, as it was noted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueStale {
    /// What it is.
    #[serde(flatten)]
    pub stale: Stale,
    due_at: i64,
}

impl Stale {
    /// What garbage leaves in caches when it is deleted; none if the public cannot read it.
    #[must_use]
    pub fn of(garbage: &Garbage) -> Option<Self> {
        let repository = ObjectKey::published_in(&garbage.key)?;
        let is_metadata = matches!(garbage.owner, Owner::Published { .. });
        Some(Self { repository, key: (!is_metadata).then(|| garbage.key.clone()) })
    }

    /// When caches are to forget what is noted now.
    fn due(&self, now: Timestamp) -> Timestamp {
        let deleted = now + DELETED;
        if self.key.is_some() {
            return deleted;
        }
        // Each repository at another time of the day, or they would all get in the way of one another at midnight.
        let name = self.repository.to_string();
        let time = name.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % GATHERED);
        let days = (deleted.as_second() - time).div_euclid(GATHERED) + 1;
        Timestamp::from_second(days * GATHERED + time).unwrap_or(deleted)
    }
}

impl DueStale {
    /// All of a repository once for each time that it is gathered for: what is noted for the next is another item.
    fn place(&self) -> (String, String) {
        match &self.stale.key {
            Some(key) => (format!("STALE#{key}"), SK.to_owned()),
            None => (format!("STALE#{}", ObjectKey::repository(&self.stale.repository)), self.due_at.to_string()),
        }
    }
}

impl Jobs {
    /// Has caches forget something, which is deleted after this and soon.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_stale(&self, stale: &Stale, now: Timestamp) -> Result<()> {
        let due = DueStale { stale: stale.clone(), due_at: stale.due(now).as_millisecond() };
        let (pk, sk) = due.place();
        let mut item = item(&pk, &sk, &due)?;
        item.insert("due_kind".to_owned(), text(DUE));
        let put = self.table.db.put_item().table_name(&self.table.name).set_item(Some(item)).send().await;
        put.map(drop).map_err(|error| Error::sdk(format!("note {pk}"), error))
    }

    /// Up to `limit` of what caches are to forget, longest due first.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_stale(&self, now: Timestamp, limit: i32) -> Result<Vec<DueStale>> {
        self.due(DUE, now, limit).await
    }

    /// Forgets what was noted, unless it was noted anew meanwhile.
    pub(super) async fn forget_stale(&self, due: &DueStale) -> Result<()> {
        let (pk, sk) = due.place();
        let request = self.table.db.delete_item().table_name(&self.table.name).set_key(Some(key(&pk, &sk)));
        let request = request.condition_expression("due_at = :due");
        let request = request.expression_attribute_values(":due", number(due.due_at));
        held(request.send().await.map_err(|error| Error::sdk(format!("forget {pk}"), error))).map(drop)
    }
}

#[cfg(test)]
pub(crate) fn noted(stale: Stale, due: Timestamp) -> DueStale {
    DueStale { stale, due_at: due.as_millisecond() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "repos/ceph/main/HEAD/centos/9/flavors/default";

    fn repository() -> RepoPath {
        "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a path")
    }

    fn published() -> Owner {
        Owner::Published { repository: repository(), revision: 3 }
    }

    #[test]
    fn only_what_the_public_can_read_is_in_caches() {
        let owner = Owner::Shared { repository: repository(), origin: "other".to_owned() };
        for (key, owner, expected) in [
            (format!("{TOP}/x86_64/a.rpm"), &owner, Some(Some(format!("{TOP}/x86_64/a.rpm")))),
            (format!("{TOP}/x86_64/repodata/3-primary.xml.zst"), &published(), Some(None)),
            ("state/fragments/01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned(), &owner, None),
            ("state/lists/ceph/main/HEAD/centos/9/flavors/default/3".to_owned(), &published(), None),
            ("repos/ceph/main".to_owned(), &owner, None),
        ] {
            let stale = Stale::of(&Garbage::new(key.clone(), owner.clone()));
            assert_eq!(stale.map(|stale| stale.key), expected, "{key}");
        }
    }

    #[test]
    fn packages_are_due_when_they_are_deleted_and_metadata_once_a_day() {
        let now = |second: i64| Timestamp::from_second(1_800_000_000 + second).expect("a moment");
        let file = Stale { repository: repository(), key: Some(format!("{TOP}/a.rpm")) };
        assert_eq!(file.due(now(0)), now(120));
        let all = Stale { repository: repository(), key: None };
        let dues: Vec<_> = (0..=GATHERED).step_by(600).map(|second| (now(second), all.due(now(second)))).collect();
        assert!(dues.iter().all(|(now, due)| *due > *now + DELETED && *due <= *now + DELETED + SignedDuration::from_secs(GATHERED)));
        let mut different: Vec<_> = dues.into_iter().map(|(_, due)| due).collect();
        different.dedup();
        assert_eq!(different.len(), 2, "{different:?}");
    }

    #[test]
    fn what_is_noted_for_tomorrow_does_not_replace_what_is_noted_for_today() {
        let all = Stale { repository: repository(), key: None };
        let day = |day: i64| noted(all.clone(), Timestamp::from_second(day * GATHERED).expect("a moment")).place();
        assert_eq!(day(1).0, day(2).0);
        assert_ne!(day(1), day(2));
    }
}
