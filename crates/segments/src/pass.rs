//! The checksums of one output.

use std::{collections::VecDeque, ops::Range};

use bytes::Bytes;

use crate::{
    Codec, piece,
    state::State,
    text_sum::TextSum,
    track::{Ended, Track},
    unpacker::{Garbled, Unpacker},
};

/// Follows one output from its beginning to its end. Once a run comes whose bytes lie in an object that was not read
/// yet, that run and all behind it are put off.
pub(crate) struct Pass {
    packed: Track,
    text: Option<Text>,
    late: VecDeque<Late>,
}

/// The text of the stream, if this output is the one that tells its checksum.
struct Text {
    track: Track,
    unpacker: Unpacker,
    /// What was unpacked of the current run.
    run: TextSum,
}

/// A run whose bytes are hashed when those before it have been read.
struct Late {
    bytes: Source,
    text: TextSum,
}

enum Source {
    Here(Bytes),
    /// What has to be read of the previous object.
    There(Range<u64>),
}

impl Pass {
    /// One of the outputs of each stream has to follow its text.
    pub(crate) fn new(codec: Codec, with_text: bool) -> Self {
        let text = || Text { track: Track::default(), unpacker: Unpacker::new(codec), run: TextSum::default() };
        let text = with_text.then(text);
        Self { packed: Track::default(), text, late: VecDeque::new() }
    }

    /// A run that stands where it stood before.
    pub(crate) fn adopt(&mut self, packed: &State, text: &State) {
        self.packed.adopt(packed);
        if let Some(follows) = &mut self.text {
            follows.track.adopt(text);
        }
    }

    /// A run that is new.
    pub(crate) fn write(&mut self, bytes: &Bytes, text: &[u8], sum: TextSum) {
        if self.is_behind() {
            return self.late.push_back(Late { bytes: Source::Here(bytes.clone()), text: sum });
        }
        self.packed.update(bytes);
        self.packed.mark();
        if let Some(follows) = &mut self.text {
            follows.track.update(text);
            follows.track.mark();
        }
    }

    /// A run that is copied from another place than this one, or behind something new.
    pub(crate) fn copy(&mut self, range: Range<u64>, text: TextSum) {
        self.late.push_back(Late { bytes: Source::There(range), text });
    }

    /// Whether something has to be read before it can go on.
    fn is_behind(&self) -> bool {
        !self.late.is_empty()
    }

    /// What has to be read, in this order.
    pub(crate) fn unread(&self) -> Vec<Range<u64>> {
        let mut ranges = Vec::new();
        for late in &self.late {
            if let Source::There(range) = &late.bytes {
                piece::join(&mut ranges, range.clone());
            }
        }
        ranges
    }

    /// Takes some of what has to be read.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), &'static str> {
        self.settle()?;
        while !bytes.is_empty() {
            let Some(Late { bytes: Source::There(range), .. }) = self.late.front_mut() else {
                return Err("is longer than what was to be read of it");
            };
            let left = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
            let (now, rest) = bytes.split_at(left.min(bytes.len()));
            range.start += now.len() as u64;
            bytes = rest;
            self.unpack(now)?;
            self.settle()?;
        }
        Ok(())
    }

    /// Ends all runs at the front whose bytes are here, or were read.
    fn settle(&mut self) -> Result<(), &'static str> {
        let is_here = |late: &mut Late| match &late.bytes {
            Source::Here(_) => true,
            Source::There(range) => range.is_empty(),
        };
        while let Some(late) = self.late.pop_front_if(is_here) {
            if let Source::Here(bytes) = &late.bytes {
                self.unpack(bytes)?;
            }
            self.packed.mark();
            if let Some(follows) = &mut self.text {
                if std::mem::take(&mut follows.run) != late.text {
                    return Err("has another text than the manifest says");
                }
                follows.track.mark();
            }
        }
        Ok(())
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        self.packed.update(bytes);
        let Some(Text { track, unpacker, run }) = &mut self.text else {
            return Ok(());
        };
        let unpacked = unpacker.feed(bytes, |text| {
            track.update(text);
            *run = run.then(TextSum::of(text));
        });
        unpacked.map_err(|Garbled| "cannot be unpacked")
    }

    /// Takes the end of the file. Gives the states after each run and the checksum: of the packed bytes and, if it followed
    /// that, of the text.
    pub(crate) fn finish(mut self, packed: &[u8], text: &[u8]) -> Result<(Ended, Option<Ended>), &'static str> {
        self.settle()?;
        if self.is_behind() {
            return Err("is shorter than what was to be read of it");
        }
        Ok((self.packed.finish(packed), self.text.map(|follows| follows.track.finish(text))))
    }
}
