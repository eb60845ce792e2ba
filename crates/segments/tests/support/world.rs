//! A list, changed through the crate, beside a plain vector that is changed in the same way.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_segments::{Builder, Changes, Codec, Draft, Facts, Hashing, Id, Layout, Manifest, Package, Plan, Record};
use sha2::{Digest, Sha256, digest::common::hazmat::SerializableState};

use super::store::Store;

/// A published list.
pub(crate) struct World {
    pub(crate) layout: Layout,
    pub(crate) store: Store,
    /// As it is stored.
    pub(crate) manifest: Option<Vec<u8>>,
    /// What should be published.
    pub(crate) packages: Vec<Package>,
    /// How many bytes are fed to the hashing at once.
    pub(crate) chunk: usize,
    revision: usize,
    was_merged: bool,
}

impl World {
    pub(crate) fn new(layout: Layout, chunk: usize) -> Self {
        Self {
            layout,
            store: Store::default(),
            manifest: None,
            packages: Vec::new(),
            chunk,
            revision: 0,
            was_merged: false,
        }
    }

    pub(crate) fn manifest(&self) -> Option<Manifest> {
        self.manifest.as_ref().map(|bytes| Manifest::parse(bytes, &self.layout).expect("was written by us"))
    }

    /// Makes changes; tells what was to be removed and was missing, or `None` if there was nothing to do.
    pub(crate) fn change(&mut self, changes: Changes) -> Option<Vec<Id>> {
        let before = self.packages.clone();
        let missing: Vec<_> =
            changes.remove.iter().filter(|id| before.iter().all(|package| package.id != **id)).copied().collect();
        let removed = changes.remove.len();
        self.packages.retain(|package| !changes.remove.contains(&package.id));
        for package in &changes.add {
            match self.packages.iter_mut().find(|there| there.id == package.id) {
                Some(there) => *there = package.clone(),
                None => self.packages.push(package.clone()),
            }
        }
        let layout = self.layout.clone();
        let manifest = self.manifest();
        let told = self.publish(manifest.as_ref(), Draft::new(&layout, manifest.as_ref(), changes));
        assert_eq!(told.as_ref().unwrap_or(&missing), &missing);
        let is_nothing_to_do = manifest.is_some() && removed == missing.len() && before == self.packages;
        assert_eq!(told.is_none(), is_nothing_to_do);
        told
    }

    /// Merges what is worth it, once; tells whether anything was.
    pub(crate) fn merge(&mut self) -> bool {
        let layout = self.layout.clone();
        let Some(manifest) = self.manifest() else { return false };
        let Some(draft) = Draft::merge(&layout, &manifest) else { return false };
        assert_eq!(self.publish(Some(&manifest), draft), Some(Vec::new()));
        self.was_merged = true;
        assert!(self.manifest().expect("still there").segments().len() < manifest.segments().len());
        true
    }

    fn publish(&mut self, previous: Option<&Manifest>, draft: Draft<'_>) -> Option<Vec<Id>> {
        let needed = draft.records().into_iter().map(|name| (name.to_owned(), self.store.0[name].clone()));
        let revision = self.revision;
        let name = move |number| format!("record {revision}.{number}");
        let plan = draft.plan(&needed.collect::<BTreeMap<_, _>>(), name).expect("the records are good")?;
        self.revision += 1;
        let Plan { outputs, records, dropped, missing, hashing } = plan;
        let objects: Vec<_> = previous.iter().flat_map(|manifest| manifest.outputs()).map(|it| &it.object).collect();
        let finished = self.feed(hashing, &objects);
        for (number, pieces) in outputs.iter().enumerate() {
            self.store.put(&format!("object {revision}.{number}"), objects.get(number).map(|name| &name[..]), pieces);
        }
        dropped.iter().for_each(|name| drop(self.store.0.remove(name).expect("was there")));
        objects.into_iter().for_each(|name| drop(self.store.0.remove(name).expect("was there")));
        for Record { name, bytes } in records {
            assert_eq!(self.store.0.insert(name, bytes), None, "each has a name of its own");
        }
        let mut numbers = 0..;
        let object = |_, _: &Facts| format!("object {revision}.{}", numbers.next().expect("endless"));
        self.manifest = Some(finished.manifest(object).to_bytes());
        Some(missing)
    }

    fn feed(&self, mut hashing: Hashing, objects: &[&String]) -> colca_segments::Finished {
        for (output, ranges) in hashing.unread().into_iter().enumerate() {
            for range in ranges {
                let bytes = &self.store.0[objects[output]][range.start as usize..range.end as usize];
                bytes.chunks(self.chunk).for_each(|chunk| hashing.feed(output, chunk).expect("what it asked for"));
            }
        }
        assert!(hashing.unread().iter().all(Vec::is_empty));
        hashing.finish().expect("all was fed")
    }

    /// Asserts that all that is published is true.
    pub(crate) fn check(&self) {
        let manifest = self.manifest().expect("was published");
        let one = manifest.segments().len() <= 1;
        for published in manifest.outputs() {
            let stream = &self.layout.streams[published.output.stream];
            let opening = (stream.opening)(one.then_some(self.packages.len()));
            let texts = self.packages.iter().map(|package| &package.texts[published.output.stream][..]);
            let closing = stream.closing.as_bytes();
            let text = [opening.as_bytes()].into_iter().chain(texts).chain([closing]).collect::<Vec<_>>().concat();
            let file = &self.store.0[&published.object];
            assert_eq!(unpack(published.output.codec, file), text, "{:?}", published.output);
            let Facts { size, sha256, open_size, open_sha256 } = published.facts;
            assert_eq!((size, open_size), (file.len() as u64, text.len() as u64));
            assert_eq!(sha256.as_bytes()[..], Sha256::digest(file)[..]);
            assert_eq!(open_sha256.as_bytes()[..], Sha256::digest(&text)[..]);
        }
        let records =
            manifest.segments().iter().map(|it| it.unpack(&self.store.0[it.record()]).expect("a good record"));
        assert_eq!(records.collect::<Vec<_>>().concat(), self.packages);
        let named = manifest.segments().len() + manifest.outputs().len();
        assert_eq!(self.store.0.len(), named, "nothing is left over");
        assert_eq!(manifest.packages(), self.packages.len());
        assert_eq!(manifest.marked(), self.packages.iter().filter(|package| package.mark).count());
        let grade = if self.was_merged { &self.layout.merged } else { &self.layout.fresh };
        assert!(manifest.segments().iter().all(|segment| (1..=grade.packages).contains(&segment.packages())));
        self.check_states(&manifest);
    }

    /// Asserts that every state is the one of the bytes before it, each hashed from the beginning.
    fn check_states(&self, manifest: &Manifest) {
        let stored = self.manifest.as_ref().expect("was published");
        let json = zstd::decode_all(&stored[5..]).expect("a zstd frame");
        let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
        let states = |of: &serde_json::Value| -> Vec<String> {
            serde_json::from_value(of["states"].clone()).expect("a list of states")
        };
        let state = |bytes: &[u8]| {
            let state = Sha256::new_with_prefix(bytes).serialize();
            let end = state.iter().rposition(|byte| *byte != 0).expect("no state is all zeros");
            hex::encode(&state[..=end])
        };
        for (number, published) in manifest.outputs().iter().enumerate() {
            let file = &self.store.0[&published.object];
            let output = &json["outputs"][number];
            let mut end = output["opening"].as_u64().expect("a length");
            for (index, written) in states(output).into_iter().enumerate() {
                if index > 0 {
                    end += json["segments"][index - 1]["packed"][number].as_u64().expect("a length");
                }
                assert_eq!(written, state(&file[..end as usize]), "output {number}, segment {index}");
            }
        }
        for (number, _) in self.layout.streams.iter().enumerate() {
            let stream = &json["streams"][number];
            let mut text = stream["opening"].as_str().expect("a text").as_bytes().to_vec();
            let mut packages = self.packages.iter();
            for (index, written) in states(stream).into_iter().enumerate() {
                if index > 0 {
                    let segment = packages.by_ref().take(manifest.segments()[index - 1].packages());
                    segment.for_each(|package| text.extend(&package.texts[number]));
                }
                assert_eq!(written, state(&text), "stream {number}, segment {index}");
            }
        }
    }

    /// The published files, built anew of the packages that should be in them.
    pub(crate) fn rebuilt(&self) -> Vec<Vec<u8>> {
        let mut builder = Builder::new(&self.layout, |number| number.to_string());
        let mut files = vec![Vec::new(); self.layout.outputs().len()];
        let mut records = Vec::new();
        let mut take = |built: colca_segments::Built| {
            files.iter_mut().zip(built.outputs).for_each(|(file, bytes)| file.push(bytes.concat()));
            records.extend(built.records);
        };
        for package in &self.packages {
            builder.push(package.clone());
            take(builder.take());
        }
        let (built, finished) = builder.finish();
        take(built);
        let files: Vec<_> = files.iter().map(|parts| parts.concat()).collect();
        for (facts, file) in finished.facts().zip(&files) {
            assert_eq!(facts.sha256.as_bytes()[..], Sha256::digest(file)[..]);
        }
        let manifest = finished.manifest(|_, _| String::new());
        let records = manifest.segments().iter().zip(&records).map(|(segment, record)| segment.unpack(&record.bytes));
        assert_eq!(records.collect::<Result<Vec<_>, _>>().expect("good records").concat(), self.packages);
        files
    }

    pub(crate) fn published(&self) -> Vec<Bytes> {
        let manifest = self.manifest().expect("was published");
        manifest.outputs().iter().map(|published| self.store.0[&published.object].clone()).collect()
    }
}

/// The text of a whole file, and of nothing else. A gzip file has one member.
pub(crate) fn unpack(codec: Codec, file: &[u8]) -> Vec<u8> {
    use std::io::Read;

    let mut text = Vec::new();
    match codec {
        Codec::Gzip => {
            let mut rest = file;
            flate2::bufread::GzDecoder::new(&mut rest).read_to_end(&mut text).expect("one good member");
            assert!(rest.is_empty(), "a second member");
        }
        Codec::Zstd => text = zstd::decode_all(file).expect("good frames"),
    }
    text
}
