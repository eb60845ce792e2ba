//! Tests of search: what a search means, said without indexes, and what DynamoDB makes of its plan, must be the same.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::binaries::EVERY;
use super::search_plan::{Plan, Term, Test, plans, time};
use super::search_terms::{Checksum, Search, Sought};
use crate::table::{Item, number, text};

/// A file as the plan sees it; each attribute is one of a few, so that searches match.
#[derive(Debug, Clone)]
struct File {
    names: [&'static str; 8],
    filename: String,
    size: u64,
    sha512: bool,
    millisecond: u64,
}

const NAMED: [&str; 8] = ["project", "ref", "sha1", "distro", "distro_version", "flavor", "arch", "built_by"];

impl File {
    fn item(&self) -> Item {
        let mut item: Item = NAMED.map(str::to_owned).into_iter().zip(self.names.map(text)).collect();
        let mut put = |name: &str, value| item.insert(name.to_owned(), value);
        put("every", text(EVERY));
        put("filename", text(&self.filename));
        put("size", number(self.size));
        put("sha256", text("aa".repeat(32)));
        if self.sha512 {
            put("sha512", text("bb".repeat(64)));
        }
        put("newest", text(self.newest()));
        item
    }

    fn newest(&self) -> String {
        format!("{}TSV4RRFFQ69G5FAV", time(self.millisecond))
    }

    /// What a search means, said without indexes.
    fn matches(&self, search: &Search) -> bool {
        let Search { project, git_ref, sha1, distro, distro_version, flavor, arch, .. } = search;
        let at = Timestamp::from_millisecond(self.millisecond as i64).expect("a moment");
        let given = [
            project.as_ref().map(|name| name.as_str()),
            git_ref.as_ref().map(|name| name.as_str()),
            sha1.as_ref().map(|name| name.as_str()),
            distro.as_ref().map(|name| name.as_str()),
            distro_version.as_ref().map(|name| name.as_str()),
            flavor.as_ref().map(|name| name.as_str()),
            arch.as_ref().map(|name| name.as_str()),
            search.built_by.as_ref().map(Sought::as_str),
        ];
        given.iter().zip(self.names).all(|(given, name)| given.is_none_or(|given| given == name))
            && search.filename.as_ref().is_none_or(|name| name.as_str() == self.filename)
            && search.name_has.as_ref().is_none_or(|part| self.filename.contains(part.as_str()))
            && search.name_prefix.as_ref().is_none_or(|prefix| self.filename.starts_with(prefix.as_str()))
            && search.size.is_none_or(|size| size == self.size)
            && search.size_min.is_none_or(|least| least <= self.size)
            && search.size_max.is_none_or(|most| most >= self.size)
            && search.created_after.is_none_or(|after| at >= after)
            && search.created_before.is_none_or(|before| at < before)
            && search.checksum.is_none_or(|checksum| match checksum {
                Checksum::Sha256(digest) => digest.to_string() == "aa".repeat(32),
                Checksum::Sha512(digest) => self.sha512 && digest.to_string() == "bb".repeat(64),
            })
    }
}

/// What DynamoDB makes of a plan.
fn finds(plan: &Plan, file: &File) -> bool {
    let item = file.item();
    let held = |test, term: &Term| item.get(term.attribute).is_some_and(|found| holds(test, found, &term.value));
    held(Test::Equals, &plan.index)
        && plan.allows(&file.newest())
        && plan.filters.iter().all(|(test, term)| held(*test, term))
}

fn holds(test: Test, found: &AttributeValue, given: &AttributeValue) -> bool {
    let number = |text: &str| text.parse::<u64>().expect("a size");
    match (test, found, given) {
        (Test::Equals, found, given) => found == given,
        (Test::Contains, AttributeValue::S(found), AttributeValue::S(given)) => found.contains(given),
        (Test::BeginsWith, AttributeValue::S(found), AttributeValue::S(given)) => found.starts_with(given),
        (Test::AtLeast, AttributeValue::N(found), AttributeValue::N(given)) => number(found) >= number(given),
        (Test::AtMost, AttributeValue::N(found), AttributeValue::N(given)) => number(found) <= number(given),
        other => panic!("no plan does {other:?}"),
    }
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("a"), Just("ab")]
}

fn file() -> impl Strategy<Value = File> {
    let names = (name(), name(), name(), name(), name(), name(), name(), name());
    (names, "[ab]{1,3}", 0_u64..4, any::<bool>(), 0_u64..6).prop_map(|(n, filename, size, sha512, millisecond)| File {
        names: [n.0, n.1, n.2, n.3, n.4, n.5, n.6, n.7],
        filename,
        size,
        sha512,
        millisecond,
    })
}

fn maybe<T: FromStr<Err: Debug> + Debug>() -> impl Strategy<Value = Option<T>> {
    option::weighted(0.2, name()).prop_map(|text| text.map(|text| text.parse().expect("a good name")))
}

fn moment() -> impl Strategy<Value = Option<Timestamp>> {
    // Half milliseconds, too, and some from before there was time.
    option::weighted(0.3, -3_i64..14)
        .prop_map(|half| half.map(|half| Timestamp::from_nanosecond(i128::from(half) * 500_000).expect("a moment")))
}

prop_compose! {
    fn search()(
        project in maybe(), git_ref in maybe(), sha1 in maybe(), distro in maybe(),
        distro_version in maybe(), flavor in maybe(), arch in maybe(),
    )(
        built_by in maybe(), filename in maybe(), name_has in maybe(), name_prefix in maybe(),
        checksum in option::weighted(0.2, prop_oneof![Just(("aa", 32)), Just(("bb", 64)), Just(("cc", 64))]),
        size in option::weighted(0.2, 0_u64..4), size_min in option::weighted(0.2, 0_u64..4),
        size_max in option::weighted(0.2, 0_u64..4), created_after in moment(), created_before in moment(),
        project in Just(project), git_ref in Just(git_ref), sha1 in Just(sha1), distro in Just(distro),
        distro_version in Just(distro_version), flavor in Just(flavor), arch in Just(arch),
    ) -> Search {
        let checksum = checksum.map(|(digits, count)| digits.repeat(count).parse().expect("a digest"));
        Search {
            project, git_ref, sha1, distro, distro_version, flavor, arch, built_by, filename, size, checksum, name_has,
            name_prefix, size_min, size_max, created_after, created_before,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn every_plan_finds_what_is_searched_for_and_nothing_else(search in search(), files in vec(file(), 1..20)) {
        let plans = plans(&search);
        for file in files {
            let found: Vec<_> = plans.iter().map(|plan| finds(plan, &file)).collect();
            prop_assert_eq!(found.contains(&true), file.matches(&search), "{:?}", file);
            prop_assert!(found.iter().all(|found| *found == file.matches(&search)), "{:?}: {:?}", file, found);
        }
    }

    #[test]
    fn says_to_dynamodb_only_what_it_takes(search in search()) {
        for plan in plans(&search) {
            prop_assert!(plan.filters.iter().all(|(_, term)| ![plan.index.attribute, "newest"].contains(&term.attribute)));
            // Every placeholder is used, and every one that is used stands for something.
            let expression = format!("{} {}", plan.key_condition(), plan.filter().unwrap_or_default());
            let used = expression.split(|c: char| !(c.is_ascii_alphanumeric() || "#:".contains(c)));
            let used: BTreeSet<_> = used.filter(|word| word.starts_with(['#', ':'])).map(str::to_owned).collect();
            prop_assert_eq!(used, plan.names().into_keys().chain(plan.values().into_keys()).collect());
        }
    }
}
