//! Real clients: what a user's own package manager makes of our repositories.

use std::fs;

use colca_tests::{Client, Repository, createrepo::Scratch, dnf, rpms, stack, tools, upload};
use upload::Package;

fn native() -> Vec<Package> {
    rpms::corpus()
        .iter()
        .filter(|path| rpms::name(path).starts_with("corpus-native"))
        .map(|path| Package::read(path))
        .collect()
}

fn repository_file(repository: &Repository) -> String {
    Client::anonymous().get(&format!("/repos/{}/flavors/default/repo", repository.path())).expect(200).text()
}

/// Publishes all of the corpus.
fn publish_corpus(repository: &Repository, x86_64: &str, noarch: &str) {
    let all: Vec<_> = rpms::corpus().iter().map(|path| Package::read(path)).collect();
    upload::register_all(repository, &all);
    let of = |arch: &str| all.iter().filter(|package| package.arch == arch).count();
    if x86_64.is_empty() {
        let _ = repository.wait_for_packages("", all.len());
    } else {
        let _ = repository.wait_for_packages(x86_64, of("x86_64"));
        let _ = repository.wait_for_packages(noarch, of("noarch"));
    }
}

/// dnf as a user of one distribution would run it.
fn dnf_reads(distro: &str, version: &str) {
    let repository = Repository::of("dnf", distro, version);
    publish_corpus(&repository, "x86_64", "noarch");
    let root = dnf::Root::with(&[&repository_file(&repository)]);
    let names = root.output(&["repoquery", "--all", "--qf", "%{name}"]);
    for name in ["corpus-text", "corpus-relations", "corpus-native", "corpus-many", "corpus-odd+name_c++.lib"] {
        assert!(names.lines().any(|line| line == name), "dnf does not list {name}: {names}");
    }
    let files = root.output(&["repoquery", "-l", "corpus-many"]);
    assert_eq!(files.lines().filter(|line| line.contains("/file-")).count(), 140 * 99, "dnf sees other files");
    let requires = root.output(&["repoquery", "--requires", "corpus-relations"]);
    for requirement in ["(corpus-a or corpus-b)", "corpus-le <= 1:1.0", "corpus-three-scriptlets"] {
        assert!(requires.lines().any(|line| line == requirement), "dnf does not see {requirement}: {requires}");
    }
    let owner = root.output(&["repoquery", "--whatprovides", "/etc/corpus.conf", "--qf", "%{name}"]);
    assert_eq!(owner.trim(), "corpus-files");
    let changelog = root.output(&["repoquery", "--changelogs", "corpus-text"]);
    assert!(changelog.contains("Zoë Ångström"), "{changelog}");

    root.output(&["install", "corpus-files", "corpus-odd+name_c++.lib", "corpus-payload-gzip", "corpus-payload-zstd"]);
    assert!(root.path().join("root/usr/share/corpus/größe-倉庫").exists(), "not installed as packaged");
}

#[test]
fn dnf_reads_and_installs_from_zstd() {
    dnf_reads("rocky", "9");
}

#[test]
fn dnf_reads_and_installs_from_gzip() {
    dnf_reads("rocky", "8");
}

#[test]
fn dnf_refreshes_what_was_added() {
    let repository = Repository::new("refresh");
    let package = Package::read(&rpms::one("corpus-bare"));
    upload::register(&repository, &package);
    let _ = repository.wait_for_packages("noarch", 1);
    let root = dnf::Root::with(&[&repository_file(&repository)]);
    let names = || root.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}"]);
    assert_eq!(names().trim(), "corpus-bare");
    upload::register(&repository, &Package::read(&rpms::one("corpus-text")));
    let _ = repository.wait_for_packages("noarch", 2);
    // Entry files live 60 s in the CDN's cache, so a client may see the old state that long, but nothing between.
    colca_tests::wait::until("dnf to see the second package", || (names().lines().count() == 2).then_some(()));
}

#[test]
fn dnf_downloads_source_packages() {
    let repository = Repository::new("sources");
    let source = rpms::corpus()
        .into_iter()
        .find(|path| rpms::name(path) == "corpus-text-2026.1-1.src.rpm")
        .expect("in the corpus");
    let package = Package::read(&source);
    upload::register(&repository, &package);
    let _ = repository.wait_for_packages("SRPMS", 1);
    let root = dnf::Root::with(&[&repository_file(&repository)]);
    let listed = root.output(&["repoquery", "--all", "--arch=src", "--qf", "%{name} %{arch}"]);
    assert_eq!(listed.trim(), "corpus-text src");
}

#[test]
fn zypper_reads_and_installs_from_an_opensuse_repository() {
    let repository = Repository::of("zypper", "opensuse", "15.6");
    upload::register_all(&repository, &native());
    upload::register_all(
        &repository,
        &[Package::read(&rpms::one("corpus-text")), Package::read(&rpms::one("corpus-files"))],
    );
    let _ = repository.wait_for_packages("", native().len() + 2);
    let scratch = Scratch::new();
    let root = scratch.path().join("root");
    fs::create_dir_all(root.join("etc/zypp/repos.d")).expect("writable");
    fs::write(root.join("etc/zypp/repos.d/colca.repo"), repository_file(&repository)).expect("writable");
    let zypper = |arguments: &[&str]| {
        let options =
            ["--root", root.to_str().expect("a path"), "--non-interactive", "--no-gpg-checks", "--no-refresh"];
        let options = options.iter().filter(|option| **option != "--no-refresh" || arguments[0] != "refresh");
        tools::output("zypper", options.copied().chain(arguments.iter().copied()))
    };
    zypper(&["refresh"]);
    let found = zypper(&["search", "-s", "corpus"]);
    for name in ["corpus-native", "corpus-text", "corpus-files"] {
        assert!(found.contains(name), "zypper does not list {name}: {found}");
    }
    zypper(&["install", "--no-recommends", "corpus-files"]);
    assert!(root.join("usr/share/corpus/one").exists(), "not installed");
}

#[test]
fn curl_follows_the_three_lines_of_the_readme() {
    let repository = Repository::new("curl");
    let path = rpms::one("corpus-bare");
    let package = Package::read(&path);
    let credentials = format!("{}:{}", stack().get("COLCA_USER"), stack().get("COLCA_KEY"));
    let api = format!("{}/uploads", stack().api());
    let request = package.request(&repository).to_string();
    let ticket = tools::output(
        "curl",
        ["-sSf", "-u", &credentials, "-H", "content-type: application/json", "-d", &request, &api],
    );
    let ticket: serde_json::Value = serde_json::from_str(&ticket).expect("a ticket");
    let headers = ticket["headers"]
        .as_object()
        .expect("headers")
        .iter()
        .flat_map(|(name, value)| ["-H".to_owned(), format!("{name}: {}", upload::text(value))]);
    let put = ["-sSf".to_owned(), "-T".to_owned(), path.display().to_string(), upload::text(&ticket["url"]).to_owned()];
    tools::output("curl", headers.chain(put));
    assert_eq!(upload::finish(&ticket)["state"], "registered");
    let _ = repository.wait_for_packages("noarch", 1);
}
