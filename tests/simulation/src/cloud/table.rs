//! One table of DynamoDB, and what of it is seen a little later.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::expression::Item;

/// The primary key of an item: `pk` and `sk`, both text.
pub(crate) type Key = (String, String);

/// A write that replicas have not seen yet: the item after it, if one was left.
type Write = (Instant, Key, Option<Item>);

/// Items by key. Consistent reads see them as they are, all others as they were a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Table {
    items: BTreeMap<Key, Item>,
    replica: BTreeMap<Key, Item>,
    unseen: VecDeque<Write>,
    /// Items that a transaction is just changing.
    pub(crate) locked: BTreeSet<Key>,
    /// How long until a write is seen by reads that are not consistent.
    lag: Duration,
}

impl Table {
    pub(crate) fn new(lag: Duration) -> Self {
        Self { lag, ..Self::default() }
    }

    pub(crate) fn get(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    /// Writes an item, or deletes it.
    pub(crate) fn set(&mut self, key: Key, item: Option<Item>) {
        match &item {
            Some(item) => drop(self.items.insert(key.clone(), item.clone())),
            None => drop(self.items.remove(&key)),
        }
        self.unseen.push_back((Instant::now() + self.lag, key, item));
    }

    /// All items, now or as replicas see them.
    pub(crate) fn all(&mut self, is_consistent: bool) -> &BTreeMap<Key, Item> {
        let now = Instant::now();
        while let Some((_, key, item)) = self.unseen.pop_front_if(|(seen, ..)| *seen <= now) {
            match item {
                Some(item) => drop(self.replica.insert(key, item)),
                None => drop(self.replica.remove(&key)),
            }
        }
        if is_consistent { &self.items } else { &self.replica }
    }
}

/// The key of an item, or of what a request names.
pub(crate) fn key_of(item: &Value) -> Key {
    let name = |attribute: &str| item[attribute]["S"].as_str().expect("a text key").to_owned();
    (name("pk"), name("sk"))
}

/// The attributes that an index is sorted by: hash, and range if it has one. Those of the table are `pk` and `sk`.
pub(crate) fn attributes(index: Option<&str>) -> (&str, Option<&str>) {
    match index {
        None => ("pk", Some("sk")),
        Some("dirty-index") => ("dirty", None),
        Some("due-index") => ("due_kind", Some("due_at")),
        Some(name) => (name.trim_end_matches("-index"), Some("newest")),
    }
}
