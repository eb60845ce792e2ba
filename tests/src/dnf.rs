//! Debian's dnf with a root and a repository list of its own: it reads and changes nothing of this machine's.

use std::{fs, path::Path, process::Output};

use crate::{createrepo::Scratch, tools};

/// A root to install into.
#[derive(Debug, Default)]
pub struct Root(Scratch);

impl Root {
    /// An empty one that knows the repositories of these repository files.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn with(repository_files: &[&str]) -> Self {
        let root = Self::default();
        for directory in ["repositories", "log"] {
            fs::create_dir_all(root.path().join(directory)).expect("the working copy is writable");
        }
        for (number, text) in repository_files.iter().enumerate() {
            fs::write(root.path().join(format!("repositories/{number}.repo")), text)
                .expect("the working copy is writable");
        }
        fs::write(root.path().join("dnf.conf"), "[main]\n").expect("the working copy is writable");
        root
    }

    /// Where packages are installed.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Runs dnf to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        let here = |name: &str| self.path().join(name).display().to_string();
        let options = [
            "--quiet".to_owned(),
            "--assumeyes".to_owned(),
            format!("--config={}", here("dnf.conf")),
            format!("--installroot={}", here("root")),
            format!("--setopt=reposdir={}", here("repositories")),
            format!("--setopt=cachedir={}", here("cache")),
            format!("--setopt=logdir={}", here("log")),
            format!("--setopt=persistdir={}", here("persist")),
            "--setopt=varsdir=/nonexistent".to_owned(),
            "--setopt=pluginpath=/nonexistent".to_owned(),
            "--releasever=9".to_owned(),
        ];
        tools::run("dnf", options.iter().map(String::as_str).chain(arguments.iter().copied()))
    }

    /// Runs dnf, which must succeed, and gives what it printed.
    ///
    /// # Panics
    /// If it fails, with all it printed.
    #[track_caller]
    pub fn output(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "dnf {arguments:?} failed:\n{out}{err}");
        out.into_owned()
    }
}

/// Fails unless dnf sees what [`crate::carried`] says, in a repository with the package that it speaks of.
///
/// # Panics
/// If it does not.
#[track_caller]
pub fn sees_what_is_carried(root: &Root) {
    let shown = |arguments: &[&str]| root.output(&[&["--setopt=module_platform_id=platform:el9"], arguments].concat());
    let modules = shown(&["module", "list"]);
    assert!(modules.contains("greeter") && modules.contains("common"), "no module: {modules}");
    let groups = shown(&["group", "list"]);
    assert!(groups.contains("Greeters of größe"), "no group: {groups}");
    // What `updateinfo list` shows is about packages that are installed.
    let mended = shown(&["repoquery", "--advisory=COLCA-2026-1", "--qf=%{name}"]);
    assert_eq!(mended.trim(), "corpus-native", "no advisory");
}
