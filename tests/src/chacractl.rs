//! The real chacractl, with a home of its own: it reads its address and credentials from there and nowhere else.
//!
//! Where its standard input is a terminal it takes the file from its arguments. Where it is not, as in any CI, it
//! ignores that argument and reads paths from its input; so a test has to say which of the two it means.

use std::{
    ffi::OsStr,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use crate::{createrepo::Scratch, stack, tools};

/// How long one call may take, in seconds. It waits for an answer for ever, and asks three times where one is a 5xx.
const PATIENCE: &str = "600";

/// chacractl as set up by one user.
#[derive(Debug)]
pub struct Chacractl {
    home: Scratch,
}

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code: 0 or 1, whatever happened.
    pub code: i32,
    /// What it printed; all of its words go to standard error.
    pub text: String,
}

impl Ended {
    /// Itself, if the exit code is the expected one.
    #[must_use]
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "unexpected exit code, chacractl said:\n{}", self.text);
        self
    }

    /// Itself, if it said that.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.text.contains(words), "chacractl did not say {words:?}:\n{}", self.text);
        self
    }
}

impl Chacractl {
    /// With the stack's own user and key.
    #[must_use]
    pub fn new(url: &str) -> Self {
        Self::with_credentials(url, stack().get("COLCA_USER"), stack().get("COLCA_KEY"))
    }

    /// With any user and key.
    ///
    /// # Panics
    /// If its home cannot be written.
    #[must_use]
    pub fn with_credentials(url: &str, user: &str, key: &str) -> Self {
        let home = Scratch::new();
        // The file is a Python program; plain strings look the same there.
        let settings = format!("url = {url:?}\nuser = {user:?}\nkey = {key:?}\nssl_verify = True\n");
        fs::write(home.path().join(".chacractl"), settings).expect("the working copy is writable");
        Self { home }
    }

    /// Runs it at a terminal.
    #[must_use]
    pub fn at_terminal(&self, arguments: &[&str]) -> Ended {
        let program = tools::installed("chacractl").display().to_string();
        let words = [program.as_str()].into_iter().chain(arguments.iter().copied());
        let line = words.map(|word| format!("'{}'", word.replace('\'', r"'\''"))).collect::<Vec<_>>().join(" ");
        self.run(&["script".as_ref(), "-qec".as_ref(), line.as_ref(), "/dev/null".as_ref()], "")
    }

    /// Runs it as a CI does, with these lines on its standard input.
    #[must_use]
    pub fn with_lines(&self, arguments: &[&str], lines: &[&str]) -> Ended {
        let program = tools::installed("chacractl");
        let words: Vec<_> = [program.as_os_str()].into_iter().chain(arguments.iter().map(AsRef::as_ref)).collect();
        let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.run(&words, &input)
    }

    fn run(&self, words: &[&OsStr], input: &str) -> Ended {
        let mut child = Command::new("timeout")
            .arg(PATIENCE)
            .args(words)
            .env("HOME", self.home.path())
            .envs([("LC_ALL", "C.UTF-8"), ("SHELL", "/bin/sh"), ("NO_PROXY", "*")])
            .env_remove("CHACRA_USER")
            .env_remove("CHACRA_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("timeout {words:?}: {error}"));
        // One that ends before it has read its input is no failure of the call.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("a child of this process");
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let code = output.status.code().unwrap_or_else(|| panic!("{words:?} was killed:\n{text}"));
        assert_ne!(code, 124, "{words:?} had not ended after {PATIENCE} s:\n{text}");
        Ended { code, text }
    }
}

/// A path as an argument, or as a line of input.
///
/// # Panics
/// If it is not text.
#[must_use]
pub fn word(path: &Path) -> &str {
    path.to_str().expect("paths of tests are text")
}
