//! What proves to the receiver of callbacks that it is us.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_model::Invalid;
use serde::{Deserialize, Serialize};

use crate::{Credentials, Error, ErrorKind, Result, Secrets};

/// What a signing secret begins with, and how many bytes it may have, by
/// <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.
const PREFIX: &str = "whsec_";
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

/// What proves to the receiver of callbacks that it is us. Without either, it has to take our word.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackSecrets {
    /// User and key of HTTP Basic.
    #[serde(default, flatten)]
    pub login: Option<Credentials>,
    /// What signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<SigningSecret>,
}

/// Bytes that we and the receiver know, and nobody else. Never shown in logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SigningSecret(Vec<u8>);

impl SigningSecret {
    /// One that nobody knows yet.
    #[must_use]
    pub fn generate(random: [u8; 32]) -> Self {
        Self(random.to_vec())
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As the receiver is told it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

impl FromStr for SigningSecret {
    type Err = Invalid;

    fn from_str(text: &str) -> std::result::Result<Self, Invalid> {
        let bytes = text.strip_prefix(PREFIX).and_then(|base64| BASE64_STANDARD.decode(base64).ok());
        let rule = "must be whsec_ and the base64 of 24 to 64 bytes";
        let bytes = bytes.filter(|bytes| LENGTHS.contains(&bytes.len()));
        bytes.map(Self).ok_or_else(|| Invalid::new("secret", rule, "").without_value())
    }
}

impl TryFrom<String> for SigningSecret {
    type Error = Invalid;

    fn try_from(text: String) -> std::result::Result<Self, Invalid> {
        text.parse()
    }
}

impl From<SigningSecret> for String {
    fn from(secret: SigningSecret) -> Self {
        secret.reveal()
    }
}

impl Secrets {
    /// What proves to the receiver of callbacks that it is us, as it is now.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::Corrupt`] if the secret is not what `admin` writes.
    pub async fn callbacks(&self) -> Result<CallbackSecrets> {
        let request = self.client.get_secret_value().secret_id(&self.callbacks);
        let answer = request.send().await.map_err(|error| Error::sdk("read the secrets of callbacks", error))?;
        // The parser's own message would quote the secret.
        let corrupt = |_| Error::new(ErrorKind::Corrupt, "read the secrets of callbacks as {user, key, secret}");
        serde_json::from_str(answer.secret_string().unwrap_or_default()).map_err(corrupt)
    }

    /// Replaces them.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn replace_callbacks(&self, secrets: &CallbackSecrets) -> Result<()> {
        let text =
            serde_json::to_string(secrets).map_err(|error| Error::corrupt("write the secrets of callbacks", error))?;
        let request = self.client.put_secret_value().secret_id(&self.callbacks).secret_string(text);
        request.send().await.map(drop).map_err(|error| Error::sdk("replace the secrets of callbacks", error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept_as_the_receiver_is_told_it() {
        let login = Credentials { user: "colca".to_owned(), key: "k:e\"y".to_owned() };
        let secrets = CallbackSecrets { login: Some(login), secret: Some(SigningSecret::generate([7; 32])) };
        let json = serde_json::to_string(&secrets).expect("plain data");
        assert_eq!(
            json,
            r#"{"user":"colca","key":"k:e\"y","secret":"whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="}"#
        );
        assert!(serde_json::from_str::<CallbackSecrets>(&json).is_ok_and(|read| read == secrets));
        assert!(serde_json::from_str::<CallbackSecrets>("{}").is_ok_and(|read| read == CallbackSecrets::default()));
        assert_eq!(serde_json::to_string(&CallbackSecrets::default()).expect("plain data"), "{}");
    }

    #[test]
    fn shows_nothing_to_logs() {
        let secret = SigningSecret::generate([7; 32]);
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
        let refused = "whsec_horse".parse::<SigningSecret>().expect_err("too short");
        assert!(!refused.to_string().contains("horse"), "{refused}");
    }

    #[test]
    fn has_neither_too_few_bytes_nor_too_many() {
        for (length, is_good) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            let text = SigningSecret(vec![1; length]).reveal();
            assert_eq!(text.parse::<SigningSecret>().is_ok(), is_good, "{length}");
        }
        for bad in
            ["", "whsec_", "secret", "WHSEC_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "whsec_not base64, not at all, no"]
        {
            assert!(bad.parse::<SigningSecret>().is_err(), "{bad:?}");
        }
    }
}
