//! Those for whom all of it is done: dnf, zypper and apt list every package and install some.

use colca_tests::{Repository, apt, dnf, random::Random, zypper};

use crate::{
    failure::{Result, wrong},
    synthetic::{Data, Format, Placed},
};

/// How many packages are installed.
const SAMPLE: usize = 12;

/// Packages that need no other, by chance.
pub(super) fn sample(data: &Data) -> Vec<&Placed> {
    let mut places = data.alone.clone();
    Random::new(data.packages.len() as u64).shuffle(&mut places);
    places.truncate(SAMPLE);
    places.into_iter().map(|place| &data.packages[place]).collect()
}

/// What they make of a repository that should list exactly these packages; says what was seen.
pub(super) fn check(repository: &Repository, data: &Data, sample: &[&Placed]) -> Result<String> {
    let names: Vec<_> = sample.iter().map(|(made, _)| made.name.as_str()).collect();
    let mut expected: Vec<_> = data.packages.iter().map(|(made, _)| made.name.clone()).collect();
    expected.sort();
    let listed = match data.format {
        Format::Rpm => {
            same("dnf", by_dnf(repository, &names), &expected)?;
            same("zypper", by_zypper(repository, &names), &expected)?;
            "dnf and zypper list"
        }
        Format::Deb => {
            same("apt", by_apt(repository, &names), &expected)?;
            "apt lists"
        }
    };
    Ok(format!("{listed} all {} packages and installed {}", expected.len(), names.len()))
}

fn same(client: &str, mut found: Vec<String>, expected: &[String]) -> Result<()> {
    found.sort();
    if found == expected {
        return Ok(());
    }
    let first = found.iter().zip(expected).find(|(found, expected)| found != expected);
    wrong(format_args!("{client} lists {} packages instead of {}: {first:?}", found.len(), expected.len()))
}

fn by_dnf(repository: &Repository, sample: &[&str]) -> Vec<String> {
    let root = dnf::Root::with(&[&repository.file("repo")]);
    let names = root.output(&["repoquery", "--all", "--qf", "%{name}"]);
    root.output(&[&["install"], sample].concat());
    let installed = root.output(&["repoquery", "--installed", "--qf", "%{name}"]);
    assert_eq!(installed.lines().count(), sample.len(), "dnf installed something else: {installed}");
    names.lines().map(str::to_owned).collect()
}

fn by_zypper(repository: &Repository, sample: &[&str]) -> Vec<String> {
    let root = zypper::Root::with(&repository.file("repo"));
    root.output(&["--no-gpg-checks", "refresh"]);
    let found = root.output(&["--no-refresh", "search", "--type=package", "--details"]);
    root.output(&[&["--no-gpg-checks", "--no-refresh", "install", "--allow-unsigned-rpm"], sample].concat());
    let installed = root.output(&["--no-refresh", "search", "--installed-only", "--type=package"]);
    assert_eq!(rows(&installed).count(), sample.len(), "zypper installed something else: {installed}");
    rows(&found).collect()
}

/// The names in a table of zypper's.
fn rows(table: &str) -> impl Iterator<Item = String> {
    let rows = table.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
    rows.filter(|name| *name != "Name").map(str::to_owned)
}

fn by_apt(repository: &Repository, sample: &[&str]) -> Vec<String> {
    let root = apt::Root::with(&repository.file("repo"));
    root.update();
    root.install(sample);
    let installed = root
        .output("dpkg-query", &["--admindir", &root.path().join("root/var/lib/dpkg").display().to_string(), "--show"]);
    assert_eq!(installed.lines().count(), sample.len(), "apt installed something else: {installed}");
    root.names()
}
