//! What Ceph's CI does after a build, request for request, with the programs it does it with: chacractl, curl and, for
//! the user at the end, dnf.

use std::fs;

use colca_tests::{
    Repository, Server,
    chacra::sha512,
    chacractl::{Chacractl, word},
    createrepo::Scratch,
    dnf, rpms, stack, tools,
    upload::Package,
    wait,
};
use serde_json::{Value, json};

#[test]
fn the_default_flavor_through_the_functions() {
    ceph_ci(Server::Api, "default");
}

#[test]
fn the_default_flavor_through_colca_serve() {
    ceph_ci(Server::Serve, "default");
}

#[test]
fn another_flavor_through_the_functions() {
    ceph_ci(Server::Api, "debug");
}

#[test]
fn another_flavor_through_colca_serve() {
    ceph_ci(Server::Serve, "debug");
}

const VERSION: &str = "20.3.0-1234-g01234567";

fn ceph_ci(server: Server, flavor: &str) {
    let ci = Ci::new(server, flavor);
    let arch = ci.files("x86_64");
    let _ = ci.chacractl.with_lines(&["exists", &format!("binaries/{arch}")], &[]).expect(1);
    let packages = ci.upload();
    let _ = ci.chacractl.with_lines(&["exists", &format!("binaries/{arch}")], &[]).expect(0);
    ci.tell_of_the_build();
    let _ = ci.chacractl.with_lines(&["repo", "update", &ci.place()], &[]).expect(0);
    let object = ci.poll();
    assert_eq!((&object["type"], &object["extra"]["version"]), (&json!("rpm"), &json!(VERSION)), "{object}");
    let mut archs: Vec<_> = object["archs"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    archs.sort_unstable();
    assert_eq!(archs, ["source", "x86_64"], "{object}");
    assert_eq!(curl(&format!("{}binaries/{arch}/cephadm", ci.url())), CEPHADM);
    ci.install(&packages);
}

const CEPHADM: &str = "#!/usr/bin/python3\n";

/// One job of the CI.
struct Ci {
    server: Server,
    repository: Repository,
    chacractl: Chacractl,
    scratch: Scratch,
}

impl Ci {
    fn new(server: Server, flavor: &str) -> Self {
        let repository = Repository { flavor: flavor.to_owned(), ..Repository::new("ceph-ci") };
        // The address in the CI's configuration ends with a slash, and its scripts count on that.
        let chacractl = Chacractl::new(&format!("{}/", server.url()));
        Self { server, repository, chacractl, scratch: Scratch::new() }
    }

    fn url(&self) -> String {
        format!("{}/", self.server.url())
    }

    /// Where the files of an architecture go.
    fn files(&self, arch: &str) -> String {
        format!("{}/{arch}/flavors/{}", self.repository.path(), self.repository.flavor)
    }

    /// The repository's path.
    fn place(&self) -> String {
        self.repository.full_path()
    }

    /// Source packages, then all others under the one architecture of the machine, then a program that is no package.
    fn upload(&self) -> Vec<Package> {
        let sources = built(&["corpus-native-1.0-1.src", "corpus-files-1.0-1.src"]);
        let others = built(&["corpus-native-libs-1.0-1.x86_64", "corpus-native-doc", "corpus-files-1.0-1.noarch"]);
        let cephadm = self.scratch.path().join("cephadm");
        fs::write(&cephadm, CEPHADM).expect("the working copy is writable");
        self.create("source", &sources);
        self.create("x86_64", &others);
        self.create("x86_64", &[word(&cephadm).to_owned()]);

        let read = |paths: &[String]| paths.iter().map(|path| Package::read(path.as_ref())).collect::<Vec<_>>();
        let packages = [read(&sources[1..]), read(&others[1..])].concat();
        for package in &packages {
            let arch = if package.arch == "source" { "source" } else { "x86_64" };
            let listing = self.server.binaries(&self.repository, arch);
            assert_eq!(listing[&package.filename]["checksum"], json!(sha512(&package.bytes)), "{listing}");
        }
        packages
    }

    fn create(&self, arch: &str, paths: &[String]) {
        let lines: Vec<_> = paths.iter().map(String::as_str).collect();
        let _ = self.chacractl.with_lines(&["binary", "create", &self.files(arch)], &lines).expect(0);
    }

    /// What the build was, for whoever reads the repository's `extra`.
    fn tell_of_the_build(&self) {
        let extra = json!({
            "version": VERSION, "package_manager_version": format!("{VERSION}.el9"),
            "build_url": "https://ci.example.org/job/ceph-dev/7/", "root_build_cause": "SCMTRIGGER",
            "node_name": "builder+1", "job_name": "ceph-dev/ARCH=x86_64",
        });
        let file = self.scratch.path().join("repo-extra.json");
        fs::write(&file, extra.to_string()).expect("the working copy is writable");
        let url = format!("{}repos/{}/extra/", self.url(), self.place());
        let credentials = format!("{}:{}", stack().get("COLCA_USER"), stack().get("COLCA_KEY"));
        let data = format!("@{}", word(&file));
        let arguments =
            ["-sSf", "-X", "POST", "-H", "Content-Type:application/json", "--data", &data, "-u", &credentials, &url];
        let answer: Value = serde_json::from_str(&tools::output("curl", arguments)).expect("the repository object");
        assert_eq!(answer["extra"], extra, "{answer}");
    }

    /// Asks until the repository is built; the default flavor is asked for without its name.
    fn poll(&self) -> Value {
        let place = if self.repository.flavor == "default" { self.repository.path() } else { self.place() };
        let url = format!("{}repos/{place}", self.url());
        wait::until(&format!("{url} to be built"), || {
            let object: Value = serde_json::from_str(&curl(&url)).expect("the repository object");
            (object["needs_update"] == json!(false) && object["is_updating"] == json!(false)).then_some(object)
        })
    }

    /// A user takes the repository file, looks around, and installs.
    fn install(&self, packages: &[Package]) {
        let root = dnf::Root::with(&[&curl(&format!("{}repos/{}/repo", self.url(), self.place()))]);
        let listed = root.output(&["repoquery", "--all", "--qf", "%{name}-%{version}-%{release}.%{arch}.rpm"]);
        let mut listed: Vec<_> = listed.lines().collect();
        let mut uploaded: Vec<_> = packages.iter().map(|package| package.filename.as_str()).collect();
        listed.sort_unstable();
        uploaded.sort_unstable();
        assert_eq!(listed, uploaded);

        let native = packages.iter().find(|package| package.arch == "x86_64").expect("one was uploaded");
        let name = native.filename.trim_end_matches(".rpm");
        let location = root.output(&["repoquery", "--location", name]);
        let copy = self.scratch.path().join("native.rpm");
        tools::output("curl", ["-sSfL", "-o", word(&copy), location.trim()]);
        assert_eq!(fs::read(&copy).expect("curl wrote it"), native.bytes);
        root.output(&["install", "corpus-files"]);
        assert!(root.path().join("root/usr/share/corpus/one").exists(), "not installed");
    }
}

/// What `find` prints of a build: the folder, which chacractl has to pass over, and packages.
fn built(prefixes: &[&str]) -> Vec<String> {
    let all = rpms::corpus();
    let folder = all[0].parent().expect("packages stand in a folder");
    let files = prefixes.iter().map(|prefix| {
        let found = all.iter().find(|path| rpms::name(path).starts_with(prefix));
        found.unwrap_or_else(|| panic!("no package of the corpus begins with {prefix}"))
    });
    [folder].into_iter().chain(files.map(AsRef::as_ref)).map(|path| word(path).to_owned()).collect()
}

/// GET as the jobs and the users do it, following wherever it leads; must succeed.
fn curl(url: &str) -> String {
    tools::output("curl", ["-sSfL", url])
}
