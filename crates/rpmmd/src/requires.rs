//! Which requirements of a package are worth telling: those that another package must meet.

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use crate::{
    dependencies::{Dependency, REQUIRES, dependencies},
    files::{Files, is_primary},
    glibc,
    header::Header,
};

/// Flags of a requirement that must be met before the package's own files are there: of the scriptlets after
/// the transaction, of old `PreReq`, of those before the transaction, and of those before and after installing.
const PRE: u64 = 1 << 5 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 10;

/// Whether a requirement is marked `pre`.
pub(crate) fn is_pre(dependency: &Dependency<'_>) -> bool {
    dependency.flags & PRE != 0
}

/// What two dependencies must have in common for one to meet the other without a comparison of versions.
fn key<'a>(dependency: &Dependency<'a>) -> (&'a [u8], Option<&'static str>, &'a [u8]) {
    (dependency.name, dependency.comparison(), dependency.version)
}

/// The requirements in the header's order, without those on rpm itself, those that the package meets itself,
/// and repetitions; at the end the newest one of the C library's symbols.
pub(crate) fn requires<'a>(header: &'a Header, files: &Files<'a>, provides: &[Dependency<'a>]) -> Vec<Dependency<'a>> {
    let provided: HashSet<_> = provides.iter().map(key).collect();
    let mut own_files = None;
    let mut said_last = HashMap::new();
    let mut kept = Vec::new();
    let mut libc: Option<Dependency<'a>> = None;
    for required in dependencies(header, REQUIRES) {
        if required.name.starts_with(b"rpmlib(") || provided.contains(&key(&required)) {
            continue;
        }
        if is_primary(required.name) {
            let own = own_files.get_or_insert_with(|| primary_paths(files));
            if own.contains(required.name) {
                continue;
            }
        }
        let says = (required.comparison(), required.version, is_pre(&required));
        if said_last.insert(required.name, says) == Some(says) {
            continue;
        }
        if !glibc::is_libc(required.name) {
            kept.push(required);
        } else if libc.is_none_or(|libc| glibc::compare(required.name, libc.name) == Ordering::Greater) {
            libc = Some(required);
        }
    }
    kept.extend(libc);
    kept
}

/// The package's own paths that `primary.xml` lists.
fn primary_paths(files: &Files<'_>) -> HashSet<Vec<u8>> {
    files.iter().map(|file| file.path()).filter(|path| is_primary(path)).collect()
}
