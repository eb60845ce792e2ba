//! Cutting a list of files into runs, so that a change is a change of few of them.
//!
//! Where a run ends is said by its text alone. So the same lines give the same runs, whichever way they came together: a run
//! that begins where one began before, and has the same lines, is the same one.

use colca_model::Sha256;
use colca_segments::{Run, RunWriter};
use flate2::Crc;
use serde::{Deserialize, Serialize};

use crate::{Index, NamedFile, Packed, Unreadable, contents_list::ContentsList};

/// Where runs end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cuts {
    /// A run ends with a line whose path has a checksum that this divides; one of about as many lines has.
    pub(crate) lines: u32,
    /// No run is shorter but the last one: each is packed for itself.
    pub(crate) shortest: usize,
    /// No run goes on beyond that.
    pub(crate) longest: usize,
}

impl Cuts {
    pub(crate) const USUAL: Self = Self { lines: 1024, shortest: 64 * 1024, longest: 512 * 1024 };
}

/// A run of lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lines {
    /// The path of the first one.
    #[serde(with = "hex")]
    pub(crate) first: Vec<u8>,
    pub(crate) run: Run,
}

/// Writes a list line by line, or run by run.
pub(crate) struct ContentsWriter {
    cuts: Cuts,
    runs: Vec<Lines>,
    file: RunWriter,
    /// The first path and the text of the run that has not ended.
    first: Vec<u8>,
    text: Vec<u8>,
}

impl ContentsWriter {
    pub(crate) fn new(cuts: Cuts) -> Self {
        Self { cuts, runs: Vec::new(), file: RunWriter::new(), first: Vec::new(), text: Vec::new() }
    }

    pub(crate) fn line(&mut self, path: &[u8], line: &[u8]) {
        if self.text.is_empty() {
            self.first = path.to_vec();
        }
        self.text.extend_from_slice(line);
        let mut crc = Crc::new();
        crc.update(path);
        let is_last = crc.sum().is_multiple_of(self.cuts.lines) && self.text.len() >= self.cuts.shortest;
        if is_last || self.text.len() >= self.cuts.longest {
            self.end_run();
        }
    }

    /// Whether the next line begins a run.
    pub(crate) fn is_between_runs(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes a run over from another list. Only between runs.
    pub(crate) fn keep(&mut self, before: Option<&Lines>, lines: &Lines, packed: &[u8]) -> Result<(), Unreadable> {
        let kept = self.file.keep(before.map(|before| &before.run), &lines.run, packed);
        let run = kept.map_err(|damaged| Unreadable::Damaged(damaged.to_string()))?;
        self.runs.push(Lines { first: lines.first.clone(), run });
        Ok(())
    }

    fn end_run(&mut self) {
        let run = self.file.write(&self.text);
        self.runs.push(Lines { first: std::mem::take(&mut self.first), run });
        self.text.clear();
    }

    pub(crate) fn finish(mut self, name: String) -> ContentsList {
        if !self.is_between_runs() {
            self.end_run();
        }
        let (bytes, size, sha256): (_, _, Sha256) = self.file.finish();
        let packed = Packed { file: NamedFile::of(format!("{name}.gz"), &bytes), bytes };
        ContentsList { index: Index { plain: NamedFile { name, size, sha256 }, packed }, runs: self.runs }
    }
}
