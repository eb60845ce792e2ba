//! What accounts and their secrets are called.

use colca_model::{Invalid, checked_text};

/// The longest name, in characters.
const LONGEST: usize = 64;

/// Names stand in URLs and logs and in the Basic header, where a colon ends them. Lower case only, so that no two names
/// look alike.
fn check(field: &'static str, value: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    if value.is_empty() || value.len() > LONGEST {
        return refuse("must be 1 to 64 characters long");
    }
    if !value.bytes().all(|c| plain(c) || b"._-".contains(&c)) {
        return refuse("must only contain a-z, 0-9, dot, underscore and hyphen");
    }
    if !value.bytes().next().is_some_and(plain) {
        return refuse("must start with a letter or digit");
    }
    Ok(())
}

checked_text!(
    /// The name of an account: `ci-main`.
    AccountName,
    |value| check("name", value)
);
checked_text!(
    /// What one secret of an account is called when it is listed or removed. It is no secret itself.
    SecretId,
    |value| check("id", value)
);

impl SecretId {
    /// An id of eight letters and digits, from random bytes.
    #[must_use]
    pub fn generate(random: [u8; 8]) -> Self {
        /// Those of base32: none is taken for another.
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        Self(random.map(|byte| char::from(LETTERS[usize::from(byte % 32)])).iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn refuses_what_a_header_a_url_or_a_reader_takes_amiss() {
        let long = "x".repeat(65);
        for (bad, rule) in [
            ("", "must be 1 to 64 characters long"),
            (long.as_str(), "must be 1 to 64 characters long"),
            ("ci:main", "must only contain a-z, 0-9, dot, underscore and hyphen"),
            ("CI", "must only contain a-z, 0-9, dot, underscore and hyphen"),
            ("a b", "must only contain a-z, 0-9, dot, underscore and hyphen"),
            ("größe", "must only contain a-z, 0-9, dot, underscore and hyphen"),
            (".ci", "must start with a letter or digit"),
            ("-ci", "must start with a letter or digit"),
        ] {
            let error = AccountName::new(bad).expect_err(bad);
            assert_eq!((error.field.as_str(), error.rule.as_str()), ("name", rule), "{bad:?}");
        }
    }

    #[test]
    fn takes_good_names_and_keeps_the_rules_in_json() {
        for good in ["c", "7", "ci-main", "release.2026_a", &"x".repeat(64)] {
            assert_eq!(AccountName::new(good).map(String::from), Ok(good.to_owned()));
        }
        assert!(serde_json::from_str::<SecretId>("\"a:b\"").is_err());
        assert_eq!(serde_json::from_str::<SecretId>("\"k3f9\"").ok(), SecretId::new("k3f9").ok());
    }

    proptest! {
        #[test]
        fn every_generated_id_is_a_good_one(random: [u8; 8]) {
            let id = SecretId::generate(random);
            prop_assert_eq!(SecretId::new(id.as_str()), Ok(id));
        }

        #[test]
        fn no_name_holds_a_colon(text in any::<String>()) {
            if let Ok(name) = AccountName::new(text) {
                prop_assert!(!name.as_str().contains(':'));
            }
        }
    }
}
