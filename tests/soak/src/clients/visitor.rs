//! A client, as somebody runs it all day: it refreshes and installs, every now and then on a new machine.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use colca_tests::random::Random;

use super::{
    edges::{Door, Seen},
    sessions::Sessions,
};
use crate::course::Course;

/// How many packages are installed into one root.
const ROOT: usize = 15;

/// How long one waits who finds that a repository is gone.
const PAUSE: Duration = Duration::from_secs(1);

/// A machine with dnf or apt.
pub(crate) trait Machine {
    /// Reads the metadata anew; else what the program printed.
    fn refresh(&self) -> Result<(), String>;

    /// The names of the packages that it knows by now.
    fn names(&self) -> Vec<String>;

    /// Installs a package; else what the program printed.
    fn install(&self, name: &str) -> Result<(), String>;
}

/// What clients of one kind did so far.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) refreshes: AtomicU64,
    pub(crate) installs: AtomicU64,
    /// How often there was no repository.
    pub(crate) gone: AtomicU64,
}

impl Done {
    fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Refreshes and installs until it is over. Nothing may fail; but a repository that `comes_and_goes` may not be there.
pub(crate) fn go_on(
    new: &dyn Fn(&Door) -> Box<dyn Machine>,
    (random, door, comes_and_goes): (&mut Random, &Door, bool),
    (done, sessions, course): (&Done, &Sessions, &Course),
) {
    while course.goes_on() {
        let machine = new(door);
        let mut installed = BTreeSet::new();
        while course.goes_on() && installed.len() < ROOT {
            let session = sessions.begin();
            door.begin();
            let result = visit(machine.as_ref(), random, &mut installed, done);
            drop(session);
            let words = match result {
                Ok(true) => continue,
                // Nothing is left to install.
                Ok(false) => break,
                Err(words) => words,
            };
            let seen = door.seen();
            let trace = || seen.iter().map(|seen| format!("{seen}\n")).collect::<String>();
            assert!(comes_and_goes && is_gone(&seen), "{words}\nthe edges:\n{}", trace());
            Done::count(&done.gone);
            course.pause(PAUSE);
        }
    }
}

/// Refreshes and installs once: whether there was something to install.
fn visit(
    machine: &dyn Machine,
    random: &mut Random,
    installed: &mut BTreeSet<String>,
    done: &Done,
) -> Result<bool, String> {
    machine.refresh()?;
    Done::count(&done.refreshes);
    let mut names = machine.names();
    names.retain(|name| !installed.contains(name));
    let Some(name) = names.get(random.below(names.len().max(1))) else { return Ok(false) };
    machine.install(name)?;
    Done::count(&done.installs);
    installed.insert(name.clone());
    Ok(true)
}

/// Whether a client was told that there is no such repository, and nothing else that is wrong: an entry file was not there, and
/// whatever it asked for that an entry file had named was.
fn is_gone(seen: &[Seen]) -> bool {
    let (entries, others): (Vec<_>, Vec<_>) = seen.iter().partition(|seen| seen.is_live_entry());
    entries.iter().any(|seen| seen.status == 404) && others.iter().all(|seen| seen.status == 200)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use colca_tests::random::Random;

    use super::{Done, Machine, Seen, is_gone, visit};

    #[test]
    fn what_is_gone_is_excused_and_a_mismatch_is_not() {
        let seen = |status, is_entry, path: &str| Seen { status, is_entry, path: path.to_owned(), how: String::new() };
        let list = |status| seen(status, true, "/repos/a/noarch/mirrorlist");
        let snapshot = |status| seen(status, true, "/repos/a/%403/noarch/repodata/repomd.xml");
        let package = |status| seen(status, false, "/repos/a/noarch/a.rpm");
        assert!(is_gone(&[list(404)]));
        assert!(is_gone(&[list(200), package(200), list(404)]));
        // All was there, and the client is not content: a checksum, or a signature.
        assert!(!is_gone(&[list(200), snapshot(200), package(200)]));
        // What an entry file has named is not there.
        assert!(!is_gone(&[list(200), snapshot(404)]));
        assert!(!is_gone(&[list(200), package(404)]));
        assert!(!is_gone(&[list(404), package(404)]));
        assert!(!is_gone(&[]));
    }

    struct Planted;

    impl Machine for Planted {
        fn refresh(&self) -> Result<(), String> {
            Ok(())
        }

        fn names(&self) -> Vec<String> {
            vec!["a".to_owned()]
        }

        fn install(&self, name: &str) -> Result<(), String> {
            Err(format!("{name}: Hash Sum mismatch"))
        }
    }

    #[test]
    fn what_a_client_says_of_a_mismatch_is_handed_on() {
        let (done, mut installed) = (Done::default(), BTreeSet::new());
        let words = visit(&Planted, &mut Random::new(1), &mut installed, &done).unwrap_err();
        assert_eq!((words.as_str(), installed.len()), ("a: Hash Sum mismatch", 0));
        assert_eq!((done.refreshes.into_inner(), done.installs.into_inner()), (1, 0));
    }
}
