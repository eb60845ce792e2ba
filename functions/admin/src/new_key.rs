//! Where a new key comes from: it is made here, it is brought along, or KMS has it. Whatever is wrong with one is said
//! when it is added, never when something is to be signed.

use colca_api::{ApiError, Fields, JsonBody};
use colca_model::{Invalid, KeyName};
use colca_runtime::Services;
use colca_signing::{CertificationRequest, NewKey, PublicKey, SecretKey, Unsigned, UserId};
use colca_store::{Custody, ErrorKind};
use jiff::Timestamp;
use serde_json::Value;

/// What a body asks for.
pub(crate) struct NewEntry {
    pub(crate) name: KeyName,
    pub(crate) wanted: Wanted,
}

/// The ways to get a key.
pub(crate) enum Wanted {
    Generate { algorithm: NewKey, user_id: UserId, expires: Option<Timestamp> },
    Import(String),
    Kms { key: String, user_id: UserId, expires: Option<Timestamp> },
}

/// Reads a body. What is wrong with one is said without the value, which may be a private key in the wrong place.
pub(crate) fn read(body: colca_api::Result<JsonBody>) -> colca_api::Result<NewEntry> {
    let read = || {
        let JsonBody(body) = body?;
        let mut fields = Fields::of(body)?;
        let name = fields.text("name")?;
        let (generate, import) = (fields.optional_object("generate")?, fields.optional_text::<String>("import")?);
        let wanted = match (generate, import, fields.optional_text::<String>("kms")?) {
            (Some(generate), None, None) => read_generate(generate)?,
            (None, Some(armored), None) => Wanted::Import(armored),
            (None, None, Some(key)) => {
                Wanted::Kms { key, user_id: fields.text("user_id")?, expires: fields.optional_text("expires")? }
            }
            _ => {
                return Err(
                    Invalid::new("body", "must have one of generate, import and kms", "nothing or several").into()
                );
            }
        };
        fields.end()?;
        Ok(NewEntry { name, wanted })
    };
    read().map_err(ApiError::without_value)
}

fn read_generate(generate: Value) -> Result<Wanted, Invalid> {
    let mut fields = Fields::of(generate)?;
    let algorithm = fields.optional_text("algorithm")?.unwrap_or_default();
    let wanted =
        Wanted::Generate { algorithm, user_id: fields.text("user_id")?, expires: fields.optional_text("expires")? };
    fields.end()?;
    Ok(wanted)
}

impl Wanted {
    /// The public half, and who holds the private one.
    pub(crate) async fn obtain(self, services: &Services) -> colca_api::Result<(PublicKey, Custody)> {
        let now = services.clock.now();
        let future = |expires: Option<Timestamp>| match expires {
            Some(end) if end <= now => Err(Invalid::new("expires", "must be in the future", end)),
            expires => Ok(expires),
        };
        let key = match self {
            Self::Kms { key, user_id, expires } => return certify(services, key, &user_id, future(expires)?).await,
            Self::Import(armored) => SecretKey::import(&armored, now)?,
            Self::Generate { algorithm, user_id, expires } => {
                let (expires, seed) = (future(expires)?, services.ids.random());
                // To look for large primes keeps a thread busy for seconds.
                let made =
                    tokio::task::spawn_blocking(move || SecretKey::generate(algorithm, &user_id, now, expires, seed));
                made.await.map_err(|panic| colca_store::Error::corrupt("make a key", panic))??
            }
        };
        let public = key.public_key().clone();
        let id = services.ids.upload_id();
        let secret = services.keys.put_away(&public, &key.to_armored(), id.as_str()).await?;
        Ok((public, Custody::Secret(secret)))
    }
}

/// Makes an OpenPGP key of one that KMS holds: KMS itself signs that it belongs to the user id.
async fn certify(
    services: &Services,
    key: String,
    user_id: &UserId,
    expires: Option<Timestamp>,
) -> colca_api::Result<(PublicKey, Custody)> {
    let refused = |error: colca_store::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::Invalid => {
            let rule = "must be the id or ARN of an enabled KMS key for signing, RSA or NIST P-256 or P-384";
            ApiError::from(Invalid::new("kms", rule, &key))
        }
        _ => error.into(),
    };
    let spki = services.keys.public_half(&key).await.map_err(refused)?;
    let request = CertificationRequest::from_spki(&spki, user_id, services.clock.now(), expires)
        .map_err(|invalid| Invalid { field: "kms".to_owned(), ..invalid })?;
    let raw = services.keys.sign(&key, request.algorithm(), request.digest()).await.map_err(refused)?;
    let public = request.complete(&raw).map_err(|error| Invalid::new("kms", error.to_string(), &key))?;
    Ok((public, Custody::Kms(key)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(body: Value) -> Option<String> {
        read(Ok(JsonBody(body))).err().map(|error| error.body()["field"].as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn takes_one_way_to_get_a_key() {
        assert_eq!(field(json!({"name": "a", "generate": {"user_id": "Ceph <c@example.org>"}})), None);
        assert_eq!(field(json!({"name": "a", "import": "-----BEGIN"})), None);
        assert_eq!(field(json!({"name": "a", "kms": "1234", "user_id": "Ceph <c@example.org>"})), None);
        for (body, wrong) in [
            (json!({"name": "a"}), "body"),
            (json!({"name": "a", "import": "x", "kms": "y"}), "body"),
            (json!({"name": "A b", "import": "x"}), "name"),
            (json!({"import": "x"}), "name"),
            (json!({"name": "a", "kms": "1234"}), "user_id"),
            (json!({"name": "a", "generate": {"algorithm": "dsa", "user_id": "C <c@example.org>"}}), "algorithm"),
            (json!({"name": "a", "generate": "rsa"}), "generate"),
        ] {
            assert_eq!(field(body.clone()).as_deref(), Some(wrong), "{body}");
        }
    }

    #[test]
    fn no_refusal_repeats_what_may_be_a_key() {
        let refused =
            read(Ok(JsonBody(json!({"name": "-----BEGIN PGP PRIVATE", "import": 7})))).err().expect("refused");
        assert!(!refused.body().to_string().contains("PRIVATE"));
    }
}
