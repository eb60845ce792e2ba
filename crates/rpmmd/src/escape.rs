//! Text as XML.

/// Appends text as the content of an element. Characters that XML forbids must be gone.
pub(crate) fn push_content(xml: &mut Vec<u8>, text: &str) {
    push(xml, text, |byte| match byte {
        b'&' => b"&amp;",
        b'<' => b"&lt;",
        b'>' => b"&gt;",
        // A parser would make a newline of it.
        b'\r' => b"&#13;",
        _ => b"",
    });
}

/// Appends text as the value of an attribute in double quotes. Characters that XML forbids must be gone.
pub(crate) fn push_value(xml: &mut Vec<u8>, text: &str) {
    push(xml, text, |byte| match byte {
        b'&' => b"&amp;",
        b'<' => b"&lt;",
        b'>' => b"&gt;",
        b'"' => b"&quot;",
        // A parser would make spaces of them.
        b'\r' => b"&#13;",
        b'\n' => b"&#10;",
        b'\t' => b"&#9;",
        _ => b"",
    });
}

/// Copies in runs: hardly any text has something to escape.
fn push(xml: &mut Vec<u8>, text: &str, escape: impl Fn(u8) -> &'static [u8]) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let escaped = escape(*byte);
        if !escaped.is_empty() {
            xml.extend_from_slice(&bytes[written..at]);
            xml.extend_from_slice(escaped);
            written = at + 1;
        }
    }
    xml.extend_from_slice(&bytes[written..]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::{Reader, XmlVersion, events::Event};

    use super::*;

    /// What a parser finds in `<a b="value">content</a>`.
    fn parsed(xml: &str) -> (String, String) {
        let mut reader = Reader::from_str(xml);
        let (mut value, mut content) = (String::new(), String::new());
        loop {
            match reader.read_event().expect("well-formed") {
                Event::Start(start) => {
                    let attribute = start.try_get_attribute("b").expect("well-formed").expect("an attribute");
                    value = attribute.normalized_value(XmlVersion::Implicit1_0).expect("known entities").into_owned();
                }
                Event::Text(text) => content.push_str(&text.xml_content(XmlVersion::Implicit1_0)),
                Event::GeneralRef(reference) => {
                    let name = format!("&{};", reference.into_inner());
                    content.push_str(&quick_xml::escape::unescape(&name).expect("a known entity"));
                }
                Event::Eof => return (value, content),
                _ => {}
            }
        }
    }

    proptest! {
        #[test]
        fn a_parser_finds_the_text_again(text in "([^\u{1}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}\u{0}]|[<>&\"'\r\n\t]|]]>|&amp;)*") {
            let mut xml = b"<a b=\"".to_vec();
            push_value(&mut xml, &text);
            xml.extend(b"\">");
            push_content(&mut xml, &text);
            xml.extend(b"</a>");
            let xml = String::from_utf8(xml).expect("still UTF-8");
            prop_assert_eq!(parsed(&xml), (text.clone(), text));
        }
    }

    #[test]
    fn escapes_nothing_but_what_must_be() {
        let mut xml = Vec::new();
        push_content(&mut xml, "a\tb\n\"ü\" 'c' <&>\r");
        assert_eq!(xml, "a\tb\n\"ü\" 'c' &lt;&amp;&gt;&#13;".as_bytes());
    }
}
