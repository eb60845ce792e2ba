//! Reading the repositories of others, as `createrepo_c` writes them.

mod support;

use std::{collections::BTreeMap, fs};

use colca_model::Sha256;
use colca_rpmmd::{ForeignPackage, Package, Repomd};
use sha2::Digest;
use support::{raw_rpm::RawRpm, reference, rpm_rs, scratch::Scratch};

/// Packages in a directory, by their path in it.
fn packages(scratch: &Scratch) -> BTreeMap<String, Vec<u8>> {
    fs::create_dir(scratch.path().join("Packages")).expect("a new directory");
    let raw = ["gcc-c++", "a~b^c", "größe"].map(|name| (name.to_owned(), RawRpm::new(name).build()));
    let all = rpm_rs::packages().into_iter().chain(raw);
    let named = all.map(|(name, bytes)| (format!("Packages/{name}.rpm"), bytes));
    let packages: BTreeMap<_, _> = named.collect();
    for (name, bytes) in &packages {
        let _ = scratch.write(name, bytes);
    }
    packages
}

/// What the packages themselves say.
fn expected(packages: &BTreeMap<String, Vec<u8>>) -> Vec<ForeignPackage> {
    let described = packages.iter().map(|(href, bytes)| {
        let package = Package::parse(bytes, bytes.len() as u64).expect("a package");
        ForeignPackage {
            name: package.nevra().name.clone(),
            evr: package.nevra().evr.to_string(),
            arch: package.nevra().arch.clone(),
            href: href.clone(),
            size: bytes.len() as u64,
            sha256: Sha256::new(sha2::Sha256::digest(bytes).into()),
        }
    });
    described.collect()
}

#[test]
fn every_package_is_found_whatever_the_compression() {
    for compression in ["gz", "xz", "zstd"] {
        let scratch = Scratch::new("foreign");
        let packages = packages(&scratch);
        let repomd = reference::index(scratch.path(), &["--general-compress-type", compression]);
        let primary = repomd.primary().expect("a good repository");
        let bytes = fs::read(scratch.path().join(&primary.href)).expect("the file that is named");
        assert_eq!(primary.size, Some(bytes.len() as u64));
        let mut found = primary.packages(&bytes).expect("a good list");
        found.sort_by(|one, other| one.href.cmp(&other.href));
        assert_eq!(found, expected(&packages), "{compression}");
    }
}

#[test]
fn one_byte_of_the_list_changed_is_noticed() {
    let scratch = Scratch::new("altered");
    packages(&scratch);
    let primary = reference::index(scratch.path(), &[]).primary().expect("a good repository");
    let mut bytes = fs::read(scratch.path().join(&primary.href)).expect("the file that is named");
    *bytes.last_mut().expect("not empty") ^= 1;
    let error = primary.packages(&bytes).expect_err("altered");
    assert!(error.rule.contains("that repomd.xml gives"), "{error}");
}

#[test]
fn other_digests_other_addresses_and_other_compressions_are_refused_by_name() {
    for (option, said) in [
        (
            &["--checksum", "sha512"][..],
            "must give the SHA-256 of its primary, the only digest that is compared, got \"sha512\"",
        ),
        (
            &["--repomd-checksum", "sha384"],
            "must give the SHA-256 of its primary, the only digest that is compared, got \"sha384\"",
        ),
        (
            &["--checksum", "sha512", "--repomd-checksum", "sha256"],
            "must be of type sha256, the only digest that is compared, got \"sha512\"",
        ),
        (
            &["--baseurl", "https://other.example.org/"],
            "must be at the repository's own address, got \"https://other.example.org/\"",
        ),
        (&["--location-prefix", "../other"], "must not contain empty segments, . or .., got \"../other/Packages/"),
        (&["--general-compress-type", "bz2"], "must be compressed with gzip, xz or zstd if at all, got \"bzip2\""),
    ] {
        let scratch = Scratch::new("refused");
        packages(&scratch);
        let read = |repomd: Repomd| {
            let primary = repomd.primary()?;
            primary.packages(&fs::read(scratch.path().join(&primary.href)).expect("the file that is named"))
        };
        let error = read(reference::index(scratch.path(), option)).expect_err("not ours to read").to_string();
        assert!(error.contains(said), "{option:?}: {error}");
    }
}
