//! A key in memory.

use std::fmt;

use pgp::{
    composed::{ArmorOptions, SignedSecretKey},
    types::{KeyDetails, Password, SigningKey},
};
use zeroize::Zeroizing;

use crate::{Digest, KeyAlgorithm, PublicKey, SignatureRefused, Unsigned, raw_signature as form};

/// A secret key without passphrase, and its public half. Its memory is wiped when it is dropped; it is never shown.
#[derive(Clone)]
pub struct SecretKey {
    key: SignedSecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// `public` is the public half of `key`, and of the keys in it one signs whose secret part is there and plain.
    pub(crate) fn new(key: SignedSecretKey, public: PublicKey) -> Self {
        Self { key, public }
    }

    /// The key in text form, to be kept where secrets are kept.
    #[must_use]
    pub fn to_armored(&self) -> Zeroizing<String> {
        let text = self.key.to_armored_string(ArmorOptions::default());
        Zeroizing::new(text.expect("writing to memory does not fail"))
    }

    /// Its public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Signs what waits for a signature by this key: both phases at once.
    ///
    /// # Errors
    /// [`SignatureRefused`] if it waits for another key's.
    pub fn sign<U: Unsigned>(&self, request: U) -> Result<U::Signed, SignatureRefused> {
        let raw = self.sign_digest(request.digest());
        request.complete(&raw)
    }

    /// The raw signature alone, as [`Unsigned::complete`] takes it.
    #[must_use]
    pub fn sign_digest(&self, digest: &Digest) -> Vec<u8> {
        let (signer, algorithm) = (self.public.signer().fingerprint(), self.public.algorithm());
        let subkey = self.key.secret_subkeys.iter().find(|subkey| subkey.key.fingerprint() == signer);
        match subkey {
            Some(subkey) => raw_signature(&subkey.key, algorithm, digest),
            None => raw_signature(&self.key.primary_key, algorithm, digest),
        }
    }
}

/// What a key answers to a digest; nothing if it cannot sign, which [`Unsigned::complete`] refuses. No key gets here that was
/// not tried.
pub(crate) fn raw_signature(key: &impl SigningKey, algorithm: KeyAlgorithm, digest: &Digest) -> Vec<u8> {
    let signature = key.sign(&Password::empty(), digest.algorithm().openpgp(), digest.bytes());
    signature.map(|signature| form::raw(algorithm, &signature)).unwrap_or_default()
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretKey").field(&self.public.fingerprint()).finish()
    }
}
