//! The keys that sign, ready to sign.

use std::collections::HashMap;
use std::sync::Arc;

use colca_model::{KeyName, SharedClock};
use colca_signing::{PublicKey, SecretKey, SignatureRefused, Unsigned};
use colca_store::{Custody, KeyEntry, Keys};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// A change of the list is known everywhere after this long.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(10);

/// Where keys come from. A private key that was taken out once is remembered.
#[derive(Clone)]
pub struct SigningKeys {
    keys: Keys,
    clock: SharedClock,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    since: Option<Timestamp>,
    entries: Vec<KeyEntry>,
    /// By the ARN of its secret.
    secrets: HashMap<String, Arc<SecretKey>>,
}

impl Known {
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.since.is_some_and(|since| now.duration_since(since) < REMEMBERED)
    }
}

/// A key that can sign.
#[derive(Clone)]
pub struct SigningKey {
    public: PublicKey,
    holder: Holder,
}

#[derive(Clone)]
enum Holder {
    Memory(Arc<SecretKey>),
    Kms { keys: Keys, key: String },
}

/// Why nothing can be signed.
#[derive(Debug, thiserror::Error)]
pub enum CannotSign {
    /// The configuration names a key that nobody added.
    #[error("signing.keys: there is no key named {0}; add it under /admin/keys")]
    NoKey(KeyName),
    /// Its time is over. Clients would refuse what it signs.
    #[error("signing.keys: the key {name} has expired at {expired}")]
    Expired {
        /// The key.
        name: KeyName,
        /// When.
        expired: Timestamp,
    },
    /// What is stored of it cannot be read.
    #[error("signing.keys: the key {name} cannot be read: {reason}")]
    Damaged {
        /// The key.
        name: KeyName,
        /// What is wrong with it.
        reason: String,
    },
    /// What signed is not the key that we know.
    #[error(transparent)]
    Refused(#[from] SignatureRefused),
    /// A service failed.
    #[error(transparent)]
    Store(#[from] colca_store::Error),
}

impl SigningKeys {
    /// Reads the list when it is first asked for.
    #[must_use]
    pub fn new(keys: Keys, clock: SharedClock) -> Self {
        Self { keys, clock, known: Arc::default() }
    }

    /// Has the list at hand for [`Self::get`]: whoever knows that keys sign reads it beside the configuration that names them.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn look(&self) -> colca_store::Result<()> {
        let now = self.clock.now();
        let mut known = self.known.lock().await;
        if known.is_fresh(now) { Ok(()) } else { self.read(&mut known, now).await }
    }

    async fn read(&self, known: &mut Known, now: Timestamp) -> colca_store::Result<()> {
        known.entries = self.keys.list().await?.keys;
        known.since = Some(now);
        Ok(())
    }

    /// The keys of those names, in that order.
    ///
    /// # Errors
    /// [`CannotSign`] if one of them is not there, or cannot sign any more.
    pub async fn get(&self, names: &[KeyName]) -> Result<Vec<SigningKey>, CannotSign> {
        if names.is_empty() {
            return Ok(vec![]);
        }
        let now = self.clock.now();
        let mut known = self.known.lock().await;
        // The configuration may name a key that was added after the last look.
        if !known.is_fresh(now) || !names.iter().all(|name| known.entries.iter().any(|entry| entry.name == *name)) {
            self.read(&mut known, now).await?;
        }
        let mut keys = Vec::new();
        for name in names {
            let entry = known.entries.iter().find(|entry| entry.name == *name).cloned();
            let entry = entry.ok_or_else(|| CannotSign::NoKey(name.clone()))?;
            let damaged =
                |reason: colca_model::Invalid| CannotSign::Damaged { name: name.clone(), reason: reason.rule };
            let public = PublicKey::parse(&entry.public).map_err(damaged)?;
            if let Some(expired) = public.expires().filter(|end| *end <= now) {
                return Err(CannotSign::Expired { name: name.clone(), expired });
            }
            let holder = match entry.custody {
                Custody::Kms(key) => Holder::Kms { keys: self.keys.clone(), key },
                Custody::Secret(secret) => match known.secrets.get(&secret) {
                    Some(key) => Holder::Memory(key.clone()),
                    None => {
                        let armored = self.keys.take_out(&secret).await?;
                        let key = Arc::new(SecretKey::restore(&armored).map_err(damaged)?);
                        known.secrets.insert(secret, key.clone());
                        Holder::Memory(key)
                    }
                },
            };
            keys.push(SigningKey { public, holder });
        }
        Ok(keys)
    }
}

impl SigningKey {
    /// Its public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs what is asked.
    ///
    /// # Errors
    /// [`CannotSign`] if KMS does not answer, or signs with another key.
    pub async fn sign<U: Unsigned>(&self, request: U) -> Result<U::Signed, CannotSign> {
        match &self.holder {
            Holder::Memory(key) => Ok(key.sign(request)?),
            Holder::Kms { keys, key } => {
                let raw = keys.sign(key, self.public.algorithm(), request.digest()).await?;
                Ok(request.complete(&raw)?)
            }
        }
    }
}
