//! dnf, as somebody runs it all day.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use colca_tests::{dnf::Root, random::Random, repodata};

use super::{Done, edges::Edges};
use crate::{course::Course, shelf::Shelf};

/// How many packages are installed into one root.
const ROOT: usize = 15;

/// How long the one waits that goes by the address, so that it does not keep the machine from the others.
const PAUSE: Duration = Duration::from_secs(3);

/// Refreshes and installs until it is over, every now and then on a new machine.
pub(crate) fn go_on(shelf: &Shelf, random: &mut Random, edges: &Edges, done: &Done, course: &Course) {
    let file = shelf.repository.file("repo");
    assert!(file.contains("repo_gpgcheck=1") && file.contains("\ngpgcheck=1"), "not signed:\n{file}");
    let options = options(edges);
    while course.goes_on() {
        let root = Root::with(&[&file]);
        let run = |arguments: &[&str]| {
            let output = root.run(&[&options.each_ref().map(String::as_str), arguments].concat());
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "dnf {arguments:?} failed:\n{out}{err}\nthe edges:\n{}", edges.trace());
        };
        let mut installed = BTreeSet::new();
        while course.goes_on() && installed.len() < ROOT {
            run(&["makecache", "--refresh"]);
            done.refreshed();
            let mut names = listed(&root.path().join("cache"));
            names.retain(|name| !installed.contains(name));
            if let Some(name) = names.get(random.below(names.len().max(1))) {
                run(&["install", name]);
                done.installed();
                installed.insert(name.clone());
            }
        }
    }
}

/// Refreshes by the address itself, as most repository files have it, and not by the list of mirrors, which names one revision.
/// That may fail: metadata and its signature can come from edges of another age. It is counted, to tell that the edges are
/// as bad as they should be.
pub(crate) fn go_on_by_address(shelf: &Shelf, edges: &Edges, unlisted: &Done, course: &Course) {
    let file = shelf.repository.file("repo").replace("mirrorlist=", "baseurl=").replace("/mirrorlist\n", "/\n");
    let root = Root::with(&[&file]);
    let [proxy, strict] = &options(edges);
    while course.goes_on() {
        unlisted.refreshed();
        if !root.run(&[proxy, strict, "makecache", "--refresh"]).status.success() {
            unlisted.failed();
        }
        course.pause(PAUSE);
    }
}

/// By way of the edges, and what cannot be had is an error, not passed over.
fn options(edges: &Edges) -> [String; 2] {
    [format!("--setopt=proxy={}", edges.proxy()), "--setopt=skip_if_unavailable=False".to_owned()]
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
