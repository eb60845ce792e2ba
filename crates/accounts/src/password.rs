//! Secrets that people make up: argon2id, which costs whoever guesses.

use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use colca_model::Invalid;

use crate::SecretHash;
use crate::token::PREFIX;

/// How long a password may be, in bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=256;

/// Memory in KiB, passes and lanes: what OWASP's Password Storage Cheat Sheet names first for argon2id
/// (<https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html>).
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// The highest cost that is taken from outside. A slip in a parameter must not let one request eat all memory.
const HIGHEST_COST: (u32, u32, u32) = (65_536, 10, 4);

/// The argon2id hash of a password, a PHC string that says its own salt and cost.
#[derive(Clone, PartialEq, Eq)]
pub struct Argon2Hash(String);

impl Argon2Hash {
    /// `text` is a PHC string of argon2id, version 19, with salt and hash and of bearable cost.
    pub(crate) fn new(text: String) -> Result<Self, Invalid> {
        let refuse = |rule: &str| Err(Invalid::new("hash", rule, "something else"));
        let Ok(hash) = PasswordHash::new(&text) else { return refuse("must be sha256:<hex> or $argon2id$…") };
        let whole = hash.version == Some(Version::V0x13.into()) && hash.salt.is_some() && hash.hash.is_some();
        if hash.algorithm != ARGON2ID_IDENT || !whole {
            return refuse("must be $argon2id$v=19$… with salt and hash");
        }
        let highest = HIGHEST_COST;
        match Params::try_from(&hash) {
            Ok(cost) if cost.m_cost() <= highest.0 && cost.t_cost() <= highest.1 && cost.p_cost() <= highest.2 => {
                Ok(Self(text))
            }
            _ => refuse("must not cost more than m=65536,t=10,p=4"),
        }
    }

    /// Whether this is the hash of that password. Slow by design: this is the slow hash that [`crate::Check`] counts.
    ///
    /// The hashes are compared in constant time by the type that holds them (`phc::Output`).
    pub(crate) fn is_of(&self, password: &str) -> bool {
        Argon2::default().verify_password(password.as_bytes(), self.0.as_str()).is_ok()
    }
}

impl From<Argon2Hash> for String {
    fn from(hash: Argon2Hash) -> Self {
        hash.0
    }
}

/// Hashes a password for keeping. `salt` is random, and new for each password.
///
/// # Errors
/// [`Invalid`] if the password is not of 12 to 256 bytes, or looks like a token. It does not show the password.
pub fn hash_password(password: &str, salt: [u8; 16]) -> Result<SecretHash, Invalid> {
    if !LENGTH.contains(&password.len()) {
        let length = format!("{} bytes", password.len());
        return Err(Invalid::new("password", "must be 12 to 256 bytes long", length));
    }
    if password.starts_with(PREFIX) {
        return Err(Invalid::new("password", "must not start like a token", PREFIX));
    }
    let (memory, passes, lanes) = COST;
    let cost = Params::new(memory, passes, lanes, None).expect("a cost that argon2 allows");
    Ok(SecretHash::Argon2id(hash(password, salt, cost)))
}

fn hash(password: &str, salt: [u8; 16], cost: Params) -> Argon2Hash {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt);
    Argon2Hash(hash.expect("lengths that argon2 allows, and memory for it").to_string())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A hash that costs next to nothing.
    pub(crate) fn cheap(password: &str) -> SecretHash {
        SecretHash::Argon2id(hash(password, [7; 16], Params::new(8, 1, 1, None).expect("a low cost")))
    }

    #[test]
    fn a_password_is_hashed_at_the_cost_that_is_recommended() {
        let kept = hash_password("correct horse battery", [7; 16]).expect("a good password");
        let text = String::from(kept.clone());
        assert!(text.starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{text}");
        assert_eq!(SecretHash::try_from(text), Ok(kept.clone()));
        let SecretHash::Argon2id(hash) = kept else { panic!("a password is kept as argon2id") };
        assert!(hash.is_of("correct horse battery"));
        assert!(!hash.is_of("correct horse batterz"));
    }

    #[test]
    fn knows_a_hash_that_another_implementation_made() {
        // By the reference implementation in C (argon2-cffi), from the salt "saltsaltsaltsalt".
        let text = "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$3LdjigVfI43W1yLDU7OB9OYHNFyPTzCNyXn74wNMrSU";
        let hash = Argon2Hash::new(text.to_owned()).expect("a good hash");
        assert!(hash.is_of("correct horse battery"));
        assert!(!hash.is_of("correct horse"));
    }

    #[test]
    fn refuses_passwords_without_showing_them() {
        for (bad, message) in [
            ("x".repeat(11), r#"password: must be 12 to 256 bytes long, got "11 bytes""#),
            ("x".repeat(257), r#"password: must be 12 to 256 bytes long, got "257 bytes""#),
            ("colca_correct horse".to_owned(), r#"password: must not start like a token, got "colca_""#),
        ] {
            assert_eq!(hash_password(&bad, [7; 16]).expect_err("refused").to_string(), message);
        }
        for length in [12, 256] {
            assert!(hash_password(&"x".repeat(length), [7; 16]).is_ok(), "{length}");
        }
    }

    #[test]
    fn refuses_hashes_of_another_kind_or_too_high_a_cost() {
        let tail = "$BwcHBwcHBwcHBwcHBwcHBw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert!(Argon2Hash::new(format!("$argon2id$v=19$m=65536,t=10,p=4{tail}")).is_ok());
        for (bad, rule) in [
            (format!("$argon2i$v=19$m=64,t=2,p=1{tail}"), "must be $argon2id$v=19$… with salt and hash"),
            (format!("$argon2id$v=16$m=64,t=2,p=1{tail}"), "must be $argon2id$v=19$… with salt and hash"),
            (format!("$argon2id$m=64,t=2,p=1{tail}"), "must be $argon2id$v=19$… with salt and hash"),
            ("$argon2id$v=19$m=64,t=2,p=1".to_owned(), "must be $argon2id$v=19$… with salt and hash"),
            (format!("$argon2id$v=19$m=65537,t=2,p=1{tail}"), "must not cost more than m=65536,t=10,p=4"),
            (format!("$argon2id$v=19$m=64,t=11,p=1{tail}"), "must not cost more than m=65536,t=10,p=4"),
            (format!("$argon2id$v=19$m=64,t=2,p=5{tail}"), "must not cost more than m=65536,t=10,p=4"),
        ] {
            assert_eq!(Argon2Hash::new(bad.clone()).map(String::from).expect_err(&bad).rule, rule, "{bad}");
        }
    }
}
