//! What the world reads, looked at with every write and every deletion: this is what must always hold.
//!
//! - An object that caches may keep for ever is never written again with other bytes.
//! - An entry file names only what is there, with the checksums and lengths that it says.
//! - A list of mirrors leads to a snapshot that is there.
//! - Revisions never go back.
//! - Nothing is deleted that is named, or was until a short while ago; of a snapshot that a list of mirrors names, its entry files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::cloud::{Bucket, Object, between};
use crate::named::Named;
use crate::package::Format;
use crate::process::GRACE;
use crate::{release, repomd};

/// Where the entry file of a repository lies, or of a directory of one.
fn entry_of(format: Format) -> &'static str {
    match format {
        Format::Rpm => repomd::ENTRY,
        Format::Deb => release::ENTRY,
    }
}

#[derive(Debug, Default)]
struct Seen {
    violations: Vec<String>,
    /// SHA-256 of every object that caches may keep, whether or not it is still there.
    immutable: BTreeMap<String, [u8; 32]>,
    /// Entry files that are there.
    entries: BTreeMap<String, Named>,
    /// The entry files of the snapshots that lists of mirrors lead to.
    mirrors: BTreeMap<String, BTreeSet<String>>,
    /// The newest revision of each entry file, and list of mirrors, there ever was.
    newest: BTreeMap<String, u64>,
    /// When the last entry file or list of mirrors that named a key stopped to do so.
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

    /// Notes an entry file with all that it names, without a look at it.
    #[cfg(test)]
    pub(crate) fn enter(&self, key: &str, named: Named) {
        self.with(|seen| seen.entries.insert(key.to_owned(), named));
    }

    /// How many entry files were written.
    pub(crate) fn count(&self) -> u64 {
        self.with(|seen| seen.published)
    }

    /// Looks at an object that was just written.
    pub(crate) fn written(&self, store: &Bucket, key: &str) {
        if !key.starts_with("repos/") {
            return;
        }
        let object = store.get(key).expect("it was just written");
        self.with(|seen| {
            if object.is_immutable() == may_change(key) {
                seen.violations.push(format!("caches are told of {key}: {:?}", object.headers.get("cache-control")));
            }
            if !may_change(key) {
                let sha256: [u8; 32] = Sha256::digest(&object.bytes).into();
                if seen.immutable.insert(key.to_owned(), sha256).is_some_and(|before| before != sha256) {
                    seen.violations.push(format!("{key} was overwritten with other bytes"));
                }
            } else if let Some(format) = Format::ALL.into_iter().find(|format| key.ends_with(entry_of(*format))) {
                seen.entry(store, key, (format, object));
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
            if let Some(snapshot) = seen.mirrors.remove(key) {
                seen.release(snapshot);
                return;
            }
            let of_entries = seen.entries.iter().map(|(entry, named)| (entry, &named.keys));
            if let Some((entry, _)) = of_entries.chain(&seen.mirrors).find(|(_, keys)| keys.contains(key)) {
                let what = format!("{key} was deleted, which {entry} names");
                seen.violations.push(what);
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

    fn entry(&mut self, store: &Bucket, key: &str, (format, object): (Format, &Object)) {
        self.published += 1;
        let directory = key.strip_suffix(entry_of(format)).expect("the key of an entry file");
        let named = match format {
            Format::Rpm => repomd::read(store, directory, object),
            Format::Deb => release::read(store, directory, object),
        };
        let named = match named {
            Ok(named) => named,
            Err(wrong) => return self.violations.push(format!("{key}: {wrong}")),
        };
        self.goes_on(key, named.revision);
        let before = self.entries.insert(key.to_owned(), named.clone()).unwrap_or_default();
        self.release(before.keys.difference(&named.keys).cloned());
    }

    fn goes_on(&mut self, key: &str, revision: u64) {
        let newest = self.newest.entry(key.to_owned()).or_default();
        if revision < *newest {
            self.violations.push(format!("{key} went back from revision {newest} to {revision}"));
        }
        *newest = revision;
    }

    fn mirrorlist(&mut self, store: &Bucket, key: &str, object: &Object) {
        let text = String::from_utf8_lossy(&object.bytes);
        let revision = between(&text, "/@", "/").first().map_or("", |number| number).to_owned();
        let (repository, below) = key.split_at(top(key));
        let snapshot = format!("{repository}@{revision}/{}", below.trim_end_matches("mirrorlist"));
        let entries = Format::ALL.into_iter().map(|format| format!("{snapshot}{}", entry_of(format)));
        let there: BTreeSet<_> = entries.filter(|entry| store.get(entry).is_some()).collect();
        if there.is_empty() {
            self.violations.push(format!("{key} names {snapshot}, and no entry file is there"));
        }
        self.goes_on(key, revision.parse().unwrap_or_default());
        let before = self.mirrors.insert(key.to_owned(), there.clone()).unwrap_or_default();
        self.release(before.difference(&there).cloned());
    }
}

/// Whether a public object may be written again with other bytes: an entry file, a list of mirrors, and what stands beside them.
fn may_change(key: &str) -> bool {
    let below = &key[top(key)..];
    let (directory, name) = below.rsplit_once('/').unwrap_or(("", below));
    let is_of_rpm = directory.ends_with("repodata") && name.starts_with("repomd.xml");
    let is_of_apt = below.starts_with("dists/") && !below.contains("/by-hash/");
    !below.starts_with('@') && (is_of_rpm || is_of_apt || name == "mirrorlist")
}

/// How much of a key the repository is: `repos/P/R/S/D/V/flavors/F/`.
pub(crate) fn top(key: &str) -> usize {
    key.match_indices('/').nth(7).map_or(0, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: &str = "repos/p/main/HEAD/centos/9/flavors/default/";

    /// A store whose every change is looked at.
    #[derive(Default)]
    struct Watched {
        store: Bucket,
        published: Published,
    }

    impl Watched {
        fn put(&mut self, below: &str, text: &str) -> &mut Self {
            let key = format!("{TOP}{below}");
            let control = if may_change(&key) { "max-age=5" } else { "immutable" };
            let headers = BTreeMap::from([("cache-control".to_owned(), control.to_owned())]);
            self.store.put(&key, Some(Object::new(text.to_owned().into(), headers)));
            self.published.written(&self.store, &key);
            self
        }

        fn delete(&mut self, below: &str) -> &mut Self {
            let key = format!("{TOP}{below}");
            self.store.put(&key, None);
            self.published.deleted(&key);
            self
        }

        fn found(&self, what: &str) {
            let found = self.published.violations();
            assert!(found.len() == 1 && found[0].contains(what), "{what:?}, but {found:?}");
        }
    }

    fn sha256(text: &str) -> String {
        hex::encode(Sha256::digest(text))
    }

    /// A `repomd.xml` that names one file.
    fn repomd(revision: u64, text: &str) -> String {
        let checksum = sha256(text);
        format!(
            "<revision>{revision}</revision><data type=\"other\"><checksum type=\"sha256\">{checksum}</checksum>\
             <location href=\"repodata/other\"/></data>"
        )
    }

    /// A `Release` that names an empty list, by gzip.
    fn release() -> String {
        format!("Codename: bookworm\nSHA256:\n {} 5 main/binary-amd64/Packages.gz\n", sha256("bytes"))
    }

    #[tokio::test]
    async fn what_must_not_be_is_found() {
        let good = || {
            let mut watched = Watched::default();
            watched.put("x86_64/repodata/other", "bytes").put("x86_64/repodata/repomd.xml", &repomd(2, "bytes"));
            assert!(watched.published.violations().is_empty());
            watched
        };
        good().put("x86_64/repodata/other", "other bytes").found("was overwritten with other bytes");
        good().put("x86_64/repodata/repomd.xml", &repomd(1, "bytes")).found("went back from revision 2 to 1");
        good().put("x86_64/repodata/repomd.xml", &repomd(3, "other bytes")).found("with the checksum");
        good()
            .put("aarch64/repodata/repomd.xml", &repomd(1, "bytes"))
            .found("aarch64/repodata/other, which is not there");
        good().put("mirrorlist", "https://cdn/r/x/@2/\n").found("no entry file is there");
        good().delete("x86_64/repodata/other").found("was deleted, which");
        let mirrored = || {
            let mut watched = Watched::default();
            for number in [2, 3] {
                watched.put(&format!("@{number}/x86_64/repodata/repomd.xml"), "bytes");
            }
            watched.put("x86_64/mirrorlist", "https://cdn/r/x/@3/x86_64/\n");
            assert_eq!(watched.published.violations(), Vec::<String>::new());
            watched
        };
        mirrored().put("x86_64/mirrorlist", "https://cdn/r/x/@2/x86_64/\n").found("went back from revision 3 to 2");
        mirrored().delete("@3/x86_64/repodata/repomd.xml").found("mirrorlist names");
        mirrored().delete("x86_64/mirrorlist").delete("@3/x86_64/repodata/repomd.xml").found("after it was superseded");
        let superseded = |watched: &mut Watched| {
            watched.put("x86_64/repodata/repomd.xml", "<revision>3</revision>").delete("x86_64/repodata/other");
        };
        let mut watched = good();
        superseded(&mut watched);
        watched.found("after it was superseded");
    }

    #[tokio::test]
    async fn what_a_release_must_not_name_is_found() {
        let list = format!("dists/bookworm/main/binary-amd64/by-hash/SHA256/{}", sha256("bytes"));
        let snapshot = format!("@7/{}", release::ENTRY);
        Watched::default()
            .put(&list, "bytes")
            .put(release::ENTRY, &release())
            .found("no revision has one of the same bytes");
        Watched::default().put(&snapshot, &release()).put(release::ENTRY, &release()).found("which is not there");
        let mut other = Watched::default();
        other.put(&snapshot, &release()).put(&list, "byte").put(release::ENTRY, &release()).found("with the checksum");
    }
}
