//! A key's first signature: the one by which it says whose it is, and how long it lives.

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::{
    composed::{SignedKeyDetails, SignedPublicKey},
    crypto::hash::HashAlgorithm,
    packet::{self, KeyFlags, SignatureType, SubpacketData},
    ser::Serialize,
    types::{KeyVersion, PublicParams, SignedUser},
};

use crate::{
    Digest, KeyAlgorithm, PublicKey, SignatureRefused, Unsigned, UserId,
    certificate::Certificate,
    pending::{Pending, Signer},
    spki, time,
};

/// A public key that lacks its first signature, by itself. Without one no program takes it.
#[derive(Debug, Clone)]
pub struct CertificationRequest {
    pending: Pending,
    key: packet::PublicKey,
    user_id: packet::UserId,
    expires: Option<Timestamp>,
}

impl CertificationRequest {
    /// For a key that a service holds: `der` is its SubjectPublicKeyInfo (RFC 5280), which is what AWS KMS calls `PublicKey`.
    ///
    /// The fingerprint depends on `created` as well, so keep the result: the same key asked for again later is another.
    ///
    /// # Errors
    /// [`Invalid`] if it is not RSA of 2048 bits or more, nor on NIST P-256 or P-384, or would expire before it begins.
    pub fn from_spki(
        der: &[u8],
        user_id: &UserId,
        created: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<Self, Invalid> {
        Self::new(public_key(spki::params(der)?, created)?, user_id, created, expires)
    }

    pub(crate) fn new(
        key: packet::PublicKey,
        user_id: &UserId,
        created: Timestamp,
        expires: Option<Timestamp>,
    ) -> Result<Self, Invalid> {
        let lifetime = expires.map(|expires| time::lifetime(created, expires)).transpose()?;
        let user_id = packet::UserId::from_str(pgp::types::PacketHeaderVersion::New, user_id.as_str());
        let user_id = user_id.expect("a user ID is short");

        let mut flags = KeyFlags::default();
        flags.set_certify(true);
        flags.set_sign(true);
        let digests = [HashAlgorithm::Sha512, HashAlgorithm::Sha384, HashAlgorithm::Sha256];
        let mut says = vec![
            SubpacketData::KeyFlags(flags),
            SubpacketData::IsPrimary(true),
            SubpacketData::PreferredHashAlgorithms(digests.into_iter().collect()),
        ];
        says.extend(lifetime.map(SubpacketData::KeyExpirationTime));

        let (about_key, about_user) = (hashed_key(&key), hashed_user(&user_id));
        let parts = [about_key.as_slice(), about_user.as_slice()];
        let signer = Signer::Primary(key.clone());
        let pending = Pending::new(signer, SignatureType::CertPositive, &parts, created, says);
        Ok(Self { pending, key, user_id, expires })
    }

    /// What the key is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.pending.signer().algorithm()
    }
}

impl Unsigned for CertificationRequest {
    type Signed = PublicKey;

    fn digest(&self) -> &Digest {
        self.pending.digest()
    }

    fn complete(self, raw: &[u8]) -> Result<PublicKey, SignatureRefused> {
        let signer = self.pending.signer().clone();
        let signature = self.pending.complete(raw)?;
        let user_ids = vec![String::from_utf8_lossy(self.user_id.id()).into_owned()];
        let user = SignedUser::new(self.user_id, vec![signature]);
        let details = SignedKeyDetails::new(Vec::new(), Vec::new(), vec![user], Vec::new());
        let key = SignedPublicKey::new(self.key, details, Vec::new());
        Ok(PublicKey::new(key, Certificate { signer, expires: self.expires.map(whole), user_ids }))
    }
}

/// A public key packet, if it is of an algorithm that we sign with.
pub(crate) fn public_key(params: PublicParams, created: Timestamp) -> Result<packet::PublicKey, Invalid> {
    let algorithm = match &params {
        PublicParams::RSA(_) => pgp::crypto::public_key::PublicKeyAlgorithm::RSA,
        PublicParams::EdDSALegacy(_) => pgp::crypto::public_key::PublicKeyAlgorithm::EdDSALegacy,
        _ => pgp::crypto::public_key::PublicKeyAlgorithm::ECDSA,
    };
    let inner = packet::PubKeyInner::new(KeyVersion::V4, algorithm, time::openpgp(created), None, params);
    let key = inner.and_then(packet::PublicKey::from_inner);
    let key = key.map_err(|error| Invalid::new("public key", "must fit into an OpenPGP packet", error))?;
    KeyAlgorithm::of(&key).map_err(|rule| Invalid::new("public key", rule, "its SubjectPublicKeyInfo"))?;
    Ok(key)
}

/// How a key enters the digest of a signature over it (RFC 4880, section 5.2.4).
fn hashed_key(key: &packet::PublicKey) -> Vec<u8> {
    let body = key.to_bytes().expect("writing to memory does not fail");
    let length = u16::try_from(body.len()).expect("RSA keys of 16384 bits have 2 KiB, and no key is longer");
    [&[0x99], length.to_be_bytes().as_slice(), &body].concat()
}

/// How a user ID does.
fn hashed_user(user_id: &packet::UserId) -> Vec<u8> {
    let length = u32::try_from(user_id.id().len()).expect("a user ID is short");
    [&[0xb4], length.to_be_bytes().as_slice(), user_id.id()].concat()
}

/// A moment without its fraction of a second, as it is kept.
fn whole(moment: Timestamp) -> Timestamp {
    time::moment(time::openpgp(moment))
}
