//! What the lists of files in packages are made of, and whether they are public. Only computing.

use std::collections::{BTreeMap, BTreeSet};

use colca_apt::{Fragment, Index, Layout, Paths, PublishedRelease, contents};
use colca_model::{Codename, DebArchitecture};
use colca_settings::Distribution;
use colca_store::{ObjectKey, Owner};

use crate::contents_file::ContentsByCodename;

/// A package whose files are listed.
pub(crate) struct Binary {
    /// Its bytes.
    pub(crate) key: ObjectKey,
    /// Where its paths are kept.
    pub(crate) paths: ObjectKey,
    pub(crate) owner: Owner,
    pub(crate) fragment: Fragment,
    pub(crate) codenames: BTreeSet<String>,
}

/// What is published of each distribution.
pub(crate) type Releases = BTreeMap<Codename, PublishedRelease>;

/// The lists of each distribution, for the architectures that it has.
pub(crate) fn make(
    distribution: &Distribution,
    releases: &Releases,
    packages: &[Binary],
    paths: &[Paths],
) -> ContentsByCodename {
    let layout = Layout::new(&distribution.components, &[]);
    let lists = releases.iter().map(|(codename, release)| {
        let architectures = release.architectures.iter().map(|name| DebArchitecture::new(name.clone()));
        let architectures: Vec<_> = architectures.flatten().filter(|name| name.as_str() != "all").collect();
        let packages = packages.iter().zip(paths).filter(|(package, _)| package.codenames.contains(codename.as_str()));
        let packages: Vec<_> = packages.map(|(package, paths)| (&package.fragment, paths)).collect();
        (codename.clone(), contents(&layout, &architectures, &packages))
    });
    lists.collect()
}

/// Whether a `Release` names these very lists.
pub(crate) fn names(release: &PublishedRelease, lists: &[Index]) -> bool {
    lists.iter().flat_map(Index::listed).all(|file| release.files.contains(file))
}

#[cfg(test)]
mod tests {
    use colca_apt::ForeignPackages;
    use colca_settings::Settings;

    use super::*;

    fn release(architectures: &str, files: &[(String, u64, String)]) -> PublishedRelease {
        let files = files.iter().map(|(name, size, sha256)| format!(" {sha256} {size} {name}\n"));
        let text = format!(
            "Date: Mon, 05 Jan 2026 00:00:00 UTC\nArchitectures: {architectures}\nSHA256:\n{}",
            files.collect::<String>()
        );
        PublishedRelease::parse(text.as_bytes()).expect("a good Release")
    }

    fn package(upload: &str) -> Binary {
        let paragraph = format!(
            "Package: hello\nVersion: 1\nArchitecture: amd64\nSection: misc\nFilename: pool/hello.deb\nSize: 1\nSHA256: {}\n",
            "07".repeat(32)
        );
        let foreign = ForeignPackages::new("Packages", paragraph.as_bytes()).expect("a good list").next();
        let foreign = foreign.expect("one").expect("a good package");
        let upload = upload.parse().expect("a ULID");
        Binary {
            key: ObjectKey::Stored("repos/pool/hello.deb".to_owned()),
            paths: ObjectKey::Paths { upload },
            owner: Owner::Shared { repository: "p/r/s/d/1/flavors/f".parse().expect("good"), origin: String::new() },
            fragment: Fragment::of_package(&foreign.package, "hello.deb", foreign.size, foreign.sha256),
            codenames: ["jammy".to_owned()].into(),
        }
    }

    #[test]
    fn lists_are_made_for_what_is_published_and_are_new_until_they_are_named() {
        let distribution = Settings::default().distribution(&"p".parse().expect("a good name"));
        let codename = |name: &str| name.parse::<Codename>().expect("a good name");
        let releases: Releases =
            [(codename("jammy"), release("amd64 all arm64", &[])), (codename("noble"), release("riscv64", &[]))].into();
        let packages = [package("01ARZ3NDEKTSV4RRFFQ69G5FAV")];
        let lists = make(&distribution, &releases, &packages, &[Paths::default()]);
        let made = |name: &str| lists[&codename(name)].iter().map(|list| list.plain.name.as_str()).collect::<Vec<_>>();
        assert_eq!(made("jammy"), ["main/Contents-amd64", "main/Contents-arm64"]);
        assert_eq!(made("noble"), ["main/Contents-riscv64"]);

        let jammy = &lists[&codename("jammy")];
        assert!(!names(&releases[&codename("jammy")], jammy));
        let files: Vec<_> = jammy.iter().flat_map(Index::listed).collect();
        let files: Vec<_> =
            files.into_iter().map(|file| (file.name.clone(), file.size, file.sha256.to_string())).collect();
        assert!(names(&release("amd64 arm64", &files), jammy));
        assert!(!names(&release("amd64 arm64", &files[1..]), jammy));
    }
}
