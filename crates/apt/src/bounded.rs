//! A reader that ends in an error rather than give more than it may.

use std::io::{self, Read};

/// Gives as many bytes as were allowed, and an error if there are more.
pub(crate) struct Bounded<R> {
    inner: R,
    left: u64,
    exceeded: bool,
}

impl<R: Read> Bounded<R> {
    pub(crate) fn new(inner: R, most: u64) -> Self {
        Self { inner, left: most, exceeded: false }
    }

    /// Whether there was more than allowed; tells that error from the others.
    pub(crate) fn exceeded(&self) -> bool {
        self.exceeded
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let refuse = || Err(io::Error::other("there is more than is read"));
        if self.exceeded {
            return refuse();
        }
        // One byte more than allowed is asked for, to see whether it is there.
        let most = usize::try_from(self.left.saturating_add(1)).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.inner.read(&mut buffer[..most])?;
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                self.exceeded = true;
                return refuse();
            }
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_is_allowed_and_no_byte_more() {
        for (most, good) in [(4, false), (5, true), (6, true), (u64::MAX, true)] {
            let mut reader = Bounded::new(&b"bytes"[..], most);
            let mut read = Vec::new();
            assert_eq!(reader.read_to_end(&mut read).is_ok(), good, "{most}");
            assert_eq!((reader.exceeded(), b"bytes".starts_with(&read)), (!good, true), "{most}");
            assert!(read.len() as u64 <= most, "{most}");
        }
    }

    #[test]
    fn stays_exceeded() {
        let mut reader = Bounded::new(io::repeat(0), 10);
        let mut buffer = [0; 8];
        assert_eq!(reader.read(&mut buffer).ok(), Some(8));
        for _ in 0..3 {
            assert!(reader.read(&mut buffer).is_err());
        }
    }
}
