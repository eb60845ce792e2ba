//! What can go wrong between us and the services, sorted by what the caller must do.

use std::error::Error as StdError;
use std::fmt;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

/// What the caller of the store must do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// What was asked for is not there. Say so, or go on without it.
    NotFound,
    /// Something is already there that must not be overwritten. Look at it and decide.
    AlreadyExists,
    /// Somebody else was faster. Read again and decide anew.
    Conflict,
    /// The service did not do its work this time. Try again later.
    Unavailable,
    /// The service will never accept this request. Give up.
    Invalid,
    /// What is stored cannot be read. Nobody can go on before a human has looked.
    Corrupt,
}

/// A failed call to S3, DynamoDB, SQS or Secrets Manager.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What every function of this crate returns.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// What the caller must do.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), source: None }
    }

    /// The same failure, seen by a caller to whom "already there" means "somebody else was faster".
    pub(crate) fn into_conflict(mut self) -> Self {
        self.kind = ErrorKind::Conflict;
        self
    }

    /// A name that others keep registering while we try to.
    #[must_use]
    pub fn contended(name: &impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unavailable, format!("register {name}: others keep registering it too"))
    }

    /// The same failure, seen by a caller who has nothing to decide and can only try again later.
    pub(crate) fn into_unavailable(mut self) -> Self {
        self.kind = ErrorKind::Unavailable;
        self
    }

    /// Stored data that does not read back: names the item.
    pub(crate) fn corrupt(what: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { kind: ErrorKind::Corrupt, what: what.into(), source: Some(source.into()) }
    }

    /// An error of an SDK call. `what` says what was tried, as half a sentence: `read the header of incoming/…`.
    pub(crate) fn sdk<E>(what: impl Into<String>, error: SdkError<E>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let kind = kind_of(&error);
        Self { kind, what: what.into(), source: Some(Box::new(error)) }
    }
}

/// The codes that S3, DynamoDB and SQS answer with, and the status where there is no code (HEAD has no body).
fn kind_of<E: ProvideErrorMetadata>(error: &SdkError<E>) -> ErrorKind {
    let SdkError::ServiceError(service) = error else {
        return match error {
            SdkError::ConstructionFailure(_) => ErrorKind::Invalid,
            _ => ErrorKind::Unavailable,
        };
    };
    let status = service.raw().status().as_u16();
    match service.err().code() {
        Some("NoSuchKey" | "NotFound" | "NoSuchUpload" | "ResourceNotFoundException") => ErrorKind::NotFound,
        Some("PreconditionFailed") => ErrorKind::AlreadyExists,
        Some(
            "ConditionalCheckFailedException"
            | "ConditionalRequestConflict"
            | "TransactionCanceledException"
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => ErrorKind::Conflict,
        Some(
            "ProvisionedThroughputExceededException" | "RequestLimitExceeded" | "ThrottlingException" | "SlowDown",
        ) => ErrorKind::Unavailable,
        _ => match status {
            404 => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            412 => ErrorKind::AlreadyExists,
            429 | 500.. => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        },
    }
}

impl fmt::Display for Error {
    /// The whole chain: the SDK's own text alone is just "service error".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {} ({:?})", self.what, self.kind)?;
        let mut cause = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {}
