//! What an entry file names: all of it must be there, and be what it is said to be.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use sha2::{Digest, Sha256};

use crate::cloud::{Bucket, Object};

/// What an entry file named when it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    /// Keys of all that it leads to.
    pub(crate) keys: BTreeSet<String>,
    /// Keys that lead to the same for those who do not know better; they are written at the same time as the entry file.
    pub(crate) beside: BTreeSet<String>,
    /// Checksums of the packages, by file name; more than one is a mistake.
    pub(crate) packages: BTreeMap<String, Vec<String>>,
    /// Its revision.
    pub(crate) revision: u64,
}

impl Named {
    /// An object that is named, if it is there and has the SHA-256 (hex) that is said.
    pub(crate) fn object<'a>(&mut self, store: &'a Bucket, key: String, said: &str) -> Result<&'a Object, String> {
        let object = store.get(&key).ok_or_else(|| format!("it names {key}, which is not there"))?;
        let sha256 = hex::encode(Sha256::digest(&object.bytes));
        if said != sha256 {
            return Err(format!("it names {key} with the checksum {said}, and that has {sha256}"));
        }
        self.keys.insert(key);
        Ok(object)
    }

    /// A package that is listed, by its key, SHA-256 and size in bytes.
    pub(crate) fn package(&mut self, store: &Bucket, key: String, said: &str, size: &str) -> Result<(), String> {
        let filename = key.rsplit('/').next().unwrap_or_default().to_owned();
        let length = self.object(store, key, said)?.bytes.len().to_string();
        if size != length {
            return Err(format!("it lists {filename}, a package of {length} bytes, as of {size}"));
        }
        self.packages.entry(filename).or_default().push(said.to_owned());
        Ok(())
    }
}

/// Metadata as text.
pub(crate) fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    match bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        true => text = String::from_utf8_lossy(&zstd::decode_all(bytes).expect("zstd")).into_owned(),
        false => drop(flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text).expect("gzip")),
    }
    text
}
