//! New keys.

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::{
    composed::{KeyType, SignedSecretKey},
    packet,
};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

use crate::{
    NewKey, PublicKey, SecretKey, Unsigned, UserId,
    certification::{CertificationRequest, public_key},
    secret_key::raw_signature,
};

impl SecretKey {
    /// Makes a key. The same arguments make the same key, so the seed must be 32 bytes that nobody can guess.
    ///
    /// It has one key and no subkeys, and signs and certifies with it.
    ///
    /// # Errors
    /// [`Invalid`] if it would expire before it begins.
    pub fn generate(
        algorithm: NewKey,
        user_id: &UserId,
        created: Timestamp,
        expires: Option<Timestamp>,
        seed: [u8; 32],
    ) -> Result<Self, Invalid> {
        let kind = match algorithm {
            NewKey::Ed25519 => KeyType::Ed25519Legacy,
            NewKey::Rsa2048 => KeyType::Rsa(2048),
            NewKey::Rsa3072 => KeyType::Rsa(3072),
            NewKey::Rsa4096 => KeyType::Rsa(4096),
        };
        let generated = kind.generate(ChaCha20Rng::from_seed(seed));
        let (params, secret) = generated.expect("primes are found as long as there are random numbers");
        let key = public_key(params, created)?;
        let secret = packet::SecretKey::new(key.clone(), secret);
        let secret = secret.expect("the secret half of a key made this moment fits into a packet");

        let request = CertificationRequest::new(key, user_id, created, expires)?;
        let raw = raw_signature(&secret, request.algorithm(), request.digest());
        let public = request.complete(&raw).expect("a key's own signature is one");
        Ok(Self::of_one_key(secret, public))
    }

    fn of_one_key(secret: packet::SecretKey, public: PublicKey) -> Self {
        let details = public.details().clone();
        Self::new(SignedSecretKey::new(secret, details, Vec::new(), Vec::new()), public)
    }
}
