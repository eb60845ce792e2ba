//! What is kept of a repository so that a publish costs what has changed: whatever becomes of that, every package is listed.

use std::thread;

use colca_tests::{
    Client, Repository, aws, chacra, createrepo,
    debs::{Deb, source},
    dists::Dists,
    functions, past, revisions, rpms, stack, upload, wait,
};
use serde_json::{Value, json};
use upload::Package;

/// The most calls that publishing one more package may take: of `DynamoDB`, and of S3.
const MOST_CALLS: (u32, u32) = (12, 24);

const AMD64: &str = "main/binary-amd64/Packages";

/// The objects that hold the lists of a repository.
fn kept(repository: &Repository) -> Vec<String> {
    aws::keys(stack().store(), &format!("{}/", repository.prefix().replace("repos/", "state/lists/")))
}

fn bytes(key: &str) -> Vec<u8> {
    aws::object(stack().store(), key).expect("it was listed")
}

/// One of a few small rpms.
fn rpm(number: usize) -> Package {
    Package::read(&rpms::burst()[number])
}

/// Something that happens to a repository, and what it is called.
type Damage = (&'static str, fn(&Repository));

/// What can become of what is kept.
const DAMAGES: [Damage; 6] = [
    ("gone", |repository| each(repository, |key| aws::delete(stack().store(), key))),
    ("garbage", |repository| each(repository, |key| aws::put(stack().store(), key, b"garbage"))),
    ("cut-short", |repository| {
        each(repository, |key| aws::put(stack().store(), key, &bytes(key)[..bytes(key).len() - 1]));
    }),
    ("flipped", |repository| {
        each(repository, |key| {
            let mut bytes = bytes(key);
            let middle = bytes.len() - 20;
            bytes[middle] ^= 1;
            aws::put(stack().store(), key, &bytes);
        });
    }),
    ("anothers", |repository| {
        let other = Repository::new("other");
        upload::publish(&other, &rpm(40));
        let other = bytes(&kept(&other)[0]);
        each(repository, |key| aws::put(stack().store(), key, &other));
    }),
    ("without-metadata", |repository| {
        let prefix = format!("{}/noarch/repodata/", repository.prefix());
        let all = aws::keys(stack().store(), &prefix);
        all.iter().filter(|key| key.contains("-primary.")).for_each(|key| aws::delete(stack().store(), key));
    }),
];

fn each(repository: &Repository, damage: impl Fn(&str)) {
    let kept = kept(repository);
    assert!(!kept.is_empty(), "nothing is kept of {}", repository.prefix());
    kept.iter().for_each(|key| damage(key));
}

#[test]
fn what_cannot_be_used_is_made_anew() {
    let damage = |(name, damage): &Damage| {
        let repository = Repository::new(name);
        let packages: Vec<_> = (0..4).map(rpm).collect();
        upload::publish_all(&repository, &packages[..2]);
        let _ = repository.wait_until_settled();
        damage(&repository);
        for count in [3, 4] {
            upload::publish(&repository, &packages[count - 1]);
            let repodata = repository.wait_for_packages("noarch", count);
            repodata.assert_same_content(&createrepo::metadata(&packages[..count]));
            let _ = repository.wait_until_settled();
        }
    };
    thread::scope(|scope| {
        let runs: Vec<_> = DAMAGES.iter().map(|case| (case.0, scope.spawn(move || damage(case)))).collect();
        for (name, run) in runs {
            assert!(run.join().is_ok(), "{name}");
        }
    });
}

#[test]
fn what_came_of_many_changes_is_what_is_made_anew() {
    let repository = Repository::new("changes");
    let packages: Vec<_> = (0..5).map(rpm).collect();
    upload::publish_all(&repository, &packages[..3]);
    let second = &packages[1];
    let file = format!("{}{}", chacra::arch(&repository, "noarch"), second.filename);
    let _ = chacra::send("DELETE", &file).expect(204);
    upload::publish(&repository, &packages[3]);
    let replacement = Package { bytes: packages[4].bytes.clone(), ..packages[2].clone() };
    assert_eq!(upload::upload_with_force(&repository, &replacement)["state"], "registered");
    upload::register(&repository, second);
    let _ = repository.wait_until_settled();

    let expected = [packages[0].clone(), second.clone(), packages[3].clone(), replacement];
    let changed = repository.wait_for_packages("noarch", expected.len());
    changed.assert_same_content(&createrepo::metadata(&expected));
    recreate(&repository);
    repository.repodata("noarch").expect("published").assert_same_content(&createrepo::metadata(&expected));
}

#[test]
fn so_it_is_in_an_archive() {
    let repository = Repository::of("changes-deb", "debian", "12");
    let [first, second] = [Deb::new("first", "1"), Deb::new("second", "1")];
    upload::publish_all(&repository, &[first.build(), second.build(), Deb::new("doc", "1").arch("all").build()]);
    upload::publish(&repository, &Deb::new("first", "2").build());
    let replacement = second.clone().text("other").build();
    assert_eq!(upload::upload_with_force(&repository, &replacement)["state"], "registered");
    let file = format!("{}{}", chacra::arch(&repository, "amd64"), first.filename());
    let _ = chacra::send("DELETE", &file).expect(204);
    // For an architecture that had no index so far: there it stands beside what is for all.
    upload::publish(&repository, &Deb::new("port", "1").arch("riscv64").build());
    let _ = repository.wait_until_settled();

    let changed = Dists::wait_for(&repository, "bookworm", AMD64, 3);
    assert_eq!(changed.names("amd64"), ["doc 1 all", "first 2 amd64", "second 1 amd64"]);
    assert_eq!(changed.names("riscv64"), ["doc 1 all", "port 1 riscv64"]);
    let hash = |dists: &Dists| {
        let listed = dists.packages("amd64").iter().find(|paragraph| paragraph.get("Package") == "second");
        listed.expect("it is listed").get("SHA256").to_owned()
    };
    assert_eq!(hash(&changed), replacement.sha256());
    recreate(&repository);
    let anew = Dists::of(&repository, "bookworm").expect("published");
    for arch in ["amd64", "arm64", "riscv64"] {
        assert_eq!(anew.names(arch), changed.names(arch), "{arch}");
    }
    assert_eq!(hash(&anew), replacement.sha256());
}

#[test]
fn lists_that_are_made_anew_name_the_files_that_are_there() {
    let repository = Repository::new("two-directories");
    upload::publish_all(&repository, &[rpm(0), Package::read(&rpms::one("corpus-native-1"))]);
    let _ = repository.wait_until_settled();
    each(&repository, |key| aws::delete(stack().store(), key));
    // All lists are made anew, and one directory alone is written.
    upload::publish(&repository, &rpm(1));
    // Now the other one is, though its packages are the same.
    let comps = b"<comps><group><id>all</id></group></comps>\n".to_vec();
    let comps = Package { arch: "x86_64".to_owned(), ..Package::new("comps.xml", comps) };
    upload::publish(&repository, &comps);
    let _ = repository.wait_until_settled();
    assert_eq!(repository.wait_for_packages("x86_64", 1).packages.len(), 1);
}

#[test]
fn a_damaged_index_under_its_checksum_is_mended() {
    let repository = Repository::of("mended", "debian", "12");
    upload::publish(&repository, &Deb::new("first", "1").build());
    let _ = repository.wait_until_settled();
    let prefix = format!("{}/dists/bookworm/main/binary-amd64/by-hash/", repository.prefix());
    let keys = aws::keys(stack().store(), &prefix);
    assert_eq!(keys.len(), 2);
    keys.iter().for_each(|key| aws::put(stack().store(), key, b"other bytes"));
    assert_eq!(verify(&repository)["is_rebuilt"], json!(true));
    wait::until("all to be sound again", || (verify(&repository)["count"] == json!(0)).then_some(()));
    assert_eq!(Dists::wait_for(&repository, "bookworm", AMD64, 1).names("amd64"), ["first 1 amd64"]);
}

#[test]
fn what_was_kept_before_goes() {
    let repository = Repository::new("kept");
    for number in 0..3 {
        upload::publish(&repository, &rpm(number));
        let _ = repository.wait_until_settled();
    }
    let before = kept(&repository);
    let newest = before.last().expect("something is kept").clone();
    wait::until("the lists of before to go", || {
        past::make_garbage_below_due(&format!("{}/", repository.prefix().replace("repos/", "state/lists/")));
        aws::invoke(functions::deployed("reap"), &json!({}));
        (kept(&repository) == [newest.clone()]).then_some(())
    });
    upload::publish(&repository, &rpm(3));
    let _ = repository.wait_for_packages("noarch", 4);
}

#[test]
fn a_package_more_takes_few_calls() {
    for repository in [Repository::of("calls-rpm", "opensuse", "15.5"), Repository::of("calls-deb", "debian", "12")] {
        let package = |number: usize| match repository.distro.as_str() {
            "debian" => Deb::new(&format!("package-{number}"), "1").build(),
            _ => rpm(number),
        };
        upload::publish_all(&repository, &[package(0), package(1)]);
        let _ = repository.wait_until_settled();
        upload::publish(&repository, &package(2));
        let published = format!("Published revision {} of", revisions::current(&repository));
        let calls = wait::until("what the build took", || functions::calls(&repository, &published));
        println!("{} one more: {} calls of DynamoDB, {} of S3", repository.distro, calls.0, calls.1);
        assert!(calls.0 <= MOST_CALLS.0 && calls.1 <= MOST_CALLS.1, "{calls:?}");
    }
}

/// What is found to be wrong with a repository, by who compares it with the catalog.
fn verify(repository: &Repository) -> Value {
    let _ = repository.wait_until_settled();
    verify_now(repository)
}

/// The same, whatever happens to it meanwhile.
fn verify_now(repository: &Repository) -> Value {
    let path = repository.full_path();
    let asked = Client::uploader().post("/admin/verify", &json!({"repository": path})).expect(202).json();
    let found = || Client::uploader().get(&format!("/admin/verify?repository={path}")).expect(200).json();
    wait::until("somebody to have looked", || {
        let verification = found();
        assert_eq!(verification["asked"], asked["asked"]);
        (!verification["found"].is_null()).then(|| verification["found"].clone())
    })
}

/// A fault: what it is called, the object it happens to, and what is said of it.
type Fault = (&'static str, fn(&str) -> bool, &'static str);

#[test]
fn what_is_not_as_it_should_be_is_found_and_made_anew() {
    let damages: [Fault; 4] = [
        ("missing", |key| key.contains("-filelists."), "is missing"),
        ("other-bytes", |key| key.contains("-primary."), "has other bytes than its name says"),
        ("entry", |key| key.ends_with("/repomd.xml") && !key.contains('@'), "is not as it was written"),
        ("snapshot", |key| key.contains("/@") && key.ends_with("noarch/repodata/repomd.xml"), "is missing"),
    ];
    for (name, is_it, said) in damages {
        let repository = Repository::new(name);
        upload::publish_all(&repository, &[rpm(0), rpm(1)]);
        let sound = verify(&repository);
        assert_eq!((&sound["problems"], &sound["is_rebuilt"]), (&json!([]), &json!(false)), "{sound}");
        let keys = aws::keys(stack().store(), &format!("{}/", repository.prefix()));
        let key = keys.iter().find(|key| key.contains("noarch/") && is_it(key)).expect("it was published");
        if said == "is missing" {
            aws::delete(stack().store(), key);
        } else {
            aws::put(stack().store(), key, b"other bytes");
        }
        let found = verify(&repository);
        let problems = found["problems"].as_array().expect("a list");
        assert!(problems.iter().any(|problem| problem.as_str().is_some_and(|text| text.ends_with(said))), "{found}");
        assert_eq!(found["is_rebuilt"], json!(true));
        wait::until("all to be sound again", || (verify(&repository)["count"] == json!(0)).then_some(()));
        let _ = repository.wait_for_packages("noarch", 2);
    }
    let nowhere = json!({"repository": "no/such/repository/at/all/flavors/here"});
    let _ = Client::uploader().post("/admin/verify", &nowhere).expect(404);
    let nobody_asked = "/admin/verify?repository=no/such/repository/at/all/flavors/here";
    let _ = Client::uploader().get(nobody_asked).expect(404);
    let asks = [
        Client::uploader().post("/admin/verify", &json!({"repository": "x"})),
        Client::uploader().get("/admin/verify?repository=x"),
        Client::uploader().get("/admin/verify"),
    ];
    for refused in asks {
        let refused = refused.expect(400).json();
        assert_eq!(refused["field"], json!("repository"), "{refused}");
    }
}

#[test]
fn a_package_whose_bytes_are_gone_is_told_and_can_be_uploaded_anew() {
    let repository = Repository::new("verify-packages");
    let packages = [rpm(0), rpm(1)];
    upload::publish_all(&repository, &packages);
    let key = |package: &Package| format!("{}/noarch/{}", repository.prefix(), package.filename);
    aws::delete(stack().store(), &key(&packages[0]));
    aws::put(stack().store(), &key(&packages[1]), b"other bytes");
    let found = verify(&repository);
    let (missing, other) = (&packages[0].filename, &packages[1].filename);
    let length = packages[1].bytes.len();
    let told = json!([
        format!("the package noarch/{missing} is missing"),
        format!("the package noarch/{other} has 11 bytes, and is listed with {length}"),
    ]);
    // Nothing that is made anew would help.
    assert_eq!((&found["problems"], &found["is_rebuilt"]), (&told, &json!(false)), "{found}");

    for package in &packages {
        let file = format!("{}{}/", chacra::arch(&repository, "noarch"), package.filename);
        assert_eq!(chacra::send("DELETE", &file).status, 204);
    }
    upload::publish_all(&repository, &packages);
    let found = verify(&repository);
    assert_eq!((&found["problems"], &found["is_rebuilt"]), (&json!([]), &json!(false)), "{found}");
}

#[test]
fn what_changes_while_it_is_compared_is_nothing_wrong() {
    let repository = Repository::new("verify-beside");
    let packages: Vec<_> = (0..8).map(rpm).collect();
    upload::publish_all(&repository, &packages[..2]);
    thread::scope(|scope| {
        let uploads =
            scope.spawn(|| packages[2..].iter().for_each(|package| drop(upload::register(&repository, package))));
        while !uploads.is_finished() {
            let found = verify_now(&repository);
            assert_eq!((&found["problems"], &found["is_rebuilt"]), (&json!([]), &json!(false)), "{found}");
        }
    });
    assert_eq!(verify(&repository)["count"], json!(0));
    let _ = repository.wait_for_packages("noarch", packages.len());
}

#[test]
fn where_nothing_is_published_nothing_is_made_anew() {
    let repository = Repository::of("verify-nothing", "debian", "12");
    // A source package of which something is missing is not listed.
    let files = source("alone", "1-1");
    let dsc = files.iter().find(|file| file.filename.ends_with(".dsc")).expect("it has one");
    let _ = upload::register(&repository, dsc);
    let _ = repository.wait_until_idle();
    let found = verify_now(&repository);
    assert_eq!((&found["revision"], &found["is_rebuilt"]), (&json!(0), &json!(false)), "{found}");
}

#[test]
fn archives_and_plain_files_are_compared_too() {
    let archive = Repository::of("verify-deb", "debian", "12");
    upload::publish_all(&archive, &[Deb::new("first", "1").build(), Deb::new("doc", "1").arch("all").build()]);
    upload::register_all(&archive, &source("src", "1-1"));
    let raw = Repository::new("verify-raw");
    upload::publish(&raw, &Package::new("tool.txt", b"text".to_vec()));
    for repository in [archive, raw] {
        let found = verify(&repository);
        assert_eq!(found["problems"], json!([]), "{found}");
    }
}

fn recreate(repository: &Repository) {
    let revision = repository.wait_until_settled()["revision"].clone();
    let _ = chacra::send("POST", &format!("{}recreate", chacra::repository(repository))).expect(200);
    wait::until("all to be made anew", || (repository.wait_until_settled()["revision"] != revision).then_some(()));
}
