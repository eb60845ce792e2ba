//! What `apt-ftparchive` and `dpkg-scanpackages` say of packages: the references that our lists must agree with.

use std::{fs, path::Path};

use crate::{createrepo::Scratch, deb822::Paragraph, files::Files, gpg, tools, upload::Package};

/// The paragraphs that `apt-ftparchive` writes of packages.
#[must_use]
pub fn packages(packages: &[Package]) -> Vec<Paragraph> {
    let scratch = folder_of(packages);
    Paragraph::all(&in_folder(scratch.path(), &["apt-ftparchive", "packages", "."]))
}

/// The paragraphs that `apt-ftparchive` writes of source packages, whose files are all here.
#[must_use]
pub fn sources(files: &[Package]) -> Vec<Paragraph> {
    let scratch = folder_of(files);
    Paragraph::all(&in_folder(scratch.path(), &["apt-ftparchive", "sources", "."]))
}

/// The paragraphs that `dpkg-scanpackages` writes of packages.
#[must_use]
pub fn scanned(packages: &[Package]) -> Vec<Paragraph> {
    let scratch = folder_of(packages);
    Paragraph::all(&in_folder(scratch.path(), &["dpkg-scanpackages", "--multiversion", "."]))
}

/// Makes somebody else's repository for amd64 of packages and source packages, with the component `main`, and has a key
/// sign it.
///
/// # Panics
/// If it cannot be made.
pub fn publish(files: &Files, codename: &str, packages: &[Package], signer: Option<&gpg::Home>) {
    for package in packages {
        files.put(&format!("pool/{}", package.filename), &package.bytes);
    }
    let folder = format!("dists/{codename}");
    for (list, command) in [
        // apt-ftparchive would list those of the installer here as well.
        ("binary-amd64/Packages", &["dpkg-scanpackages", "--multiversion", "pool"][..]),
        ("debian-installer/binary-amd64/Packages", &["dpkg-scanpackages", "--type", "udeb", "pool"]),
        ("source/Sources", &["apt-ftparchive", "sources", "pool"]),
    ] {
        files.put(&format!("{folder}/main/{list}"), in_folder(files.path(), command).as_bytes());
    }
    let option = |name: &str, value: &str| format!("-oAPT::FTPArchive::Release::{name}={value}");
    let options = [
        option("Codename", codename),
        option("Suite", codename),
        option("Components", "main"),
        option("Architectures", "amd64 all"),
    ];
    let options: Vec<_> = options.iter().map(String::as_str).collect();
    let release = in_folder(files.path(), &[&["apt-ftparchive"], &options[..], &["release", &folder]].concat());
    files.put(&format!("{folder}/Release"), release.as_bytes());
    if let Some(signer) = signer {
        files.put(&format!("{folder}/Release.gpg"), signer.detached(release.as_bytes()).as_bytes());
        files.put(&format!("{folder}/InRelease"), signer.clearsigned(release.as_bytes()).as_bytes());
    }
}

fn folder_of(packages: &[Package]) -> Scratch {
    let scratch = Scratch::new();
    for package in packages {
        fs::write(scratch.path().join(&package.filename), &package.bytes).expect("a file name that was fit for upload");
    }
    scratch
}

fn in_folder(folder: &Path, command: &[&str]) -> String {
    let folder = format!("--chdir={}", folder.display());
    tools::output("env", [folder.as_str()].into_iter().chain(command.iter().copied()))
}
