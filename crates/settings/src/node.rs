//! A value of the file that knows its name and its place, and what can be asked of it.
//!
//! Whatever is not as it should be is noted in [`Found`], and reading goes on without it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::str::FromStr;

use colca_model::Invalid;
use toml::de::{DeTable, DeValue};

use crate::found::{quoted, short};
use crate::{Found, Keys};

pub(crate) struct Node<'a> {
    field: String,
    at: usize,
    value: &'a DeValue<'a>,
    found: &'a Found<'a>,
}

impl<'a> Node<'a> {
    /// The whole file.
    pub(crate) fn root(value: &'a DeValue<'a>, found: &'a Found<'a>) -> Self {
        Self { field: String::new(), at: 0, value, found }
    }

    pub(crate) fn boolean(self) -> Option<bool> {
        self.expect(self.value.as_bool(), "must be true or false")
    }

    /// A whole number within the range.
    pub(crate) fn whole(self, range: RangeInclusive<u32>) -> Option<u32> {
        let number = self.value.as_integer();
        let number = number.and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok());
        let rule = format!("must be a whole number from {} to {}", range.start(), range.end());
        self.expect(number.filter(|number| range.contains(number)), rule)
    }

    /// A list of names of one kind. Those that break its rules are left out, and told.
    pub(crate) fn names<N: FromStr<Err = Invalid> + Ord>(&self) -> Option<BTreeSet<N>> {
        let items = self.expect(self.value.as_array(), "must be a list of strings")?;
        let nodes = items.iter().map(|item| {
            let (at, value) = (item.span().start, item.get_ref());
            Node { field: self.field.clone(), at, value, found: self.found }
        });
        Some(nodes.filter_map(Node::name).collect())
    }

    /// As [`Node::names`], where an empty list makes no sense.
    pub(crate) fn some_names<N: FromStr<Err = Invalid> + Ord>(&self) -> Option<BTreeSet<N>> {
        if self.value.as_array().is_some_and(|items| items.is_empty()) {
            self.note("must not be empty", String::new());
            return None;
        }
        self.names()
    }

    fn name<N: FromStr<Err = Invalid>>(self) -> Option<N> {
        let text = self.expect(self.value.as_str(), "must be a string in quotes")?;
        text.parse().map_err(|invalid: Invalid| self.refuse(invalid.rule)).ok()
    }

    /// Yes or no, if it is one of them.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        self.value.as_bool()
    }

    /// The text, if it is a string.
    pub(crate) fn as_str(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The keys of a table whose keys are ours. All that `read` does not take is unknown.
    pub(crate) fn keys<T>(self, read: impl FnOnce(&mut Keys<'a>) -> T) -> T {
        let mut keys = Keys::new(self.entries());
        let value = read(&mut keys);
        keys.refuse_unknown();
        value
    }

    /// A table whose keys are names that the writer of the file chose. What breaks the rules of names, and what
    /// `read` refuses, is left out.
    pub(crate) fn by_name<N, T>(self, read: impl Fn(Node<'a>) -> Option<T>) -> BTreeMap<N, T>
    where
        N: FromStr<Err = Invalid> + Ord,
    {
        let mut entries = BTreeMap::new();
        for (key, node) in self.entries() {
            let name = key.parse().map_err(|invalid: Invalid| node.note(invalid.rule, quoted(key)));
            if let (Some(value), Ok(name)) = (read(node), name) {
                entries.insert(name, value);
            }
        }
        entries
    }

    /// Whether it is a table without keys.
    pub(crate) fn is_empty_table(&self) -> bool {
        self.value.as_table().is_some_and(DeTable::is_empty)
    }

    fn entries(&self) -> Vec<(&'a str, Node<'a>)> {
        let entries = self.expect(self.value.as_table(), "must be a table").into_iter().flatten();
        let node = |(key, value): (&'a toml::Spanned<toml::de::DeString<'a>>, &'a toml::Spanned<DeValue<'a>>)| {
            let name = key.get_ref().as_ref();
            let (at, field) = (key.span().start, join(&self.field, name));
            (name, Node { field, at, value: value.get_ref(), found: self.found })
        };
        entries.map(node).collect()
    }

    fn expect<T>(&self, value: Option<T>, rule: impl Into<String>) -> Option<T> {
        if value.is_none() {
            self.refuse(rule);
        }
        value
    }

    /// Notes that the value breaks a rule.
    pub(crate) fn refuse(&self, rule: impl Into<String>) {
        self.note(rule, shown(self.value));
    }

    /// Notes that the value, written as `value`, breaks a rule.
    pub(crate) fn note(&self, rule: impl Into<String>, value: String) {
        self.found.add(self.at, &self.field, rule, value);
    }
}

/// The name of a key below a table, quoted as TOML wants it.
fn join(table: &str, key: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let bare = !key.is_empty() && key.bytes().all(is_bare);
    let key = if bare { short(key) } else { quoted(key) };
    if table.is_empty() { key } else { format!("{table}.{key}") }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => short(&number.to_string()),
        DeValue::Float(number) => short(&number.to_string()),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
