//! openSUSE's zypper with a root of its own: it reads and changes nothing of this machine's.

use std::{fs, path::Path, process::Output};

use crate::{createrepo::Scratch, tools};

/// A root to install into.
#[derive(Debug)]
pub struct Root(Scratch);

impl Root {
    /// An empty one that knows the repositories of a repository file, and checks all signatures that the file says.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn with(repository_file: &str) -> Self {
        let root = Self(Scratch::new());
        let folder = root.0.path().join("etc/zypp/repos.d");
        fs::create_dir_all(&folder).expect("the working copy is writable");
        fs::write(folder.join("colca.repo"), repository_file).expect("the working copy is writable");
        root
    }

    /// Where packages are installed.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs zypper to its end. Keys that the repository file names are believed.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        let root = self.0.path().display().to_string();
        let options = ["--root", &root, "--non-interactive", "--gpg-auto-import-keys"];
        tools::run("zypper", options.into_iter().chain(arguments.iter().copied()))
    }

    /// Runs zypper, which must succeed, and gives what it printed.
    ///
    /// # Panics
    /// If it fails, with all it printed.
    #[track_caller]
    pub fn output(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "zypper {arguments:?} failed:\n{out}{err}");
        out.into_owned() + &err
    }
}
