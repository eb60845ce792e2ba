//! A value of the file that knows its name and its place, and what can be asked of it.
//!
//! Whatever is not as it should be is noted in [`Found`], and reading goes on without it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use colca_model::Invalid;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::found::{quoted, short};
use crate::{Found, Keys};

/// What most lists must be.
pub(crate) const LIST: &str = "must be a list of strings";

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
    pub(crate) fn whole<N: TryFrom<u64> + PartialOrd + Display>(self, range: RangeInclusive<N>) -> Option<N> {
        let number = self.value.as_integer();
        let number = number.and_then(|number| u64::from_str_radix(number.as_str(), number.radix()).ok());
        let number = number.and_then(|number| N::try_from(number).ok());
        let rule = format!("must be a whole number from {} to {}", range.start(), range.end());
        self.expect(number.filter(|number| range.contains(number)), rule)
    }

    /// A list of names of one kind. Those that break its rules are left out, and told.
    pub(crate) fn names<N: FromStr<Err = Invalid> + Ord>(&self) -> Option<BTreeSet<N>> {
        Some(self.items(LIST, usize::MAX)?.iter().filter_map(Node::name).collect())
    }

    /// As [`Node::names`], in their order, each once and at most so many.
    pub(crate) fn ordered_names<N: FromStr<Err = Invalid> + PartialEq>(&self, most: usize) -> Option<Vec<N>> {
        let mut names = Vec::new();
        for node in self.items(LIST, most)? {
            match node.name() {
                Some(name) if names.contains(&name) => node.refuse("must be named only once"),
                Some(name) => names.push(name),
                None => (),
            }
        }
        Some(names)
    }

    /// As [`Node::ordered_names`] and at least one; may also be one string with blanks between them.
    pub(crate) fn words<N: FromStr<Err = Invalid> + PartialEq>(&self, most: usize) -> Option<Vec<N>> {
        let Some(text) = self.as_str() else {
            return if self.is_empty_list() { self.empty() } else { self.ordered_names(most) };
        };
        if text.trim_ascii().is_empty() {
            return self.empty();
        }
        let mut names = Vec::new();
        for (index, word) in text.split_ascii_whitespace().enumerate() {
            match word.parse::<N>() {
                _ if index == most => self.refuse(format!("must not name more than {most}")),
                _ if index > most => break,
                Ok(name) if names.contains(&name) => self.note("must be named only once", quoted(word)),
                Ok(name) => names.push(name),
                Err(invalid) => self.note(invalid.rule, quoted(word)),
            }
        }
        Some(names)
    }

    /// What is in a list, which `rule` says it must be. What is above `most` is left out, and told.
    pub(crate) fn items(&self, rule: &str, most: usize) -> Option<Vec<Node<'a>>> {
        let items = self.expect(self.value.as_array(), rule)?;
        if items.len() > most {
            self.refuse(format!("must not name more than {most}"));
        }
        let node = |item: &'a Spanned<DeValue<'a>>| Node {
            field: self.field.clone(),
            at: item.span().start,
            value: item.get_ref(),
            found: self.found,
        };
        Some(items.iter().take(most).map(node).collect())
    }

    /// As [`Node::names`], where an empty list makes no sense.
    pub(crate) fn some_names<N: FromStr<Err = Invalid> + Ord>(&self) -> Option<BTreeSet<N>> {
        if self.is_empty_list() { self.empty() } else { self.names() }
    }

    fn is_empty_list(&self) -> bool {
        self.value.as_array().is_some_and(|items| items.is_empty())
    }

    fn empty<T>(&self) -> Option<T> {
        self.note("must not be empty", String::new());
        None
    }

    /// One name.
    pub(crate) fn name<N: FromStr<Err = Invalid>>(&self) -> Option<N> {
        let text = self.expect(self.value.as_str(), "must be a string in quotes")?;
        text.parse().map_err(|invalid: Invalid| self.refuse(invalid.rule)).ok()
    }

    /// A text that keeps the rules of `check`.
    pub(crate) fn text(&self, check: impl FnOnce(&str) -> Result<(), Invalid>) -> Option<String> {
        let text = self.expect(self.value.as_str(), "must be a string in quotes")?;
        check(text).map_err(|invalid| self.refuse(invalid.rule)).ok().map(|()| text.to_owned())
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
        let mut keys = Keys::new(self);
        let value = read(&mut keys);
        keys.refuse_unknown();
        value
    }

    /// A table whose keys are names that the writer of the file chose. What breaks the rules of names, and what
    /// `read` refuses, is left out.
    pub(crate) fn by_name<N, T>(&self, read: impl Fn(Node<'a>) -> Option<T>) -> BTreeMap<N, T>
    where
        N: FromStr<Err = Invalid> + Ord,
    {
        self.by_key(|_, node| read(node))
    }

    /// As [`Node::by_name`]; `read` is also told the name.
    pub(crate) fn by_key<N, T>(&self, read: impl Fn(&str, Node<'a>) -> Option<T>) -> BTreeMap<N, T>
    where
        N: FromStr<Err = Invalid> + Ord,
    {
        let mut entries = BTreeMap::new();
        for (key, node) in self.entries() {
            let name = key.parse().map_err(|invalid: Invalid| node.note(invalid.rule, quoted(key)));
            if let (Some(value), Ok(name)) = (read(key, node), name) {
                entries.insert(name, value);
            }
        }
        entries
    }

    /// The value of one key, if it is a table and has it.
    pub(crate) fn get(&self, key: &str) -> Option<Node<'a>> {
        let (key, value) = self.value.as_table()?.get_key_value(key)?;
        Some(self.child(key, value))
    }

    /// Whether it is a table without keys.
    pub(crate) fn is_empty_table(&self) -> bool {
        self.value.as_table().is_some_and(DeTable::is_empty)
    }

    /// Whether it is a table.
    pub(crate) fn is_table(&self) -> bool {
        self.value.as_table().is_some()
    }

    /// The keys of a table with their values.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Node<'a>)> {
        let entries = self.expect(self.value.as_table(), "must be a table").into_iter().flatten();
        entries.map(|(key, value)| (key.get_ref().as_ref(), self.child(key, value))).collect()
    }

    fn child(&self, key: &Spanned<DeString<'a>>, value: &'a Spanned<DeValue<'a>>) -> Node<'a> {
        let (at, field) = (key.span().start, join(&self.field, key.get_ref()));
        Node { field, at, value: value.get_ref(), found: self.found }
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
