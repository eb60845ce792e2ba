//! Secrets that we make.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::SecretHash;

/// What every token begins with, and no password: it says at once how a secret is compared, and lets a scanner of
/// public code know one.
pub const PREFIX: &str = "colca_";

/// A secret that we made, to be shown once and never kept: `colca_` and 256 random bits as base64url.
///
/// It needs no slow hash. Those make guessing expensive where there are few likely secrets; here there are 2²⁵⁶, all
/// equally likely.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// `random` must come from the system's generator of secrets, and be used for nothing else.
    #[must_use]
    pub fn generate(random: [u8; 32]) -> Self {
        Self(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(random)))
    }

    /// The token itself, for the one who is to have it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of_token(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_the_prefix_and_base64url_without_padding() {
        let token = Token::generate([0xfb; 32]);
        assert_eq!(token.reveal(), format!("colca_{}-_s", "-_v7".repeat(10)));
        assert_eq!(format!("{token:?}"), "Token(…)");
    }

    proptest! {
        #[test]
        fn holds_all_the_random_bytes_and_fits_a_basic_header(random: [u8; 32]) {
            let token = Token::generate(random);
            let text = token.reveal().strip_prefix(PREFIX).expect("it stands there");
            prop_assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64url"), random);
            prop_assert!(text.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c)));
        }
    }
}
