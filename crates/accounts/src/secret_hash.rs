//! What is kept of a secret.

use std::fmt;

use colca_model::Invalid;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::Argon2Hash;

/// What the hash of a token begins with.
const SHA256: &str = "sha256:";

/// What is kept of a secret, enough to know it again. Written `sha256:<hex>` or as a PHC string, `$argon2id$…`.
///
/// There is no `Display` and `Debug` is empty, so that no log shows one by accident.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum SecretHash {
    /// Of a token we made: its SHA-256, the prefix included.
    Sha256([u8; 32]),
    /// Of a password somebody made up.
    Argon2id(Argon2Hash),
}

impl SecretHash {
    pub(crate) fn of_token(text: &str) -> Self {
        Self::Sha256(Sha256::digest(text).into())
    }

    /// Whether this is the hash with that digest, in a time that tells nothing about either.
    pub(crate) fn is_digest(&self, digest: &[u8; 32]) -> Choice {
        match self {
            Self::Sha256(known) => known.as_slice().ct_eq(digest),
            Self::Argon2id(_) => Choice::from(0),
        }
    }
}

impl TryFrom<String> for SecretHash {
    type Error = Invalid;

    /// The value is not shown if it is wrong: it may be the secret itself, in the wrong place.
    fn try_from(text: String) -> Result<Self, Invalid> {
        let Some(digits) = text.strip_prefix(SHA256) else { return Argon2Hash::new(text).map(Self::Argon2id) };
        let mut digest = [0; 32];
        let refuse = |_| Invalid::new("hash", "must be 64 hex digits after sha256:", "something else");
        hex::decode_to_slice(digits, &mut digest).map_err(refuse)?;
        Ok(Self::Sha256(digest))
    }
}

impl From<SecretHash> for String {
    fn from(hash: SecretHash) -> Self {
        match hash {
            SecretHash::Sha256(digest) => format!("{SHA256}{}", hex::encode(digest)),
            SecretHash::Argon2id(hash) => hash.into(),
        }
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha256(_) => "Sha256(…)",
            Self::Argon2id(_) => "Argon2id(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Token, fixtures};

    #[test]
    fn debug_shows_no_hash() {
        assert_eq!(format!("{:?}", Token::generate([1; 32]).hash()), "Sha256(…)");
        assert_eq!(format!("{:?}", fixtures::cheap_hash("a password")), "Argon2id(…)");
    }

    #[test]
    fn a_wrong_hash_is_not_shown() {
        for wrong in ["correct horse", "sha256:correct horse", "", "sha256:", "$argon2id$correct horse"] {
            let error = SecretHash::try_from(wrong.to_owned()).expect_err("no hash");
            assert_eq!(error.field, "hash");
            assert!(!error.to_string().contains("horse"), "{error}");
        }
    }

    #[test]
    fn the_hash_of_a_token_is_its_sha256() {
        // As `printf %s colca_AAAA… | sha256sum` has it, for a token of 32 zero bytes.
        let known = "sha256:9eb4f97833d1826bc5e94daf7ed9b022458fcbf0224974283e7183fe2d4919b4";
        assert_eq!(String::from(Token::generate([0; 32]).hash()), known);
    }

    proptest! {
        #[test]
        fn a_digest_round_trips_as_text(digest: [u8; 32]) {
            let hash = SecretHash::Sha256(digest);
            let json = serde_json::to_string(&hash).expect("serializes");
            prop_assert_eq!(&json, &format!("\"sha256:{}\"", hex::encode(digest)));
            prop_assert_eq!(serde_json::from_str::<SecretHash>(&json).expect("reads back"), hash);
        }

        #[test]
        fn no_text_makes_it_panic(text in r"(sha256:|\$argon2id\$|\$argon2id\$v=19\$m=[0-9]{1,10},t=2,p=1\$)?.*") {
            if let Ok(hash) = SecretHash::try_from(text.clone()) {
                prop_assert_eq!(String::from(hash).to_lowercase(), text.to_lowercase());
            }
        }
    }
}
