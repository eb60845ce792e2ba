//! An import: packages that lie elsewhere already, taken in piece by piece.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Arch, Invalid, RepoPath, Sha256, UploadId};

/// How many of the files that were refused are told of.
const MOST_REFUSED: usize = 100;

/// How many characters of a reason are told: all of them lie in one item, which has 400 KB at most.
const LONGEST_REASON: usize = 600;

/// Where the packages are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ImportSource {
    /// `s3://bucket/prefix/`: all packages whose keys begin so.
    Bucket {
        /// The bucket.
        bucket: String,
        /// What their keys begin with; ends with a slash, or is empty.
        prefix: String,
    },
    /// `https://host/path/`: a repository; of Debian packages if the last directory but one is `dists`.
    Web(String),
}

impl FromStr for ImportSource {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refuse = |rule: &str| Err(Invalid::new("source", rule, text));
        if let Some(rest) = text.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let is_good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-".contains(&c);
            if !(3..=63).contains(&bucket.len()) || !bucket.bytes().all(is_good) {
                return refuse("must name a bucket, as in s3://bucket/prefix/");
            }
            if !prefix.is_empty() && !prefix.ends_with('/') {
                return refuse("must end with a slash");
            }
            if prefix.len() > 900 || prefix.chars().any(char::is_control) {
                return refuse("must have a prefix of 900 bytes at most, without control characters");
            }
            return Ok(Self::Bucket { bucket: bucket.to_owned(), prefix: prefix.to_owned() });
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Ok(Self::Web(text.to_owned()));
        }
        refuse("must begin with s3:// or https://")
    }
}

impl fmt::Display for ImportSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bucket { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
            Self::Web(url) => f.write_str(url),
        }
    }
}

impl TryFrom<String> for ImportSource {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ImportSource> for String {
    fn from(source: ImportSource) -> Self {
        source.to_string()
    }
}

/// How an import is going. Only `Running` changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum ImportState {
    /// There is more to do.
    Running,
    /// All of it was looked at.
    Done,
    /// It cannot go on; what was taken in stays.
    Failed {
        /// Why, in words for who asked.
        reason: String,
    },
    /// Somebody had it stopped; what was taken in stays.
    Stopped {
        /// The user who did.
        stopped_by: String,
    },
}

/// A file that was not taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedFile {
    /// Its path below the source.
    pub path: String,
    /// Field, rule and value.
    pub reason: String,
}

/// What became of the files so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All that were found.
    pub found: u64,
    /// Those that are new in the repository.
    pub taken_in: u64,
    /// Those that it had, byte for byte, and not by this import.
    pub same_already: u64,
    /// Those that are no packages.
    pub passed_over: u64,
    /// Those that cannot be in it.
    pub refused: u64,
    /// The first hundred of these.
    pub refusals: Vec<RefusedFile>,
}

impl Tally {
    /// Counts a file that cannot be in the repository.
    pub fn refuse(&mut self, path: &str, reason: String) {
        self.refused += 1;
        if self.refusals.len() < MOST_REFUSED {
            let reason = reason.chars().take(LONGEST_REASON).collect();
            self.refusals.push(RefusedFile { path: path.to_owned(), reason });
        }
    }
}

/// An import and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its id.
    pub id: UploadId,
    /// The repository that gets the packages.
    pub repository: RepoPath,
    /// Where they are.
    pub source: ImportSource,
    /// The architecture under which all are registered; that of each by its own header if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
    /// The user who asked.
    pub by: String,
    /// When.
    pub created_at: Timestamp,
    /// How it is going.
    #[serde(flatten)]
    pub state: ImportState,
    /// How many pieces are done: who writes down the next one has seen all before it.
    pub pieces: u64,
    /// When the last of them was, or when it began.
    pub moved_at: Timestamp,
    /// The last file that was looked at: its key, or its path below the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The checksum of the entry file of a repository on the web, by which its list is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Sha256>,
    /// What became of the files.
    pub tally: Tally,
    /// What kept the next piece from being done, the last time it was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Import {
    /// When somebody looks after one that is running: a piece may take as long as its function.
    pub const LOOK_AFTER: SignedDuration = SignedDuration::from_mins(20);

    /// One of which nothing is done yet.
    #[must_use]
    pub fn begin(
        id: UploadId,
        repository: RepoPath,
        source: ImportSource,
        arch: Option<Arch>,
        by: String,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            repository,
            source,
            arch,
            by,
            created_at: now,
            state: ImportState::Running,
            pieces: 0,
            moved_at: now,
            cursor: None,
            entry: None,
            tally: Tally::default(),
            trouble: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_a_prefix_or_an_address() {
        for good in ["s3://a-bucket/", "s3://a-bucket/a/b c/", "https://a.example/el9/", "http://127.0.0.1:1/dists/a/"]
        {
            assert_eq!(good.parse::<ImportSource>().map(String::from), Ok(good.to_owned()));
        }
        for (bad, rule) in [
            ("", "must begin with s3:// or https://"),
            ("ftp://a/", "must begin with s3:// or https://"),
            ("s3:///a/", "must name a bucket, as in s3://bucket/prefix/"),
            ("s3://A_B/", "must name a bucket, as in s3://bucket/prefix/"),
            ("s3://a-bucket/a", "must end with a slash"),
        ] {
            assert_eq!(bad.parse::<ImportSource>().expect_err(bad).rule, rule);
        }
    }

    #[test]
    fn a_state_is_a_word_and_what_belongs_to_it() {
        for (state, json) in [
            (ImportState::Running, r#"{"state":"running"}"#),
            (ImportState::Failed { reason: "no".to_owned() }, r#"{"state":"failed","reason":"no"}"#),
            (ImportState::Stopped { stopped_by: "ci".to_owned() }, r#"{"state":"stopped","stopped_by":"ci"}"#),
        ] {
            assert_eq!(serde_json::to_string(&state).expect("plain data"), json);
            assert_eq!(serde_json::from_str::<ImportState>(json).expect("a state"), state);
        }
    }

    #[test]
    fn tells_the_first_hundred_only() {
        let mut tally = Tally::default();
        (0..120).for_each(|number| tally.refuse(&number.to_string(), String::new()));
        assert_eq!((tally.refused, tally.refusals.len()), (120, 100));
    }
}
