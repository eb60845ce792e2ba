//! Which index a search reads, and what is left out of what it finds there.
//!
//! Each index of template.yaml has one attribute of a file as its key and is sorted by `newest`.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;

use super::binaries::EVERY;
use super::search_terms::{Checksum, Search, Sought};
use crate::table::{number, text};

/// One way to do a search.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The index, and what to look up in it.
    pub(super) index: Term,
    /// The lowest and the highest `newest`, if the time matters.
    span: Option<[String; 2]>,
    /// What else must hold. Nothing here may be of the index's key: DynamoDB refuses that.
    pub(super) filters: Vec<(Test, Term)>,
}

/// An attribute of a file, and a value of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) attribute: &'static str,
    pub(super) value: AttributeValue,
}

/// How an attribute compares with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Test {
    Equals,
    Contains,
    BeginsWith,
    AtLeast,
    AtMost,
}

/// How many indexes are tried for one search.
const TRIED: usize = 3;

/// The plans of a search, the most promising first, all of which find the same. None if the search contradicts itself, and
/// nothing can match.
pub(super) fn plans(search: &Search) -> Vec<Plan> {
    if contradicts(search) {
        return Vec::new();
    }
    let mut exact = exact(search);
    if exact.is_empty() {
        exact.push(term("every", text(EVERY)));
    }
    let plan = |chosen: usize| {
        let others = exact.iter().enumerate().filter(|(at, _)| *at != chosen);
        let others = others.map(|(_, term)| (Test::Equals, term.clone()));
        Plan { index: exact[chosen].clone(), span: span(search), filters: others.chain(vague(search)).collect() }
    };
    (0..exact.len().min(TRIED)).map(plan).collect()
}

/// Whether an exact value is not among those that the search allows besides.
fn contradicts(search: &Search) -> bool {
    let name = search.filename.as_ref().map(|name| name.as_str());
    let lacks = |name: &str| {
        search.name_has.as_ref().is_some_and(|part| !name.contains(part.as_str()))
            || search.name_prefix.as_ref().is_some_and(|prefix| !name.starts_with(prefix.as_str()))
    };
    let (least, most) = (search.size_min.unwrap_or(0), search.size_max.unwrap_or(u64::MAX));
    let (first, end) = milliseconds(search);
    let size_is_out = search.size.is_some_and(|size| !(least..=most).contains(&size));
    first >= end || least > most || size_is_out || name.is_some_and(lacks)
}

/// What must be equal, first the values that the fewest files share as a rule. Often there is only one who uploads.
fn exact(search: &Search) -> Vec<Term> {
    let checksum = search.checksum.map(|checksum| match checksum {
        Checksum::Sha256(digest) => term("sha256", text(digest)),
        Checksum::Sha512(digest) => term("sha512", text(digest)),
    });
    let named = |attribute, value: Option<&str>| value.map(|value| term(attribute, text(value)));
    let terms = [
        checksum,
        named("filename", search.filename.as_ref().map(|name| name.as_str())),
        search.size.map(|size| term("size", number(size))),
        named("sha1", search.sha1.as_ref().map(|name| name.as_str())),
        named("ref", search.git_ref.as_ref().map(|name| name.as_str())),
        named("project", search.project.as_ref().map(|name| name.as_str())),
        named("built_by", search.built_by.as_ref().map(|name| name.as_str())),
        named("distro_version", search.distro_version.as_ref().map(|name| name.as_str())),
        named("distro", search.distro.as_ref().map(|name| name.as_str())),
        named("flavor", search.flavor.as_ref().map(|name| name.as_str())),
        named("arch", search.arch.as_ref().map(|name| name.as_str())),
    ];
    terms.into_iter().flatten().collect()
}

/// What no index has. An exact value says more, and was compared with these already.
fn vague(search: &Search) -> Vec<(Test, Term)> {
    let mut filters = Vec::new();
    if search.filename.is_none() {
        let part = |test, part: &Sought| (test, term("filename", text(part.as_str())));
        filters.extend(search.name_has.as_ref().map(|has| part(Test::Contains, has)));
        filters.extend(search.name_prefix.as_ref().map(|prefix| part(Test::BeginsWith, prefix)));
    }
    if search.size.is_none() {
        let bound = |test, size: u64| (test, term("size", number(size)));
        filters.extend(search.size_min.map(|least| bound(Test::AtLeast, least)));
        filters.extend(search.size_max.map(|most| bound(Test::AtMost, most)));
    }
    filters
}

fn term(attribute: &'static str, value: AttributeValue) -> Term {
    Term { attribute, value }
}

/// The lowest and the highest ULID of that time, if any is asked for.
fn span(search: &Search) -> Option<[String; 2]> {
    if search.created_after.is_none() && search.created_before.is_none() {
        return None;
    }
    let (first, end) = milliseconds(search);
    Some([format!("{}0000000000000000", time(first)), format!("{}ZZZZZZZZZZZZZZZZ", time(end - 1))])
}

/// The first millisecond that is asked for, and the first that is not any more.
fn milliseconds(search: &Search) -> (u64, u64) {
    let first = search.created_after.map_or(0, first_millisecond);
    let end = search.created_before.map_or(LAST_MILLISECOND + 1, first_millisecond);
    (first, end)
}

/// The last millisecond that a ULID can hold.
const LAST_MILLISECOND: u64 = (1 << 48) - 1;

/// The first whole millisecond that is not before a moment.
fn first_millisecond(at: Timestamp) -> u64 {
    let milliseconds = (at.as_nanosecond() + 999_999).div_euclid(1_000_000);
    u64::try_from(milliseconds).unwrap_or(0).min(LAST_MILLISECOND + 1)
}

/// The first ten characters of a ULID (<https://github.com/ulid/spec>).
pub(super) fn time(milliseconds: u64) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    (0..10).rev().map(|place| char::from(DIGITS[(milliseconds >> (5 * place)) as usize % 32])).collect()
}

impl Plan {
    /// The name of the index in template.yaml.
    pub(super) fn index_name(&self) -> String {
        format!("{}-index", self.index.attribute)
    }

    /// Whether the time allows this `newest`.
    pub(super) fn allows(&self, newest: &str) -> bool {
        self.span.as_ref().is_none_or(|[first, last]| (first.as_str()..=last.as_str()).contains(&newest))
    }

    /// The `KeyConditionExpression`. Every attribute has a placeholder, since DynamoDB reserves hundreds of words.
    pub(super) fn key_condition(&self) -> &'static str {
        if self.span.is_some() { "#index = :index AND #newest BETWEEN :first AND :last" } else { "#index = :index" }
    }

    /// The `FilterExpression`.
    pub(super) fn filter(&self) -> Option<String> {
        let tests = self.filters.iter().enumerate().map(|(n, (test, _))| match test {
            Test::Equals => format!("#f{n} = :f{n}"),
            Test::Contains => format!("contains(#f{n}, :f{n})"),
            Test::BeginsWith => format!("begins_with(#f{n}, :f{n})"),
            Test::AtLeast => format!("#f{n} >= :f{n}"),
            Test::AtMost => format!("#f{n} <= :f{n}"),
        });
        let tests: Vec<_> = tests.collect();
        (!tests.is_empty()).then(|| tests.join(" AND "))
    }

    /// What the placeholders of attributes stand for.
    pub(super) fn names(&self) -> HashMap<String, String> {
        let filters = self.filters.iter().enumerate();
        let filters = filters.map(|(n, (_, term))| (format!("#f{n}"), term.attribute.to_owned()));
        let mut names: HashMap<_, _> = filters.collect();
        names.insert("#index".to_owned(), self.index.attribute.to_owned());
        if self.span.is_some() {
            names.insert("#newest".to_owned(), "newest".to_owned());
        }
        names
    }

    /// What the placeholders of values stand for.
    pub(super) fn values(&self) -> HashMap<String, AttributeValue> {
        let filters = self.filters.iter().enumerate().map(|(n, (_, term))| (format!(":f{n}"), term.value.clone()));
        let mut values: HashMap<_, _> = filters.collect();
        values.insert(":index".to_owned(), self.index.value.clone());
        if let Some([first, last]) = &self.span {
            values.insert(":first".to_owned(), text(first));
            values.insert(":last".to_owned(), text(last));
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarest_values_choose_the_indexes() {
        let mut search = Search {
            project: "p".parse().ok(),
            git_ref: "r".parse().ok(),
            sha1: "s".parse().ok(),
            distro: "d".parse().ok(),
            distro_version: "v".parse().ok(),
            flavor: "f".parse().ok(),
            arch: "a".parse().ok(),
            built_by: "b".parse().ok(),
            filename: "name".parse().ok(),
            size: Some(1),
            checksum: "ab".repeat(64).parse().ok(),
            ..Search::default()
        };
        let mut chosen = Vec::new();
        for forget in [
            |search: &mut Search| search.checksum = None,
            |search: &mut Search| search.filename = None,
            |search: &mut Search| search.size = None,
            |search: &mut Search| search.sha1 = None,
            |search: &mut Search| search.git_ref = None,
            |search: &mut Search| search.project = None,
            |search: &mut Search| search.built_by = None,
            |search: &mut Search| search.distro_version = None,
            |search: &mut Search| search.distro = None,
            |search: &mut Search| search.flavor = None,
            |search: &mut Search| search.arch = None,
        ] {
            chosen.push(plans(&search).iter().map(Plan::index_name).collect::<Vec<_>>());
            forget(&mut search);
        }
        let order = "sha512 filename size sha1 ref project built_by distro_version distro flavor arch";
        let order: Vec<_> = order.split(' ').map(|name| format!("{name}-index")).collect();
        for (first, tried) in chosen.iter().enumerate() {
            assert_eq!(tried, &order[first..order.len().min(first + 3)]);
        }
        assert_eq!((chosen.len(), &search), (order.len(), &Search::default()));
        assert_eq!(plans(&search)[0].index, term("every", text(EVERY)));
    }

    #[test]
    fn writes_times_as_ulids_do() {
        // From the specification of ULIDs.
        assert_eq!(time(1_469_918_176_385), "01ARYZ6S41");
        assert_eq!(time(0), "0000000000");
        assert_eq!(time(LAST_MILLISECOND), "7ZZZZZZZZZ");
    }
}
