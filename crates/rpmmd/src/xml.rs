//! Writing elements.

use crate::{
    escape::{push_content, push_value},
    text,
};

/// Elements under construction, indented by two spaces a level as `createrepo_c` does.
pub(crate) struct Xml {
    bytes: Vec<u8>,
}

impl Xml {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity) }
    }

    /// Markup as it stands.
    pub(crate) fn raw(&mut self, markup: &str) -> &mut Self {
        self.bytes.extend_from_slice(markup.as_bytes());
        self
    }

    /// A number.
    pub(crate) fn number(&mut self, number: impl itoa::Integer) -> &mut Self {
        self.raw(itoa::Buffer::new().format(number))
    }

    /// The content of an element.
    pub(crate) fn content(&mut self, bytes: &[u8]) -> &mut Self {
        push_content(&mut self.bytes, &text::decode(bytes));
        self
    }

    /// ` name="value"`
    pub(crate) fn attribute(&mut self, name: &str, value: &[u8]) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"");
        push_value(&mut self.bytes, &text::decode(value));
        self.raw("\"")
    }

    /// `<name>content</name>` in a line of its own; an empty element if there is no content.
    pub(crate) fn line(&mut self, indent: &str, name: &str, content: Option<&[u8]>) -> &mut Self {
        self.raw(indent).raw("<").raw(name);
        match content {
            None | Some([]) => self.raw("/>\n"),
            Some(content) => self.raw(">").content(content).raw("</").raw(name).raw(">\n"),
        }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.bytes
    }
}
