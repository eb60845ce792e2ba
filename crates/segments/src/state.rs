//! A SHA-256 that can be put aside and taken up again.

use std::fmt;

use colca_model::Sha256;
use serde::{Deserialize, Serialize};
use sha2::{
    Digest,
    digest::common::hazmat::{SerializableState, SerializedState},
};

/// The SHA-256 of some bytes, to which more can be added: another day as well, without those there were.
///
/// It is written as `sha2` gives it, in hex digits and without the zeros at its end. What `sha2` gives is private to it, and
/// promised to be the same in all of 0.11. A test below holds it fast: if that ever fails, manifests need another format
/// number.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct State(sha2::Sha256);

impl State {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn digest(self) -> Sha256 {
        Sha256::new(self.0.finalize().into())
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.0.serialize() == other.0.serialize()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from(self.clone()))
    }
}

impl TryFrom<String> for State {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let mut bytes = SerializedState::<sha2::Sha256>::default();
        let written = bytes.get_mut(..text.len() / 2).ok_or("is longer than the state of a SHA-256")?;
        hex::decode_to_slice(text, written).map_err(|_| "is not made of hex digits")?;
        SerializableState::deserialize(&bytes).map(Self).map_err(|_| "is no possible state of a SHA-256")
    }
}

impl From<State> for String {
    fn from(state: State) -> Self {
        let bytes = state.0.serialize();
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        hex::encode(&bytes[..end])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_written_as_it_was_when_the_first_manifests_were() {
        let mut state = State::default();
        state.update(&[b'a'; 67]);
        let hash = "1cb85bdf26061ee894a845fb310fd44f16685eb2c199d4d6294990ab665e6300";
        let blocks = "0100000000000000";
        assert_eq!(String::from(state), [hash, blocks, "03616161"].concat());
    }

    proptest! {
        #[test]
        fn goes_on_where_it_stopped(first: Vec<u8>, second: Vec<u8>) {
            let mut state = State::default();
            state.update(&first);
            let mut state = State::try_from(String::from(state)).expect("was just written");
            state.update(&second);
            let whole = sha2::Sha256::digest([first, second].concat());
            prop_assert_eq!(state.digest().as_bytes()[..].to_vec(), whole.to_vec());
        }

        #[test]
        fn refuses_what_is_none(text in "[0-9a-f]{0,300}|.*") {
            if let Ok(state) = State::try_from(text.clone()) {
                let zeros = |text: String| text.trim_end_matches('0').to_lowercase();
                prop_assert_eq!(zeros(String::from(state)), zeros(text));
            }
        }
    }
}
