//! One bucket, with all versions of its objects.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// An object.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    pub(crate) bytes: Bytes,
    pub(crate) etag: String,
    /// SHA-256 of the bytes, base64, if S3 was asked to reckon or verify it.
    pub(crate) sha256: Option<String>,
    /// `content-type`, `cache-control` and metadata of the user.
    pub(crate) headers: BTreeMap<String, String>,
}

impl Object {
    pub(crate) fn new(bytes: Bytes, headers: BTreeMap<String, String>) -> Self {
        let etag = format!("\"{}\"", &hex::encode(Sha256::digest(&bytes))[..32]);
        Self { bytes, etag, sha256: None, headers }
    }

    pub(crate) fn with_sha256(mut self) -> Self {
        self.sha256 = Some(BASE64_STANDARD.encode(Sha256::digest(&self.bytes)));
        self
    }

    /// Whether caches may keep it for ever.
    pub(crate) fn is_immutable(&self) -> bool {
        self.headers.get("cache-control").is_some_and(|control| control.contains("immutable"))
    }
}

/// A version of an object; a mark that it was deleted holds none.
#[derive(Debug, Clone)]
struct Version {
    id: String,
    object: Option<Object>,
}

/// An upload in parts that is under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub(crate) key: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) parts: BTreeMap<u32, Bytes>,
    /// When it began, in seconds since 1970.
    pub(crate) begun: i64,
}

/// Objects by key.
#[derive(Debug, Default)]
pub(crate) struct Bucket {
    versions: BTreeMap<String, Vec<Version>>,
    pub(crate) uploads: BTreeMap<String, Parts>,
    next: u64,
}

impl Bucket {
    pub(crate) fn get(&self, key: &str) -> Option<&Object> {
        self.versions.get(key)?.last()?.object.as_ref()
    }

    /// A number that was never given before.
    pub(crate) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(crate) fn put(&mut self, key: &str, object: Option<Object>) {
        let id = format!("v{}", self.number());
        self.versions.entry(key.to_owned()).or_default().push(Version { id, object });
    }

    /// Removes one version for good.
    pub(crate) fn remove(&mut self, key: &str, id: &str) {
        if let Some(versions) = self.versions.get_mut(key) {
            versions.retain(|version| version.id != id);
            if versions.is_empty() {
                self.versions.remove(key);
            }
        }
    }

    /// Keys and ids of the versions that hold something, below a prefix.
    pub(crate) fn versions(&self, prefix: &str) -> Vec<(String, String)> {
        let below = self.below(prefix).flat_map(|(key, versions)| {
            let there = versions.iter().filter(|version| version.object.is_some());
            there.map(|version| (key.clone(), version.id.clone()))
        });
        below.collect()
    }

    /// Objects that are there, below a prefix, by key.
    pub(crate) fn list<'a>(&'a self, prefix: &'a str) -> Vec<(&'a str, &'a Object)> {
        let there =
            self.below(prefix).filter_map(|(key, versions)| Some((key.as_str(), versions.last()?.object.as_ref()?)));
        there.collect()
    }

    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a String, &'a Vec<Version>)> {
        self.versions.range(prefix.to_owned()..).take_while(move |(key, _)| key.starts_with(prefix))
    }
}
