//! A service that holds keys and signs digests, as AWS KMS does.

use colca_signing::{Digest, HashAlgorithm, Unsigned};
use p256::{ecdsa::signature::hazmat::PrehashSigner, pkcs8::EncodePublicKey};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

pub(crate) enum Service {
    Rsa(Box<RsaPrivateKey>),
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
}

impl Service {
    pub(crate) fn rsa(bits: usize) -> Self {
        Self::Rsa(Box::new(RsaPrivateKey::new(&mut ChaCha20Rng::from_seed([9; 32]), bits).expect("a key")))
    }

    pub(crate) fn p256() -> Self {
        Self::P256(p256::ecdsa::SigningKey::random(&mut ChaCha20Rng::from_seed([9; 32])))
    }

    pub(crate) fn p384() -> Self {
        Self::P384(p384::ecdsa::SigningKey::random(&mut ChaCha20Rng::from_seed([9; 32])))
    }

    /// What `GetPublicKey` answers.
    pub(crate) fn public_key(&self) -> Vec<u8> {
        let der = match self {
            Self::Rsa(key) => key.to_public_key().to_public_key_der(),
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
        };
        der.expect("DER").into_vec()
    }

    /// What `Sign` answers.
    pub(crate) fn sign(&self, digest: &Digest) -> Vec<u8> {
        match self {
            Self::Rsa(key) => {
                assert_eq!(digest.algorithm(), HashAlgorithm::Sha512);
                key.sign(Pkcs1v15Sign::new::<sha2::Sha512>(), digest.bytes()).expect("a signature")
            }
            Self::P256(key) => {
                assert_eq!(digest.algorithm(), HashAlgorithm::Sha256);
                let signature: p256::ecdsa::Signature = key.sign_prehash(digest.bytes()).expect("a signature");
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                assert_eq!(digest.algorithm(), HashAlgorithm::Sha384);
                let signature: p384::ecdsa::Signature = key.sign_prehash(digest.bytes()).expect("a signature");
                signature.to_der().as_bytes().to_vec()
            }
        }
    }

    pub(crate) fn complete<U: Unsigned>(&self, request: U) -> U::Signed {
        let raw = self.sign(request.digest());
        request.complete(&raw).expect("our own signature")
    }
}
