//! Our table of codenames says what Debian's own does, the package `distro-info-data`.

use std::fs;

use colca_model::Codename;
use colca_settings::Settings;

/// Version and codename of each release, from the oldest on. Unreleased branches have no version there.
fn releases(distro: &str) -> Vec<(String, String)> {
    let path = format!("/usr/share/distro-info/{distro}.csv");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path} (package distro-info-data): {error}"));
    let columns = |line: &str| {
        let columns: Vec<_> = line.split(',').collect();
        (columns[0].trim_end_matches(" LTS").to_owned(), columns[2].to_owned())
    };
    let (header, lines) = text.split_once('\n').expect("a header");
    assert!(header.starts_with("version,codename,series,"), "{header}");
    lines.lines().map(columns).filter(|(version, _)| !version.is_empty()).collect()
}

/// Later ones are not ours to know: a new release must not break the tests of an old state of this project.
#[test]
fn every_release_from_our_first_to_our_last_is_known_by_both_names() {
    let settings = Settings::default();
    for (distro, first, last) in [("debian", "squeeze", "duke"), ("ubuntu", "lucid", "resolute")] {
        let releases = releases(distro);
        let place = |codename: &str| releases.iter().position(|release| release.1 == codename).expect(codename);
        let (before, ours) = (&releases[..place(first)], &releases[place(first)..=place(last)]);
        let name = distro.parse().expect("a distro");
        for (version, codename) in ours {
            let codename: Codename = codename.parse().expect("a codename");
            for spelling in [version.as_str(), codename.as_str()] {
                let found = settings.require_codename(&name, &spelling.parse().expect("a version"));
                assert_eq!(found, Ok(codename.clone()), "{distro} {spelling}");
            }
            let number = settings.version_number(&name, &codename).expect("a number");
            assert_eq!(number, version.trim_end_matches(".0"), "{distro} {codename}");
        }
        for (version, codename) in before {
            for spelling in [version, codename] {
                let found = settings.codename(&name, &spelling.parse().expect("a version"));
                assert_eq!(found, None, "{distro} {spelling}");
            }
        }
    }
}
