//! The file that operators begin with: it changes nothing as it stands, and its examples are true.

use colca_settings::{Refs, Retention, Settings};

const FILE: &str = include_str!("../../../infra/colca.toml");

/// The file with every example taken into use: a line that begins with `#` and no blank.
fn with_examples() -> String {
    let uncommented = |line: &'static str| match line.strip_prefix('#') {
        Some(example) if !example.is_empty() && !example.starts_with(' ') => example,
        _ => line,
    };
    FILE.lines().map(uncommented).collect::<Vec<_>>().join("\n")
}

#[test]
fn as_it_stands_it_changes_nothing() {
    assert_eq!(Settings::parse(FILE), Ok(Settings::default()));
}

#[test]
fn all_its_examples_together_are_a_good_file() {
    let settings = Settings::parse(&with_examples()).unwrap_or_else(|problems| panic!("{problems}"));
    let (ceph, rook) = ("ceph".parse().expect("a project"), "rook".parse().expect("a project"));
    let (main, quincy) = ("main".parse().expect("a ref"), "quincy".parse().expect("a ref"));

    assert!(!settings.is_automatic(&ceph) && settings.is_disabled(&ceph));
    assert!(settings.is_automatic(&rook) && !settings.is_disabled(&rook));
    let quiet = [&ceph, &rook].map(|project| settings.quiet(project).map(|quiet| quiet.as_secs()));
    assert_eq!(quiet, [Some(30), Some(5)]);
    assert_eq!(settings.combined(&ceph).count(), 2);
    assert_eq!(settings.extras(&ceph, &main).len(), 1);
    assert!(settings.extras(&ceph, &quincy).values().any(|refs| **refs == Refs::All));

    let check = |distro: &str, version: &str| {
        settings.check_distro(&distro.parse().expect("a distro"), &version.parse().expect("a version")).is_ok()
    };
    let passes = [("ubuntu", "noble"), ("ubuntu", "9"), ("debian", "9"), ("debian", "any")].map(|(d, v)| check(d, v));
    assert_eq!(passes, [true, false, false, true]);

    let retention = |git_ref, flavor: &str| settings.retention(&ceph, git_ref, &flavor.parse().expect("a flavor"));
    assert_eq!(retention(&main, "debug"), Some(Retention { days: 30, keep_minimum: 2 }));
    assert_eq!(retention(&quincy, "debug"), Some(Retention { days: 3, keep_minimum: 0 }));
    assert_eq!(retention(&quincy, "default"), Some(Retention::default()));
}

/// The defaults that the file shows are those that count without it.
#[test]
fn the_defaults_it_shows_are_the_defaults() {
    for key in ["disable_unconfigured_repos", "generic_versions"] {
        let line = FILE.lines().find_map(|line| line.strip_prefix('#').filter(|line| line.starts_with(key)));
        assert_eq!(Settings::parse(line.expect(key)), Ok(Settings::default()), "{key}");
    }
}

/// Only `enforce` needs another: to enforce nothing known would refuse everything.
#[test]
fn each_other_example_is_a_good_file_alone() {
    let mut table = "";
    for line in with_examples().lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            table = line;
        }
        let file = if line == table { line.to_owned() } else { format!("{table}\n{line}") };
        assert_eq!(Settings::parse(&file).is_ok(), line != "enforce = true", "{file}");
    }
}
