//! The kinds of keys that we sign with.

use std::{fmt, str::FromStr};

use colca_model::Invalid;
use pgp::{
    crypto::{ecc_curve::ECCCurve, public_key::PublicKeyAlgorithm},
    types::{EcdsaPublicParams, EddsaLegacyPublicParams, KeyDetails, KeyVersion, PublicParams},
};
use rsa::traits::PublicKeyParts;

use crate::HashAlgorithm;

/// Shorter RSA keys can be broken, or will be before the packages they sign are gone (NIST SP 800-131A).
const SHORTEST_RSA: usize = 2048;

/// What a key is: RSA of some length, or on which curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// RSA with PKCS #1 v1.5. Every client reads it.
    Rsa {
        /// The length of its modulus.
        bits: usize,
    },
    /// EdDSA on Curve25519. apt and GnuPG read it, and the newer rpm; those of Enterprise Linux 8 and 9 do not.
    Ed25519,
    /// ECDSA on NIST P-256. apt and GnuPG read it, and the rpm that has its OpenPGP from Sequoia; that of Debian 12 does not.
    NistP256,
    /// ECDSA on NIST P-384. As P-256.
    NistP384,
}

impl KeyAlgorithm {
    /// What such a key signs: the longest digest, but on a NIST curve the one of the curve's length.
    #[must_use]
    pub fn hash(self) -> HashAlgorithm {
        match self {
            Self::Rsa { .. } | Self::Ed25519 => HashAlgorithm::Sha512,
            Self::NistP256 => HashAlgorithm::Sha256,
            Self::NistP384 => HashAlgorithm::Sha384,
        }
    }

    /// Whether every rpm that is in use reads such keys, so that they may sign repositories and packages for it.
    #[must_use]
    pub fn every_rpm_reads_it(self) -> bool {
        matches!(self, Self::Rsa { .. })
    }

    /// The same as OpenPGP numbers it.
    pub(crate) fn openpgp(self) -> PublicKeyAlgorithm {
        match self {
            Self::Rsa { .. } => PublicKeyAlgorithm::RSA,
            Self::Ed25519 => PublicKeyAlgorithm::EdDSALegacy,
            Self::NistP256 | Self::NistP384 => PublicKeyAlgorithm::ECDSA,
        }
    }

    /// What a key is, or the rule it breaks.
    pub(crate) fn of(key: &impl KeyDetails) -> Result<Self, String> {
        if key.version() != KeyVersion::V4 {
            return Err(format!("must be of version 4, which apt and rpm read, not {}", u8::from(key.version())));
        }
        match key.public_params() {
            PublicParams::RSA(params) => match params.key.n().bits() {
                bits if bits < SHORTEST_RSA => Err(format!("must have {SHORTEST_RSA} bits or more if RSA, not {bits}")),
                bits => Ok(Self::Rsa { bits }),
            },
            PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. }) => Ok(Self::Ed25519),
            PublicParams::ECDSA(EcdsaPublicParams::P256 { .. }) => Ok(Self::NistP256),
            PublicParams::ECDSA(EcdsaPublicParams::P384 { .. }) => Ok(Self::NistP384),
            params => {
                let algorithm = unsupported(key.algorithm(), params);
                Err(format!("must be RSA, Ed25519, NIST P-256 or P-384, not {algorithm}"))
            }
        }
    }
}

/// What people call an algorithm that we do not sign with.
fn unsupported(algorithm: PublicKeyAlgorithm, params: &PublicParams) -> String {
    let curve = match params {
        PublicParams::ECDSA(params) => Some(params.curve()),
        PublicParams::EdDSALegacy(params) => Some(params.curve()),
        _ => None,
    };
    match curve {
        Some(curve) => format!("{algorithm:?} on {}", ECCCurve::name(&curve)),
        None => format!("{algorithm:?}"),
    }
}

/// As GnuPG names them: `rsa4096`, `ed25519`, `nistp256`.
impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "rsa{bits}"),
            Self::Ed25519 => f.write_str("ed25519"),
            Self::NistP256 => f.write_str("nistp256"),
            Self::NistP384 => f.write_str("nistp384"),
        }
    }
}

/// What kind of key is made. The default is what every client reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NewKey {
    /// Short and fast, for deb and raw repositories.
    Ed25519,
    /// RSA, 2048 bits.
    Rsa2048,
    /// RSA, 3072 bits.
    Rsa3072,
    /// RSA, 4096 bits, as the distributions have it.
    #[default]
    Rsa4096,
}

impl FromStr for NewKey {
    type Err = Invalid;

    fn from_str(value: &str) -> Result<Self, Invalid> {
        match value {
            "ed25519" => Ok(Self::Ed25519),
            "rsa2048" => Ok(Self::Rsa2048),
            "rsa3072" => Ok(Self::Rsa3072),
            "rsa4096" => Ok(Self::Rsa4096),
            _ => Err(Invalid::new("algorithm", "must be ed25519, rsa2048, rsa3072 or rsa4096", value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_keys_are_named_as_gnupg_names_them() {
        assert_eq!("ed25519".parse(), Ok(NewKey::Ed25519));
        assert_eq!("rsa4096".parse(), Ok(NewKey::default()));
        assert_eq!("dsa".parse::<NewKey>().unwrap_err().field, "algorithm");
    }
}
