//! Writing over what is there, on a condition: entry files and the configuration are the only objects that change.

use bytes::Bytes;

use crate::copies::copy_failed;
use crate::{Error, ErrorKind, ObjectKey, Objects, Result};

/// What an object must be for a write to go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// There is none yet.
    Absent,
    /// It still has this entity tag.
    Etag(String),
}

impl Objects {
    /// Writes an object over what is there, if that is as `expected` where something is. Gives the new entity tag.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it is not as expected, or whatever else the service answers.
    pub async fn overwrite(
        &self,
        key: &ObjectKey,
        bytes: impl Into<Bytes>,
        expected: Option<&Expected>,
    ) -> Result<String> {
        let request = self.put(key, bytes);
        let request = match expected {
            None => request,
            Some(Expected::Absent) => request.if_none_match("*"),
            Some(Expected::Etag(etag)) => request.if_match(etag),
        };
        let written = request.send().await.map_err(|error| Error::sdk(format!("write {}", key.path()), error));
        tag(key, written.map_err(|error| error.of_condition(expected))?.e_tag)
    }

    /// Has S3 make an object the same as another one, of 5 GiB at most, if what is under its key is as `expected`. Gives its entity
    /// tag.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if it is not as expected, [`ErrorKind::NotFound`] if `from` is not there, or whatever else the service
    /// answers.
    pub async fn copy_over(&self, from: &ObjectKey, to: &ObjectKey, expected: &Expected) -> Result<String> {
        let request = self.copy_request(from, to);
        let request = match expected {
            Expected::Absent => request.if_none_match("*"),
            Expected::Etag(etag) => request.if_match(etag),
        };
        match request.send().await.map_err(|error| copy_failed(from, to, error)) {
            Ok(copied) => tag(to, copied.copy_object_result.and_then(|result| result.e_tag)),
            // Either of them may be the one that is not there.
            Err(error) if error.kind() == ErrorKind::NotFound => match self.head(from).await? {
                None => Err(error),
                Some(_) => Err(error.into_conflict()),
            },
            Err(error) => Err(error.of_condition(Some(expected))),
        }
    }
}

/// Without it the next write could say no condition.
fn tag(key: &ObjectKey, etag: Option<String>) -> Result<String> {
    etag.ok_or_else(|| Error::new(ErrorKind::Unavailable, format!("learn the entity tag of {}", key.path())))
}

impl Error {
    /// What S3 answers when an object is not as `expected` is a conflict, whatever it is called.
    pub(crate) fn of_condition(self, expected: Option<&Expected>) -> Self {
        match self.kind() {
            ErrorKind::AlreadyExists => self.into_conflict(),
            // An object that vanished answers 404 to `If-Match`.
            ErrorKind::NotFound if matches!(expected, Some(Expected::Etag(_))) => self.into_conflict(),
            _ => self,
        }
    }
}
