//! The paths of the files in one package, read from its bytes in the store.

use std::io::{self, Read};

use bytes::Bytes;
use colca_apt::Paths;
use colca_model::SharedClock;
use colca_runtime::Services;
use colca_store::{ErrorKind, ObjectKey, Objects};
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Handle;

use crate::failure::Failure;

/// How much is asked for at once.
const PIECE: u64 = 8 * 1024 * 1024;

/// How long one package may take. The message that it is read for must not come again meanwhile.
const LONGEST: SignedDuration = SignedDuration::from_secs(150);

/// What was found out about a package.
#[derive(Debug)]
pub(crate) enum Found {
    Paths(Paths),
    /// It is there, and will be as unreadable the next time.
    Unreadable(String),
    /// It was deleted.
    Gone,
}

/// Reads a whole package, unpacking it as it comes.
pub(crate) async fn read(services: &Services, key: &ObjectKey) -> Result<Found, Failure> {
    let Some(head) = services.objects.head(key).await? else { return Ok(Found::Gone) };
    let mut file = Remote {
        objects: services.objects.clone(),
        key: key.clone(),
        at: 0,
        size: head.size,
        piece: Bytes::new(),
        clock: services.clock.clone(),
        until: services.clock.now() + LONGEST,
        failed: None,
        runtime: Handle::current(),
    };
    let read = tokio::task::spawn_blocking(move || {
        let paths = Paths::read(&mut file, head.size);
        (paths, file.failed)
    });
    match read.await.map_err(Failure::panicked)? {
        (_, Some(error)) if error.kind() == ErrorKind::NotFound => Ok(Found::Gone),
        (_, Some(error)) => Err(error.into()),
        (Ok(paths), None) => Ok(Found::Paths(paths)),
        (Err(invalid), None) => Ok(Found::Unreadable(invalid.to_string())),
    }
}

/// An object, read from its start to its end in pieces. Only for threads that may be kept waiting.
struct Remote {
    objects: Objects,
    key: ObjectKey,
    at: u64,
    size: u64,
    piece: Bytes,
    clock: SharedClock,
    until: Timestamp,
    /// What the store answered instead of bytes.
    failed: Option<colca_store::Error>,
    runtime: Handle,
}

impl Read for Remote {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.piece.is_empty() && self.at < self.size {
            if self.clock.now() > self.until {
                return Err(io::Error::other(format!("it took more than {} s", LONGEST.as_secs())));
            }
            let end = self.size.min(self.at + PIECE);
            let read = self.runtime.block_on(self.objects.read_range(&self.key, self.at, end));
            self.piece = read.map_err(|error| {
                self.failed = Some(error);
                io::Error::other("the store did not answer")
            })?;
            self.at += self.piece.len() as u64;
        }
        let count = self.piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.piece.split_to(count));
        Ok(count)
    }
}
