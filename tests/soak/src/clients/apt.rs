//! apt, as somebody runs it all day.

use std::collections::BTreeSet;

use colca_tests::{apt::Root, random::Random};

use super::{Done, edges::Edges};
use crate::{course::Course, shelf::Shelf};

/// How many packages are installed into one root.
const ROOT: usize = 15;

/// Refreshes and installs until it is over, every now and then on a new machine.
pub(crate) fn go_on(shelf: &Shelf, random: &mut Random, edges: &Edges, done: &Done, course: &Course) {
    let file = shelf.repository.file("repo.sources");
    assert!(file.contains("Signed-By:") && !file.contains("Trusted"), "not signed:\n{file}");
    let proxy = format!("-oAcquire::http::Proxy::127.0.0.1={}/", edges.proxy());
    while course.goes_on() {
        let root = Root::with(&file);
        let run = |arguments: &[&str]| {
            let output = root.run("apt-get", &[&[proxy.as_str()], arguments].concat());
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let failed = format!("apt-get {arguments:?} failed:\n{out}{err}\nthe edges:\n");
            assert!(output.status.success(), "{failed}{}", edges.trace());
        };
        let mut installed = BTreeSet::new();
        while course.goes_on() && installed.len() < ROOT {
            run(&["update"]);
            done.refreshed();
            let mut names = root.names();
            names.retain(|name| !installed.contains(name));
            if let Some(name) = names.get(random.below(names.len().max(1))) {
                run(&["install", "--yes", "--no-install-recommends", name]);
                done.installed();
                installed.insert(name.clone());
            }
        }
    }
}
