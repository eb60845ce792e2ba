//! XML as a tree that can be compared.

use std::collections::BTreeMap;

use quick_xml::{Reader, XmlVersion, events::Event};

/// An element with all it holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    /// The root element of a document.
    pub(crate) fn parse(xml: &[u8]) -> Self {
        let text = str::from_utf8(xml).expect("metadata is UTF-8");
        assert_allowed(text);
        let mut reader = Reader::from_str(text);
        reader.config_mut().check_end_names = true;
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().expect("well-formed XML") {
                Event::Start(start) => open.push(Self::begin(&start)),
                Event::Empty(start) => last(&mut open).children.push(Self::begin(&start)),
                Event::Text(text) => last(&mut open).text.push_str(&text.xml_content(XmlVersion::Explicit1_0)),
                Event::GeneralRef(reference) => {
                    let name = format!("&{};", reference.into_inner());
                    last(&mut open).text.push_str(&quick_xml::escape::unescape(&name).expect("a known entity"));
                }
                Event::End(_) => {
                    let mut element = open.pop().expect("an end follows a start");
                    if !element.children.is_empty() {
                        assert_eq!(element.text.trim(), "", "text beside elements in {}", element.name);
                        element.text.clear();
                    }
                    last(&mut open).children.push(element);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(open.len(), 1, "an element is not closed");
        open.remove(0).children.pop().expect("a root element")
    }

    fn begin(start: &quick_xml::events::BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("a well-formed attribute");
            let value = attribute.normalized_value(XmlVersion::Explicit1_0).expect("a well-formed value");
            (attribute.key.as_ref().to_owned(), value.into_owned())
        });
        Self { name: start.name().as_ref().to_owned(), attributes: attributes.collect(), ..Self::default() }
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// One line for each element, for messages and for finding the first difference.
    pub(crate) fn lines(&self, path: &str, lines: &mut Vec<String>) {
        let path = format!("{path}/{}", self.name);
        lines.push(format!("{path} {:?} {:?}", self.attributes, self.text));
        self.children.iter().for_each(|child| child.lines(&path, lines));
    }
}

fn last(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the document itself is always open")
}

/// quick-xml lets pass what XML 1.0 forbids and libxml2 refuses.
fn assert_allowed(text: &str) {
    let forbidden = |character: &char| matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    assert_eq!(text.chars().find(forbidden), None, "XML 1.0 forbids this character");
}
