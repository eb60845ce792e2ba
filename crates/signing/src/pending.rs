//! A signature packet that lacks the signature.

use jiff::Timestamp;
use pgp::{
    packet::{Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData},
    types::{Fingerprint, KeyDetails, KeyId, SignatureBytes, VerifyingKey},
};

use crate::{Digest, KeyAlgorithm, SignatureRefused, raw_signature, time};

/// The public part of a key or subkey that signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Signer {
    Primary(pgp::packet::PublicKey),
    Subkey(pgp::packet::PublicSubkey),
}

impl Signer {
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        match self {
            Self::Primary(key) => key.fingerprint(),
            Self::Subkey(key) => key.fingerprint(),
        }
    }

    pub(crate) fn algorithm(&self) -> KeyAlgorithm {
        let algorithm = match self {
            Self::Primary(key) => KeyAlgorithm::of(key),
            Self::Subkey(key) => KeyAlgorithm::of(key),
        };
        algorithm.expect("no key of another algorithm becomes a signer")
    }

    fn key_id(&self) -> KeyId {
        match self {
            Self::Primary(key) => key.legacy_key_id(),
            Self::Subkey(key) => key.legacy_key_id(),
        }
    }

    fn verify(&self, digest: &Digest, signature: &SignatureBytes) -> pgp::errors::Result<()> {
        match self {
            Self::Primary(key) => key.verify(digest.algorithm().openpgp(), digest.bytes(), signature),
            Self::Subkey(key) => key.verify(digest.algorithm().openpgp(), digest.bytes(), signature),
        }
    }
}

/// A signature packet that lacks the signature, and the digest of all that it covers.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    signer: Signer,
    config: SignatureConfig,
    digest: Digest,
}

impl Pending {
    /// A signature over `parts`, one after the other, that says `more` beside when and by whom it was made.
    pub(crate) fn new(
        signer: Signer,
        kind: SignatureType,
        parts: &[&[u8]],
        created: Timestamp,
        more: Vec<SubpacketData>,
    ) -> Self {
        let subpacket = |data| Subpacket::regular(data).expect("a short subpacket");
        let algorithm = signer.algorithm();
        let mut config = SignatureConfig::v4(kind, algorithm.openpgp(), algorithm.hash().openpgp());
        let always = [
            SubpacketData::SignatureCreationTime(time::openpgp(created)),
            SubpacketData::IssuerFingerprint(signer.fingerprint()),
        ];
        config.hashed_subpackets = always.into_iter().chain(more).map(subpacket).collect();
        // What does not know fingerprints, rpm for one, looks for this.
        config.unhashed_subpackets = vec![subpacket(SubpacketData::IssuerKeyId(signer.key_id()))];
        let digest = Digest::new(algorithm.hash(), parts, &config);
        Self { signer, config, digest }
    }

    pub(crate) fn digest(&self) -> &Digest {
        &self.digest
    }

    pub(crate) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Puts the signature in, if it is one.
    pub(crate) fn complete(self, raw: &[u8]) -> Result<Signature, SignatureRefused> {
        let algorithm = self.signer.algorithm();
        let refuse = |reason: String| SignatureRefused {
            fingerprint: format!("{:X}", self.signer.fingerprint()),
            algorithm,
            reason,
        };
        let signature = raw_signature::openpgp(algorithm, raw).map_err(refuse)?;
        self.signer
            .verify(&self.digest, &signature)
            .map_err(|error| refuse(format!("it does not verify ({error})")))?;
        let start = [self.digest.bytes()[0], self.digest.bytes()[1]];
        Ok(Signature::from_config(self.config, start, signature).expect("a short packet of version 4"))
    }
}
