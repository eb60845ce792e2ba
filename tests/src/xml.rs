//! XML as a tree, for comparing what two programs wrote without caring for white space and the order of attributes.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

/// An element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Element {
    /// Its name, with its prefix.
    pub name: String,
    /// Its attributes, unescaped.
    pub attributes: BTreeMap<String, String>,
    /// Its own text, unescaped.
    pub text: String,
    /// The elements in it, in their order.
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document and gives its root.
    ///
    /// # Panics
    /// If it is not well-formed.
    #[must_use]
    pub fn parse(document: &str) -> Self {
        let control = document.chars().find(|character| *character < ' ' && !"\t\n\r".contains(*character));
        assert_eq!(control, None, "XML 1.0 has no place for this character");
        let mut reader = Reader::from_str(document);
        let mut open = vec![Self::default()];
        loop {
            let event = reader.read_event().unwrap_or_else(|error| panic!("not well-formed: {error}"));
            match event {
                Event::Start(start) => open.push(Self::begin(&start)),
                Event::Empty(start) => last(&mut open).children.push(Self::begin(&start)),
                Event::End(_) => {
                    let element = open.pop().expect("the reader checks that ends match");
                    last(&mut open).children.push(element);
                }
                Event::Text(text) => last(&mut open).text += &text,
                Event::CData(text) => last(&mut open).text += &text,
                Event::GeneralRef(name) => {
                    let escape = format!("&{};", &*name);
                    last(&mut open).text += &quick_xml::escape::unescape(&escape).expect("a known entity");
                }
                Event::Eof => return open.remove(0).children.pop().expect("a document has a root"),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn begin(start: &quick_xml::events::BytesStart<'_>) -> Self {
        let name = start.name().as_ref().to_owned();
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("a well-formed attribute");
            let value = quick_xml::escape::unescape(&attribute.value).expect("known entities").into_owned();
            (attribute.key.as_ref().to_owned(), value)
        });
        Self { name, attributes: attributes.collect(), ..Self::default() }
    }

    /// The first child of that name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// An attribute, or the empty string.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// One line per element, indented: two trees that differ show where.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut lines = String::new();
        self.write_outline(&mut lines, 0);
        lines
    }

    fn write_outline(&self, lines: &mut String, depth: usize) {
        let text = if self.children.is_empty() { self.text.as_str() } else { "" };
        *lines += &format!("{}{} {:?} {text:?}\n", "  ".repeat(depth), self.name, self.attributes);
        for child in &self.children {
            child.write_outline(lines, depth + 1);
        }
    }
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document itself is never closed")
}

#[cfg(test)]
mod tests {
    use super::Element;

    #[test]
    fn reads_text_attributes_and_escapes() {
        let root = Element::parse("<?xml version='1.0'?><a x='1 &amp; 2'><b>&lt;c&gt; &#65;</b><d/></a>");
        assert_eq!(root.attribute("x"), "1 & 2");
        assert_eq!(root.child("b").map(|b| b.text.as_str()), Some("<c> A"));
        assert_eq!(root.children.len(), 2);
    }
}
