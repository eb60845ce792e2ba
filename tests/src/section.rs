//! Parts of the configuration of the stack that several tests of one file add at the same time, each for projects of its
//! own. A file of tests uses these, or borrows the whole ([`crate::configuration::borrow`]), never both.

use std::{
    collections::BTreeMap,
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

use serde_json::json;

use crate::{
    Repository,
    configuration::{Before, put, wait_for_effect},
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
    before: Option<Before>,
    parts: BTreeMap<u64, Part>,
    next: u64,
}

static SHARED: Mutex<Shared> = Mutex::new(Shared { before: None, parts: BTreeMap::new(), next: 0 });

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
            shared.before.get_or_insert_with(Before::remember);
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
                // No other file of tests may change it before this is in effect.
                let before = shared.before.take();
                before.iter().for_each(Before::put_back);
                wait_for_effect();
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
    /// The whole configuration.
    fn text(&self) -> String {
        with(self.before.as_ref().map_or("", Before::text), self.parts.values())
    }
}

/// Tables may stand in any order, so the parts follow what was there.
fn with<'a>(before: &str, parts: impl Iterator<Item = &'a Part> + Clone) -> String {
    let mut text = before.to_owned();
    let allow: Vec<_> = parts.clone().flat_map(|part| &part.allow).collect();
    if !allow.is_empty() {
        text += &format!("\n[external]\nallow = {}\n", json!(allow));
    }
    for part in parts {
        text += &format!("\n{}\n", part.tables);
    }
    text
}

/// A table that names the keys of a repository's project, in the order of their signatures.
#[must_use]
pub fn signed_by(repository: &Repository, keys: &[&str]) -> String {
    format!("[repos.{}.signing]\nkeys = {}\n", repository.project, json!(keys))
}

#[cfg(test)]
mod tests {
    use super::{Part, with};

    #[test]
    fn parts_follow_what_was_there_and_share_one_list() {
        let part = |tables: &str, url: &str| Part { tables: tables.to_owned(), allow: vec![url.to_owned()] };
        let parts = [part("[a]", "http://a/"), part("[b]", "http://b/")];
        let expected = "quiet_seconds = 1\n\n[external]\nallow = [\"http://a/\",\"http://b/\"]\n\n[a]\n\n[b]\n";
        assert_eq!(with("quiet_seconds = 1\n", parts.iter()), expected);
    }
}
