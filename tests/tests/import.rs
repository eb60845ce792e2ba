//! Packages that lie elsewhere already are taken in as if they had been uploaded, each once.

use std::{collections::BTreeSet, thread};

use colca_tests::{
    Client, Repository,
    accounts::Account,
    apt, aws, bad_rpms,
    debs::{Deb, source},
    deliveries, dnf,
    files::Files,
    ftparchive, functions, imports,
    keys::{self, Key},
    rpm_repository, rpms,
    section::Section,
    stack, upload, wait,
};
use serde_json::{Value, json};
use upload::{Package, text};

fn rpm(path: &std::path::Path) -> Package {
    Package::read(path)
}

/// What dnf sees of a repository, once it is all that is wanted.
#[track_caller]
fn dnf_sees(repository: &Repository, names: &BTreeSet<String>) -> dnf::Root {
    let object = repository.wait_until_settled();
    assert_eq!(object["type"], "rpm", "{object}");
    let root = dnf::Root::with(&[&repository.file("repo")]);
    wait::until("dnf to see them all", || {
        let seen = root.output(&["--refresh", "repoquery", "--all", "--qf", "%{name}.%{arch}"]);
        let seen: BTreeSet<_> = seen.lines().map(str::to_owned).collect();
        (seen == *names).then_some(())
    });
    root
}

/// `name.arch` of packages that are not source packages.
fn names<'a>(packages: impl IntoIterator<Item = &'a Package>) -> BTreeSet<String> {
    let name = |package: &&Package| package.arch != "source";
    let all = packages.into_iter().filter(name).map(|package| {
        let stem = package.filename.trim_end_matches(".rpm");
        let name = stem.rsplitn(3, '-').nth(2).expect("name-version-release.arch");
        format!("{name}.{}", package.arch)
    });
    all.collect()
}

#[test]
fn dnf_installs_what_lay_in_a_bucket() {
    let repository = Repository::new("import");
    let mut packages: Vec<_> = rpms::burst().iter().map(|path| rpm(path)).collect();
    let bare = rpm(&rpms::one("corpus-bare"));
    let others = ["corpus-text", "corpus-files", "corpus-many"].map(|name| rpm(&rpms::one(name)));
    packages.extend(others.clone());
    let there = rpm(&rpms::one("corpus-relations"));
    upload::publish(&repository, &there);
    let _ = imports::prefix(&repository, &packages);
    let source = imports::prefix(&repository, [&bare, &there]);
    imports::put(&repository, "README", b"of no interest");
    imports::put(&repository, "repodata/repomd.xml", b"<repomd/>");
    imports::put(&repository, "deeper/broken-1-1.noarch.rpm", &bad_rpms::bad(&others[1].bytes)[6].bytes);

    let id = imports::begin(&repository, &source);
    let end = imports::finish(&id);
    assert_eq!(end["state"], "done", "{end:#}");
    let new = packages.len() as u64 + 1;
    imports::assert_counts(&end, [new + 4, new, 1, 2, 1]);
    assert_eq!(end["refusals"][0]["path"], "deeper/broken-1-1.noarch.rpm");
    assert!(text(&end["refusals"][0]["reason"]).contains("not a good rpm"), "{end:#}");
    assert_eq!(
        (&end["repository"], &end["source"]),
        (&imports::request(&repository, &source)["repository"], &json!(source))
    );

    let listed = names(packages.iter().chain([&bare, &there]));
    let root = dnf_sees(&repository, &listed);
    root.output(&["install", "corpus-bare", "corpus-text", "corpus-files"]);

    // Each is registered for the architecture that it says, with its own checksum, and as an upload that ended.
    let binaries = repository.binaries("noarch");
    assert!(
        packages.iter().all(|package| package.arch != "noarch" || binaries[&package.filename].is_object()),
        "{binaries}"
    );
    let all = imports_list();
    assert_eq!(all.iter().filter(|import| import["import"] == json!(id)).count(), 1);

    // Again: all of it is there already, and nothing is published anew.
    let before = repository.wait_until_settled();
    let again = imports::finish(&imports::begin(&repository, &source));
    imports::assert_counts(&again, [new + 4, 0, new + 1, 2, 1]);
    assert_eq!(repository.wait_until_settled()["revision"], before["revision"]);
}

fn imports_list() -> Vec<Value> {
    let all = Client::uploader().get(imports::URL).expect(200).json();
    all.as_array().expect("a list").clone()
}

#[test]
fn other_bytes_of_a_name_are_refused_and_nothing_of_them_stays() {
    let repository = Repository::new("import-other");
    let [there, other] = ["corpus-text", "corpus-files"].map(|name| rpm(&rpms::one(name)));
    upload::publish(&repository, &there);
    let source = imports::prefix(&repository, [&Package { bytes: other.bytes.clone(), ..there.clone() }]);
    // The same name again, further down: the first that is looked at counts.
    imports::put(&repository, "a/same-1-1.noarch.rpm", &other.bytes);
    imports::put(&repository, "b/same-1-1.noarch.rpm", &rpm(&rpms::one("corpus-many")).bytes);
    let end = imports::finish(&imports::begin(&repository, &source));
    imports::assert_counts(&end, [3, 1, 0, 0, 2]);
    let reasons: Vec<_> = end["refusals"].as_array().expect("a list").iter().map(|it| text(&it["reason"])).collect();
    assert!(
        reasons.iter().all(|reason| reason.starts_with("filename: ") && reason.contains("other bytes")),
        "{reasons:?}"
    );
    let listed = repository.wait_for_packages("noarch", 2);
    assert!(listed.packages.contains_key(&there.sha256()) && listed.packages.contains_key(&other.sha256()));
    let keys = aws::keys(stack().store(), &format!("{}/noarch/", repository.prefix()));
    assert_eq!(keys.iter().filter(|key| key.ends_with(".rpm")).count(), 2, "{keys:?}");
    // Others upload meanwhile, and what they send is there for a moment.
    wait::until("nothing to be left of what was copied for its checksum", || {
        aws::keys(stack().incoming(), "received/").is_empty().then_some(())
    });
}

#[test]
fn apt_installs_what_lay_in_a_bucket() {
    let repository = Repository::of("import-deb", "debian", "12");
    let debs = [Deb::new("one", "1.0-1"), Deb::new("two", "1:1.0-1"), Deb::new("doc", "1.0-1").arch("all")];
    let mut packages: Vec<_> = debs.iter().map(Deb::build).collect();
    packages.extend(source("hello", "1.0-1"));
    let prefix = imports::prefix(&repository, &packages);
    imports::put(&repository, "dists/stable/Release", b"passed over");
    // What is only called like a part of a source package is nobody's business.
    imports::put(&repository, "secret_1.0.tar.gz", b"passed over");
    imports::put(&repository, "hello_2.0.orig.tar.gz", b"passed over");
    let bad = source("bye", "1.0-1");
    for package in &bad {
        let mut bytes = package.bytes.clone();
        if package.filename.contains(".orig.") {
            *bytes.last_mut().expect("an archive") ^= 1;
        }
        imports::put(&repository, &format!("other/{}", package.filename), &bytes);
    }
    // The same package in other bytes: an archive has one of it.
    imports::put(&repository, "zz/one_1.0-1_amd64.other.deb", &debs[0].clone().text("other").build().bytes);
    let end = imports::finish(&imports::begin(&repository, &prefix));
    let new = packages.len() as u64;
    let parts = bad.len() as u64;
    imports::assert_counts(&end, [new + parts + 4, new + parts - 1, 0, 3, 2]);
    let reasons = [0, 1].map(|number| text(&end["refusals"][number]["reason"]));
    assert!(reasons[0].starts_with("sha256: must be ") && reasons[0].contains("as its .dsc says"), "{end:#}");
    assert!(reasons[1].contains("an archive can have but one"), "{end:#}");
    assert!(
        !repository.binaries("all").as_object().expect("files").is_empty(),
        "not registered for its own architecture"
    );
    assert!(!repository.binaries("source").as_object().expect("files").is_empty(), "no source package");
    installs(&repository, &["doc", "one", "two"]);
}

/// Waits until apt sees these packages in a repository, and installs them.
#[track_caller]
fn installs(repository: &Repository, names: &[&str]) {
    let _ = wait::until("the archive to be there", || repository.object().filter(|it| it["revision"] != json!(0)));
    let root = apt::Root::with(&repository.file("repo"));
    wait::until(&format!("apt to see {names:?}"), || {
        root.update();
        (root.names() == names).then_some(())
    });
    root.install(names);
}

#[test]
fn dnf_installs_what_was_behind_a_web_server() {
    let (repository, files) = (Repository::new("import-web"), Files::serve());
    let paths = ["corpus-bare", "corpus-text", "corpus-files"].map(rpms::one);
    rpm_repository::publish(&files, &paths, None);
    let _section = Section::allowing("", &[files.url()]);
    let end = imports::finish(&imports::begin(&repository, files.url()));
    imports::assert_counts(&end, [3, 3, 0, 0, 0]);
    let root = dnf_sees(&repository, &names(&paths.clone().map(|path| rpm(&path))));
    root.output(&["install", "corpus-bare", "corpus-text"]);

    // Of what is not as its list says nothing is believed.
    let (other, name) = (Repository::new("import-bad-web"), rpms::name(&paths[1]).to_owned());
    files.damage(&name);
    let end = imports::finish(&imports::begin(&other, files.url()));
    imports::assert_counts(&end, [3, 2, 0, 0, 1]);
    let reason = text(&end["refusals"][0]["reason"]);
    assert!(reason.contains(&name) && reason.contains("SHA-256"), "{reason}");
    // What is there already is not fetched again.
    let asked = files.asked().len();
    let end = imports::finish(&imports::begin(&repository, files.url()));
    imports::assert_counts(&end, [3, 0, 3, 0, 0]);
    let since = files.asked().split_off(asked);
    assert!(since.iter().all(|path| path.starts_with("repodata/")), "{since:?}");
    assert!(aws::keys(stack().incoming(), "received/").is_empty(), "what was fetched is left");
}

#[test]
fn apt_installs_what_was_behind_a_web_server() {
    let (repository, files) = (Repository::of("import-web-deb", "debian", "12"), Files::serve());
    let packages = [Deb::new("one", "1.0-1"), Deb::new("two", "1:1.0-1"), Deb::new("doc", "1.0-1").arch("all")];
    ftparchive::publish(&files, "stable", &packages.map(|deb| deb.build()), None);
    let _section = Section::allowing("", &[files.url()]);
    let end = imports::finish(&imports::begin(&repository, &format!("{}dists/stable/", files.url())));
    imports::assert_counts(&end, [3, 3, 0, 0, 0]);
    installs(&repository, &["doc", "one", "two"]);

    let end = imports::finish(&imports::begin(&repository, &format!("{}dists/unstable/", files.url())));
    assert_eq!(end["state"], "failed");
    assert!(text(&end["reason"]).contains("dists/unstable/Release"), "{end:#}");
}

#[test]
fn a_message_that_comes_twice_takes_each_package_once() {
    let repository = Repository::new("import-twice");
    let packages: Vec<_> = rpms::burst().iter().take(40).map(|path| rpm(path)).collect();
    let source = imports::prefix(&repository, &packages);
    let id = imports::begin(&repository, &source);
    let message = json!({"import": id});
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| deliveries::deliver("import", &message));
        }
    });
    let end = imports::finish(&id);
    assert_eq!((&end["state"], &end["pieces"], &end["found"]), (&json!("done"), &json!(1), &json!(40)), "{end:#}");
    imports::assert_counts(&end, [40, 40, 0, 0, 0]);
    let _ = repository.wait_for_packages("noarch", 40);
    let keys = aws::keys(stack().store(), &format!("{}/noarch/", repository.prefix()));
    let keys: Vec<_> = keys.into_iter().filter(|key| key.ends_with(".rpm")).collect();
    assert_eq!(keys.len(), 40, "{keys:?}");
    assert!(keys.iter().all(|key| aws::versions(stack().store(), key) == 1), "something was copied twice");
}

#[test]
fn what_cannot_be_imported_is_named() {
    let repository = Repository::new("import-bad");
    let good = imports::request(&repository, &format!("s3://{}/import/nothing/", stack().incoming()));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for (body, field, rule) in [
        (json!({"source": good["source"]}), "repository", "is required"),
        (json!({"repository": good["repository"]}), "source", "is required"),
        (with("repository", json!("a/b")), "repository", "must"),
        (with("source", json!("ftp://host/")), "source", "must begin with s3:// or https://"),
        (with("source", json!("s3://b")), "source", "must name a bucket"),
        (with("source", json!(format!("s3://{}/import", stack().incoming()))), "source", "must end with a slash"),
        (with("source", json!(format!("s3://{}/incoming/", stack().incoming()))), "source", "must begin with s3://"),
        (with("source", json!("s3://somebody-elses/")), "source", "ImportBuckets"),
        (with("source", json!(format!("s3://{}/repos/", stack().store()))), "source", "must not be in the store"),
        (with("source", json!("https://not.allowed.example/el9/")), "source", "allow of [external]"),
        (with("source", json!("https://not.allowed.example/el9")), "source", "must end with a slash"),
        (with("arch", json!("a/b")), "arch", "must not contain a slash"),
        (with("sauce", json!("x")), "sauce", "is not a known field"),
    ] {
        let answer = imports::post(&body).expect(400).json();
        let message = text(&answer["message"]).to_owned();
        assert!(message.starts_with(&format!("{field}: ")) && message.contains(rule), "{body}: {message}");
    }
    let end = imports::finish(&imports::begin(&repository, text(&good["source"])));
    assert_eq!(end["state"], "failed");
    assert!(text(&end["reason"]).contains("source: must have objects"), "{end:#}");
    let _ = Client::uploader().get(&format!("{}/{}", imports::URL, "0".repeat(26))).expect(404);
    let _ = Client::uploader().get(&format!("{}/x", imports::URL)).expect(404);

    let account = Account::new("import", &["read", "upload:*"]);
    let (_, client) = account.add_token();
    let _ = client.post(imports::URL, &good).expect(403);
    let _ = Client::anonymous().get(imports::URL).expect(401);
}

#[test]
fn rpms_are_signed_as_they_come_in() {
    let repository = Repository::new("import-signed");
    let signing = keys::sign_with(Key::generate("import", "rsa4096"), &[&repository]);
    let packages = ["corpus-text", "corpus-files"].map(|name| rpm(&rpms::one(name)));
    let source = imports::prefix(&repository, &packages);
    imports::assert_counts(&imports::finish(&imports::begin(&repository, &source)), [2, 2, 0, 0, 0]);
    let root = dnf_sees(&repository, &names(&packages));
    assert!(repository.file("repo").contains("\ngpgcheck=1\n"), "not every package is signed");
    root.output(&["install", "corpus-files"]);
    drop(signing);
    // What was uploaded is what is compared.
    imports::assert_counts(&imports::finish(&imports::begin(&repository, &source)), [2, 0, 2, 0, 0]);
}

#[test]
fn a_piece_costs_few_calls() {
    let repository = Repository::new("import-calls");
    let packages: Vec<_> = rpms::burst().iter().map(|path| rpm(path)).collect();
    let end = imports::finish(&imports::begin(&repository, &imports::prefix(&repository, &packages)));
    imports::assert_counts(&end, [50, 50, 0, 0, 0]);
    let line = wait::until("the piece to be logged", || {
        let lines = functions::logged("import");
        let mut lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.find(|line| line["import"] == end["import"] && line["piece"] == json!(1))
    });
    let calls = ["s3", "dynamodb"].map(|name| line[name].as_u64().expect("a number"));
    println!("50 packages: {} calls of S3, {} of DynamoDB", calls[0], calls[1]);
    // A read of its header and a copy of each, and a listing.
    assert!(calls[0] <= 2 * 50 + 6, "{line}");
    assert!(calls[1] <= 30, "{line}");
}
