//! Whatever happens to a list: what is published is what was asked for, and all that is said of it is true.

mod support;

use colca_segments::{Changes, Package};
use proptest::{collection::vec, prelude::*, sample::Index};
use support::{
    packages::{id, layout, package},
    world::World,
};

/// So few that they often meet.
const IDS: u8 = 60;

#[derive(Debug, Clone)]
enum Step {
    /// Packages with ids above all others.
    Append(Vec<Package>),
    /// What is there or not, in any order.
    Change(Changes),
    /// Some that follow each other, so that whole segments go.
    Remove(Index, usize),
    Merge,
}

fn any_package() -> impl Strategy<Value = Package> {
    (0..IDS, 0..3_u8, [0..12_usize, 0..12]).prop_map(|(number, version, lengths)| package(number, version, lengths))
}

fn step() -> impl Strategy<Value = Step> {
    let append = vec([0..12_usize, 0..12], 0..12)
        .prop_map(|lengths| Step::Append(lengths.into_iter().map(|lengths| package(0, 0, lengths)).collect()));
    let change = (vec(0..=u8::MAX, 0..6), vec(any_package(), 0..6))
        .prop_map(|(remove, add)| Step::Change(Changes { remove: remove.into_iter().map(id).collect(), add }));
    let remove = (any::<Index>(), 4..20_usize).prop_map(|(first, count)| Step::Remove(first, count));
    prop_oneof![4 => append, 4 => change, 1 => remove, 1 => Just(Step::Merge)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_published_is_what_was_asked_for(steps in vec(step(), 1..14), chunk in 1..90_usize) {
        let mut world = World::new(layout(), chunk);
        let (mut next, mut only_appended) = (IDS, true);
        for step in steps {
            match step {
                Step::Append(packages) => {
                    let numbered = packages.into_iter().map(|package| {
                        next += 1;
                        Package { id: id(next), ..package }
                    });
                    world.change(Changes { add: numbered.collect(), ..Changes::default() });
                }
                Step::Change(changes) => {
                    only_appended = false;
                    world.change(changes);
                }
                Step::Remove(first, count) => {
                    only_appended = false;
                    let first = first.index(world.packages.len() + 1);
                    let ids = world.packages[first..].iter().take(count).map(|package| package.id);
                    world.change(Changes { remove: ids.collect(), ..Changes::default() });
                }
                Step::Merge => {
                    only_appended &= !world.merge();
                }
            }
            if world.manifest.is_some() {
                world.check();
            }
            if only_appended && world.manifest.is_some() {
                prop_assert_eq!(world.rebuilt(), world.published());
            }
        }
    }

    #[test]
    fn it_does_not_matter_in_how_many_steps_packages_came(lengths in vec([0..12_usize, 0..12], 0..40), batch in 1..9_usize) {
        let mut world = World::new(layout(), 1000);
        let packages: Vec<_> = (0..).zip(lengths).map(|(number, lengths)| package(number, 0, lengths)).collect();
        for batch in packages.chunks(batch) {
            world.change(Changes { add: batch.to_vec(), ..Changes::default() });
        }
        if world.manifest.is_none() {
            world.change(Changes::default());
        }
        world.check();
        prop_assert_eq!(world.rebuilt(), world.published());
    }
}
