//! One output while it is put together.

use std::ops::Range;

use bytes::Bytes;

use crate::{Grade, Manifest, Output, Piece, Published, manifest::TextState, pass::Pass, piece, text_sum::TextSum};

/// A new file: what its bytes are, and what is known of its checksums.
pub(crate) struct File<'a> {
    output: Output,
    previous: Option<Previous<'a>>,
    /// What was not given away yet.
    pub(crate) pieces: Vec<Piece>,
    pass: Pass,
    opening: u64,
}

/// The file that was published before.
struct Previous<'a> {
    file: &'a Published,
    text: &'a TextState,
    /// Where its segments lie.
    ranges: Vec<Range<u64>>,
}

/// A file that has all its bytes.
pub(crate) struct Closed {
    pub(crate) output: Output,
    pub(crate) pass: Pass,
    /// How long its opening is.
    pub(crate) opening: u64,
    /// Its last bytes.
    pub(crate) closing: Bytes,
    /// All its text.
    pub(crate) text: TextSum,
}

impl<'a> File<'a> {
    /// Begins one for each output.
    pub(crate) fn all(outputs: &[Output], previous: Option<&'a Manifest>) -> Vec<Self> {
        let file = |(number, output): (usize, &Output)| {
            let previous = previous.map(|manifest| Previous {
                file: &manifest.outputs[number],
                text: &manifest.streams[output.stream],
                ranges: manifest.ranges(number),
            });
            // The first output of each stream tells the checksum of the text.
            let is_first = number == 0 || outputs[number - 1].stream != output.stream;
            Self { output: *output, previous, pieces: Vec::new(), pass: Pass::new(output.codec, is_first), opening: 0 }
        };
        outputs.iter().enumerate().map(file).collect()
    }

    /// Begins with this text.
    pub(crate) fn open(&mut self, texts: &[String], grade: &Grade) {
        let text = &texts[self.output.stream];
        let bytes = Bytes::from(self.output.codec.opening(text, grade));
        self.opening = bytes.len() as u64;
        self.add(bytes, text.as_bytes(), TextSum::of(text));
    }

    /// Begins as the previous one did.
    pub(crate) fn open_as_before(&mut self) {
        let previous = was_there(&self.previous);
        self.opening = previous.file.opening;
        self.pass.adopt(&previous.file.states[0], &previous.text.states[0]);
        piece::append(&mut self.pieces, Piece::Copy(0..self.opening));
    }

    /// Goes on with a segment of the previous one, which may stand where it stood, with all that was before it.
    pub(crate) fn keep(&mut self, index: usize, is_in_place: bool, texts: &[TextSum]) {
        let previous = was_there(&self.previous);
        let range = previous.ranges[index].clone();
        if is_in_place {
            self.pass.adopt(&previous.file.states[index + 1], &previous.text.states[index + 1]);
        } else {
            self.pass.copy(range.clone(), texts[self.output.stream]);
        }
        piece::append(&mut self.pieces, Piece::Copy(range));
    }

    /// Goes on with a new segment.
    pub(crate) fn write(&mut self, bytes: Bytes, texts: &[Vec<u8>], sums: &[TextSum]) {
        self.add(bytes, &texts[self.output.stream], sums[self.output.stream]);
    }

    fn add(&mut self, bytes: Bytes, text: &[u8], sum: TextSum) {
        self.pass.write(&bytes, text, sum);
        piece::append(&mut self.pieces, Piece::Write(bytes));
    }

    /// Ends with the closing of its stream, given with all the text up to it.
    pub(crate) fn close(self, ends: &[(String, TextSum)], grade: &Grade) -> (Vec<Piece>, Closed) {
        let Self { output, mut pieces, pass, opening, .. } = self;
        let (text, whole) = &ends[output.stream];
        let closing = Bytes::from(output.codec.closing(text, *whole, grade));
        piece::append(&mut pieces, Piece::Write(closing.clone()));
        (pieces, Closed { output, pass, opening, closing, text: *whole })
    }
}

fn was_there<'a, 'b>(previous: &'b Option<Previous<'a>>) -> &'b Previous<'a> {
    previous.as_ref().expect("what is kept was there before")
}
