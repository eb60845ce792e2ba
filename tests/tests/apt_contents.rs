//! The lists of the files in packages: made after a publish, and published by the next one. A message a minute after each
//! publish starts it; the tests here send it at once. (`apt_settings.rs` waits for it.)

use std::{fs, io::Read};

use colca_tests::{
    Repository, apt, aws, chacra, debs::Deb, deliveries, dists::Dists, functions, past, revisions, section::Section,
    stack, unique, upload, wait,
};
use serde_json::json;
use upload::{Package, text};

const LIST: &str = "main/Contents-amd64.gz";

fn with_contents(repositories: &[&Repository]) -> Section {
    let table = |repository: &&Repository| format!("[distributions.{}]\nContents = true\n", repository.project);
    Section::add(&repositories.iter().map(table).collect::<String>())
}

/// Has the files in the packages of the revision that is published listed.
fn list(repository: &Repository) {
    let path = repository.prefix();
    let path = path.trim_start_matches("repos/");
    let task = json!({"contents": {"revision": revisions::current(repository)}});
    deliveries::deliver("repo-build", &json!({"repository": path, "task": task}));
}

/// Path and packages of each file that is listed for amd64, `None` while there is no list.
fn contents(repository: &Repository, codename: &str) -> Option<Vec<(String, String)>> {
    let dists = Dists::of(repository, codename)?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&dists.files.get(LIST)?[..]).read_to_string(&mut text).expect("gzip");
    let words = text.lines().map(|line| line.rsplit_once(' ').unwrap_or_else(|| panic!("not two words: {line}")));
    Some(words.map(|(path, packages)| (path.trim_end().to_owned(), packages.to_owned())).collect())
}

/// Has the files listed until these packages are in the list, each with its one file.
fn wait_for(repository: &Repository, codename: &str, names: &[&str]) {
    let expected: Vec<_> =
        names.iter().map(|name| (format!("usr/share/colca-tests/{name}"), format!("misc/{name}"))).collect();
    wait::until(&format!("the files of {names:?} to be listed"), || {
        list(repository);
        let _ = repository.wait_until_settled();
        (contents(repository, codename)? == expected).then_some(())
    });
}

/// Where the paths of a package are kept, which was brought by an upload.
fn paths(upload: &serde_json::Value) -> String {
    format!("state/paths/{}", text(&upload["upload_id"]))
}

fn is_kept(key: &str) -> bool {
    aws::object(stack().store(), key).is_some()
}

#[test]
fn lists_follow_what_is_published() {
    let repository = Repository::of("contents", "ubuntu", "22.04");
    let _section = with_contents(&[&repository]);
    let packages =
        [Deb::new("hello", "1.0-1").compression("zstd").build(), Deb::new("hello-doc", "1.0-1").arch("all").build()];
    upload::publish_all(&repository, &packages);
    wait_for(&repository, "jammy", &["hello", "hello-doc"]);
    let revision = revisions::current(&repository);
    list(&repository);
    let _ = repository.wait_until_settled();
    assert_eq!(revisions::current(&repository), revision, "the same lists were published again");

    // The packages for the installer are nobody's to look for.
    let installer = Deb::new("hello-udeb", "1.0-1").ending("udeb").build();
    let upload = upload::register(&repository, &Deb::new("hello-extra", "1.0-1").build());
    upload::publish_all(&repository, &[installer]);
    wait_for(&repository, "jammy", &["hello", "hello-doc", "hello-extra"]);

    assert!(is_kept(&paths(&upload)));
    let file = format!("{}hello-extra_1.0-1_amd64.deb", chacra::flavor(&repository, "amd64"));
    let _ = chacra::send("DELETE", &file).expect(204);
    wait::until("the deletion to be published", || {
        (Dists::of(&repository, "jammy")?.names("amd64").len() == 2).then_some(())
    });
    wait_for(&repository, "jammy", &["hello", "hello-doc"]);
    wait::until("what was kept of the deleted package to go", || {
        past::make_garbage_below_due(&paths(&upload));
        aws::invoke(functions::deployed("reap"), &json!({}));
        (!is_kept(&paths(&upload))).then_some(())
    });
    list(&repository);
    assert_eq!(contents(&repository, "jammy").map(|list| list.len()), Some(2));
}

#[test]
fn apt_fetches_them_if_it_is_told_to() {
    let repository = Repository::of("contents-apt", "debian", "12");
    let _section = with_contents(&[&repository]);
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    wait_for(&repository, "bookworm", &["hello"]);
    let root = apt::Root::with(&repository.file("repo"));
    // As apt-file configures it.
    let target = [
        "MetaKey=$(COMPONENT)/Contents-$(ARCHITECTURE)",
        "ShortDescription=Contents-$(ARCHITECTURE)",
        "Description=$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Contents",
        "flatMetaKey=Contents-$(ARCHITECTURE)",
        "flatDescription=$(RELEASE) Contents",
        "PDiffs=false",
        "KeepCompressed=true",
    ];
    let target = target.map(|option| format!("-oAcquire::IndexTargets::deb::Contents-deb::{option}"));
    let log = root.output("apt-get", &[&["update"], &target.each_ref().map(String::as_str)[..]].concat());
    assert!(log.contains("amd64 Contents"), "{log}");
    let lists = fs::read_dir(root.path().join("state/lists")).expect("apt writes there");
    let mut names = lists.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert!(names.any(|name| name.contains("_Contents-amd64")), "{log}");
}

#[test]
fn a_package_that_cannot_be_unpacked_does_not_keep_the_others_from_it() {
    let repository = Repository::of("contents-bz2", "ubuntu", "22.04");
    let _section = with_contents(&[&repository]);
    let upload = upload::register(&repository, &with_bzip2());
    upload::publish_all(&repository, &[Deb::new("hello", "1.0-1").build()]);
    wait_for(&repository, "jammy", &["hello"]);
    assert_eq!(Dists::of(&repository, "jammy").expect("published").names("amd64").len(), 2);
    let lines = functions::logged("repo-build");
    let problem = lines.lines().find(|line| line.contains("are not listed") && line.contains(&repository.prefix()));
    assert!(problem.is_some_and(|line| line.contains("data.tar.bz2")), "{problem:?}");
    assert!(is_kept(&paths(&upload)), "it is read again after each publish");
}

#[test]
fn packages_of_others_are_listed_too() {
    let source = Repository::of("contents-source", "ubuntu", "22.04");
    let taker = Repository { project: unique::project("contents-taker"), ..source.clone() };
    let extras = format!("[repos.{}.extras.all]\n{} = [\"main\"]\n", taker.project, source.project);
    let table = format!("{extras}[distributions.{}]\nContents = true\n", taker.project);
    let _section = Section::add(&table);
    upload::publish_all(&source, &[Deb::new("hello-other", "1.0-1").build()]);
    upload::publish_all(&taker, &[Deb::new("hello", "1.0-1").build()]);
    let _ = Dists::wait_for(&taker, "jammy", "main/binary-amd64/Packages", 2);
    wait_for(&taker, "jammy", &["hello", "hello-other"]);
    let dists = Dists::of(&source, "jammy").expect("published");
    assert!(!dists.text.contains("Contents"), "{}", dists.text);
}

/// A package whose data member says that it is compressed by bzip2, as in packages of long ago.
fn with_bzip2() -> Package {
    let mut package = Deb::new("hello-old", "1.0-1").compression("none").build();
    let name = b"data.tar        ";
    let at = package.bytes.windows(name.len()).position(|bytes| bytes == name).expect("a data member");
    package.bytes[at..at + name.len()].copy_from_slice(b"data.tar.bz2    ");
    package
}
