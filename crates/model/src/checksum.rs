//! Digests of whole files, as bytes: two spellings of one digest are one value.

use std::{fmt, str::FromStr};

use crate::Invalid;

/// Reads exactly `N` bytes written as `2 * N` hex digits of either case.
fn from_hex<const N: usize>(field: &str, text: &str) -> Result<[u8; N], Invalid> {
    let refuse = || Invalid::new(field, format!("must be {} hex digits", 2 * N), text);
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return Err(refuse());
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |character: &u8| char::from(*character).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(high).ok_or_else(refuse)? << 4 | digit(low).ok_or_else(refuse)?;
    }
    Ok(bytes)
}

macro_rules! checksum {
    ($(#[$doc:meta])* $name:ident, $field:literal, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name([u8; $length]);

        impl $name {
            /// Takes a finished digest.
            #[must_use]
            pub const fn new(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// The digest's bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                from_hex($field, text).map(Self)
            }
        }

        impl fmt::Display for $name {
            /// Lower-case hex digits.
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({self})", stringify!($name))
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(checksum: $name) -> Self {
                checksum.to_string()
            }
        }
    };
}

checksum! {
    /// The SHA-256 of a file: what S3 verifies, what a package is known by in repository metadata.
    Sha256, "sha256", 32
}
checksum! {
    /// The SHA-512 of a file, kept for uploaders that give one.
    Sha512, "sha512", 64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_cases_and_writes_lower() {
        let checksum: Sha256 = "Ab".repeat(32).parse().expect("64 hex digits");
        assert_eq!(checksum.as_bytes(), &[0xab; 32]);
        assert_eq!(checksum.to_string(), "ab".repeat(32));
        let checksum: Sha512 = "0F".repeat(64).parse().expect("128 hex digits");
        assert_eq!(checksum.to_string(), "0f".repeat(64));
    }

    #[test]
    fn refuses_other_lengths_and_other_characters() {
        for wrong in ["", "ab", &"a".repeat(63), &"a".repeat(65), &"g".repeat(64), &"é".repeat(32)] {
            let error = wrong.parse::<Sha256>().expect_err("not 64 hex digits");
            assert_eq!((error.field.as_str(), error.rule.as_str()), ("sha256", "must be 64 hex digits"));
        }
    }

    #[test]
    fn is_a_string_in_json() {
        let checksum = Sha256::new([1; 32]);
        let json = serde_json::to_string(&checksum).expect("serializes");
        assert_eq!(json, format!("\"{}\"", "01".repeat(32)));
        assert_eq!(serde_json::from_str::<Sha256>(&json).expect("reads back"), checksum);
        assert!(serde_json::from_str::<Sha256>("\"xyz\"").is_err());
    }
}
