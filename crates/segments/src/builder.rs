//! A list that is built from nothing, however long.

use crate::{
    Finished, Layout, Package, Piece, Record,
    assembly::{Assembled, Assembly, Ready},
    filling::Filling,
};
use bytes::Bytes;

/// Builds a list from its first package on, and never has more than a few segments of it in memory.
///
/// The files are those that come of adding the same packages in the same order, at once or little by little.
pub struct Builder<'a> {
    layout: &'a Layout,
    assembly: Assembly<'a>,
    filling: Filling,
}

/// What was built since the last time.
#[derive(Debug, Default)]
pub struct Built {
    /// The next bytes of each output.
    pub outputs: Vec<Vec<Bytes>>,
    /// Records to write.
    pub records: Vec<Record>,
}

impl<'a> Builder<'a> {
    /// Begins a list. `name` gives names to its records, which are numbered from 0.
    #[must_use]
    pub fn new(layout: &'a Layout, name: impl FnMut(usize) -> String + Send + 'a) -> Self {
        Self { layout, assembly: Assembly::new(layout, None, name), filling: Filling::new(layout.fresh, Vec::new()) }
    }

    /// Adds a package whose id no other has.
    pub fn push(&mut self, package: Package) {
        if let Some(packages) = self.filling.push(package) {
            self.assembly.write(&packages, &self.layout.fresh);
        }
    }

    /// Gives away what is ready: a segment now and then.
    pub fn take(&mut self) -> Built {
        self.assembly.take().into()
    }

    /// No package follows. Gives what was not taken yet.
    #[must_use]
    pub fn finish(mut self) -> (Built, Finished) {
        self.assembly.write(&self.filling.into_packages(), &self.layout.fresh);
        let Assembled { ready, hashing, .. } = self.assembly.finish();
        (ready.into(), hashing.finish().expect("nothing was copied, so nothing is to be read"))
    }
}

impl From<Ready> for Built {
    fn from(ready: Ready) -> Self {
        let bytes = |piece| match piece {
            Piece::Write(bytes) => bytes,
            Piece::Copy(_) => unreachable!("there is nothing to copy from"),
        };
        let outputs = ready.outputs.into_iter().map(|pieces| pieces.into_iter().map(bytes).collect());
        Self { outputs: outputs.collect(), records: ready.records }
    }
}
