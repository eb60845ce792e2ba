//! One repository of one test, as its users see it.

use serde_json::{Value, json};

use crate::{Client, Response, repodata::Repodata, stack, unique, wait};

/// The six names of a repository.
#[derive(Debug, Clone)]
pub struct Repository {
    /// What is built.
    pub project: String,
    /// The distribution.
    pub distro: String,
    /// Its version.
    pub distro_version: String,
    /// The flavor.
    pub flavor: String,
}

const REF: &str = "main";
const SHA1: &str = "0123456789abcdef0123456789abcdef01234567";

impl Repository {
    /// A new one for EL9, whose metadata is in zstd.
    #[must_use]
    pub fn new(test: &str) -> Self {
        Self::of(test, "rocky", "9")
    }

    /// A new one for any distribution.
    #[must_use]
    pub fn of(test: &str, distro: &str, distro_version: &str) -> Self {
        Self {
            project: unique::project(test),
            distro: distro.to_owned(),
            distro_version: distro_version.to_owned(),
            flavor: "default".to_owned(),
        }
    }

    /// A new one whose six names make a path of that many bytes, 200 at least.
    #[must_use]
    pub fn with_path_of(test: &str, bytes: usize) -> Self {
        let mut repository = Self::new(test);
        repository.project += &"p".repeat(100);
        let missing = bytes - (repository.prefix().len() - "repos/".len());
        repository.flavor += &"f".repeat(missing.min(200));
        repository.project += &"p".repeat(missing.saturating_sub(200));
        repository
    }

    /// `P/R/S/D/V`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{REF}/{SHA1}/{}/{}", self.project, self.distro, self.distro_version)
    }

    /// `P/R/S/D/V/flavors/F`.
    #[must_use]
    pub fn full_path(&self) -> String {
        format!("{}/flavors/{}", self.path(), self.flavor)
    }

    /// The prefix of its keys in the store, which is also its path under the CDN, without slashes around it.
    #[must_use]
    pub fn prefix(&self) -> String {
        format!("repos/{}", self.full_path())
    }

    /// The fields of a ticket that say where a file belongs.
    #[must_use]
    pub fn fields(&self, arch: &str) -> Value {
        json!({
            "project": self.project, "ref": REF, "sha1": SHA1, "distro": self.distro,
            "distro_version": self.distro_version, "arch": arch, "flavor": self.flavor,
        })
    }

    /// The repository object, `None` while there is none.
    #[must_use]
    pub fn object(&self) -> Option<Value> {
        let response = Client::anonymous().get(&format!("/repos/{}/flavors/{}/", self.path(), self.flavor));
        (response.status != 404).then(|| response.expect(200).json())
    }

    /// The files registered for one architecture.
    #[must_use]
    pub fn binaries(&self, arch: &str) -> Value {
        let response = Client::anonymous().get(&format!("/binaries/{}/{arch}/flavors/{}/", self.path(), self.flavor));
        if response.status == 404 { json!({}) } else { response.expect(200).json() }
    }

    /// The file that makes a package manager use it: `repo`, or `repo.sources` for apt.
    #[must_use]
    #[track_caller]
    pub fn file(&self, name: &str) -> String {
        let url = format!("/repos/{}/flavors/{}/{name}", self.path(), self.flavor);
        let response = Client::anonymous().get(&url).expect(200);
        assert!(response.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")), "{response:?}");
        response.text()
    }

    /// The keys that it is signed by, as anybody gets them.
    #[must_use]
    #[track_caller]
    pub fn public_key(&self) -> String {
        self.fetch("key.asc").expect(200).text()
    }

    /// A file of the repository through the CDN; `below` may need escapes.
    #[must_use]
    pub fn fetch(&self, below: &str) -> Response {
        Client::anonymous().get(&format!("{}/{}/{below}", stack().cdn(), self.prefix()))
    }

    /// The metadata of one directory, past the CDN's cache: `x86_64`, `noarch`, or empty for the repository's top.
    ///
    /// `None` while there is none. Everything that `repomd.xml` names must be there and have the size and checksum it says.
    #[must_use]
    pub fn repodata(&self, directory: &str) -> Option<Repodata> {
        let base = if directory.is_empty() { self.prefix() } else { format!("{}/{directory}", self.prefix()) };
        Repodata::read(|name| crate::aws::object(stack().store(), &format!("{base}/{name}")))
    }

    /// Waits until one directory lists a number of packages.
    #[must_use]
    pub fn wait_for_packages(&self, directory: &str, count: usize) -> Repodata {
        wait::until(&format!("{count} packages in {}/{directory}", self.prefix()), || {
            self.repodata(directory).filter(|repodata| repodata.packages.len() == count)
        })
    }

    /// Waits until no build is queued and none runs; changes may wait for somebody to ask for one.
    pub fn wait_until_idle(&self) -> Value {
        wait::until(&format!("{} to be idle", self.prefix()), || {
            let object = self.object()?;
            let busy = ["is_queued", "is_updating"].iter().any(|flag| object[flag] == json!(true));
            (!busy).then_some(object)
        })
    }

    /// Waits until nothing is pending: no change unpublished, no build queued, none running.
    pub fn wait_until_settled(&self) -> Value {
        wait::until(&format!("{} to settle", self.prefix()), || {
            let object = self.object()?;
            let busy = ["needs_update", "is_queued", "is_updating"].iter().any(|flag| object[flag] == json!(true));
            (!busy).then_some(object)
        })
    }
}
