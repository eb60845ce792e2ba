//! Signatures over files.

use jiff::Timestamp;
use pgp::packet::{self, PacketTrait, SignatureType};

use crate::{Digest, PublicKey, SignatureRefused, Unsigned, clearsigned, pending::Pending};

/// A signature by one key, ready for [`crate::detached`] or [`crate::clearsigned`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    packet: packet::Signature,
}

impl Signature {
    /// Its OpenPGP packet.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.packet.to_writer_with_header(&mut bytes).expect("writing to memory does not fail");
        bytes
    }

    /// How clients call the digest it is made over: `SHA512`.
    pub(crate) fn digest_name(&self) -> String {
        self.packet.hash_alg().expect("a signature of version 4 names its digest").to_string()
    }
}

/// A signature over a file that is yet to be made.
#[derive(Debug, Clone)]
pub struct SignatureRequest {
    pending: Pending,
}

impl SignatureRequest {
    /// Over exactly these bytes, for [`crate::detached`].
    #[must_use]
    pub fn detached(key: &PublicKey, data: &[u8], created: Timestamp) -> Self {
        Self { pending: Pending::new(key.signer().clone(), SignatureType::Binary, &[data], created, Vec::new()) }
    }

    /// Over the lines of a text, whatever ends them, for [`crate::clearsigned`].
    #[must_use]
    pub fn cleartext(key: &PublicKey, text: &str, created: Timestamp) -> Self {
        let signed = clearsigned::signed_form(text);
        Self {
            pending: Pending::new(key.signer().clone(), SignatureType::Text, &[signed.as_bytes()], created, Vec::new()),
        }
    }
}

impl Unsigned for SignatureRequest {
    type Signed = Signature;

    fn digest(&self) -> &Digest {
        self.pending.digest()
    }

    fn complete(self, raw: &[u8]) -> Result<Signature, SignatureRefused> {
        Ok(Signature { packet: self.pending.complete(raw)? })
    }
}
