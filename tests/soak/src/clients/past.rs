//! Has what was superseded grow old: as soon as no client can ask for it any more, its time comes, and the sweep deletes it while
//! all goes on. By itself that would take longer than a run.
//!
//! An object counts as superseded from when it was first seen that nothing public names it, by a look past all caches. Nothing
//! here depends on how fast the machine is: a client that is slow holds back what it may need.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use colca_tests::{
    aws, functions,
    garbage::{self, Noted},
    stack,
};
use serde_json::json;

use super::{edges::ENTRY, sessions::Sessions};
use crate::{
    course::{Course, lock},
    shelf::Shelf,
};

/// How much longer than the edges remember entry files something is kept: the stand-in below them remembers them for 5 s.
const MARGIN: Duration = Duration::from_secs(15);

/// How often it is looked.
const PAUSE: Duration = Duration::from_secs(5);

/// What was found out so far.
#[derive(Debug, Default)]
pub(crate) struct Past {
    unnamed: Mutex<Unnamed>,
    /// Whose time has come, and who are still noted.
    due: Mutex<BTreeSet<String>>,
    came: AtomicU64,
    swept: AtomicU64,
}

/// Since when nothing public names what is noted as garbage, and the note.
#[derive(Debug, Default)]
struct Unnamed(BTreeMap<String, (Instant, Noted)>);

impl Past {
    /// Looks and lets time go by until it is over.
    pub(crate) fn go_on(&self, shelves: &[Shelf], sessions: &Sessions, course: &Course) {
        while course.goes_on() {
            if shelves.iter().map(|shelf| self.look(shelf, sessions)).sum::<usize>() > 0 {
                aws::invoke_later(functions::deployed("reap"), &json!({}));
            }
            course.pause(PAUSE);
        }
    }

    /// How many objects got old, and how many of them are deleted by now.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 2] {
        self.settle(|_| true);
        [
            ("objects noted as garbage whose time came meanwhile", self.came.load(Ordering::Relaxed)),
            ("of these swept meanwhile", self.swept.load(Ordering::Relaxed)),
        ]
    }

    /// Counts those that are deleted, of some with which the sweep is done.
    fn settle(&self, is_done: impl Fn(&String) -> bool) {
        let mut due = lock(&self.due);
        let (done, rest) = due.iter().cloned().partition::<BTreeSet<_>, _>(is_done);
        let swept = done.iter().filter(|key| aws::etag(stack().store(), key).is_none()).count();
        self.swept.fetch_add(swept as u64, Ordering::Relaxed);
        *due = rest;
    }

    /// Has those of one repository grow old whose time it is: how many the sweep finds by now.
    fn look(&self, shelf: &Shelf, sessions: &Sessions) -> usize {
        let (prefix, named) = (format!("{}/", shelf.repository.prefix()), shelf.named());
        let notes = garbage::noted(&shelf.repository.project);
        // Whoever begins from here on finds what is named now, or what edges remember.
        let (now, oldest) = (Instant::now(), sessions.oldest());
        let noted: BTreeSet<_> = notes.iter().map(|note| note.key.clone()).collect();
        self.settle(|key| key.starts_with(&prefix) && !noted.contains(key));
        let waiting = notes.iter().filter(|note| note.is_due()).count();
        let due = lock(&self.unnamed).look((&prefix, &named), notes, now, oldest);
        let made = due.into_iter().filter(garbage::make_due);
        let public: Vec<_> = made.filter(|note| note.key.starts_with(&prefix)).map(|note| note.key).collect();
        let count = waiting + public.len();
        let mut all = lock(&self.due);
        let came = public.into_iter().filter(|key| all.insert(key.clone())).count();
        self.came.fetch_add(came as u64, Ordering::Relaxed);
        count
    }
}

impl Unnamed {
    /// Takes note of what is named below a prefix and noted now, and gives what nobody can ask for any more.
    fn look(
        &mut self,
        (prefix, named): (&str, &BTreeSet<String>),
        notes: Vec<Noted>,
        now: Instant,
        oldest: Instant,
    ) -> Vec<Noted> {
        let noted: BTreeSet<_> = notes.iter().map(|note| &note.key).collect();
        self.0.retain(|key, _| !named.contains(key) && (!key.starts_with(prefix) || noted.contains(key)));
        let mut due = Vec::new();
        for note in notes.into_iter().filter(|note| !named.contains(&note.key)) {
            let found = self.0.entry(note.key.clone()).or_insert_with(|| (now, note.clone()));
            // What is found by its checksum may have been named again and superseded again between two looks: then it was
            // noted anew. Keys of files never come back, but their notes are put off.
            if note.owner == "published" && found.1.due != note.due && !note.is_due() {
                *found = (now, note.clone());
            }
            if !note.is_due() && found.0 + Duration::from_secs(ENTRY as u64) + MARGIN <= oldest {
                due.push(note);
            }
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeSet,
        time::{Duration, Instant},
    };

    use super::{Noted, Unnamed};

    #[test]
    fn what_a_client_may_ask_for_does_not_get_old() {
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let note = |key: &str, owner: &str, due| Noted { key: key.to_owned(), owner: owner.to_owned(), due };
        let notes = |due| vec![note("a/file", "file", due), note("a/index", "published", due)];
        let (nothing, index) = (BTreeSet::new(), BTreeSet::from(["a/index".to_owned()]));
        let mut unnamed = Unnamed::default();
        assert_eq!(unnamed.look(("a/", &nothing), notes(10), at(0), at(0)), []);
        assert_eq!(unnamed.look(("a/", &nothing), notes(10), at(100), at(74)), [], "one is at work that began early");
        assert_eq!(unnamed.look(("a/", &nothing), notes(10), at(100), at(75)), notes(10));
        assert_eq!(unnamed.look(("a/", &nothing), notes(1), at(100), at(100)), [], "the sweep has not come yet");
        // It is named again, then not.
        assert_eq!(unnamed.look(("a/", &index), notes(10), at(101), at(101)), [note("a/file", "file", 10)]);
        assert_eq!(unnamed.look(("a/", &nothing), notes(10), at(102), at(102)), [note("a/file", "file", 10)]);
        assert_eq!(unnamed.look(("a/", &nothing), notes(10), at(177), at(177)), notes(10));
        // Noted anew, or not at all for a while.
        assert_eq!(unnamed.look(("a/", &nothing), notes(20), at(178), at(178)), [note("a/file", "file", 20)]);
        assert_eq!(unnamed.look(("b/", &nothing), vec![], at(178), at(178)), []);
        assert_eq!(unnamed.look(("a/", &nothing), notes(20), at(253), at(253)), notes(20));
        assert_eq!(unnamed.look(("a/", &nothing), vec![], at(300), at(300)), []);
        assert_eq!(unnamed.look(("a/", &nothing), notes(20), at(301), at(301)), []);
    }
}
