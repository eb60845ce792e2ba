//! Time and ids come from outside, so that tests and simulations can give their own.

use std::sync::Arc;

use jiff::Timestamp;

use crate::UploadId;

/// What the time is.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Gives each upload an id of its own, and makes secrets.
pub trait Ids: Send + Sync {
    /// An id never given before; ids given later sort later, to the millisecond.
    fn upload_id(&self) -> UploadId;

    /// Bytes that nobody can guess.
    fn random(&self) -> [u8; 32];
}

/// A clock that every part of a function shares.
pub type SharedClock = Arc<dyn Clock>;
