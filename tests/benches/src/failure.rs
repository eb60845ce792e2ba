//! Why a bench could not be run.

use std::{fmt::Display, io, path::Path, process::ExitStatus};

/// What went wrong, in words for whoever started the bench.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A file or folder.
    #[error("{place}: {error}")]
    Io { place: String, error: io::Error },
    /// A program that must succeed, with the end of what it printed.
    #[error("{program} failed ({status}):\n{printed}")]
    Program { program: String, status: ExitStatus, printed: String },
    /// Everything else.
    #[error("{0}")]
    Wrong(String),
}

/// With a [`Failure`].
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Says where an error of the operating system happened.
pub(crate) trait At<T> {
    /// At this file or folder.
    fn at(self, place: impl AsRef<Path>) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, place: impl AsRef<Path>) -> Result<T> {
        self.map_err(|error| Failure::Io { place: place.as_ref().display().to_string(), error })
    }
}

/// A failure in words.
pub(crate) fn wrong<T>(words: impl Display) -> Result<T> {
    Err(Failure::Wrong(words.to_string()))
}
