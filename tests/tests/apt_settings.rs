//! Repositories of apt as the configuration wants them.

use std::{io::Read, slice};

use colca_tests::{
    Repository, apt, aws, debs::Deb, dists::Dists, functions, gpg, keys, outcome, past, revisions, section,
    section::Section, stack, tools, unique, upload, wait,
};
use serde_json::json;

/// A date as apt reads it, in seconds since 1970.
fn seconds(date: &str) -> i64 {
    tools::output("date", ["--date", date, "+%s"]).trim().parse().unwrap_or_else(|error| panic!("{date}: {error}"))
}

#[test]
fn the_keys_of_reprepro_are_honoured() {
    let repository = Repository::of("apt-keys", "ubuntu", "22.04");
    let _section = Section::add(&format!(
        "[distributions.{}]\nOrigin = \"The Colca\"\nLabel = \"tests\"\nSuite = \"testing\"\nVersion = \"22.04\"\n\
         Description = \"Größe, and more\"\nComponents = [\"main\"]\nArchitectures = \"amd64 s390x\"\n\
         NotAutomatic = true\nButAutomaticUpgrades = true\nValidDays = 7\nContents = true\n",
        repository.project
    ));
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let dists = Dists::of(&repository, "jammy").expect("published");
    for (field, value) in [
        ("Origin", "The Colca"),
        ("Label", "tests"),
        ("Suite", "testing"),
        ("Version", "22.04"),
        ("Codename", "jammy"),
        ("Description", "Größe, and more"),
        ("Components", "main"),
        ("NotAutomatic", "yes"),
        ("ButAutomaticUpgrades", "yes"),
    ] {
        assert_eq!(dists.release.get(field), value, "{field} of:\n{}", dists.text);
    }
    let mut archs: Vec<_> = dists.release.get("Architectures").split(' ').filter(|arch| *arch != "all").collect();
    archs.sort_unstable();
    assert_eq!(archs, ["amd64", "s390x"]);
    let valid = seconds(dists.release.get("Valid-Until")) - seconds(dists.release.get("Date"));
    assert_eq!(valid, 7 * 24 * 60 * 60, "{}", dists.text);

    let root = apt::Root::with(&repository.file("repo"));
    root.update();
    let policy = root.output("apt-cache", &["policy"]);
    assert!(policy.contains("\n 100 ") && policy.contains("o=The Colca,a=testing,n=jammy,l=tests"), "{policy}");
}

#[test]
fn contents_are_listed_where_they_are_asked_for() {
    let [with, without] = ["contents", "no-contents"].map(|test| Repository::of(test, "ubuntu", "22.04"));
    let _section = Section::add(&format!("[distributions.{}]\nContents = true\n", with.project));
    let packages = [Deb::new("hello", "1.0-1").build(), Deb::new("hello-doc", "1.0-1").arch("all").build()];
    for repository in [&with, &without] {
        upload::publish_all(repository, &packages);
    }
    // They are made a minute after, apart from the lists of packages, which nobody should wait for.
    let path = "main/Contents-amd64.gz";
    let listed = || Dists::of(&with, "jammy")?.files.get(path).cloned();
    let contents = wait::until_within(wait::PATIENCE * 2, "the contents to be listed", listed);
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&contents[..]).read_to_string(&mut text).expect("gzip");
    for name in ["hello", "hello-doc"] {
        let line = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let mut found = line.filter(|line| line[0] == format!("usr/share/colca-tests/{name}"));
        assert_eq!(found.next().map(|line| line[1].to_owned()), Some(format!("misc/{name}")), "{text}");
    }
    let dists = Dists::of(&without, "jammy").expect("published");
    assert!(!dists.text.contains("Contents"), "{}", dists.text);
}

#[test]
fn a_table_of_a_project_overrides_the_defaults_key_by_key() {
    let repository = Repository::of("apt-defaults", "ubuntu", "22.04");
    // This is the only test here that says what counts for all; the others do not look at these two.
    let _section = Section::add(&format!(
        "[distributions.defaults]\nVersion = \"of all\"\nDescription = \"of all\"\n\
         [distributions.{}]\nDescription = \"of one\"\n",
        repository.project
    ));
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let dists = Dists::of(&repository, "jammy").expect("published");
    assert_eq!((dists.release.get("Version"), dists.release.get("Description")), ("of all", "of one"));
}

#[test]
fn a_codename_that_is_configured_is_known() {
    let distro = unique::project("distro");
    let (known, unknown) = (Repository::of("apt-known", &distro, "7.1"), Repository::of("apt-unknown", &distro, "7.2"));
    let _section = Section::add(&format!("[codenames.{distro}]\n\"7.1\" = \"colca\"\n"));
    let package = Deb::new("hello", "1.0-1").build();
    upload::publish_all(&known, slice::from_ref(&package));
    assert_eq!(Dists::of(&known, "colca").expect("published").names("amd64"), ["hello 1.0-1 amd64"]);
    assert!(known.file("repo").trim_end().ends_with(" colca main"), "{}", known.file("repo"));
    let by_name = Repository::of("apt-named", &distro, "colca");
    upload::publish_all(&by_name, slice::from_ref(&package));
    assert_eq!(Dists::of(&by_name, "colca").expect("published").names("amd64"), ["hello 1.0-1 amd64"]);
    let why = outcome::why_not(&unknown, &package);
    assert!(why.contains("7.2"), "{why}");
}

#[test]
fn an_architecture_that_the_configuration_does_not_list_is_refused() {
    let repository = Repository::of("apt-foreign", "ubuntu", "22.04");
    let _section = Section::add(&format!("[distributions.{}]\nArchitectures = [\"amd64\"]\n", repository.project));
    let good = [Deb::new("hello", "1.0-1").build(), Deb::new("hello-doc", "1.0-1").arch("all").build()];
    upload::publish_all(&repository, &good);
    let why = outcome::why_not(&repository, &Deb::new("hello", "1.0-1").arch("arm64").build());
    assert!(why.contains("arm64") && why.contains("amd64"), "{why}");
    let dists = Dists::of(&repository, "jammy").expect("published");
    assert!(!dists.text.contains("arm64"), "{}", dists.text);
    assert_eq!(dists.names("amd64"), ["hello 1.0-1 amd64", "hello-doc 1.0-1 all"]);
}

#[test]
fn a_signed_release_says_until_when_it_is_valid() {
    let repository = Repository::of("apt-valid", "debian", "12");
    let key = keys::Key::generate("apt-valid", "ed25519");
    let _section = Section::add(&format!(
        "{}[distributions.{}]\nValidDays = 1\n",
        section::signed_by(&repository, &[&key.name]),
        repository.project
    ));
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let root = apt::Root::with(&repository.file("repo.sources"));
    root.update();
    let [date, valid] = times(&repository, "bookworm");
    assert_eq!(valid - date, WEEK / 7);
}

const WEEK: i64 = 7 * 24 * 60 * 60;

fn valid_for_a_week(repository: &Repository) -> String {
    format!("[distributions.{}]\nValidDays = 7\n", repository.project)
}

/// `Date` and `Valid-Until` of a distribution.
fn times(repository: &Repository, codename: &str) -> [i64; 2] {
    let dists = Dists::of(repository, codename).expect("published");
    ["Date", "Valid-Until"].map(|field| seconds(dists.release.get(field)))
}

/// A round of `reap`, which comes every minute by itself.
fn reap() {
    aws::invoke(functions::deployed("reap"), &json!({}));
}

/// Waits until the date of a distribution is another, and gives that.
fn wait_for_refresh(repository: &Repository, before: i64) -> i64 {
    wait::until("the Release to be written anew", || {
        reap();
        let [date, valid] = times(repository, "jammy");
        assert_eq!(valid - date, WEEK);
        (date != before).then_some(date)
    })
}

#[test]
fn a_release_that_expires_is_written_anew_at_half_of_its_time() {
    let repository = Repository::of("apt-refreshed", "ubuntu", "22.04");
    let key = keys::Key::generate("apt-refreshed", "ed25519");
    let signed = section::signed_by(&repository, &[&key.name]);
    let section = Section::add(&(signed.clone() + &valid_for_a_week(&repository)));
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let due = |date: i64| {
        wait::until("the refresh to be noted", || {
            let due = past::refresh_due(&repository)? / 1000;
            ((due - date - WEEK / 2).abs() < 60).then_some(due)
        })
    };
    let [first, _] = times(&repository, "jammy");
    due(first);
    let revision = revisions::current(&repository);

    past::make_refresh_due(&repository);
    let second = wait_for_refresh(&repository, first);
    due(second);
    let _ = repository.wait_until_settled();
    assert!(revisions::current(&repository) > revision);
    let in_release = format!("{}/dists/jammy/InRelease", repository.prefix());
    let in_release = aws::object(stack().store(), &in_release).expect("published");
    let (signers, text) = gpg::Home::with(&[&repository.public_key()]).verify_clearsigned(&in_release);
    assert_eq!(signers, [key.fingerprint()]);
    assert_eq!(String::from_utf8_lossy(&text), Dists::of(&repository, "jammy").expect("published").text);

    // What was uploaded meanwhile is no reason to wait any longer, or any less.
    upload::publish_all(&repository, &[Deb::new("hello", "2.0-1").build()]);
    due(times(&repository, "jammy")[0]);

    // Once nothing expires any more, nothing is looked after.
    drop(section);
    let _section = Section::add(&signed);
    past::make_refresh_due(&repository);
    wait::until("the refresh to be forgotten", || {
        reap();
        past::refresh_due(&repository).is_none().then_some(())
    });
}

#[test]
fn a_revision_that_is_held_is_not_written_anew() {
    let repository = Repository::of("apt-held", "ubuntu", "22.04");
    let _section = Section::add(&valid_for_a_week(&repository));
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    let held = revisions::current(&repository);
    upload::publish_all(&repository, &[Deb::new("hello", "2.0-1").build()]);
    let _ = revisions::promote(&repository, &json!({"revision": held})).expect(200);
    wait::until("the revision to be current again", || (revisions::current(&repository) == held).then_some(()));
    let [before, _] = times(&repository, "jammy");

    past::make_refresh_due(&repository);
    let postponed = wait::until("the refresh to be put off", || {
        reap();
        past::refresh_due(&repository).filter(|due| *due > 0)
    });
    let _ = repository.wait_until_settled();
    assert_eq!((times(&repository, "jammy")[0], revisions::current(&repository)), (before, held));
    let warning = format!("{}/flavors/{} publishes an earlier revision", repository.path(), repository.flavor);
    wait::until("a warning", || functions::logged("reap").contains(&warning).then_some(()));

    // Whoever lets it go gets what is new, and that in time.
    let _ = revisions::promote(&repository, &json!({"revision": "latest"})).expect(200);
    wait_for_refresh(&repository, before);
    let due = wait::until("the refresh to be noted", || past::refresh_due(&repository).filter(|due| *due != postponed));
    assert!((due / 1000 - times(&repository, "jammy")[0] - WEEK / 2).abs() < 60, "{due}");
}
