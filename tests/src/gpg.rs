//! GnuPG with a home of its own: it knows the keys that a test gives it and no others.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{tools, unique};

/// A home. Its agent ends with it.
#[derive(Debug)]
pub struct Home(PathBuf);

/// What a key is to be like.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// As `gpg --quick-generate-key` takes it: `ed25519`, `rsa4096`, `dsa2048`.
    pub algorithm: &'a str,
    /// What it may do: `sign`, or `sign,cert`.
    pub usage: &'a str,
    /// The passphrase that protects it; empty for none.
    pub passphrase: &'a str,
    /// When it was made, as `--faked-system-time` takes it; empty for now.
    pub made: &'a str,
    /// When it expires: `never`, `1d`.
    pub expires: &'a str,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self { algorithm: "ed25519", usage: "sign,cert", passphrase: "", made: "", expires: "never" }
    }
}

impl Home {
    /// An empty one. It is not in the working copy, since the name of an agent's socket must be short.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("colca-gpg-{}", hex::encode(unique::random::<8>())));
        fs::create_dir_all(&path).expect("the folder for temporary files is writable");
        tools::output("chmod", ["700".as_ref(), path.as_os_str()]);
        Self(path)
    }

    /// One that knows these keys, armored or not.
    #[must_use]
    pub fn with(keys: &[&str]) -> Self {
        let home = Self::new();
        for key in keys {
            home.import(key);
        }
        home
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Takes in keys.
    pub fn import(&self, key: &str) {
        self.output(&["--import", &self.file("import", key.as_bytes())]);
    }

    /// Makes a key without asking anything: its fingerprint.
    ///
    /// # Panics
    /// If gpg does not make it.
    #[must_use]
    pub fn generate(&self, user: &str, wish: Wish<'_>) -> String {
        let time = format!("--faked-system-time={}", wish.made);
        let mut arguments = vec!["--passphrase", wish.passphrase, "--pinentry-mode=loopback"];
        if !wish.made.is_empty() {
            arguments.push(&time);
        }
        arguments.extend(["--quick-generate-key", user, wish.algorithm, wish.usage, wish.expires]);
        let status = self.output(&arguments);
        let made = status.lines().find_map(|line| line.strip_prefix("[GNUPG:] KEY_CREATED "));
        made.and_then(|line| line.split(' ').nth(1)).unwrap_or_else(|| panic!("no key: {status}")).to_owned()
    }

    /// The public part of all keys, armored.
    #[must_use]
    pub fn public(&self) -> String {
        armored(&self.output(&["--armor", "--export"]))
    }

    /// The public part of all keys in a file of its own, as `gpgv` wants it.
    #[must_use]
    pub fn keyring(&self) -> PathBuf {
        let path = self.0.join("trusted.gpg");
        self.output(&["--yes", &format!("--output={}", path.display()), "--export"]);
        path
    }

    /// The secret part of a key, armored; protected as it was made.
    #[must_use]
    pub fn secret(&self, fingerprint: &str, passphrase: &str) -> String {
        let how = ["--passphrase", passphrase, "--pinentry-mode=loopback", "--armor", "--export-secret-keys"];
        armored(&self.output(&[&how[..], &[fingerprint]].concat()))
    }

    /// Signs a text so that its signature stands beside it.
    #[must_use]
    pub fn detached(&self, data: &[u8]) -> String {
        armored(&self.output(&["--armor", "--output=-", "--detach-sign", &self.file("data", data)]))
    }

    /// Signs a text so that its signature stands around it.
    #[must_use]
    pub fn clearsigned(&self, data: &[u8]) -> String {
        armored(&self.output(&["--output=-", "--clear-sign", &self.file("data", data)]))
    }

    /// Who signed some bytes, by a signature beside them: fingerprints of primary keys.
    ///
    /// # Panics
    /// If a signature is bad, or of a key that this home does not know.
    #[must_use]
    #[track_caller]
    pub fn verify(&self, signature: &[u8], data: &[u8]) -> Vec<String> {
        let (signature, data) = (self.file("signature", signature), self.file("data", data));
        signers(&self.output(&["--verify", &signature, &data]))
    }

    /// Who signed a text by a signature around it, and the text.
    ///
    /// # Panics
    /// If a signature is bad, or of a key that this home does not know.
    #[must_use]
    #[track_caller]
    pub fn verify_clearsigned(&self, signed: &[u8]) -> (Vec<String>, Vec<u8>) {
        let (signed, text) = (self.file("signed", signed), self.0.join("text"));
        let status = self.output(&["--yes", &format!("--output={}", text.display()), "--decrypt", &signed]);
        (signers(&status), fs::read(text).expect("just written"))
    }

    /// The fingerprints of the primary keys in a text.
    ///
    /// # Panics
    /// If there are no keys in it.
    #[must_use]
    pub fn fingerprints(&self, keys: &str) -> Vec<String> {
        let listing = self.output(&["--with-colons", "--show-keys", &self.file("keys", keys.as_bytes())]);
        let mut lines = listing.lines();
        let mut found = Vec::new();
        while lines.any(|line| line.starts_with("pub:")) {
            let line = lines.find(|line| line.starts_with("fpr:")).expect("a key has a fingerprint");
            found.push(line.split(':').nth(9).expect("the tenth field").to_owned());
        }
        assert!(!found.is_empty(), "no keys: {keys}");
        found
    }

    /// All keys in the format for programs.
    #[must_use]
    pub fn listing(&self) -> String {
        self.output(&["--with-colons", "--list-keys"])
    }

    /// A file of this home.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(format!("{name}-{}", hex::encode(unique::random::<4>())));
        fs::write(&path, bytes).expect("the folder for temporary files is writable");
        path.display().to_string()
    }

    /// Runs gpg, which must succeed, and gives what it printed, the lines for programs among it.
    #[track_caller]
    fn output(&self, arguments: &[&str]) -> String {
        let home = format!("--homedir={}", self.0.display());
        let options = [&home, "--batch", "--no-tty", "--status-fd=1", "--trust-model=always"];
        tools::output("gpg", options.into_iter().chain(arguments.iter().copied()))
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = tools::run("gpgconf", ["--homedir".as_ref(), self.0.as_os_str(), "--kill".as_ref(), "all".as_ref()]);
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Output without the lines that gpg writes for programs.
fn armored(output: &str) -> String {
    output.lines().filter(|line| !line.starts_with("[GNUPG:]")).map(|line| format!("{line}\n")).collect()
}

/// The last word of the lines `VALIDSIG`: the fingerprint of the primary key.
fn signers(status: &str) -> Vec<String> {
    let lines = status.lines().filter_map(|line| line.strip_prefix("[GNUPG:] VALIDSIG "));
    lines.filter_map(|line| line.split(' ').next_back()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{Home, Wish};

    #[test]
    fn knows_who_signed() {
        let signer = Home::new();
        let fingerprint = signer.generate("Colca Tests <tests@example.com>", Wish::default());
        let reader = Home::with(&[&signer.public()]);
        assert_eq!(reader.verify(signer.detached(b"text\n").as_bytes(), b"text\n"), [fingerprint.as_str()]);
        let (signers, text) = reader.verify_clearsigned(signer.clearsigned(b"text\n").as_bytes());
        assert_eq!((signers, text), (vec![fingerprint.clone()], b"text\n".to_vec()));
        assert_eq!(reader.fingerprints(&signer.public()), [fingerprint.as_str()]);
        assert!(signer.secret(&fingerprint, "").contains("PRIVATE KEY BLOCK"));
    }

    #[test]
    #[should_panic(expected = "BAD signature")]
    fn refuses_other_bytes() {
        let home = Home::new();
        let _ = home.generate("Colca Tests <tests@example.com>", Wish::default());
        let _ = home.verify(home.detached(b"text\n").as_bytes(), b"tent\n");
    }
}
