//! Somebody else's repository of rpms, made and signed by the programs that everybody uses.

use std::{fs, path::PathBuf};

use crate::{createrepo::Scratch, files::Files, gpg, rpms, tools, upload::Package};

/// Makes a repository of packages, and has a key sign its entry file.
///
/// # Panics
/// If it cannot be made.
pub fn publish(files: &Files, packages: &[PathBuf], signer: Option<&gpg::Home>) {
    for package in packages {
        files.put(rpms::name(package), &fs::read(package).expect("it was built"));
    }
    tools::output("createrepo_c", ["--quiet".as_ref(), "--no-database".as_ref(), files.path().as_os_str()]);
    if let Some(signer) = signer {
        let repomd = fs::read(files.path().join("repodata/repomd.xml")).expect("just made");
        files.put("repodata/repomd.xml.asc", signer.detached(&repomd).as_bytes());
        files.put("repodata/repomd.xml.key", signer.public().as_bytes());
    }
}

/// A repository file that has everything checked.
#[must_use]
pub fn file(files: &Files) -> String {
    let url = files.url();
    format!(
        "[other]\nname=other\nbaseurl={url}\nenabled=1\ntype=rpm-md\ngpgcheck=1\nrepo_gpgcheck=1\n\
         gpgkey={url}repodata/repomd.xml.key\n"
    )
}

/// Packages with their headers signed, where they are built and nobody else sees them.
///
/// # Panics
/// If `rpmsign` does not want to.
#[must_use]
pub fn signed(packages: &[PathBuf], signer: &gpg::Home, user: &str) -> (Scratch, Vec<PathBuf>) {
    let scratch = Scratch::new();
    let copy = |package: &PathBuf| {
        let copy = scratch.path().join(rpms::name(package));
        fs::copy(package, &copy).expect("the working copy is writable");
        let (home, name) = (format!("_gpg_path {}", signer.path().display()), format!("_gpg_name {user}"));
        let path = copy.display().to_string();
        let options = ["--define", "__gpg /usr/bin/gpg", "--define", &home, "--define", &name];
        tools::output("rpmsign", options.into_iter().chain(["--addsign", &path]));
        copy
    };
    let copies = packages.iter().map(copy).collect();
    (scratch, copies)
}

/// What `rpmkeys --checksig` says of a package where these keys are known; it must be content.
///
/// # Panics
/// If it is not.
#[must_use]
#[track_caller]
pub fn checked(package: &Package, key: &str) -> String {
    let scratch = Scratch::new();
    let (database, path) = (scratch.path().join("database"), scratch.path().join("package.rpm"));
    fs::create_dir(&database).expect("the working copy is writable");
    fs::write(&path, &package.bytes).expect("the working copy is writable");
    let key_file = scratch.path().join("key.asc");
    fs::write(&key_file, key).expect("the working copy is writable");
    let database = format!("--dbpath={}", database.display());
    tools::output("rpmkeys", [database.as_str(), "--import", &key_file.display().to_string()]);
    tools::output("rpmkeys", [database.as_str(), "--checksig", "--verbose", &path.display().to_string()])
}
