//! Debian's apt with a root, lists and sources of its own: it reads and changes nothing of this machine's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use crate::{createrepo::Scratch, tools};

/// A root to install into.
#[derive(Debug)]
pub struct Root(Scratch);

impl Root {
    /// An empty one for amd64 that knows no sources yet.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn new() -> Self {
        let root = Self(Scratch::new());
        for directory in [
            "etc/apt.conf.d",
            "etc/sources.list.d",
            "etc/preferences.d",
            "etc/trusted.gpg.d",
            "etc/auth.conf.d",
            "keyrings",
            "state/lists/partial",
            "cache/archives/partial",
            "log",
            "root/var/lib/dpkg/updates",
            "root/var/lib/dpkg/info",
            "sources",
        ] {
            fs::create_dir_all(root.path().join(directory)).expect("the working copy is writable");
        }
        root.write("root/var/lib/dpkg/status", "");
        root.write("apt.conf", &configuration(root.path()));
        root
    }

    /// One that knows a source.
    #[must_use]
    pub fn with(source: &str) -> Self {
        let root = Self::new();
        root.add_source(source);
        root
    }

    /// One that knows a source of one line with its key, as a user sets it up: the key is put where the line says.
    ///
    /// # Panics
    /// If the line names no file with a key, or trusts without one.
    #[must_use]
    #[track_caller]
    pub fn with_key(line: &str, key: &str) -> Self {
        let root = Self::new();
        let (before, rest) = line.split_once("signed-by=").unwrap_or_else(|| panic!("no signed-by: {line}"));
        let end = rest.find([']', ' ']).unwrap_or_else(|| panic!("options do not end: {line}"));
        assert!(rest.starts_with('/'), "a key is named by its whole path: {line}");
        assert!(!line.contains("trusted"), "trusted all the same: {line}");
        let name = rest[..end].rsplit('/').next().expect("a path has a last part");
        let keyring = root.add_key(name, key);
        root.add_source(&format!("{before}signed-by={}{}", keyring.display(), &rest[end..]));
        root
    }

    /// Keeps a key: where it lies, for `signed-by`.
    #[must_use]
    pub fn add_key(&self, name: &str, key: &str) -> PathBuf {
        let below = format!("keyrings/{name}");
        self.write(&below, key);
        self.path().join(below)
    }

    /// Adds a source, of one line or in paragraphs.
    pub fn add_source(&self, source: &str) {
        let ending = if source.lines().any(|line| line.starts_with("URIs:")) { "sources" } else { "list" };
        let folder = self.path().join("etc/sources.list.d");
        let number = fs::read_dir(&folder).expect("made with the root").count();
        self.write(&format!("etc/sources.list.d/{number}.{ending}"), source);
    }

    /// Where all of it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Whether a file was installed; its path is relative.
    #[must_use]
    pub fn has(&self, installed: &str) -> bool {
        self.path().join("root").join(installed).exists()
    }

    /// The names of the files that `apt-get source` fetched.
    ///
    /// # Panics
    /// If they cannot be listed.
    #[must_use]
    pub fn sources(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path().join("sources")).expect("made with the root");
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs a program of apt, such as `apt-get`, to its end.
    #[must_use]
    pub fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let folder = format!("--chdir={}", self.path().join("sources").display());
        let configuration = format!("APT_CONFIG={}", self.path().join("apt.conf").display());
        // dpkg leaves the path of its root to what it runs.
        let start = [&folder, "-u", "DPKG_ROOT", &configuration, program];
        tools::run("env", start.into_iter().chain(arguments.iter().copied()))
    }

    /// Runs a program of apt, which must succeed, and gives all that it printed.
    ///
    /// # Panics
    /// If it fails.
    #[track_caller]
    pub fn output(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.run(program, arguments);
        let printed = printed(&output);
        assert!(output.status.success(), "{program} {arguments:?} failed:\n{printed}");
        printed
    }

    /// Runs a program of apt, which must fail, and gives all that it printed.
    ///
    /// # Panics
    /// If it succeeds.
    #[track_caller]
    pub fn refusal(&self, program: &str, arguments: &[&str]) -> String {
        let output = self.run(program, arguments);
        let printed = printed(&output);
        assert!(!output.status.success(), "{program} {arguments:?} succeeded:\n{printed}");
        printed
    }

    /// Fetches the lists of packages; whatever is wrong with any of them fails.
    #[track_caller]
    pub fn update(&self) -> String {
        self.output("apt-get", &["update"])
    }

    /// Fetches, checks and installs packages.
    #[track_caller]
    pub fn install(&self, packages: &[&str]) -> String {
        self.output("apt-get", &[&["install", "--yes", "--no-install-recommends"], packages].concat())
    }

    /// The versions that could be installed, the newest first.
    ///
    /// # Panics
    /// If the package is unknown.
    #[must_use]
    #[track_caller]
    pub fn versions(&self, package: &str) -> Vec<String> {
        let table = self.output("apt-cache", &["madison", package]);
        let lines = table.lines().filter(|line| !line.ends_with(" Sources"));
        lines.filter_map(|line| line.split(" | ").nth(1)).map(|version| version.trim().to_owned()).collect()
    }

    /// The names of all packages that could be installed, sorted.
    #[must_use]
    #[track_caller]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.output("apt-cache", &["pkgnames"]).lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    fn write(&self, below: &str, text: &str) {
        fs::write(self.path().join(below), text).expect("the working copy is writable");
    }
}

impl Default for Root {
    fn default() -> Self {
        Self::new()
    }
}

/// Read instead of the machine's own (`man apt.conf`).
fn configuration(root: &Path) -> String {
    let root = root.display();
    format!(
        r#"Dir "{root}";
Dir::Etc "{root}/etc";
Dir::State "{root}/state";
Dir::State::status "{root}/root/var/lib/dpkg/status";
Dir::Cache "{root}/cache";
Dir::Log "{root}/log";
Dir::Bin::dpkg "/usr/bin/dpkg";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "0";
Acquire::http::Proxy::127.0.0.1 "DIRECT";
DPkg::Options {{
    "--root={root}/root";
    "--log={root}/log/dpkg.log";
    "--force-not-root";
    "--force-bad-path";
    "--force-architecture";
}};
"#
    )
}

fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}
