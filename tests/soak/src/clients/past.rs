//! Has what was superseded grow old: as soon as no client can ask for it any more, its time comes, and the sweep deletes it while
//! all goes on. By itself that would take longer than a run.
//!
//! An object counts as superseded from when it was first seen that nothing public names it, by a look past all caches. Nothing
//! here depends on how fast the machine is: a client that is slow holds back what it may need.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
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
    aged: Mutex<BTreeSet<String>>,
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
    pub(crate) fn counts(&self) -> [(&'static str, usize); 2] {
        let aged = lock(&self.aged);
        let gone = aged.iter().filter(|key| aws::etag(stack().store(), key).is_none()).count();
        [("superseded objects whose time came meanwhile", aged.len()), ("of these swept meanwhile", gone)]
    }

    /// Has those of one repository grow old whose time it is: how many.
    fn look(&self, shelf: &Shelf, sessions: &Sessions) -> usize {
        let (prefix, named) = (format!("{}/", shelf.repository.prefix()), shelf.named());
        let notes = garbage::noted(&shelf.repository.project);
        // Whoever begins from here on finds what is named now, or what edges remember.
        let (now, oldest) = (Instant::now(), sessions.oldest());
        let mut unnamed = lock(&self.unnamed);
        let due = unnamed.look(&named, notes, now, oldest);
        let made = due.into_iter().filter(garbage::make_due);
        let public: Vec<_> = made.filter(|note| note.key.starts_with(&prefix)).map(|note| note.key).collect();
        let count = public.len();
        lock(&self.aged).extend(public);
        count
    }
}

impl Unnamed {
    /// Takes note of what is there now, and gives what nobody can ask for any more.
    fn look(&mut self, named: &BTreeSet<String>, notes: Vec<Noted>, now: Instant, oldest: Instant) -> Vec<Noted> {
        self.0.retain(|key, _| !named.contains(key));
        let mut due = Vec::new();
        for note in notes.into_iter().filter(|note| !named.contains(&note.key)) {
            let found = self.0.entry(note.key.clone()).or_insert_with(|| (now, note.clone()));
            // What is found by its checksum may have been named again and superseded again between two looks: then it was
            // noted anew. Keys of files never come back, but their notes are put off.
            if note.owner == "published" && found.1.due != note.due {
                *found = (now, note.clone());
            }
            if found.0 + Duration::from_secs(ENTRY as u64) + MARGIN <= oldest {
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
        let notes = |due| vec![note("file", "file", due), note("index", "published", due)];
        let (nothing, index) = (BTreeSet::new(), BTreeSet::from(["index".to_owned()]));
        let mut unnamed = Unnamed::default();
        assert_eq!(unnamed.look(&nothing, notes(1), at(0), at(0)), []);
        assert_eq!(unnamed.look(&nothing, notes(1), at(100), at(74)), [], "one is at work that began early");
        assert_eq!(unnamed.look(&nothing, notes(1), at(100), at(75)), notes(1));
        // It is named again, then not.
        assert_eq!(unnamed.look(&index, notes(1), at(101), at(101)), [note("file", "file", 1)]);
        assert_eq!(unnamed.look(&nothing, notes(1), at(102), at(102)), [note("file", "file", 1)]);
        assert_eq!(unnamed.look(&nothing, notes(1), at(177), at(177)), notes(1));
        // Noted anew.
        assert_eq!(unnamed.look(&nothing, notes(2), at(178), at(178)), [note("file", "file", 2)]);
    }
}
