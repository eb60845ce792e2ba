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

/// What is listed, with paths below the directory of the tests.
fn wait_for_lines(repository: &Repository, lines: &[(&str, &str)]) {
    let expected: Vec<_> =
        lines.iter().map(|(path, owners)| (format!("usr/share/colca-tests/{path}"), (*owners).to_owned())).collect();
    wait::until(&format!("{lines:?} to be listed"), || {
        list(repository);
        let _ = repository.wait_until_settled();
        (contents(repository, "jammy")? == expected).then_some(())
    });
}

/// What is kept of the lists of a repository.
fn state(repository: &Repository) -> String {
    repository.prefix().replacen("repos/", "state/contents/", 1)
}

#[test]
fn lists_that_are_changed_are_those_that_are_made_anew() {
    let repository = Repository::of("contents-changes", "ubuntu", "22.04");
    let _section = with_contents(&[&repository]);
    let other = upload::register(&repository, &Deb::new("other", "1").file("shared").build());
    let first = Deb::new("hello", "1").file("old").file("shared").build();
    upload::publish_all(&repository, &[first.clone(), Deb::new("doc", "1").arch("all").build()]);
    let shared = ("shared", "misc/hello,misc/other");
    let (doc, hello, old, theirs) =
        (("doc", "misc/doc"), ("hello", "misc/hello"), ("old", "misc/hello"), ("other", "misc/other"));
    wait_for_lines(&repository, &[doc, hello, old, theirs, shared]);

    // Whoever made all anew would read this package again, and keep its paths.
    aws::delete(stack().store(), &paths(&other));
    let (new, newer) = (("new", "misc/hello"), ("newer", "misc/hello"));
    upload::publish(&repository, &Deb::new("hello", "2").file("new").build());
    wait_for_lines(&repository, &[doc, hello, new, old, theirs, shared]);
    let replacement = Deb::new("hello", "2").file("newer").build();
    assert_eq!(upload::upload_with_force(&repository, &replacement)["state"], "registered");
    wait_for_lines(&repository, &[doc, hello, newer, old, theirs, shared]);
    let file = format!("{}{}", chacra::flavor(&repository, "amd64"), first.filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    let shared_no_more = ("shared", "misc/other");
    wait_for_lines(&repository, &[doc, hello, newer, theirs, shared_no_more]);
    upload::publish(&repository, &first);
    upload::publish(&repository, &Deb::new("more", "1").arch("all").build());
    wait_for_lines(&repository, &[doc, hello, ("more", "misc/more"), newer, old, theirs, shared]);
    assert!(!is_kept(&paths(&other)), "all packages were read, not those that changed");

    let files = || Dists::of(&repository, "jammy").expect("published").files;
    let lists = || files().into_iter().filter(|(path, _)| path.contains("Contents-")).collect::<Vec<_>>();
    let changed = lists();
    assert_eq!(changed.len(), 2);
    recreate(&repository);
    aws::delete(stack().store(), &state(&repository));
    wait::until("the lists to be made anew", || {
        list(&repository);
        let _ = repository.wait_until_settled();
        is_kept(&state(&repository)).then_some(())
    });
    wait_for_lines(&repository, &[doc, hello, ("more", "misc/more"), newer, old, theirs, shared]);
    assert!(is_kept(&paths(&other)));
    assert!(lists() == changed, "other bytes");
}

fn recreate(repository: &Repository) {
    let revision = repository.wait_until_settled()["revision"].clone();
    let _ = chacra::send("POST", &format!("{}recreate", chacra::repository(repository))).expect(200);
    wait::until("all to be made anew", || (repository.wait_until_settled()["revision"] != revision).then_some(()));
}

#[test]
fn lists_that_cannot_be_read_are_made_anew() {
    let damages: [fn(&mut Vec<u8>); 4] = [
        |bytes| bytes.clear(),
        |bytes| bytes.truncate(bytes.len() - 1),
        |bytes| bytes[100] ^= 1,
        |bytes| {
            let middle = bytes.len() - 20;
            bytes[middle] ^= 1;
        },
    ];
    let repository = Repository::of("contents-damaged", "ubuntu", "22.04");
    let _section = with_contents(&[&repository]);
    upload::publish(&repository, &Deb::new("package-0", "1").build());
    let mut names = vec!["package-0".to_owned()];
    wait_for(&repository, "jammy", &["package-0"]);
    for (number, damage) in damages.iter().enumerate() {
        let mut bytes = aws::object(stack().store(), &state(&repository)).expect("it was made");
        damage(&mut bytes);
        aws::put(stack().store(), &state(&repository), &bytes);
        names.push(format!("package-{}", number + 1));
        upload::publish(&repository, &Deb::new(&names[number + 1], "1").build());
        wait_for(&repository, "jammy", &names.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

/// The most calls that listing the files of one package more may take: of `DynamoDB`, and of S3.
const MOST_CALLS: (u32, u32) = (12, 12);

#[test]
fn a_package_more_takes_as_many_calls_however_many_there_are() {
    let [few, many] = [5, 15].map(|count| {
        let repository = Repository::of(&format!("contents-of-{count}"), "debian", "12");
        let section = with_contents(&[&repository]);
        let names: Vec<_> = (10..10 + count).map(|number| format!("package-{number}")).collect();
        upload::publish_all(&repository, &names.iter().map(|name| Deb::new(name, "1").build()).collect::<Vec<_>>());
        wait_for(&repository, "bookworm", &names.iter().map(String::as_str).collect::<Vec<_>>());
        (repository, section)
    });
    let mut number = 30;
    // What is due a minute after each publish may come in between.
    wait::until("as many calls for many as for few", || {
        number += 1;
        let [few, many] = [&few, &many].map(|(repository, _)| {
            upload::publish(repository, &Deb::new(&format!("package-{number}"), "1").build());
            let _ = repository.wait_until_settled();
            let task = format!("listing the files of revision {} took", revisions::current(repository));
            list(repository);
            wait::until("what that took", || functions::calls(repository, &task))
        });
        println!("one more: {few:?} calls of DynamoDB and S3 of few packages, {many:?} of many");
        (few == many && few.0 <= MOST_CALLS.0 && few.1 <= MOST_CALLS.1).then_some(())
    });
}

/// A package whose data member says that it is compressed by bzip2, as in packages of long ago.
fn with_bzip2() -> Package {
    let mut package = Deb::new("hello-old", "1.0-1").compression("none").build();
    let name = b"data.tar        ";
    let at = package.bytes.windows(name.len()).position(|bytes| bytes == name).expect("a data member");
    package.bytes[at..at + name.len()].copy_from_slice(b"data.tar.bz2    ");
    package
}
