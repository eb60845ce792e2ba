//! What the world reads, looked at with every write and every deletion: this is what must always hold.
//!
//! - An object that caches may keep for ever is never written again with other bytes.
//! - An entry file names only what is there, with the checksums and lengths that it says.
//! - Revisions never go back.
//! - Nothing is deleted that is named, or was until a short while ago.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Mutex;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::cloud::{Bucket, Object, between};
use crate::process::GRACE;

/// How an entry file of rpm's repositories ends.
const ENTRY: &str = "/repodata/repomd.xml";

/// What an entry file named when it was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Named {
    /// Keys of all that it leads to.
    pub(crate) keys: BTreeSet<String>,
    /// Checksums of the packages, by file name; more than one is a mistake.
    pub(crate) packages: BTreeMap<String, Vec<String>>,
    /// Its revision.
    pub(crate) revision: u64,
}

#[derive(Debug, Default)]
struct Seen {
    violations: Vec<String>,
    /// SHA-256 of every object that caches may keep, whether or not it is still there.
    immutable: BTreeMap<String, [u8; 32]>,
    /// Entry files that are there.
    entries: BTreeMap<String, Named>,
    /// The newest revision of each entry file there ever was.
    newest: BTreeMap<String, u64>,
    /// When the last entry file that named a key stopped to do so.
    released: BTreeMap<String, Instant>,
    /// How many entry files were written.
    published: u64,
}

/// Watches the store.
#[derive(Debug, Default)]
pub(crate) struct Published(Mutex<Seen>);

impl Published {
    fn with<T>(&self, work: impl FnOnce(&mut Seen) -> T) -> T {
        work(&mut self.0.lock().expect("no other thread"))
    }

    pub(crate) fn violated(&self, what: String) {
        self.with(|seen| seen.violations.push(what));
    }

    /// What is not as it must be.
    pub(crate) fn violations(&self) -> Vec<String> {
        self.with(|seen| seen.violations.clone())
    }

    /// The entry files that are there.
    pub(crate) fn entries(&self) -> BTreeMap<String, Named> {
        self.with(|seen| seen.entries.clone())
    }

    /// How many entry files were written.
    pub(crate) fn count(&self) -> u64 {
        self.with(|seen| seen.published)
    }

    /// Looks at an object that was just written.
    pub(crate) fn written(&self, store: &Bucket, key: &str) {
        let object = store.get(key).expect("it was just written");
        self.with(|seen| {
            if object.is_immutable() {
                let sha256: [u8; 32] = Sha256::digest(&object.bytes).into();
                if seen.immutable.insert(key.to_owned(), sha256).is_some_and(|before| before != sha256) {
                    seen.violations.push(format!("{key} was overwritten with other bytes"));
                }
            } else if key.ends_with(ENTRY) {
                seen.entry(store, key, object);
            } else if key.ends_with("/mirrorlist") {
                seen.mirrorlist(store, key, object);
            }
        });
    }

    /// Looks at a deletion.
    pub(crate) fn deleted(&self, key: &str) {
        self.with(|seen| {
            if let Some(named) = seen.entries.remove(key) {
                seen.release(named.keys);
                return;
            }
            if let Some((entry, _)) = seen.entries.iter().find(|(_, named)| named.keys.contains(key)) {
                seen.violations.push(format!("{key} was deleted, which {entry} names"));
            }
            // Garbage is noted when a build begins, by a clock that may be wrong: of the grace half must be left.
            let half = Duration::try_from(GRACE).expect("a time") / 2;
            if let Some(elapsed) = seen.released.get(key).map(Instant::elapsed).filter(|elapsed| *elapsed < half) {
                seen.violations.push(format!("{key} was deleted {elapsed:?} after it was superseded"));
            }
        });
    }
}

impl Seen {
    fn release(&mut self, keys: impl IntoIterator<Item = String>) {
        for key in keys {
            self.released.insert(key, Instant::now());
        }
    }

    fn entry(&mut self, store: &Bucket, key: &str, object: &Object) {
        self.published += 1;
        let directory = key.strip_suffix(&ENTRY[1..]).expect("the key of an entry file");
        let named = match read_entry(store, directory, object) {
            Ok(named) => named,
            Err(wrong) => return self.violations.push(format!("{key}: {wrong}")),
        };
        let newest = self.newest.entry(key.to_owned()).or_default();
        if named.revision < *newest {
            self.violations.push(format!("{key} went back from revision {newest} to {}", named.revision));
        }
        *newest = named.revision;
        let before = self.entries.insert(key.to_owned(), named.clone()).unwrap_or_default();
        self.release(before.keys.difference(&named.keys).cloned());
    }

    fn mirrorlist(&mut self, store: &Bucket, key: &str, object: &Object) {
        let text = String::from_utf8_lossy(&object.bytes);
        let revision = between(&text, "/@", "/").first().map_or("", |number| number).to_owned();
        // repos/P/R/S/D/V/flavors/F/, and the directory below.
        let top = key.match_indices('/').nth(7).map_or(0, |(at, _)| at + 1);
        let (repository, below) = key.split_at(top);
        let snapshot = format!("{repository}@{revision}/{}repodata/repomd.xml", below.trim_end_matches("mirrorlist"));
        if store.get(&snapshot).is_none() {
            self.violations.push(format!("{key} names {snapshot}, which is not there"));
        }
    }
}

/// Reads an entry file and all that it leads to; an error says what is wrong with it.
fn read_entry(store: &Bucket, directory: &str, entry: &Object) -> Result<Named, String> {
    let text = String::from_utf8_lossy(&entry.bytes);
    let revision = between(&text, "<revision>", "</revision>").first().and_then(|number| number.parse().ok());
    let mut named = Named { revision: revision.ok_or("it has no revision")?, ..Named::default() };
    for data in between(&text, "<data type=\"", "</data>") {
        let object = named.object(store, directory, data, "<checksum type=\"sha256\">")?;
        if !data.starts_with("primary\"") {
            continue;
        }
        let primary = unpacked(&object.bytes);
        for package in between(&primary, "<package type=\"rpm\">", "</package>") {
            let checksum = "<checksum type=\"sha256\" pkgid=\"YES\">";
            let object = named.object(store, directory, package, checksum)?;
            let size: Vec<_> = between(package, "<size package=\"", "\"");
            if size != [object.bytes.len().to_string()] {
                return Err(format!("it lists a package of {} bytes as of {size:?}", object.bytes.len()));
            }
            let href = between(package, "<location href=\"", "\"")[0];
            let filename = href.rsplit('/').next().unwrap_or(href).to_owned();
            let sha256 = between(package, checksum, "<")[0].to_owned();
            named.packages.entry(filename).or_default().push(sha256);
        }
    }
    Ok(named)
}

impl Named {
    /// The object that an element names, if it is there and has the checksum that the element says.
    fn object<'a>(
        &mut self,
        store: &'a Bucket,
        directory: &str,
        element: &str,
        checksum: &str,
    ) -> Result<&'a Object, String> {
        let href = *between(element, "<location href=\"", "\"").first().ok_or("an element has no location")?;
        let key = format!("{directory}{href}");
        let object = store.get(&key).ok_or_else(|| format!("it names {key}, which is not there"))?;
        let sha256 = hex::encode(Sha256::digest(&object.bytes));
        let said = between(element, checksum, "<");
        if said != [sha256.as_str()] {
            return Err(format!("it names {key} with the checksum {said:?}, and that has {sha256}"));
        }
        self.keys.insert(key);
        Ok(object)
    }
}

/// Metadata as text.
fn unpacked(bytes: &[u8]) -> String {
    let mut text = String::new();
    match bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        true => text = String::from_utf8_lossy(&zstd::decode_all(bytes).expect("zstd")).into_owned(),
        false => drop(flate2::read::MultiGzDecoder::new(bytes).read_to_string(&mut text).expect("gzip")),
    }
    text
}
