//! What was stored comes back damaged: that is told, and what is wrong is never published.

mod support;

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_segments::{Changes, Damaged, Draft, Hashing, Layout, Manifest, Package, Stream};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::Value;
use support::{
    packages::{id, layout, package},
    world::World,
};

/// A list of several segments.
fn world() -> World {
    let mut world = World::new(layout(), 7);
    let packages = (0..30).map(|number| package(number, 0, [number.into(), 3]));
    world.change(Changes { add: packages.collect(), ..Changes::default() });
    world
}

fn removal() -> Changes {
    Changes { remove: [id(5)].into(), add: Vec::new() }
}

/// Drafts a change with records as they are; what is fed to the hashing is for the caller to say.
fn plan(world: &World, manifest: &Manifest, changes: Changes) -> Result<Option<Hashing>, Damaged> {
    let draft = Draft::new(&world.layout, Some(manifest), changes);
    let found =
        draft.records().into_iter().filter_map(|name| Some((name.to_owned(), world.store.0.get(name)?.clone())));
    let plan = draft.plan(&found.collect::<BTreeMap<_, _>>(), |number| number.to_string())?;
    Ok(plan.map(|plan| plan.hashing))
}

/// What is said of a record in which something was changed.
fn told_of(damage: impl FnOnce(&World, &str) -> Option<Bytes>) -> &'static str {
    let mut world = world();
    let manifest = world.manifest().expect("was published");
    let name = Draft::new(&world.layout, Some(&manifest), removal()).records()[0].to_owned();
    match damage(&world, &name) {
        Some(bytes) => world.store.0.insert(name.clone(), bytes),
        None => world.store.0.remove(&name),
    };
    match plan(&world, &manifest, removal()).err() {
        Some(Damaged::Record { record, reason }) if record == name => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_that_cannot_be_used_is_named() {
    let whole = |world: &World, name: &str| world.store.0[name].to_vec();
    assert_eq!(told_of(|_, _| None), "is missing");
    assert_eq!(told_of(|_, _| Some(Bytes::new())), "is damaged");
    assert_eq!(told_of(|world, name| Some([&[9], &whole(world, name)[1..]].concat().into())), "has another format");
    let other =
        |world: &World, name: &str| world.store.0.iter().rfind(|(key, _)| *key != name).expect("more").1.clone();
    assert!(["is damaged", "is not the one that the manifest means"].contains(&told_of(|w, n| Some(other(w, n)))));
    let rewritten = told_of(|world, name| {
        let mut content = zstd::decode_all(&whole(world, name)[5..]).expect("a frame");
        content[3] ^= 1;
        Some(enveloped(&content).into())
    });
    assert_eq!(rewritten, "is not the one that the manifest means");
}

#[test]
fn an_object_that_is_not_the_published_one_is_told() {
    let world = world();
    let manifest = world.manifest().expect("was published");
    let feed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut hashing = plan(&world, &manifest, removal()).expect("good records").expect("something changes");
        let range = hashing.unread()[0][0].clone();
        let mut bytes = world.published()[0][range.start as usize..range.end as usize].to_vec();
        change(&mut bytes);
        hashing.feed(0, &bytes)?;
        for (output, ranges) in hashing.unread().into_iter().enumerate().skip(1) {
            let file = &world.published()[output];
            ranges
                .into_iter()
                .try_for_each(|range| hashing.feed(output, &file[range.start as usize..range.end as usize]))?;
        }
        hashing.finish().map(|_| ())
    };
    let told = |change: &dyn Fn(&mut Vec<u8>)| match feed(change) {
        Err(Damaged::Object { output: 0, reason }) => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(feed(&|_| ()), Ok(()));
    assert_eq!(told(&|bytes| bytes.truncate(bytes.len() - 1)), "is shorter than what was to be read of it");
    assert_eq!(told(&|bytes| bytes.push(0)), "is longer than what was to be read of it");
    for number in 0..20 {
        let reason = told(&|bytes| bytes[number * 3] ^= 4);
        assert!(["cannot be unpacked", "has another text than the manifest says"].contains(&reason), "{reason}");
    }
}

#[test]
fn a_manifest_of_other_outputs_is_refused() {
    let stored = world().manifest.expect("was published");
    let mut other = layout();
    other.streams[1].codecs.pop();
    assert_eq!(Manifest::parse(&stored, &other), Err(Damaged::OtherManifest("is of other outputs")));
    let none = Layout { streams: Vec::<Stream>::new(), ..layout() };
    assert_eq!(Manifest::parse(&stored, &none), Err(Damaged::OtherManifest("is of other outputs")));
    let newer = [&[2], &stored[1..]].concat();
    assert_eq!(Manifest::parse(&newer, &layout()), Err(Damaged::OtherManifest("has another format")));
}

/// The places of all numbers and texts in a JSON document.
fn leaves(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(values) => values.iter_mut().flat_map(leaves).collect(),
        Value::Object(values) => values.values_mut().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}

fn wrapped(json: &Value) -> Vec<u8> {
    enveloped(json.to_string().as_bytes())
}

/// As it would be stored.
fn enveloped(content: &[u8]) -> Vec<u8> {
    let frame = zstd::encode_all(content, 1).expect("in memory");
    [&[1], &crc32fast::hash(&frame).to_le_bytes()[..], &frame].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_are_no_manifest_and_no_record(mut bytes: Vec<u8>, format in 0..3_u8) {
        bytes.insert(0, format);
        prop_assert!(Manifest::parse(&bytes, &layout()).is_err());
        let manifest = world().manifest().expect("was published");
        prop_assert!(manifest.segments()[0].unpack(&bytes.into()).is_err());
    }

    #[test]
    fn no_bit_of_what_is_stored_flips_unseen(place: Index, bit in 0..8_u8) {
        let world = world();
        let mut stored = world.manifest.clone().expect("was published");
        let place_in_manifest = place.index(stored.len());
        stored[place_in_manifest] ^= 1_u8 << bit;
        prop_assert!(Manifest::parse(&stored, &world.layout).is_err());
        let manifest = world.manifest().expect("is whole");
        let segment = &manifest.segments()[1];
        let mut record = world.store.0[segment.record()].to_vec();
        let place_in_record = place.index(record.len());
        record[place_in_record] ^= 1_u8 << bit;
        prop_assert!(segment.unpack(&record.into()).is_err());
    }

    /// Nobody can write such manifests but us. Still: an error, never a panic.
    #[test]
    fn a_manifest_that_lies_is_an_error_or_a_plan(
        lies in vec((any::<Index>(), prop_oneof![Just(u64::MAX), 0..300_u64, any::<u64>()]), 1..4),
        feed in vec(any::<u8>(), 0..50),
        merge: bool,
    ) {
        let world = world();
        let stored = world.manifest.as_ref().expect("was published");
        let mut json: Value = serde_json::from_slice(&zstd::decode_all(&stored[5..]).expect("a frame")).expect("JSON");
        let mut numbers: Vec<_> = leaves(&mut json).into_iter().filter(|leaf| leaf.is_number()).collect();
        for (place, lie) in lies {
            let place = place.index(numbers.len());
            *numbers[place] = lie.into();
        }
        let Ok(manifest) = Manifest::parse(&wrapped(&json), &world.layout) else { return Ok(()) };
        let changes = if merge { Changes::default() } else { removal() };
        if let Ok(Some(mut hashing)) = plan(&world, &manifest, changes) {
            let _ = hashing.feed(0, &feed);
            let _ = hashing.finish();
        }
        if let Some(draft) = Draft::merge(&world.layout, &manifest) {
            let _ = draft.plan(&world.store.0, |number| number.to_string());
        }
    }

    /// A package may have any bytes as its text.
    #[test]
    fn texts_are_opaque(texts in vec([vec(any::<u8>(), 0..300), vec(any::<u8>(), 0..300)], 0..20)) {
        let mut world = World::new(layout(), 100);
        let package = |(number, texts): (u8, [Vec<u8>; 2])| Package {
            id: id(number),
            texts: texts.map(Bytes::from).into(),
            mark: false,
        };
        world.change(Changes { add: (0..).zip(texts).map(package).collect(), ..Changes::default() });
        world.check();
    }
}
