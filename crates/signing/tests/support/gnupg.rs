//! The programs that check signatures: `gpg`, `gpgv`.

use std::process::{Command, Output, Stdio};

use super::scratch::Scratch;

/// A directory of keys for `gpg`.
pub(crate) struct Gnupg {
    home: Scratch,
}

impl Gnupg {
    pub(crate) fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;

        let home = Scratch::new("gnupg");
        let private = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(home.path(), private).expect("our directory");
        Self { home }
    }

    /// Runs `gpg`, whether it succeeds or not.
    pub(crate) fn output(&self, arguments: &[&str], stdin: &[u8]) -> Output {
        let home = self.home.path().to_str().expect("a UTF-8 path");
        let always = ["--homedir", home, "--batch", "--no-tty", "--pinentry-mode", "loopback"];
        run("gpg", &[&always, arguments].concat(), stdin)
    }

    /// Runs `gpg`, which must succeed.
    pub(crate) fn run(&self, arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
        let output = self.output(arguments, stdin);
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Gives commands and answers to `gpg --edit-key`.
    pub(crate) fn edit(&self, key: &str, commands: &str) {
        let arguments = ["--homedir", self.path(), "--no-tty", "--pinentry-mode", "loopback", "--command-fd", "0"];
        let output = run("gpg", &[&arguments[..], &["--edit-key", key]].concat(), commands.as_bytes());
        assert!(output.status.success(), "gpg --edit-key: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub(crate) fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.run(arguments, b"")).expect("UTF-8")
    }

    /// Makes a key without passphrase as `--quick-generate-key` does, and tells its fingerprint.
    pub(crate) fn generate(&self, user: &str, algorithm: &str, usage: &str, expires: &str) -> String {
        let arguments = ["--passphrase", "", "--quick-generate-key", user, algorithm, usage, expires];
        self.run(&arguments, b"");
        let listed = self.text(&["--with-colons", "--list-keys", user]);
        let line = listed.lines().find(|line| line.starts_with("fpr:")).expect("a fingerprint");
        line.split(':').nth(9).expect("the tenth field").to_owned()
    }

    pub(crate) fn export_secret(&self, user: &str) -> String {
        self.text(&["--armor", "--export-secret-keys", user])
    }

    pub(crate) fn path(&self) -> &str {
        self.home.path().to_str().expect("a UTF-8 path")
    }

    /// Verifies what a client downloads with `gpg` and, as apt does, with `gpgv`. `files` are those of `--verify`.
    ///
    /// # Panics
    /// If the signatures that are good are not as many as told.
    pub(crate) fn verify(&self, good: usize, files: &[&str]) {
        self.verify_with(&[], good, files);
    }

    /// The same by `gpg` alone, which believes us what the time is.
    pub(crate) fn verify_at(&self, time: &str, good: usize, files: &[&str]) {
        self.verify_with(&["--faked-system-time", time], good, files);
    }

    fn verify_with(&self, time: &[&str], good: usize, files: &[&str]) {
        let keyring = self.home.path().join("verify.gpg");
        std::fs::write(&keyring, self.run(&["--export"], b"")).expect("a keyring");
        let keyring = keyring.to_str().expect("a UTF-8 path");
        let by_gpg =
            self.output(&[time, &["--status-fd", "1", "--trust-model", "always", "--verify"], files].concat(), b"");
        let by_gpgv = || run("gpgv", &[&["--status-fd", "1", "--keyring", keyring], files].concat(), b"");
        let by_gpgv = time.is_empty().then(|| ("gpgv", by_gpgv()));
        for (program, output) in [("gpg", by_gpg)].into_iter().chain(by_gpgv) {
            let (status, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            let valid = status.lines().filter(|line| line.starts_with("[GNUPG:] VALIDSIG ")).count();
            assert_eq!((valid, output.status.success()), (good, true), "{program}: {log}");
            let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARNING")).collect();
            let expected = |line: &&&str| line.ends_with("Using untrusted key!") || line.contains("faked system time");
            assert_eq!(warnings.iter().filter(expected).count(), warnings.len(), "{program}: {log}");
        }
    }

    /// Whether `gpgv` refuses.
    pub(crate) fn refuses(&self, files: &[&str]) -> bool {
        let keyring = self.home.path().join("refuse.gpg");
        std::fs::write(&keyring, self.run(&["--export"], b"")).expect("a keyring");
        let keyring = keyring.to_str().expect("a UTF-8 path");
        !run("gpgv", &[&["--keyring", keyring], files].concat(), b"").status.success()
    }
}

impl Drop for Gnupg {
    fn drop(&mut self) {
        // The agent that gpg has started for this directory.
        let _ = Command::new("gpgconf").args(["--homedir", self.path(), "--kill", "all"]).output();
    }
}

/// Runs a program in English.
pub(crate) fn run(program: &str, arguments: &[&str], stdin: &[u8]) -> Output {
    use std::io::Write;

    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{program}: {error}"));
    child.stdin.take().expect("a pipe").write_all(stdin).expect("it reads");
    child.wait_with_output().expect("it ends")
}
