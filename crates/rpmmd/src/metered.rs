//! A reader for text that nobody vouches for: it stops before it has given too much.

use std::io::{self, BufRead, Read};

/// Gives so many bytes in all, and so many for one part; then an error.
pub(crate) struct Metered<R> {
    inner: R,
    all: u64,
    part: usize,
    longest_part: usize,
}

impl<R: BufRead> Metered<R> {
    pub(crate) fn new(inner: R, most: u64, longest_part: usize) -> Self {
        Self { inner, all: most, part: longest_part, longest_part }
    }

    /// Begins another part.
    pub(crate) fn next_part(&mut self) {
        self.part = self.longest_part;
    }
}

impl<R: BufRead> BufRead for Metered<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let bytes = self.inner.fill_buf()?;
        let most = self.part.min(usize::try_from(self.all).unwrap_or(usize::MAX));
        if most == 0 && !bytes.is_empty() {
            return Err(io::Error::other(if self.all == 0 { "it is too long" } else { "a part of it is too long" }));
        }
        Ok(&bytes[..bytes.len().min(most)])
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.part -= count;
        self.all -= count as u64;
    }
}

impl<R: BufRead> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_what_is_allowed_and_no_byte_more() {
        for (most, part, good) in [(5, 5, true), (6, 9, true), (4, 5, false), (5, 4, false)] {
            let mut text = Vec::new();
            let read = Metered::new(&b"bytes"[..], most, part).read_to_end(&mut text);
            assert_eq!((read.is_ok(), text.len()), (good, if good { 5 } else { 4 }), "{most} {part}");
        }
    }

    #[test]
    fn another_part_may_be_as_long() {
        let mut reader = Metered::new(&b"some bytes"[..], 9, 5);
        let mut buffer = [0; 5];
        reader.read_exact(&mut buffer).expect("five");
        assert!(reader.read_exact(&mut buffer).is_err());
        reader.next_part();
        assert!(reader.read_exact(&mut buffer).is_err(), "there is one too many");
        assert_eq!(&buffer[..4], b"byte");
    }
}
