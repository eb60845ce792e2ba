//! The checksum of a file that grows, with a state to go on from after each of its runs.

use colca_model::Sha256;

use crate::state::State;

/// The states after each run, and the checksum of all.
pub(crate) type Ended = (Vec<State>, Sha256);

/// The states after the opening and after each segment, and the one of now.
#[derive(Debug, Default)]
pub(crate) struct Track {
    states: Vec<State>,
    now: State,
}

impl Track {
    /// A run is the one that stood here before: so is the state after it.
    pub(crate) fn adopt(&mut self, state: &State) {
        self.now = state.clone();
        self.mark();
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.now.update(bytes);
    }

    /// A run ends here.
    pub(crate) fn mark(&mut self) {
        self.states.push(self.now.clone());
    }

    /// The states, and the checksum of all after the last bytes.
    pub(crate) fn finish(mut self, last: &[u8]) -> Ended {
        self.update(last);
        (self.states, self.now.digest())
    }
}
