//! The checksums of a file that is read in pieces, by several messages one after the other: a function runs for a
//! quarter of an hour at most, which is not enough for the largest files.

use colca_model::{Sha256, Sha512};
use colca_store::DigestProgress;
use sha2::Digest;
use sha2::digest::common::hazmat::{SerializableState, SerializedState};

/// SHA-256 and, if it is wanted, SHA-512 of the bytes so far.
#[derive(Clone)]
pub(crate) struct Digester {
    bytes: u64,
    sha256: sha2::Sha256,
    sha512: Option<sha2::Sha512>,
}

impl Digester {
    /// Goes on where an earlier message stopped, or starts at the first byte.
    pub(crate) fn resume(progress: Option<DigestProgress>, with_sha512: bool) -> Self {
        progress.and_then(|progress| restore(&progress, with_sha512)).unwrap_or_else(|| Self {
            bytes: 0,
            sha256: sha2::Sha256::new(),
            sha512: with_sha512.then(sha2::Sha512::new),
        })
    }

    /// How many bytes it has seen.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.bytes += piece.len() as u64;
        self.sha256.update(piece);
        if let Some(sha512) = &mut self.sha512 {
            sha512.update(piece);
        }
    }

    /// What a later message needs to go on.
    pub(crate) fn progress(&self) -> DigestProgress {
        DigestProgress {
            bytes: self.bytes,
            sha256: self.sha256.serialize().to_vec(),
            sha512: self.sha512.as_ref().map_or_else(Vec::new, |sha512| sha512.serialize().to_vec()),
        }
    }

    /// The checksums of what it has seen.
    pub(crate) fn finish(self) -> (Sha256, Option<Sha512>) {
        let sha256 = Sha256::new(self.sha256.finalize().into());
        (sha256, self.sha512.map(|sha512| Sha512::new(sha512.finalize().into())))
    }
}

/// Nothing if the states were saved by a version that wrote them otherwise: then the file is read anew.
fn restore(progress: &DigestProgress, with_sha512: bool) -> Option<Digester> {
    let sha512 = if with_sha512 { Some(state::<sha2::Sha512>(&progress.sha512)?) } else { None };
    Some(Digester { bytes: progress.bytes, sha256: state::<sha2::Sha256>(&progress.sha256)?, sha512 })
}

fn state<D: SerializableState>(bytes: &[u8]) -> Option<D> {
    D::deserialize(&SerializedState::<D>::try_from(bytes).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_and_going_on_changes_nothing() {
        let bytes: Vec<u8> = (0..100_000_u32).map(|i| (i % 251) as u8).collect();
        let mut whole = Digester::resume(None, true);
        whole.update(&bytes);

        let mut pieces = Digester::resume(None, true);
        for piece in bytes.chunks(33_333) {
            pieces.update(piece);
            pieces = Digester::resume(Some(pieces.progress()), true);
        }
        assert_eq!(pieces.bytes(), 100_000);
        assert_eq!(pieces.finish(), whole.clone().finish());
        assert_eq!(whole.finish().0.as_bytes()[..], sha2::Sha256::digest(&bytes)[..]);
    }

    #[test]
    fn a_state_nobody_can_read_means_beginning_anew() {
        let strange = DigestProgress { bytes: 7, sha256: vec![1, 2, 3], sha512: vec![] };
        assert_eq!(Digester::resume(Some(strange), false).bytes(), 0);
    }
}
