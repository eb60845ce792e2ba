//! Packages to upload, made by rpmbuild from `tests/fixtures/specs`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{stack::root, tools};

/// Every kind of package that rpmbuild makes, in the order of their names.
#[must_use]
pub fn corpus() -> Vec<PathBuf> {
    set("corpus")
}

/// Fifty small packages.
#[must_use]
pub fn burst() -> Vec<PathBuf> {
    set("burst")
}

/// One package above 64 MiB.
#[must_use]
pub fn large() -> PathBuf {
    set("large").remove(0)
}

/// One package of the corpus.
///
/// # Panics
/// If there is none whose file name begins so.
#[must_use]
pub fn one(prefix: &str) -> PathBuf {
    let found = corpus().into_iter().find(|path| name(path).starts_with(prefix) && !name(path).ends_with("src.rpm"));
    found.unwrap_or_else(|| panic!("no package of the corpus begins with {prefix}"))
}

/// A file's name.
#[must_use]
pub fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("packages have names")
}

/// Builds a set unless an earlier test has, whichever process that was in.
fn set(which: &str) -> Vec<PathBuf> {
    let directory = root().join(".localstack/test-rpms");
    fs::create_dir_all(&directory).expect("the working copy is writable");
    let lock = File::create(directory.join(format!("{which}.lock"))).expect("the working copy is writable");
    lock.lock().expect("the file system knows locks");
    let built = directory.join(which);
    if stale(&built) {
        let building = directory.join(format!("{which}.building"));
        for old in [&built, &building] {
            if old.exists() {
                fs::remove_dir_all(old).expect("left over from an earlier run");
            }
        }
        let script = root().join("tests/fixtures/build-rpms");
        tools::output(script, [which.as_ref(), building.as_os_str()]);
        fs::rename(&building, &built).expect("within one directory");
    }
    let mut paths: Vec<_> =
        fs::read_dir(&built).expect("just built").map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rpm"));
    paths.sort();
    assert!(!paths.is_empty(), "build-rpms {which} built nothing");
    paths
}

/// Whether a fixture is younger than what was built from it.
fn stale(built: &Path) -> bool {
    let Ok(built_at) = fs::metadata(built).and_then(|data| data.modified()) else { return true };
    let fixtures = root().join("tests/fixtures");
    let folders = [fixtures.clone(), fixtures.join("specs/corpus"), fixtures.join("specs/sample")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).expect("fixtures stand there"));
    let times = entries.map(|entry| entry.and_then(|entry| entry.metadata()).and_then(|data| data.modified()));
    times.into_iter().any(|time| time.expect("readable") > built_at)
}
