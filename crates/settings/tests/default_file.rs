//! The file that operators begin with: it changes nothing as it stands, and its examples are true.

use colca_model::KeyName;
use colca_settings::{External, Refs, Retention, Settings};

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

    let takers = settings.takers(&"ceph-medic".parse().expect("a project"), &main);
    assert_eq!(takers, [(&ceph, Refs::Only([quincy.clone()].into()))]);

    let externals = |path: &str| {
        let externals = settings.externals(&path.parse().expect("a path"));
        externals.into_iter().map(External::entry_file).collect::<Vec<_>>()
    };
    let rpm = ["https://download.example.org/el9/x86_64/repodata/repomd.xml"];
    assert_eq!(externals("ceph/main/HEAD/centos/9/flavors/default"), rpm);
    assert_eq!(externals("ceph/quincy/HEAD/centos/9/flavors/default"), [""; 0]);
    let deb = ["https://download.example.org/apt/dists/jammy/Release"];
    assert_eq!(externals("ceph/quincy/HEAD/ubuntu/jammy/flavors/default"), deb);

    let check = |distro: &str, version: &str| {
        settings.check_distro(&distro.parse().expect("a distro"), &version.parse().expect("a version")).is_ok()
    };
    let passes = [("ubuntu", "noble"), ("ubuntu", "9"), ("debian", "9"), ("debian", "any")].map(|(d, v)| check(d, v));
    assert_eq!(passes, [true, false, false, true]);

    assert!(settings.purges_daily());
    let retention =
        |git_ref, flavor: &str| settings.retention(&ceph, git_ref, &flavor.parse().expect("a flavor")).retention;
    assert_eq!(retention(&main, "debug"), Retention { days: 30, keep_minimum: 2, pinned: false });
    assert_eq!(retention(&quincy, "debug"), Retention { days: 3, keep_minimum: 0, pinned: false });
    assert_eq!(retention(&quincy, "default"), Retention::default());
    assert!(retention(&"v19".parse().expect("a ref"), "default").pinned);

    let limits = ["ci-ceph", "ci-rook"].map(|user| settings.bytes_per_day(user));
    assert_eq!(limits, [Some(500_000_000_000), Some(100_000_000_000)]);
}

#[test]
fn its_examples_of_publishing_say_what_they_seem_to() {
    let settings = Settings::parse(&with_examples()).unwrap_or_else(|problems| panic!("{problems}"));
    let (ceph, rook) = ("ceph".parse().expect("a project"), "rook".parse().expect("a project"));
    let codename = |distro: &str, version: &str| {
        let codename = settings.codename(&distro.parse().expect("a distro"), &version.parse().expect("a version"));
        codename.map(String::from)
    };
    assert_eq!(codename("ubuntu", "28.04").as_deref(), Some("zenith"));
    assert_eq!(codename("devuan", "5").as_deref(), Some("daedalus"));

    let [of_ceph, of_rook] = [&ceph, &rook].map(|project| settings.distribution(project));
    assert_eq!((of_ceph.label, of_rook.label.as_deref()), (None, Some("Ceph")));
    assert_eq!((of_ceph.valid, of_rook.valid.map(|valid| valid.as_secs())), (None, Some(7 * 24 * 60 * 60)));
    assert_eq!(of_ceph.components.len(), 2);
    assert_eq!(of_ceph.architectures.map(|architectures| architectures.len()), Some(3));
    assert!(of_ceph.not_automatic && of_ceph.but_automatic_upgrades && of_ceph.contents);

    let keys = [&ceph, &rook].map(|project| settings.signing(project).keys.iter().map(KeyName::as_str));
    assert_eq!(keys.map(Iterator::collect::<Vec<_>>), [["ceph"], ["release"]]);
    assert!(settings.signing(&ceph).packages);
}

#[test]
fn its_examples_of_who_is_told_say_what_they_seem_to() {
    let settings = Settings::parse(&with_examples()).unwrap_or_else(|problems| panic!("{problems}"));
    let callbacks = settings.callbacks().expect("somebody");
    assert_eq!(callbacks.url.as_str(), "https://shaman.example.org/api/repos/");
    assert_eq!((callbacks.api_url.as_str(), callbacks.retry.as_secs()), ("https://colca.example.org/v1/", 10));
    let pings = settings.pings().expect("somebody");
    assert_eq!(pings.url, "https://shaman.example.org/api/nodes/colca.example.org/");
    assert_eq!((pings.frequency.as_secs(), pings.retries), (300, 3));
    let receivers = settings.receivers();
    let may = |host: &str, address: &str| receivers.may_reach(host, address.parse().expect("an address"));
    assert!(!receivers.verify_ssl && may("any", "10.1.2.3") && may("shaman.internal", "10.2.0.1"));
    assert!(!may("any", "10.2.0.1") && !may("shaman.internal", "169.254.169.254"));
}

/// The defaults that the file shows are those that count without it.
#[test]
fn the_defaults_it_shows_are_the_defaults() {
    for key in ["disable_unconfigured_repos", "generic_versions"] {
        let line = FILE.lines().find_map(|line| line.strip_prefix('#').filter(|line| line.starts_with(key)));
        assert_eq!(Settings::parse(line.expect(key)), Ok(Settings::default()), "{key}");
    }
}

/// Some need another: to enforce nothing known would refuse everything, nothing is signed without a key, and whoever is told
/// something is told where we are.
#[test]
fn each_other_example_is_a_good_file_alone() {
    let (mut table, mut count) = ("", 0);
    let examples = with_examples();
    for line in examples.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.starts_with('[') {
            table = line;
        }
        let needs = ["enforce = true", "ButAutomaticUpgrades = true", "packages = true"].contains(&line)
            || line.starts_with("ping_url = ")
            || (table == "[callbacks]" && line.starts_with("url = "));
        let file = if line == table { line.to_owned() } else { format!("{table}\n{line}") };
        let is_good = !needs && table != "[[repos.ceph.external]]";
        assert_eq!(Settings::parse(&file).is_ok(), is_good, "{file}");
        count += 1;
    }
    assert!(count > 60, "only {count} examples");
}

/// A repository elsewhere needs all of its table, and that its address is allowed.
#[test]
fn each_repository_elsewhere_is_a_good_file_with_its_permission() {
    let examples = with_examples();
    let allow = examples.lines().find(|line| line.starts_with("allow =")).expect("an example");
    let tables: Vec<_> = examples.split("\n\n").filter(|part| part.contains("[[repos.ceph.external]]")).collect();
    assert_eq!(tables.len(), 2);
    for table in tables {
        assert!(Settings::parse(table).is_err(), "{table}");
        Settings::parse(&format!("[external]\n{allow}\n{table}")).unwrap_or_else(|problems| panic!("{problems}"));
    }
}
