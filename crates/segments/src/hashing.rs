//! The checksums of all outputs.

use std::ops::Range;

use crate::{Damaged, Facts, Manifest, Output, Published, Segment, file::Closed, manifest::TextState};

/// The checksums of the new files, which may need bytes of the old ones.
///
/// Appending needs none. After a change in the middle, what is copied behind it has to be read once: the checksum of a
/// file cannot be told from those of its parts.
pub struct Hashing {
    pub(crate) segments: Vec<Segment>,
    /// The opening and the closing of each stream.
    pub(crate) streams: Vec<(String, String)>,
    pub(crate) files: Vec<Closed>,
}

impl Hashing {
    /// What has to be read of the previous object of each output, and given to [`Hashing::feed`] in this order.
    #[must_use]
    pub fn unread(&self) -> Vec<Vec<Range<u64>>> {
        self.files.iter().map(|file| file.pass.unread()).collect()
    }

    /// Takes the next bytes of what has to be read for an output, as many as there are.
    ///
    /// # Errors
    /// If they are not what the manifest says they are.
    pub fn feed(&mut self, output: usize, bytes: &[u8]) -> Result<(), Damaged> {
        self.files[output].pass.feed(bytes).map_err(|reason| Damaged::Object { output, reason })
    }

    /// Tells the checksums.
    ///
    /// # Errors
    /// If less was fed than had to be read.
    pub fn finish(self) -> Result<Finished, Damaged> {
        let Self { segments, streams: ends, files } = self;
        let mut streams = Vec::new();
        let mut outputs = Vec::new();
        // The text of a stream, as the first of its outputs tells it.
        let mut open_sha256 = None;
        for (number, file) in files.into_iter().enumerate() {
            let Closed { output, pass, opening, closing, text } = file;
            let (opening_text, closing_text) = &ends[output.stream];
            let ended = pass.finish(&closing, closing_text.as_bytes());
            let (packed, unpacked) = ended.map_err(|reason| Damaged::Object { output: number, reason })?;
            if let Some((states, digest)) = unpacked {
                streams.push(TextState { opening: opening_text.clone(), states });
                open_sha256 = Some(digest);
            }
            let (states, sha256) = packed;
            let length = segments.iter().map(|segment| segment.packed[number]).sum::<u64>();
            let facts = Facts {
                size: opening + length + closing.len() as u64,
                sha256,
                open_size: text.length,
                open_sha256: open_sha256.expect("the first output of each stream follows its text"),
            };
            outputs.push(Published { output, object: String::new(), facts, opening, states });
        }
        Ok(Finished(Manifest { segments, streams, outputs }))
    }
}

/// All that is to be known of the new files but their names.
pub struct Finished(Manifest);

impl Finished {
    /// What entry files say of the files, in the order of the outputs.
    pub fn facts(&self) -> impl Iterator<Item = &Facts> {
        self.0.outputs.iter().map(|published| &published.facts)
    }

    /// The manifest to store, with the name that is given to the object of each output.
    #[must_use]
    pub fn manifest(mut self, mut object: impl FnMut(Output, &Facts) -> String) -> Manifest {
        for published in &mut self.0.outputs {
            published.object = object(published.output, &published.facts);
        }
        self.0
    }
}
