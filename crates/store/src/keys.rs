//! The keys that sign: which there are, and who holds them.
//!
//! The list is an object in the store with nothing secret in it. A private key is a secret of its own in Secrets Manager,
//! encrypted by the deployment's KMS key; or it is in KMS, which signs and never lets it out.

use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use colca_model::{Invalid, KeyName};
use colca_signing::{Digest, HashAlgorithm, KeyAlgorithm, PublicKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, ErrorKind, Expected, ObjectKey, Objects, Result};

/// How long a deleted secret can be brought back, in days: the least that Secrets Manager offers.
const RECOVERABLE_DAYS: i64 = 7;

/// A key that signs, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// What the configuration calls it.
    pub name: KeyName,
    /// Its public half, armored.
    pub public: String,
    /// Who holds the private half.
    pub custody: Custody,
    /// When it was added.
    pub added: Timestamp,
}

impl KeyEntry {
    /// When it can sign no more; `None` if it always can.
    ///
    /// # Errors
    /// If its public half cannot be read.
    pub fn expires(&self) -> std::result::Result<Option<Timestamp>, Invalid> {
        PublicKey::parse(&self.public).map(|public| public.expires())
    }

    /// With fewer days left somebody should have begun to rotate a key, and the alarm says so.
    pub const FEW_DAYS: f64 = 30.0;

    /// How many days a key has left that can sign until `end`, below nothing once it is over.
    #[must_use]
    pub fn days_left(end: Timestamp, now: Timestamp) -> f64 {
        end.duration_since(now).as_secs_f64() / (24.0 * 60.0 * 60.0)
    }
}

/// Who holds a private key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Custody {
    /// A secret of Secrets Manager, by its ARN.
    Secret(String),
    /// KMS, by the key's id or ARN.
    Kms(String),
}

/// The list of keys, as it was when it was read.
#[derive(Debug, Clone)]
pub struct KnownKeys {
    /// By name.
    pub keys: Vec<KeyEntry>,
    expected: Expected,
}

/// Where keys are kept.
#[derive(Debug, Clone)]
pub struct Keys {
    objects: Objects,
    secrets: aws_sdk_secretsmanager::Client,
    kms: aws_sdk_kms::Client,
    prefix: String,
    encrypted_by: String,
}

impl Keys {
    /// The names of secrets begin with `prefix`; `encrypted_by` is the KMS key for them, the account's own if empty.
    #[must_use]
    pub fn new(
        objects: Objects,
        secrets: aws_sdk_secretsmanager::Client,
        kms: aws_sdk_kms::Client,
        prefix: String,
        encrypted_by: String,
    ) -> Self {
        Self { objects, secrets, kms, prefix, encrypted_by }
    }

    /// All keys there are.
    ///
    /// # Errors
    /// Whatever the service answers; [`ErrorKind::Corrupt`] if the list cannot be read.
    pub async fn list(&self) -> Result<KnownKeys> {
        let Some((bytes, etag)) = self.objects.read(&ObjectKey::Keys).await? else {
            return Ok(KnownKeys { keys: vec![], expected: Expected::Absent });
        };
        let keys = serde_json::from_slice(&bytes).map_err(|error| Error::corrupt("read the list of keys", error))?;
        Ok(KnownKeys { keys, expected: Expected::Etag(etag) })
    }

    /// Replaces the list, if it is still what `before` is.
    ///
    /// # Errors
    /// [`ErrorKind::Conflict`] if somebody else was faster, or whatever else the service answers.
    pub async fn replace(&self, before: &KnownKeys, keys: &[KeyEntry]) -> Result<()> {
        let json = serde_json::to_vec_pretty(keys).map_err(|error| Error::corrupt("write the list of keys", error))?;
        self.objects.overwrite(&ObjectKey::Keys, json, Some(&before.expected)).await.map(drop)
    }

    /// Puts a private key away. Gives the ARN of its secret.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn put_away(&self, public: &PublicKey, armored: &str, id: &str) -> Result<String> {
        // With an id of its own: the name of a deleted secret stays taken for a while.
        let name = format!("{}{}-{id}", self.prefix, public.fingerprint());
        let request = self.secrets.create_secret().name(name).secret_string(armored);
        let request = request.description("A key that signs repositories");
        let request = if self.encrypted_by.is_empty() { request } else { request.kms_key_id(&self.encrypted_by) };
        let answer = request.send().await.map_err(|error| Error::sdk("put a key away", error))?;
        answer.arn.ok_or_else(|| Error::new(ErrorKind::Corrupt, "put a key away: the secret got no ARN"))
    }

    /// A private key, armored.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn take_out(&self, secret: &str) -> Result<String> {
        let request = self.secrets.get_secret_value().secret_id(secret);
        let answer = request.send().await.map_err(|error| Error::sdk("take out a key", error))?;
        Ok(answer.secret_string.unwrap_or_default())
    }

    /// Throws a private key away; for some days an administrator of the account can bring it back.
    ///
    /// # Errors
    /// Whatever the service answers; one that is gone already is no error.
    pub async fn throw_away(&self, secret: &str) -> Result<()> {
        let request = self.secrets.delete_secret().secret_id(secret).recovery_window_in_days(RECOVERABLE_DAYS);
        match request.send().await.map_err(|error| Error::sdk("throw a key away", error)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The public half of a key that KMS holds, as `SubjectPublicKeyInfo` (DER).
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn public_half(&self, kms_key: &str) -> Result<Vec<u8>> {
        let answer = self.kms.get_public_key().key_id(kms_key).send().await;
        let answer =
            answer.map_err(|error| Error::sdk(format!("read the public half of the KMS key {kms_key}"), error))?;
        Ok(answer.public_key.map(Blob::into_inner).unwrap_or_default())
    }

    /// Has KMS sign a digest.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn sign(&self, kms_key: &str, algorithm: KeyAlgorithm, digest: &Digest) -> Result<Vec<u8>> {
        let algorithm = match (algorithm, digest.algorithm()) {
            (KeyAlgorithm::Rsa { .. }, HashAlgorithm::Sha256) => SigningAlgorithmSpec::RsassaPkcs1V15Sha256,
            (KeyAlgorithm::Rsa { .. }, HashAlgorithm::Sha384) => SigningAlgorithmSpec::RsassaPkcs1V15Sha384,
            (KeyAlgorithm::Rsa { .. }, HashAlgorithm::Sha512) => SigningAlgorithmSpec::RsassaPkcs1V15Sha512,
            (KeyAlgorithm::NistP384, _) => SigningAlgorithmSpec::EcdsaSha384,
            _ => SigningAlgorithmSpec::EcdsaSha256,
        };
        let request = self.kms.sign().key_id(kms_key).signing_algorithm(algorithm);
        let request = request.message_type(MessageType::Digest).message(Blob::new(digest.bytes()));
        let answer = request.send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("sign with the KMS key {kms_key}"), error))?;
        Ok(answer.signature.map(Blob::into_inner).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_until_and_after_the_end() {
        let at = |second| Timestamp::from_second(second).expect("a moment");
        let day = 24 * 60 * 60;
        for (end, days) in [(30 * day, 30.0), (day / 2, 0.5), (0, 0.0), (-2 * day, -2.0)] {
            assert!((KeyEntry::days_left(at(end), at(0)) - days).abs() < 1e-9, "{end}");
        }
    }
}
