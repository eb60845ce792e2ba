//! A reader that counts.

use std::io::{self, BufRead, Read};

/// Gives bytes, and counts how often it is asked. Somebody who asks for ever at the end is stopped.
#[derive(Debug)]
pub struct Counted<'a> {
    bytes: &'a [u8],
    most: usize,
}

impl<'a> Counted<'a> {
    /// Gives these.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        // Once for each byte, were it read so, and some more at the end.
        Self { bytes, most: 2 * bytes.len() + 1000 }
    }

    fn count(&mut self) {
        self.most = self.most.checked_sub(1).expect("it is asked for more again and again, and does not end");
    }
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.count();
        self.bytes.read(buffer)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.count();
        Ok(self.bytes)
    }

    fn consume(&mut self, amount: usize) {
        self.bytes.consume(amount);
    }
}
