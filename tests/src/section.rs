//! Parts of the configuration of the stack that several tests of one file add at the same time, each for projects of its
//! own. A file of tests uses these, or borrows the whole ([`crate::configuration::borrow`]), never both.

use std::{
    collections::BTreeMap,
    fs::File,
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

use serde_json::json;

use crate::{
    Client, Repository,
    configuration::{URL, lock, put, put_back, wait_for_effect},
};

/// Ours until this is dropped; then it is taken out again.
#[derive(Debug)]
pub struct Section(u64);

/// What one test adds.
#[derive(Debug, Clone, Default)]
struct Part {
    /// Tables, none of which another test may add.
    tables: String,
    /// URL prefixes for `[external]`, which is one table for all.
    allow: Vec<String>,
}

#[derive(Debug)]
struct Shared {
    /// What there was before the first of them, `None` while there are none.
    before: Option<Option<Vec<u8>>>,
    /// Held as long.
    lock: Option<File>,
    parts: BTreeMap<u64, Part>,
    next: u64,
}

static SHARED: Mutex<Shared> = Mutex::new(Shared { before: None, lock: None, parts: BTreeMap::new(), next: 0 });

impl Section {
    /// Adds tables, and waits until they are in effect everywhere.
    #[must_use]
    #[track_caller]
    pub fn add(tables: &str) -> Self {
        Self::allowing(tables, &[])
    }

    /// Adds tables and prefixes of URLs that external repositories may have.
    #[must_use]
    #[track_caller]
    pub fn allowing(tables: &str, allow: &[&str]) -> Self {
        let part = Part { tables: tables.to_owned(), allow: allow.iter().map(|url| (*url).to_owned()).collect() };
        let number = {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            if shared.before.is_none() {
                shared.lock = Some(lock());
                let response = Client::uploader().get(URL);
                shared.before = Some((response.status != 404).then(|| response.expect(200).body));
            }
            shared.next += 1;
            let number = shared.next;
            shared.parts.insert(number, part);
            let answer = put(&shared.text(), &[]);
            if answer.status != 200 {
                shared.parts.remove(&number);
            }
            let _ = answer.expect(200);
            number
        };
        wait_for_effect();
        Self(number)
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        // Also if the test failed, for the others; but then a second panic would end them all.
        let taken_out = panic::catch_unwind(|| {
            let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
            shared.parts.remove(&self.0);
            if shared.parts.is_empty() {
                put_back(shared.before.take().flatten().as_deref());
                wait_for_effect();
                shared.lock = None;
            } else {
                let _ = put(&shared.text(), &[]).expect(200);
            }
        });
        if let Err(reason) = taken_out
            && !thread::panicking()
        {
            panic::resume_unwind(reason);
        }
    }
}

impl Shared {
    /// The whole configuration. Tables may stand in any order, so they follow what was there.
    fn text(&self) -> String {
        let mut text =
            String::from_utf8_lossy(self.before.iter().flatten().next().map_or(&[], Vec::as_slice)).into_owned();
        let allow: Vec<_> = self.parts.values().flat_map(|part| &part.allow).collect();
        if !allow.is_empty() {
            text += &format!("\n[external]\nallow = {}\n", json!(allow));
        }
        for part in self.parts.values() {
            text += &format!("\n{}\n", part.tables);
        }
        text
    }
}

/// A table that names the keys of a repository's project, in the order of their signatures.
#[must_use]
pub fn signed_by(repository: &Repository, keys: &[&str]) -> String {
    format!("[repos.{}.signing]\nkeys = {}\n", repository.project, json!(keys))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Part, Shared};

    #[test]
    fn parts_follow_what_was_there_and_share_one_list() {
        let part = |tables: &str, url: &str| Part { tables: tables.to_owned(), allow: vec![url.to_owned()] };
        let parts = BTreeMap::from([(1, part("[a]", "http://a/")), (2, part("[b]", "http://b/"))]);
        let shared = Shared { before: Some(Some(b"quiet_seconds = 1\n".to_vec())), lock: None, parts, next: 2 };
        let expected = "quiet_seconds = 1\n\n[external]\nallow = [\"http://a/\",\"http://b/\"]\n\n[a]\n\n[b]\n";
        assert_eq!(shared.text(), expected);
    }
}
