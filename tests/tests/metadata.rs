//! Our metadata against what `createrepo_c` says of the same packages: every field of everything that rpmbuild makes.

use colca_tests::{Repository, createrepo, repodata::Repodata, rpms, upload};
use upload::Package;

/// The corpus with the directory that each package belongs into.
fn corpus() -> Vec<(String, Package)> {
    let packages = rpms::corpus().into_iter().map(|path| Package::read(&path));
    packages
        .map(|package| (if package.arch == "source" { "SRPMS".to_owned() } else { package.arch.clone() }, package))
        .collect()
}

/// Uploads the corpus and waits until every directory lists what belongs there.
fn publish(repository: &Repository, directories: &[&str]) -> Vec<(String, Repodata, Vec<Package>)> {
    let corpus = corpus();
    let all: Vec<_> = corpus.iter().map(|(_, package)| package.clone()).collect();
    upload::register_all(repository, &all);
    let of = |directory: &str| {
        let here: Vec<_> = corpus
            .iter()
            .filter(|(place, _)| directory.is_empty() || place == directory)
            .map(|(_, package)| package.clone())
            .collect();
        let repodata = repository.wait_for_packages(directory, here.len());
        (directory.to_owned(), repodata, here)
    };
    directories.iter().map(|directory| of(directory)).collect()
}

const DIRECTORIES: [&str; 7] = ["x86_64", "aarch64", "i686", "ppc64le", "s390x", "noarch", "SRPMS"];

fn same_as_createrepo_c(repository: &Repository, directories: &[&str], extension: &str) {
    for (directory, repodata, packages) in publish(repository, directories) {
        repodata.assert_same_content(&createrepo::metadata(&packages));
        for (kind, href) in &repodata.files {
            assert!(href.ends_with(&format!(".xml.{extension}")), "{directory}: {kind} is {href}");
        }
        for package in packages {
            let listed = &repodata.packages[&package.sha256()];
            let place = if directory.is_empty() { format!("{}/", directory_of(&package)) } else { String::new() };
            assert_eq!(listed.href(), format!("{place}{}", package.filename));
        }
    }
}

fn directory_of(package: &Package) -> &str {
    if package.arch == "source" { "SRPMS" } else { &package.arch }
}

#[test]
fn el9_says_the_same_in_zstd() {
    same_as_createrepo_c(&Repository::of("corpus-el9", "rocky", "9"), &DIRECTORIES, "zst");
}

#[test]
fn el8_says_the_same_in_gzip() {
    same_as_createrepo_c(&Repository::of("corpus-el8", "rocky", "8"), &DIRECTORIES, "gz");
}

#[test]
fn opensuse_has_one_repodata_for_all_architectures() {
    let repository = Repository::of("corpus-suse", "opensuse", "15.6");
    same_as_createrepo_c(&repository, &[""], "zst");
    assert!(repository.repodata("x86_64").is_none(), "clients of opensuse look at the top only");
}

#[test]
fn a_rebuild_gives_the_same_bytes() {
    let package = Package::read(&rpms::one("corpus-text"));
    let files = ["one", "two"].map(|test| {
        let repository = Repository::new(test);
        upload::register(&repository, &package);
        let repodata = repository.wait_for_packages("noarch", 1);
        repodata
            .files
            .into_values()
            .map(|href| href.split_once('-').expect("REVISION-CHECKSUM-…").1.to_owned())
            .collect::<Vec<_>>()
    });
    // The time of upload is part of primary, so only the other two are the same in two repositories.
    let stable = |files: &[String]| files.iter().filter(|file| !file.contains("primary")).cloned().collect::<Vec<_>>();
    assert_eq!(stable(&files[0]), stable(&files[1]));
}
