//! What the files of a list have in common, whatever is in it.

use serde::{Deserialize, Serialize};

use crate::{Codec, Grade};

/// The streams of a list, and the sizes of its segments.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The texts that are published. Each package has one in each.
    pub streams: Vec<Stream>,
    /// How segments are written by a change.
    pub fresh: Grade,
    /// How segments are written by a merge.
    pub merged: Grade,
}

/// One text that is published: primary, filelists, other; or `Packages`.
#[derive(Debug, Clone)]
pub struct Stream {
    /// What stands before the first package.
    ///
    /// It gets the number of packages as long as they fit into one segment, which is written anew with each of them. From
    /// the second segment on it gets `None` and must give the same text for ever, or every change would change the
    /// beginning of the file.
    pub opening: fn(packages: Option<usize>) -> String,
    /// What stands after the last package.
    pub closing: String,
    /// The compressions it is published in: one at least.
    pub codecs: Vec<Codec>,
}

/// One published file: a stream in one of its compressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Output {
    /// The number of the stream.
    pub stream: usize,
    /// How it is compressed.
    pub codec: Codec,
}

impl Layout {
    /// A list of these streams with segments of the usual sizes.
    #[must_use]
    pub fn new(streams: Vec<Stream>) -> Self {
        Self { streams, fresh: Grade::FRESH, merged: Grade::MERGED }
    }

    /// The files that are published: each stream in each of its codecs, in this order wherever outputs are numbered.
    #[must_use]
    pub fn outputs(&self) -> Vec<Output> {
        let outputs = |(stream, codecs): (usize, &Stream)| {
            codecs.codecs.clone().into_iter().map(move |codec| Output { stream, codec })
        };
        self.streams.iter().enumerate().flat_map(outputs).collect()
    }

    /// The text before the first package, for each stream.
    pub(crate) fn openings(&self, packages: Option<usize>) -> Vec<String> {
        self.streams.iter().map(|stream| (stream.opening)(packages)).collect()
    }
}
