//! What is said of a raw signature that is none.

/// A raw signature that is not the key's signature of the digest. Nothing was made of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a signature by the {algorithm} key {fingerprint}: {reason}")]
pub struct SignatureRefused {
    /// The key whose signature was asked for.
    pub fingerprint: String,
    /// What kind of key that is.
    pub algorithm: crate::KeyAlgorithm,
    /// What is wrong with the signature.
    pub reason: String,
}
