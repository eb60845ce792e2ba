//! Our metadata beside that of `createrepo_c`, package by package and by content: every field, every
//! dependency's flag, every file's type, every changelog entry, and which packages are refused.

mod support;

use std::{collections::BTreeSet, env, path::PathBuf, process::Command};

use support::{compare::compare, odd, rpm_rs, scratch::Scratch};

#[test]
fn odd_packages_are_described_alike() {
    let scratch = Scratch::new("odd");
    let mut stricter = BTreeSet::new();
    for odd in odd::packages() {
        scratch.write(&odd.file_name, &odd.bytes);
        if odd.refused_by_us_alone {
            stricter.insert(odd.file_name);
        }
    }
    let same = compare(scratch.path(), &stricter);
    assert!(same > 400, "{same} packages compared");
}

#[test]
fn packages_of_rpm_rs_are_described_alike() {
    let scratch = Scratch::new("rpm-rs");
    for (name, bytes) in rpm_rs::packages() {
        scratch.write(&format!("{name}.rpm"), &bytes);
    }
    assert_eq!(compare(scratch.path(), &BTreeSet::new()), 6);
}

/// The packages of a directory named by COLCA_RPM_CORPUS, else those that `rpmbuild` makes of the repository's specs.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no settings but the environment")]
fn packages_of_rpmbuild_are_described_alike() {
    let scratch = Scratch::new("rpmbuild");
    let corpus = env::var_os("COLCA_RPM_CORPUS").map(PathBuf::from).unwrap_or_else(|| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/build-rpms");
        let status = Command::new(script).arg("corpus").arg(scratch.path()).status();
        assert!(status.is_ok_and(|status| status.success()), "{script} failed; it needs `apt-get install -y rpm`");
        scratch.path().to_owned()
    });
    let same = compare(&corpus, &BTreeSet::new());
    assert!(same > 20, "{same} packages compared");
}
