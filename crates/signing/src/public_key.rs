//! The public half of a key, as it lies beside a repository.

use std::fmt;

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::{
    composed::{Deserializable, SignedKeyDetails, SignedPublicKey},
    ser::Serialize,
    types::KeyDetails,
};

use crate::{KeyAlgorithm, armor, certificate::Certificate, pending::Signer, time};

/// A public key: one OpenPGP certificate that has a key we sign with.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: SignedPublicKey,
    certificate: Certificate,
}

impl PublicKey {
    /// Reads an armored key, such as [`PublicKey::to_armored`] writes it.
    ///
    /// # Errors
    /// [`Invalid`] if it is not exactly one public key, or not one we sign with: revoked, of another algorithm, weak. Expired
    /// ones are read; see [`PublicKey::expires`].
    pub fn parse(armored: &str) -> Result<Self, Invalid> {
        let refuse = |rule: &str, value: &str| Invalid::new("public key", rule, value);
        let unreadable =
            |error: pgp::errors::Error| refuse("must be an armored OpenPGP public key", &error.to_string());
        let (mut keys, _) = SignedPublicKey::from_string_many(armored).map_err(unreadable)?;
        let key = keys.next().ok_or_else(|| refuse("must be a key", "nothing"))?.map_err(unreadable)?;
        if keys.next().is_some() || armor::blocks(armored) > 1 {
            return Err(refuse("must be one key", "several"));
        }
        let certificate = Certificate::read(&key);
        let certificate = certificate.map_err(|rule| refuse(&rule, &format!("{:X}", key.fingerprint())))?;
        Ok(Self { key, certificate })
    }

    /// A key whose certificate was read.
    pub(crate) fn new(key: SignedPublicKey, certificate: Certificate) -> Self {
        Self { key, certificate }
    }

    /// The fingerprint of the primary key: 40 hexadecimal digits in upper case.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.key.fingerprint())
    }

    /// The last 16 digits of the fingerprint, by which many programs call a key.
    #[must_use]
    pub fn key_id(&self) -> String {
        self.fingerprint().split_off(24)
    }

    /// The fingerprint of the key that signs: the primary key, or a subkey.
    #[must_use]
    pub fn signer_fingerprint(&self) -> String {
        format!("{:X}", self.certificate.signer.fingerprint())
    }

    /// What the key is called; the primary user ID first.
    #[must_use]
    pub fn user_ids(&self) -> &[String] {
        &self.certificate.user_ids
    }

    /// What the key that signs is.
    #[must_use]
    pub fn algorithm(&self) -> KeyAlgorithm {
        self.certificate.signer.algorithm()
    }

    /// When the primary key was made.
    #[must_use]
    pub fn created(&self) -> Timestamp {
        time::moment(self.key.primary_key.created_at())
    }

    /// When its signatures stop being valid, which is when the first of the primary key and the key that signs expires.
    #[must_use]
    pub fn expires(&self) -> Option<Timestamp> {
        self.certificate.expires
    }

    /// The key in text form, for people and most programs.
    #[must_use]
    pub fn to_armored(&self) -> String {
        armor::armored_keys([self])
    }

    /// The key itself: OpenPGP packets, for a keyring.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.key.to_bytes().expect("writing to memory does not fail")
    }

    /// What stands in the certificate beside keys.
    pub(crate) fn details(&self) -> &SignedKeyDetails {
        &self.key.details
    }

    /// The key of it that signs.
    pub(crate) fn signer(&self) -> &Signer {
        &self.certificate.signer
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.fingerprint()).finish()
    }
}
