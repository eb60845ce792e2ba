//! What is written in paragraphs: source packages, uploads, indexes and Release files.

mod support;

use colca_apt::{Changes, Control, Dsc, ForeignPackages, ForeignSources, Fragment, PublishedRelease};
use colca_fuzz::{Counted, check_words, fuzz};
use colca_model::Filename;
use support::{files, packed};

/// A paragraph as it is written.
fn written(control: &Control) -> String {
    let line = |(name, value): (&str, &str)| {
        let space = if value.starts_with('\n') { "" } else { " " };
        format!("{name}:{space}{value}\n")
    };
    control.fields().map(line).collect()
}

#[test]
fn source_packages() {
    fuzz("dsc", Vec::new(), |bytes| {
        let Ok(dsc) = Dsc::parse(bytes).inspect_err(check_words) else { return false };
        let again = Dsc::parse(written(dsc.control()).as_bytes()).expect("written, and read again");
        assert_eq!((again.name(), again.version(), again.files()), (dsc.name(), dsc.version(), dsc.files()));
        for file in dsc.files() {
            assert!(!file.name.contains('/') && !file.name.starts_with('.'), "{file:?}");
        }
        let name = Filename::new("hello_1.0-1.dsc").expect("a good name");
        let Ok(fragment) = Fragment::of_source(&dsc, &name).inspect_err(check_words) else { return false };
        assert_eq!(Fragment::from_bytes(&fragment.to_bytes()), Ok(fragment), "kept and read again");
        true
    });
}

#[test]
fn uploads() {
    fuzz("changes", Vec::new(), |bytes| {
        let Ok(changes) = Changes::parse(bytes).inspect_err(check_words) else { return false };
        let again = Changes::parse(written(changes.control()).as_bytes()).expect("written, and read again");
        assert_eq!((again.source(), again.files()), (changes.source(), changes.files()));
        true
    });
}

#[test]
fn releases() {
    fuzz("release", Vec::new(), |bytes| {
        let Ok(release) = PublishedRelease::parse(bytes).inspect_err(check_words) else { return false };
        assert_eq!(PublishedRelease::parse(bytes).as_ref(), Ok(&release), "the same input gives the same answer");
        for file in &release.files {
            assert!(!file.name.starts_with('/') && file.name.split('/').all(|name| name != ".."), "{file:?}");
        }
        true
    });
}

/// All that can be read of an index.
fn items<T, E: std::fmt::Display>(items: impl Iterator<Item = Result<T, E>>) -> Vec<T> {
    items.filter_map(|item| item.inspect_err(check_words).ok()).collect()
}

/// What packed indexes end in.
const ENDINGS: [&str; 3] = [".gz", ".xz", ".zst"];

/// The indexes of a folder, plain, packed, and damaged in both ways: the target is told how they are named. What fails packed
/// has a folder of its own.
fn index(name: &str, read: impl Fn(&str, &[u8]) -> bool) {
    let plain = files(name);
    fuzz(name, Vec::new(), |bytes| {
        let plain = read("Index", bytes);
        for (ending, bytes) in ENDINGS.into_iter().zip(packed(bytes)) {
            assert_eq!(read(&format!("Index{ending}"), &bytes), plain, "{ending}");
        }
        plain
    });
    fuzz(&format!("{name}-packed"), plain.iter().flat_map(|text| packed(text)).collect(), |bytes| {
        ENDINGS.map(|ending| read(&format!("Index{ending}"), bytes)).contains(&true)
    });
}

#[test]
fn lists_of_packages() {
    index("packages", |name, bytes| {
        let Ok(packages) = ForeignPackages::new(name, Counted::new(bytes)).inspect_err(check_words) else {
            return false;
        };
        let packages = items(packages);
        for package in &packages {
            assert!(!package.package.name().contains(['/', ' ']), "{package:?}");
        }
        !packages.is_empty()
    });
}

#[test]
fn lists_of_sources() {
    index("sources", |name, bytes| {
        let Ok(sources) = ForeignSources::new(name, Counted::new(bytes)).inspect_err(check_words) else { return false };
        let sources = items(sources);
        for source in &sources {
            assert!(!source.dsc.name.contains('/'), "{source:?}");
        }
        !sources.is_empty()
    });
}
