//! A table whose keys are ours: which there are, and which were meant.

use std::collections::BTreeSet;

use crate::Node;

/// How alike a key and a known one must be, from 0 to 1, to guess that it is a typing error.
const ALIKE: f64 = 0.75;

/// The keys of a table, while they are read. A key is known once it was asked for. See [`Node::keys`].
pub(crate) struct Keys<'a> {
    table: Node<'a>,
    entries: Vec<(&'a str, Node<'a>)>,
    known: BTreeSet<&'static str>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(table: Node<'a>) -> Self {
        Self { entries: table.entries(), table, known: BTreeSet::new() }
    }

    /// The value of a key, if it is there.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.known.insert(key);
        let index = self.entries.iter().position(|entry| entry.0 == key)?;
        Some(self.entries.swap_remove(index).1)
    }

    /// The value of a key that must be there.
    pub(crate) fn require(&mut self, key: &'static str) -> Option<Node<'a>> {
        let node = self.take(key);
        if node.is_none() && self.table.is_table() {
            self.table.note(format!("must have the key `{key}`"), String::new());
        }
        node
    }

    /// Notes that a key is there which other programs have and we do not.
    pub(crate) fn refuse(&mut self, key: &str, rule: &str) {
        if let Some(index) = self.entries.iter().position(|entry| entry.0 == key) {
            self.entries.swap_remove(index).1.refuse(rule);
        }
    }

    /// Notes the keys that nobody has taken.
    pub(crate) fn refuse_unknown(self) {
        for (key, node) in &self.entries {
            let hint = match nearest(key, self.known.iter().copied()) {
                Some((near, likeness)) if likeness >= ALIKE => format!("did you mean `{near}`?"),
                _ => format!("known are {}", self.known.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            node.note(format!("is not a known key; {hint}"), String::new());
        }
    }
}

/// The name most like `name`, and how alike they are, from 0 to 1.
pub(crate) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<(&'n str, f64)> {
    known.map(|known| (known, likeness(name, known))).max_by(|left, right| left.1.total_cmp(&right.1))
}

/// How alike two names are, from 0 to 1.
pub(crate) fn likeness(name: &str, other: &str) -> f64 {
    strsim::jaro_winkler(name, other)
}
