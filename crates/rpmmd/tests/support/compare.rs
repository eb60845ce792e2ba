//! Our description of a directory of packages beside the reference's.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::MetadataExt,
    path::Path,
};

use colca_model::Sha256;
use colca_rpmmd::{Fragments, HeaderExtent, Invalid, Location, Package};
use sha2::Digest;

use super::{
    reference::{self, Trees},
    xml_tree::Element,
};

/// What we say of a file: its fragments, or why it is refused.
pub(crate) fn describe(path: &Path) -> Result<Fragments, Invalid> {
    let bytes = fs::read(path).expect("a readable file");
    let size = bytes.len() as u64;
    // As the ingest does: first what nearly always suffices, then exactly what is needed.
    let mut have = bytes.len().min(64 * 1024);
    loop {
        let needed = HeaderExtent::locate(&bytes[..have], size)?.needed();
        if needed <= have as u64 {
            break;
        }
        have = usize::try_from(needed).expect("files fit in memory");
    }
    let package = Package::parse(&bytes[..have], size)?;
    let location = Location {
        href: path.file_name().expect("a file").to_str().expect("a UTF-8 name").to_owned(),
        size,
        sha256: Sha256::new(sha2::Sha256::digest(&bytes).into()),
        file_time: fs::metadata(path).expect("metadata").mtime(),
    };
    Ok(package.fragments(&location))
}

/// Compares all packages of a directory. `stricter` names those that we refuse although the reference does not.
///
/// # Panics
/// With a list of all differences, if there are any.
pub(crate) fn compare(directory: &Path, stricter: &BTreeSet<String>) -> usize {
    let mut theirs = reference::describe(directory);
    let mut differences = Vec::new();
    let mut same = 0;
    for (name, ours) in ours(directory) {
        match (ours, theirs.remove(&name)) {
            (Ok(_), _) if stricter.contains(&name) => differences.push(format!("{name}: should have been refused")),
            (Ok(fragments), Some(trees)) => {
                let before = differences.len();
                compare_package(&name, &fragments, &trees, &mut differences);
                same += usize::from(differences.len() == before);
            }
            (Ok(_), None) => differences.push(format!("{name}: accepted by us, refused by createrepo_c")),
            (Err(_), Some(_)) if stricter.contains(&name) => same += 1,
            (Err(error), Some(_)) => differences.push(format!("{name}: refused by us: {error}")),
            (Err(error), None) => {
                eprintln!("{name}: refused by both: {error}");
                same += 1;
            }
        }
    }
    assert!(theirs.is_empty(), "not looked at: {:?}", theirs.keys());
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    same
}

fn ours(directory: &Path) -> BTreeMap<String, Result<Fragments, Invalid>> {
    let files = fs::read_dir(directory).expect("a readable directory").map(|file| file.expect("an entry").path());
    let packages = files.filter(|path| path.extension().is_some_and(|extension| extension == "rpm"));
    packages.map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), describe(&path))).collect()
}

fn compare_package(name: &str, fragments: &Fragments, theirs: &Trees, differences: &mut Vec<String>) {
    for (ours, theirs) in [&fragments.primary, &fragments.filelists, &fragments.other].into_iter().zip(theirs) {
        let (mut our_lines, mut their_lines) = (Vec::new(), Vec::new());
        Element::parse(ours).lines("", &mut our_lines);
        theirs.lines("", &mut their_lines);
        let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (our_lines.iter().collect(), their_lines.iter().collect());
        differences.extend(ours.difference(&theirs).map(|line| format!("{name}: ours   {line}")));
        differences.extend(theirs.difference(&ours).map(|line| format!("{name}: theirs {line}")));
        if ours == theirs && our_lines != their_lines {
            differences.push(format!("{name}: another order:\n{our_lines:#?}\n{their_lines:#?}"));
        }
    }
}
