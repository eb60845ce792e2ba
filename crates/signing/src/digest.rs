//! What a key signs: the digest of what OpenPGP says is to be hashed.

use pgp::{crypto::hash, packet::SignatureConfig};

/// The algorithm of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashAlgorithm {
    /// SHA-256, for NIST P-256.
    Sha256,
    /// SHA-384, for NIST P-384.
    Sha384,
    /// SHA-512, for all others.
    Sha512,
}

impl HashAlgorithm {
    /// The same as OpenPGP numbers it.
    pub(crate) fn openpgp(self) -> hash::HashAlgorithm {
        match self {
            Self::Sha256 => hash::HashAlgorithm::Sha256,
            Self::Sha384 => hash::HashAlgorithm::Sha384,
            Self::Sha512 => hash::HashAlgorithm::Sha512,
        }
    }
}

/// What a key signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    algorithm: HashAlgorithm,
    bytes: Vec<u8>,
}

impl Digest {
    /// Digests `parts` one after the other, and what is said of the signature itself (RFC 4880, section 5.2.4).
    pub(crate) fn new(algorithm: HashAlgorithm, parts: &[&[u8]], config: &SignatureConfig) -> Self {
        const KNOWN: &str = "a version 4 signature of an algorithm that the library has";

        let mut hasher = algorithm.openpgp().new_hasher().expect(KNOWN);
        for part in parts {
            hasher.update(part);
        }
        let length = config.hash_signature_data(&mut hasher).expect(KNOWN);
        hasher.update(&config.trailer(length).expect(KNOWN));
        Self { algorithm, bytes: hasher.finalize().into() }
    }

    /// How it was made.
    #[must_use]
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The digest itself.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
