//! Packages that a repository lists though they were uploaded elsewhere: extras, combined and generic versions, and
//! repositories elsewhere on the web.

use std::fs;

use colca_tests::{
    Client, Repository, apt, chacra, configuration, debs::Deb, dists::Dists, dnf, files::Files, ftparchive, gpg,
    rpm_repository, rpms, section::Section, upload, wait,
};
use serde_json::json;
use upload::Package;

fn rpm(name: &str) -> Package {
    Package::read(&rpms::one(name))
}

fn deb(name: &str) -> Package {
    Deb::new(name, "1.0-1").build()
}

/// Waits until apt sees these packages in a repository, and installs them.
#[track_caller]
fn apt_installs(source: &str, names: &[&str]) {
    let root = apt::Root::with(source);
    wait::until(&format!("apt to see {names:?}"), || {
        root.update();
        (root.names() == names).then_some(())
    });
    root.install(names);
    for name in names {
        assert!(root.has(&Deb::new(name, "1.0-1").installs()), "{name} is not installed");
    }
}

/// Waits until dnf sees these packages in a repository, and installs them.
#[track_caller]
fn dnf_installs(repository: &Repository, names: &[&str]) {
    let root = dnf::Root::with(&[&repository.file("repo")]);
    wait::until(&format!("dnf to see {names:?}"), || {
        let seen = root.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]);
        let mut seen: Vec<_> = seen.lines().collect();
        seen.sort_unstable();
        seen.dedup();
        (seen == names).then_some(())
    });
    root.output(&[&["install"], names].concat());
}

#[test]
fn dnf_installs_extras_of_other_projects() {
    let [ours, theirs, unrelated] = ["extras", "extra", "unrelated"].map(Repository::new);
    let debug = Repository { flavor: "debug".to_owned(), ..theirs.clone() };
    let eight = Repository { distro_version: "8".to_owned(), ..theirs.clone() };
    let _section = Section::add(&format!("[repos.{}.extras.all]\n{} = [\"main\"]\n", ours.project, theirs.project));
    upload::publish_all(&ours, &[rpm("corpus-bare")]);
    // An upload there is a change here, whatever its flavor; another version of the distribution is none of ours.
    upload::publish_all(&theirs, &[rpm("corpus-text")]);
    upload::publish_all(&debug, &[rpm("corpus-files")]);
    upload::publish_all(&eight, &[rpm("corpus-relations")]);
    upload::publish_all(&unrelated, &[rpm("corpus-scripts")]);
    dnf_installs(&ours, &["corpus-bare", "corpus-files", "corpus-text"]);
    assert_eq!(theirs.repodata("noarch").expect("published").names(), ["corpus-text"], "theirs lists ours");

    let file = format!("{}{}", chacra::flavor(&theirs, "noarch"), rpm("corpus-text").filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    let _ = repository_with(&ours, &["corpus-bare", "corpus-files"]);
}

/// Waits until the directory of packages for all architectures has these.
fn repository_with(repository: &Repository, names: &[&str]) -> colca_tests::repodata::Repodata {
    wait::until(&format!("{names:?} in {}", repository.prefix()), || {
        repository.repodata("noarch").filter(|repodata| repodata.names() == names)
    })
}

#[test]
fn extras_are_taken_of_the_refs_that_are_named() {
    let [of_ref, of_other, theirs] = ["of-ref", "of-other", "refs"].map(Repository::new);
    let _section = Section::add(&format!(
        "[repos.{}.extras.main]\n{theirs} = \"all\"\n[repos.{}.extras.all]\n{theirs} = [\"quincy\"]\n",
        of_ref.project,
        of_other.project,
        theirs = theirs.project
    ));
    for repository in [&of_ref, &of_other] {
        upload::publish_all(repository, &[rpm("corpus-bare")]);
    }
    upload::publish_all(&theirs, &[rpm("corpus-text")]);
    let _ = repository_with(&of_ref, &["corpus-bare", "corpus-text"]);
    let _ = of_other.wait_until_settled();
    assert_eq!(of_other.repodata("noarch").expect("published").names(), ["corpus-bare"], "that is of another ref");
}

#[test]
fn apt_installs_extras_of_other_projects() {
    let ours = Repository::of("deb-extras", "ubuntu", "22.04");
    let theirs = Repository::of("deb-extra", "ubuntu", "jammy");
    let _section = Section::add(&format!("[repos.{}.extras.all]\n{} = [\"main\"]\n", ours.project, theirs.project));
    upload::publish_all(&theirs, &[deb("hello-extra")]);
    upload::publish_all(&ours, &[deb("hello")]);
    apt_installs(&ours.file("repo"), &["hello", "hello-extra"]);
    upload::publish_all(&theirs, &[deb("hello-later")]);
    apt_installs(&ours.file("repo"), &["hello", "hello-extra", "hello-later"]);
}

#[test]
fn of_extras_that_are_another_file_for_the_same_package_ours_counts() {
    let ours = Repository::of("deb-same", "ubuntu", "22.04");
    let theirs = Repository::of("deb-same-too", "ubuntu", "22.04");
    let _section = Section::add(&format!("[repos.{}.extras.all]\n{} = [\"main\"]\n", ours.project, theirs.project));
    upload::publish_all(&ours, &[deb("hello")]);
    upload::publish_all(&theirs, &[Deb::new("hello", "1.0-1").text("theirs").build(), deb("hello-extra")]);
    let dists = Dists::wait_for(&ours, "jammy", "main/binary-amd64/Packages", 2);
    let hello = dists.packages("amd64").iter().find(|package| package.get("Package") == "hello").expect("listed");
    assert_eq!(hello.get("SHA256"), deb("hello").sha256());
}

#[test]
fn combined_versions_stand_side_by_side_under_their_codenames() {
    let jammy = Repository::of("combined", "ubuntu", "22.04");
    let noble = Repository { distro_version: "noble".to_owned(), ..jammy.clone() };
    let bookworm = Repository { distro: "debian".to_owned(), distro_version: "12".to_owned(), ..jammy.clone() };
    let focal = Repository { distro_version: "20.04".to_owned(), ..jammy.clone() };
    let _section =
        Section::add(&format!("[repos.{}]\ncombined = [\"jammy\", \"noble\", \"bookworm\"]\n", jammy.project));
    for (repository, name) in
        [(&jammy, "for-jammy"), (&noble, "for-noble"), (&bookworm, "for-bookworm"), (&focal, "for-focal")]
    {
        upload::publish_all(repository, &[deb(name)]);
    }
    for repository in [&jammy, &noble] {
        let (line, own) =
            (repository.file("repo"), if repository.distro_version == "noble" { "noble" } else { "jammy" });
        for codename in ["jammy", "noble", "bookworm"] {
            let source = line.replace(&format!(" {own} main"), &format!(" {codename} main"));
            apt_installs(&source, &[&format!("for-{codename}")]);
        }
        assert!(Dists::of(repository, "focal").is_none(), "focal is not one of them");
    }
}

#[test]
fn generic_versions_go_into_the_repositories_of_every_version() {
    let jammy = Repository::of("generic", "ubuntu", "22.04");
    let noble = Repository { distro_version: "24.04".to_owned(), ..jammy.clone() };
    let generic = Repository { distro_version: "universal".to_owned(), ..jammy.clone() };
    for repository in [&jammy, &noble] {
        upload::publish_all(repository, &[deb("hello")]);
    }
    upload::register(&generic, &Deb::new("hello-any", "1.0-1").arch("all").build());
    for repository in [&jammy, &noble] {
        apt_installs(&repository.file("repo"), &["hello", "hello-any"]);
    }
    let object = generic.wait_until_idle();
    assert_eq!(object["revision"], json!(0), "what stands for all versions is built by itself: {object}");

    let kinetic = Repository { distro_version: "22.10".to_owned(), ..jammy };
    upload::publish_all(&kinetic, &[deb("hello")]);
    apt_installs(&kinetic.file("repo"), &["hello", "hello-any"]);
}

/// A table that names a repository elsewhere.
fn external(ours: &Repository, url: &str, sha256: &str, more: &str) -> String {
    format!(
        "[[repos.{}.external]]\nurl = {}\nsha256 = \"{sha256}\"\ndistro = \"{}\"\nversions = [\"{}\"]\n{more}",
        ours.project,
        json!(url),
        ours.distro,
        ours.distro_version
    )
}

fn sha256_of(files: &Files, path: &str) -> String {
    let bytes = fs::read(files.path().join(path)).expect("it was put there");
    Package::new("", bytes).sha256()
}

#[test]
fn dnf_installs_from_an_external_repository_that_is_pinned() {
    let (ours, files) = (Repository::new("external"), Files::serve());
    rpm_repository::publish(&files, &[rpms::one("corpus-text"), rpms::one("corpus-files")], None);
    let pinned = sha256_of(&files, "repodata/repomd.xml");
    let section = Section::allowing(&external(&ours, files.url(), &pinned, ""), &[files.url()]);
    upload::publish_all(&ours, &[rpm("corpus-bare")]);
    dnf_installs(&ours, &["corpus-bare", "corpus-files", "corpus-text"]);

    // What was taken once is at hand, whatever becomes of the place it came from.
    fs::remove_dir_all(files.path().join("repodata")).expect("it is there");
    rpm_repository::publish(&files, &[rpms::one("corpus-scripts")], None);
    upload::publish_all(&ours, &[rpm("corpus-many")]);
    dnf_installs(&ours, &["corpus-bare", "corpus-files", "corpus-many", "corpus-text"]);

    // What is not as it is pinned is not taken, and what was published stays.
    drop(section);
    let pinned = "0".repeat(64);
    let _section = Section::allowing(&external(&ours, files.url(), &pinned, ""), &[files.url()]);
    let before = ours.wait_until_settled();
    upload::register(&ours, &rpm("corpus-relations"));
    let failed = wait::until("the build to fail", || ours.object()?["failed"].as_str().map(str::to_owned));
    assert!(failed.contains(&pinned) && failed.contains(files.url()), "{failed}");
    assert!(failed.contains(&sha256_of(&files, "repodata/repomd.xml")), "not what it is now: {failed}");
    assert_eq!(ours.object().expect("there")["revision"], before["revision"]);
    dnf_installs(&ours, &["corpus-bare", "corpus-files", "corpus-many", "corpus-text"]);
}

#[test]
fn apt_installs_from_an_external_repository_that_is_pinned() {
    let (ours, files) = (Repository::of("external-deb", "ubuntu", "22.04"), Files::serve());
    ftparchive::publish(&files, "stable", &[deb("hello-extra"), deb("hello-other")], None);
    let pinned = sha256_of(&files, "dists/stable/Release");
    let tables = external(&ours, files.url(), &pinned, "codename = \"stable\"\n");
    let _section = Section::allowing(&tables, &[files.url()]);
    upload::publish_all(&ours, &[deb("hello")]);
    apt_installs(&ours.file("repo"), &["hello", "hello-extra", "hello-other"]);
    let asked = files.asked();
    assert!(asked.iter().any(|path| path == "dists/stable/Release"), "{asked:?}");
}

#[test]
fn an_external_package_that_is_not_what_its_list_says_is_not_published() {
    let (ours, files) = (Repository::of("external-bad", "ubuntu", "22.04"), Files::serve());
    ftparchive::publish(
        &files,
        "stable",
        &[deb("hello-extra")],
        Some(&{
            let home = gpg::Home::new();
            let _ = home.generate("Others <others@example.com>", gpg::Wish::default());
            home
        }),
    );
    let pinned = sha256_of(&files, "dists/stable/Release");
    files.damage("dists/stable/main/binary-amd64/Packages");
    let tables = external(&ours, files.url(), &pinned, "codename = \"stable\"\n");
    let _section = Section::allowing(&tables, &[files.url()]);
    upload::register(&ours, &deb("hello"));
    let failed = wait::until("the build to fail", || ours.object()?["failed"].as_str().map(str::to_owned));
    assert!(failed.contains(files.url()) && failed.contains("Packages"), "{failed}");
    assert!(Dists::of(&ours, "jammy").is_none(), "published all the same");
}

#[test]
fn an_external_repository_outside_of_the_allowed_places_is_refused() {
    let ours = Repository::new("not-allowed");
    let zeros = "0".repeat(64);
    let dry = format!("{}?dry-run=true", configuration::URL);
    for (allowed, url, field) in [
        ("https://download.example.org/el9/", "https://download.example.org/el8/", "url"),
        ("https://download.example.org/el9/", "http://download.example.org/el9/", "url"),
        ("https://download.example.org/el9/", "https://download.example.org/el9/../el8/", "url"),
        ("https://download.example.org/el9/", "file:///etc/", "url"),
    ] {
        let text = format!("[external]\nallow = [\"{allowed}\"]\n{}", external(&ours, url, &zeros, ""));
        let problems = configuration::problems(Client::uploader().send("PUT", &dry, &[], text.as_bytes()));
        assert!(problems.iter().any(|(_, name, ..)| name.ends_with(field)), "{url}: {problems:?}");
    }
    let text = format!(
        "[external]\nallow = [\"https://download.example.org/\"]\n{}",
        external(&ours, "https://download.example.org/el9/", "not-a-checksum", "")
    );
    let problems = configuration::problems(Client::uploader().send("PUT", &dry, &[], text.as_bytes()));
    assert!(problems.iter().any(|(_, name, ..)| name.ends_with("sha256")), "{problems:?}");
}
