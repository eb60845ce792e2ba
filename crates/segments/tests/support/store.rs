//! An object store in memory, that keeps the rules of S3 with small numbers.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_segments::{Limits, Part, Piece, Source, Upload, parts};

/// Small enough for small files to be copied in parts.
pub(crate) const LIMITS: Limits = Limits { least: 50, most_copied: 130, most_sent: 120 };

/// Objects by their names.
#[derive(Debug, Default)]
pub(crate) struct Store(pub(crate) BTreeMap<String, Bytes>);

impl Store {
    /// Makes an object of pieces, both as they are and as the parts of an upload: which has to be the same.
    pub(crate) fn put(&mut self, name: &str, previous: Option<&str>, pieces: &[Piece]) {
        let previous = previous.map_or(Bytes::new(), |previous| self.0[previous].clone());
        let cut = |range: &std::ops::Range<u64>| previous.slice(range.start as usize..range.end as usize);
        let joined = pieces.iter().map(|piece| match piece {
            Piece::Copy(range) => cut(range),
            Piece::Write(bytes) => bytes.clone(),
        });
        let bytes = joined.collect::<Vec<_>>().concat();
        let upload = parts(pieces, &LIMITS);
        assert_keeps_limits(&upload, &LIMITS, previous.len() as u64);
        let sent = |sources: &Vec<Source>| {
            let source = |source: &Source| match source {
                Source::Fetch(range) => cut(range),
                Source::Bytes(bytes) => bytes.clone(),
            };
            sources.iter().map(source).collect::<Vec<_>>().concat()
        };
        let uploaded = match &upload {
            Upload::Put(sources) => sent(sources),
            Upload::Multipart(parts) => {
                let part = |part: &Part| match part {
                    Part::Copy(range) => cut(range).to_vec(),
                    Part::Send(sources) => sent(sources),
                };
                parts.iter().map(part).collect::<Vec<_>>().concat()
            }
        };
        assert_eq!(uploaded, bytes, "{pieces:?} {upload:?}");
        self.0.insert(name.to_owned(), bytes.into());
    }
}

/// Asserts what S3 would refuse to do otherwise.
pub(crate) fn assert_keeps_limits(upload: &Upload, limits: &Limits, previous: u64) {
    let sent = |sources: &[Source]| {
        assert!(sources.iter().all(|source| source.length() > 0), "{sources:?}");
        let length = sources.iter().map(Source::length).sum::<u64>();
        assert!(length <= limits.most_sent, "{sources:?}");
        length
    };
    let parts = match upload {
        Upload::Put(sources) => {
            sent(sources);
            return;
        }
        Upload::Multipart(parts) => parts,
    };
    for (number, part) in parts.iter().enumerate() {
        let length = match part {
            Part::Copy(range) => {
                assert!(range.end <= previous && previous > limits.least, "{range:?} of {previous}");
                assert!(range.end - range.start <= limits.most_copied, "{range:?}");
                range.end - range.start
            }
            Part::Send(sources) => sent(sources),
        };
        assert!(length > 0 && (length >= limits.least || number + 1 == parts.len()), "{parts:?}");
    }
}
