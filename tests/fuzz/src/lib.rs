//! Good input, damaged in many ways, given to whoever reads what strangers send.
//!
//! A target is a function that is given bytes, tells whether they were accepted, and panics if what must hold does not: an
//! answer that is neither a value nor an error with words, a value that is read otherwise when it is written and read again,
//! more read or made than the limits allow. [`fuzz`] also watches what no target can see of itself: processor time and memory.
//!
//! `PROPTEST_CASES` says how many cases each target gets (256 without it), `PROPTEST_RNG_SEED` which ones. What fails is made
//! as short as can be and written to a file. Move that to the target's folder of the corpus: it is tried first from then on.

mod cost;
mod counted;
mod mutation;
mod words;

use std::{
    cell::Cell,
    fs,
    path::{Path, PathBuf},
};

use proptest::{
    collection::vec,
    prelude::*,
    sample::Index,
    test_runner::{Config, TestError, TestRunner},
};
use sha2::{Digest, Sha256};

pub use counted::Counted;
pub use mutation::Mutation;
pub use words::check_words;

/// The most damage done to one input.
const MOST_MUTATIONS: usize = 6;

/// How long a failing input is made shorter, in milliseconds.
const MOST_SHRINKING: u32 = 20_000;

/// The corpus of a target: a folder of files, which may be missing.
#[must_use]
pub fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name)
}

/// Gives a target its corpus and what was `made`, and then damaged pieces of them.
///
/// # Panics
/// If the target does, or takes too long or too much memory. Says where the input lies. Also if everything is accepted, or
/// nothing: then the target looks at nothing.
pub fn fuzz(name: &str, made: Vec<Vec<u8>>, target: impl Fn(&[u8]) -> bool) {
    let folder = corpus(name);
    let files = read(&folder);
    let verdicts = [Cell::new(false), Cell::new(false)];
    let examine = |bytes: &[u8]| verdicts[usize::from(cost::watched(|| target(bytes)))].set(true);
    for (path, bytes) in &files {
        eprintln!("{}", path.display());
        examine(bytes);
    }
    made.iter().for_each(|bytes| examine(bytes));
    let corpus: Vec<_> = files.into_iter().map(|(_, bytes)| bytes).chain(made).collect();
    let config = Config { failure_persistence: None, max_shrink_time: MOST_SHRINKING, ..Config::default() };
    let cases = (any::<Index>(), vec(any::<Mutation>(), 1..=MOST_MUTATIONS));
    let damaged = |(which, mutations): &(Index, Vec<Mutation>)| {
        mutations.iter().fold(which.get(&corpus).clone(), |bytes, mutation| mutation.apply(bytes, &corpus))
    };
    let outcome = TestRunner::new(config).run(&cases, |case| {
        examine(&damaged(&case));
        Ok(())
    });
    if let Err(TestError::Fail(reason, case)) = outcome {
        let bytes = damaged(&case);
        let path =
            std::env::temp_dir().join(format!("colca-fuzz-{name}-{}", &hex::encode(Sha256::digest(&bytes))[..16]));
        fs::write(&path, &bytes).expect("a place for temporary files");
        panic!("{reason}\nwith {}: move it to {}", path.display(), folder.display());
    }
    let [refused, accepted] = verdicts.each_ref().map(Cell::get);
    assert!(refused && accepted, "of all cases none was refused, or none accepted: {refused}, {accepted}");
}

/// The files of a folder, in the order of their names.
fn read(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("readable").path()).collect();
    paths.sort();
    let file = |path: PathBuf| (fs::read(&path).expect("a file"), path);
    paths.into_iter().map(file).map(|(bytes, path)| (path, bytes)).collect()
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    fn failure(target: fn(&[u8]) -> bool) -> String {
        let made = vec![b"length: 000012\nand more".to_vec(), b"another".to_vec()];
        let panicked = catch_unwind(|| fuzz("self", made, target)).expect_err("it fails");
        panicked.downcast_ref::<String>().expect("words").clone()
    }

    #[test]
    fn what_fails_is_written_to_a_file_as_short_as_can_be() {
        let said = failure(|bytes| {
            assert!(!bytes.windows(3).any(|bytes| bytes == b"999"), "a length was believed");
            true
        });
        assert!(said.contains("a length was believed") && said.ends_with("tests/fuzz/corpus/self"), "{said}");
        let path = said.split("with ").nth(1).and_then(|rest| rest.split(": move").next()).expect("a path");
        let bytes = fs::read(path).expect("it was written");
        assert!(bytes.windows(3).any(|bytes| bytes == b"999") && bytes.len() < 64, "{bytes:?}");
        fs::remove_file(path).expect("it is ours");
    }

    #[test]
    fn a_target_that_looks_at_nothing_is_noticed() {
        assert!(failure(|_| true).contains("none was refused") && failure(|_| false).contains("or none accepted"));
    }
}
