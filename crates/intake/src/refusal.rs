//! Why a file does not get in.

use colca_runtime::CannotSign;
use colca_store::{ErrorKind, ObjectKey};

/// What ends the way of a file.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It will never be good; the uploader is told why.
    #[error(transparent)]
    Rejected(Rejection),
    /// Other bytes are registered under its name, and it was not to replace them; the uploader is told which.
    #[error(transparent)]
    NameTaken(Rejection),
    /// A service failed; try again.
    #[error(transparent)]
    Failed(#[from] colca_store::Error),
}

/// Why a file will never be good.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Rejection {
    /// In one of few words, for whoever counts them.
    pub word: &'static str,
    /// In words for the uploader.
    pub reason: String,
}

impl Rejection {
    /// Counted under `word`.
    #[must_use]
    pub fn new(word: &'static str, reason: impl Into<String>) -> Self {
        Self { word, reason: reason.into() }
    }
}

impl Refusal {
    /// A file that will never be good.
    #[must_use]
    pub fn rejected(word: &'static str, reason: impl Into<String>) -> Self {
        Self::Rejected(Rejection::new(word, reason))
    }

    /// What a failed read or copy means: what lies in somebody else's bucket may change under our hands; what is ours may not.
    pub(crate) fn of_source(from: &ObjectKey, error: colca_store::Error) -> Self {
        let is_theirs = matches!(from, ObjectKey::Found { .. });
        if is_theirs && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AlreadyExists) {
            return Self::rejected("source", "source: must stay as it is; this file was changed or deleted meanwhile");
        }
        Self::Failed(error)
    }
}

impl From<colca_rpmmd::Invalid> for Refusal {
    fn from(invalid: colca_rpmmd::Invalid) -> Self {
        Self::rejected("rpm", format!("not a good rpm: {invalid}"))
    }
}

impl From<colca_apt::Invalid> for Refusal {
    fn from(invalid: colca_apt::Invalid) -> Self {
        Self::rejected("deb", format!("not a good deb: {invalid}"))
    }
}

impl From<colca_model::Invalid> for Refusal {
    fn from(invalid: colca_model::Invalid) -> Self {
        Self::rejected("invalid", invalid.to_string())
    }
}

impl From<CannotSign> for Refusal {
    fn from(error: CannotSign) -> Self {
        match error {
            CannotSign::Store(error) => Self::Failed(error),
            // Nothing is wrong with the file: it waits until there is a key that can sign.
            other => Self::Failed(colca_store::Error::unfinished(&format_args!("sign a package: {other}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_somebody_elses_may_change() {
        let of = |key: ObjectKey| Refusal::of_source(&key, colca_store::Error::not_found(&key)).to_string();
        let [bucket, key, etag] = ["a-bucket", "a/b.rpm", "\"x\""].map(str::to_owned);
        let theirs = of(ObjectKey::Found { bucket, key, etag });
        assert!(theirs.starts_with("source: must stay as it is"), "{theirs}");
        let ours = of(ObjectKey::Received { upload: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID") });
        assert!(ours.contains("could not read received/"), "{ours}");
    }
}
