//! What waits for a signature.

use crate::{Digest, SignatureRefused};

/// Something that lacks nothing but a signature. See the crate's documentation.
pub trait Unsigned {
    /// What it is once it is signed.
    type Signed;

    /// What the key has to sign.
    fn digest(&self) -> &Digest;

    /// Puts the signature in. `raw` is what the key answered:
    ///
    /// - RSA: PKCS #1 v1.5 with the digest's algorithm, as one big-endian number. AWS KMS: `RSASSA_PKCS1_V1_5_SHA_512` with the
    ///   message type `DIGEST`.
    /// - ECDSA: r and s in DER. AWS KMS: `ECDSA_SHA_256` for P-256, `ECDSA_SHA_384` for P-384.
    /// - Ed25519: the 64 bytes of RFC 8032, over the digest as the message.
    ///
    /// # Errors
    /// [`SignatureRefused`] if `raw` is not this key's signature of this digest.
    fn complete(self, raw: &[u8]) -> Result<Self::Signed, SignatureRefused>;
}
