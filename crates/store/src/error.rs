//! What can go wrong between us and the services, sorted by what the caller must do.

use std::error::Error as StdError;
use std::fmt;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::ObjectKey;

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

/// A failed call to S3, DynamoDB, SQS, Secrets Manager or CloudFront.
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

    /// Work that was begun and takes more than one try.
    #[must_use]
    pub fn unfinished(what: &impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unavailable, what.to_string())
    }

    /// The same failure, seen by a caller to whom "already there" means "somebody else was faster".
    pub(crate) fn into_conflict(mut self) -> Self {
        self.kind = ErrorKind::Conflict;
        self
    }

    /// Something that was read and is not what it should be.
    #[must_use]
    pub fn damaged(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, what)
    }

    /// An object that should be there.
    #[must_use]
    pub fn not_found(key: &ObjectKey) -> Self {
        Self::new(ErrorKind::NotFound, format!("read {}", key.path()))
    }

    /// A name that others keep registering while we try to.
    #[must_use]
    pub fn contended(name: &impl fmt::Display) -> Self {
        Self::new(ErrorKind::Unavailable, format!("change {name}: others keep changing it too"))
    }

    /// The same failure, seen by a caller who has nothing to decide and can only try again later.
    #[must_use]
    pub fn into_unavailable(mut self) -> Self {
        self.kind = ErrorKind::Unavailable;
        self
    }

    /// Stored data that does not read back: names the item.
    pub fn corrupt(what: impl Into<String>, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
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

/// The codes that S3, DynamoDB, SQS and CloudFront answer with, and the status where there is no code (HEAD has no body).
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
        Some("PreconditionFailed" | "ResourceExistsException") => ErrorKind::AlreadyExists,
        Some(
            "ConditionalCheckFailedException"
            | "ConditionalRequestConflict"
            | "TransactionCanceledException",
        ) => ErrorKind::Conflict,
        Some(
            "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "ThrottlingException"
            | "Throttling"
            | "TooManyInvalidationsInProgress"
            | "SlowDown"
            | "ServiceUnavailable"
            | "RequestTimeout"
            // Of a session that is renewed by itself.
            | "ExpiredToken"
            | "ExpiredTokenException"
            // A transaction on the same item is under way: nothing was decided.
            | "TransactionConflictException"
            | "TransactionInProgressException",
        ) => ErrorKind::Unavailable,
        _ => match status {
            // What takes long is answered before it is done; only the body says that it was not (`InternalError`).
            200..300 => ErrorKind::Unavailable,
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

#[cfg(test)]
mod tests {
    use aws_sdk_s3::config::http::HttpResponse;
    use aws_sdk_s3::error::ErrorMetadata;
    use aws_sdk_s3::operation::get_object::GetObjectError;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    /// What an answer means; the operation does not matter.
    fn answered(status: u16, code: Option<&str>) -> ErrorKind {
        let mut metadata = ErrorMetadata::builder();
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let raw = HttpResponse::new(status.try_into().expect("a status"), SdkBody::empty());
        kind_of(&SdkError::service_error(GetObjectError::generic(metadata.build()), raw))
    }

    #[test]
    fn a_code_says_more_than_the_status() {
        for (status, code, kind) in [
            (404, "NoSuchKey", ErrorKind::NotFound),
            (404, "NoSuchUpload", ErrorKind::NotFound),
            (400, "ResourceNotFoundException", ErrorKind::NotFound),
            (412, "PreconditionFailed", ErrorKind::AlreadyExists),
            (400, "ResourceExistsException", ErrorKind::AlreadyExists),
            (400, "LimitExceededException", ErrorKind::Unavailable),
            (409, "ConditionalRequestConflict", ErrorKind::Conflict),
            (400, "ConditionalCheckFailedException", ErrorKind::Conflict),
            (400, "TransactionCanceledException", ErrorKind::Conflict),
            (400, "TransactionConflictException", ErrorKind::Unavailable),
            (400, "TransactionInProgressException", ErrorKind::Unavailable),
            (400, "ProvisionedThroughputExceededException", ErrorKind::Unavailable),
            (400, "RequestLimitExceeded", ErrorKind::Unavailable),
            (400, "ThrottlingException", ErrorKind::Unavailable),
            (400, "Throttling", ErrorKind::Unavailable),
            (400, "TooManyInvalidationsInProgress", ErrorKind::Unavailable),
            (503, "SlowDown", ErrorKind::Unavailable),
            (400, "RequestTimeout", ErrorKind::Unavailable),
            (503, "ServiceUnavailable", ErrorKind::Unavailable),
            (400, "ExpiredToken", ErrorKind::Unavailable),
            (400, "ExpiredTokenException", ErrorKind::Unavailable),
            // Of a copy, or of completing parts, that was answered before it failed.
            (200, "InternalError", ErrorKind::Unavailable),
            (200, "SlowDown", ErrorKind::Unavailable),
            (200, "AccessDenied", ErrorKind::Unavailable),
            (200, "PreconditionFailed", ErrorKind::AlreadyExists),
            (400, "ValidationException", ErrorKind::Invalid),
            (403, "AccessDenied", ErrorKind::Invalid),
            (500, "InternalError", ErrorKind::Unavailable),
        ] {
            assert_eq!(answered(status, Some(code)), kind, "{status} {code}");
        }
    }

    #[test]
    fn the_answer_to_a_head_has_a_status_only() {
        for (status, kind) in [
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Conflict),
            (412, ErrorKind::AlreadyExists),
            (429, ErrorKind::Unavailable),
            (503, ErrorKind::Unavailable),
            (403, ErrorKind::Invalid),
        ] {
            assert_eq!(answered(status, None), kind, "{status}");
        }
    }

    #[test]
    fn no_answer_is_worth_another_try_and_a_request_that_cannot_be_made_is_not() {
        assert_eq!(kind_of(&SdkError::<GetObjectError>::timeout_error("too slow")), ErrorKind::Unavailable);
        assert_eq!(kind_of(&SdkError::<GetObjectError>::construction_failure("no key")), ErrorKind::Invalid);
    }

    #[test]
    fn an_error_tells_its_causes() {
        let cause = std::io::Error::other("connection reset");
        let error = Error::sdk("read x", SdkError::<GetObjectError>::timeout_error(cause));
        let text = error.to_string();
        assert!(text.starts_with("could not read x (Unavailable): ") && text.ends_with("connection reset"), "{text}");
    }
}
