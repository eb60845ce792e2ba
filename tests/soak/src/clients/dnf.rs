//! dnf, as somebody runs it all day.

use std::{
    fs,
    path::Path,
    process::Output,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use colca_tests::{dnf::Root, repodata};

use super::{edges::Door, visitor::Machine};
use crate::course::Course;

/// How long the one waits that goes by the address, so that it does not keep the machine from the others.
const PAUSE: Duration = Duration::from_secs(3);

/// A machine with dnf.
pub(crate) struct Dnf {
    root: Root,
    proxy: String,
}

impl Dnf {
    /// A new one that knows a repository by its file, and goes by way of the edges.
    ///
    /// # Panics
    /// If the file does not say that signatures are checked.
    pub(crate) fn new(file: &str, door: &Door) -> Self {
        assert!(file.contains("repo_gpgcheck=1") && file.contains("\ngpgcheck=1"), "not signed:\n{file}");
        Self { root: Root::with(&[file]), proxy: format!("--setopt=proxy={}", door.address()) }
    }

    /// What cannot be had is an error, not passed over; and however long it takes, it is waited for.
    fn run(&self, arguments: &[&str]) -> Output {
        let options = ["--setopt=skip_if_unavailable=False", "--setopt=timeout=300", "--setopt=minrate=1"];
        self.root.run(&[&[self.proxy.as_str()][..], &options, arguments].concat())
    }

    fn must(&self, arguments: &[&str]) -> Result<(), String> {
        let output = self.run(arguments);
        if output.status.success() {
            return Ok(());
        }
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Err(format!("dnf {arguments:?} failed:\n{out}{err}"))
    }
}

impl Machine for Dnf {
    fn refresh(&self) -> Result<(), String> {
        self.must(&["makecache", "--refresh"])
    }

    fn names(&self) -> Vec<String> {
        listed(&self.root.path().join("cache"))
    }

    fn install(&self, name: &str) -> Result<(), String> {
        self.must(&["install", name])
    }
}

/// One that refreshes by the address itself, as most repository files have it, and not by the list of mirrors, which names one
/// revision. That may fail: metadata and its signature can come from edges of another age. It is counted, to tell that the
/// edges are as bad as they should be.
#[derive(Debug, Default)]
pub(crate) struct ByAddress {
    refreshes: AtomicU64,
    failures: AtomicU64,
}

impl ByAddress {
    /// Refreshes until it is over.
    pub(crate) fn go_on(&self, file: &str, door: &Door, course: &Course) {
        let file = file.replace("mirrorlist=", "baseurl=").replace("/mirrorlist\n", "/\n");
        let machine = Dnf::new(&file, door);
        while course.goes_on() {
            self.refreshes.fetch_add(1, Ordering::Relaxed);
            let is_well = machine.run(&["makecache", "--refresh"]).status.success();
            self.failures.fetch_add(u64::from(!is_well), Ordering::Relaxed);
            course.pause(PAUSE);
        }
    }

    /// What there is to tell.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 2] {
        [
            ("for comparison, refreshes by `baseurl` instead of `mirrorlist`", &self.refreshes),
            ("of these failed", &self.failures),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)))
    }
}

/// The names of the packages that this client knows by now.
fn listed(cache: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for repository in fs::read_dir(cache).expect("dnf made it").flatten() {
        let Ok(files) = fs::read_dir(repository.path().join("repodata")) else { continue };
        for file in files.flatten().map(|file| file.path()) {
            let name = file.display().to_string();
            if name.contains("primary.xml") {
                let packages = repodata::listed(&name, &fs::read(&file).expect("dnf wrote it"));
                names.extend(packages.into_iter().map(|package| package.name));
            }
        }
    }
    names.sort();
    names.dedup();
    names
}
