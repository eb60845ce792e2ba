//! YAML as CloudFormation writes it: with tags for its functions.

use saphyr_parser::{Event, Parser, Tag};

/// A value, with the function that is to be applied to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Yaml {
    /// A text, a number or a truth value, as it is written.
    Text(String),
    /// A list.
    List(Vec<Yaml>),
    /// A mapping, in its order.
    Map(Vec<(String, Yaml)>),
    /// `!Sub …` and the like: the name of the function, and what it is given.
    Call(String, Box<Yaml>),
}

impl Yaml {
    /// Reads a document.
    ///
    /// # Panics
    /// If it is not one, or has anchors, which CloudFormation does not know.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let events = Parser::new_from_str(text).map(|event| event.expect("YAML").0);
        let mut events = events.filter(|event| !matches!(event, Event::StreamStart | Event::DocumentStart(_)));
        let first = events.next().expect("a document");
        node(first, &mut events)
    }

    /// What a mapping says of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find_map(|(name, value)| (name == key).then_some(value))
    }

    /// What a mapping says along a row of keys.
    ///
    /// # Panics
    /// If it does not.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> &Self {
        keys.iter().fold(self, |node, key| node.get(key).unwrap_or_else(|| panic!("no {key} of {keys:?} in {node:?}")))
    }

    /// The entries of a mapping.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        let Self::Map(entries) = self else { panic!("no mapping: {self:?}") };
        entries
    }

    /// The items of a list; a single value is a list of one.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { std::slice::from_ref(self) }
    }

    /// A plain text.
    ///
    /// # Panics
    /// If it is none.
    #[must_use]
    pub fn text(&self) -> &str {
        let Self::Text(text) = self else { panic!("no text: {self:?}") };
        text
    }
}

fn node<'a>(event: Event<'a>, events: &mut impl Iterator<Item = Event<'a>>) -> Yaml {
    let (tag, value) = match event {
        Event::Scalar(text, _, _, tag) => (tag, Yaml::Text(text.into_owned())),
        Event::SequenceStart(_, tag) => {
            let mut items = Vec::new();
            loop {
                match events.next().expect("whole values") {
                    Event::SequenceEnd => break,
                    item => items.push(node(item, events)),
                }
            }
            (tag, Yaml::List(items))
        }
        Event::MappingStart(_, tag) => {
            let mut entries = Vec::new();
            loop {
                let key = match events.next().expect("whole values") {
                    Event::MappingEnd => break,
                    key => node(key, events).text().to_owned(),
                };
                let first = events.next().expect("a value behind each key");
                entries.push((key, node(first, events)));
            }
            (tag, Yaml::Map(entries))
        }
        other => panic!("{other:?} has no place in a template"),
    };
    let own = |tag: &Tag| (tag.handle == "!").then(|| tag.suffix.clone());
    match tag.as_deref().and_then(own) {
        Some(function) => Yaml::Call(function, Box::new(value)),
        None => value,
    }
}
