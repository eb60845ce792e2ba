//! Whether a text is XML that every client can read.
//!
//! The clients' readers (libxml2, expat) stop at the first fault, and with some of them the whole repository cannot be
//! used any more. So nothing passes here that they would not take.

use quick_xml::{Reader, events::Event};

use crate::{
    doctype,
    fault::Fault,
    xml_syntax::{attributes, is_allowed, is_known, is_name, is_space},
};

/// How deep elements may be nested: libxml2 stops at 256.
const MOST_DEPTH: usize = 256;
/// The longest text, comment or tag, in bytes: libxml2 stops at it.
const LONGEST: usize = 10_000_000;

/// Checks that a text is one XML document with the root element `root`, in UTF-8 and without declarations of its own.
pub(crate) fn check(text: &str, root: &str) -> Result<(), Fault> {
    if let Some((at, _)) = text.char_indices().find(|(_, character)| !is_allowed(*character)) {
        return Err(Fault::new("must not contain control characters", at));
    }
    // A mark of the byte order may stand before everything.
    let (mark, text) = text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 });
    // The reader would skip a second one, and count without it.
    if text.starts_with('\u{feff}') {
        return Err(Fault::new(malformed("something beside the root element"), mark.len()));
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().enable_all_checks(true);
    let mut document = Document { root, depth: 0, part: Part::Start };
    let mut at = 0;
    loop {
        let fault = |rule: String| Fault::new(rule, mark.len() + at);
        let event = reader.read_event().map_err(|error| fault(format!("must be well-formed XML ({error})")))?;
        let end = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        if event == Event::Eof {
            return match document.part {
                Part::End => Ok(()),
                _ => Err(fault(format!("must have a whole element {root}"))),
            };
        }
        if end - at > LONGEST {
            return Err(fault(format!("must not have a part longer than {LONGEST} bytes")));
        }
        document.add(&event, &text[at..end]).map_err(fault)?;
        at = end;
    }
}

/// How far a document has come.
#[derive(PartialEq)]
enum Part {
    /// Nothing was read.
    Start,
    /// Before the root element; whether its type was named.
    Prolog { typed: bool },
    /// Within the root element.
    Root,
    /// After it.
    End,
}

struct Document<'a> {
    root: &'a str,
    depth: usize,
    part: Part,
}

impl Document<'_> {
    /// Checks the next part against what came before; `source` is how it is written.
    fn add(&mut self, event: &Event<'_>, source: &str) -> Result<(), String> {
        let malformed = |what: &str| Err(malformed(what));
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                self.open(tag.name().as_ref())?;
                attributes(tag.attributes_raw()).map_err(self::malformed)?;
                if matches!(event, Event::Empty(_)) {
                    self.close();
                }
            }
            Event::End(_) => self.close(),
            Event::Decl(_) if self.part == Part::Start => declaration(source)?,
            Event::Decl(_) => return malformed("a declaration that is not at its start"),
            Event::DocType(content) => {
                if self.part != Part::Start && self.part != (Part::Prolog { typed: false }) {
                    return malformed("a DOCTYPE that is not before the root element, or a second one");
                }
                if !source.strip_prefix("<!DOCTYPE").is_some_and(|rest| rest.starts_with(is_space)) {
                    return malformed("a DOCTYPE that is misspelt");
                }
                doctype::check(&content.clone().into_inner(), self.root)?;
                self.part = Part::Prolog { typed: true };
            }
            Event::PI(instruction) => {
                let target = instruction.target();
                if !is_name(target) || target.eq_ignore_ascii_case("xml") {
                    return malformed("a processing instruction without a name");
                }
            }
            Event::Comment(_) => {}
            Event::Text(_) if self.part == Part::Root => {
                if source.contains("]]>") {
                    return malformed("]]> in a text");
                }
            }
            Event::Text(_) if source.chars().all(is_space) => {}
            Event::GeneralRef(name) if self.part == Part::Root => {
                if !is_known(&name.clone().into_inner()) {
                    return malformed("a & that begins no known entity");
                }
            }
            Event::CData(_) if self.part == Part::Root => {}
            _ => return malformed("something beside the root element"),
        }
        if self.part == Part::Start {
            self.part = Part::Prolog { typed: false };
        }
        Ok(())
    }

    fn open(&mut self, name: &str) -> Result<(), String> {
        if self.part == Part::End {
            return Err(malformed("a second root element"));
        }
        if self.depth == 0 && name != self.root {
            return Err(format!("must have the root element {}", self.root));
        }
        if !is_name(name) {
            return Err(malformed("an element with a name that is none"));
        }
        if self.depth == MOST_DEPTH {
            return Err(format!("must not nest elements deeper than {MOST_DEPTH}"));
        }
        self.depth += 1;
        self.part = Part::Root;
        Ok(())
    }

    fn close(&mut self) {
        self.depth -= 1;
        if self.depth == 0 {
            self.part = Part::End;
        }
    }
}

fn malformed(what: &str) -> String {
    format!("must be well-formed XML ({what})")
}

/// The first line of a document (production 23).
fn declaration(source: &str) -> Result<(), String> {
    let malformed = || malformed("a declaration other than <?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    let inside = source.strip_prefix("<?xml").and_then(|rest| rest.strip_suffix("?>")).ok_or_else(malformed)?;
    let found = attributes(inside).map_err(|_| malformed())?;
    let (version, rest) = found.split_first().ok_or_else(malformed)?;
    if *version != ("version", "1.0") {
        return Err("must be XML of version 1.0".to_owned());
    }
    let rest = match rest {
        [("encoding", encoding), rest @ ..] => {
            if !encoding.eq_ignore_ascii_case("utf-8") {
                return Err("must be in UTF-8 and say so".to_owned());
            }
            rest
        }
        rest => rest,
    };
    match rest {
        [] | [("standalone", "yes" | "no")] => Ok(()),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_clients_take() {
        for good in [
            "<a/>",
            "<a></a >",
            "\u{feff}<?xml version='1.0' encoding=\"utf-8\" standalone='yes'?>\n<a/>\n",
            "\u{feff}<a/>",
            "<?xml version=\"1.0\"?><!-- one --><?two three?><!DOCTYPE a SYSTEM 'b'><a b='c'>d&amp;<![CDATA[<]]>&#65;</a><!-- end -->",
            "<!DOCTYPE a><a><a x:b='1'><x:c/></a>]] ></a>",
        ] {
            assert_eq!(check(good, "a"), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_what_clients_stop_at() {
        for (bad, rule, at) in [
            ("", "a whole element a", 0),
            ("<a>", "a whole element a", 3),
            ("<a><b></a>", "well-formed", 6),
            ("<b/>", "root element a", 0),
            ("<a/><a/>", "a second root", 4),
            ("<a/>text", "beside the root", 4),
            ("text<a/>", "beside the root", 0),
            ("<a/>&amp;", "beside the root", 4),
            ("<![CDATA[]]><a/>", "beside the root", 0),
            ("<a>\u{1}</a>", "control", 3),
            ("<a>&nbsp;</a>", "no known entity", 3),
            ("<a>&#0;</a>", "no known entity", 3),
            ("<a>&</a>", "well-formed", 3),
            ("<a>]]></a>", "]]>", 3),
            ("<a><1/></a>", "a name that is none", 3),
            ("<a b=1/>", "without quotes", 0),
            ("<a b='1'c='2'/>", "no space", 0),
            ("<a><b/ ></b/ ></a>", "well-formed", 3),
            ("<a><!-- -- --></a>", "well-formed", 3),
            ("<a><?xml version=\"1.0\"?></a>", "not at its start", 3),
            (" <?xml version=\"1.0\"?><a/>", "not at its start", 1),
            ("<?xml version=\"1.1\"?><a/>", "version 1.0", 0),
            ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>", "in UTF-8", 0),
            ("<?xml encoding=\"UTF-8\"?><a/>", "version 1.0", 0),
            ("<?xml?><a/>", "declaration other", 0),
            ("<?xml version=\"1.0\" other=\"\"?><a/>", "declaration other", 0),
            ("<?XML a?><a/>", "without a name", 0),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "must not declare", 0),
            ("<!DOCTYPE a><!DOCTYPE a><a/>", "a second one", 12),
            ("<a><!DOCTYPE a></a>", "not before the root", 3),
            ("<!doctype a><a/>", "misspelt", 0),
            ("<!DOCTYPEa><a/>", "misspelt", 0),
            ("<!ELEMENT a><a/>", "well-formed", 0),
            ("\u{feff}<a/>b", "beside the root", 7),
            ("\u{feff}\u{feff}<a/>", "beside the root", 3),
        ] {
            let fault = check(bad, "a").expect_err(bad);
            assert!(fault.rule.contains(rule), "{bad}: {fault:?}");
            assert_eq!(fault.at, at, "{bad}: {fault:?}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert_eq!(check(&nested(256), "a"), Ok(()));
        assert!(check(&nested(257), "a").is_err_and(|fault| fault.rule.contains("deeper than 256")));
        let long = format!("<a>{}</a>", "x".repeat(LONGEST + 1));
        assert!(check(&long, "a").is_err_and(|fault| fault.rule.contains("longer than 10000000")));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(
            text in "\u{feff}{0,2}(<\\?xml|<!DOCTYPE a|<a( b=['\"]c['\"])?/?>|</a>|<!--|-->|<!\\[CDATA\\[|\\]\\]>|&[a-z#0-9]{0,4};|[<>&'\" ]|.)*"
        ) {
            drop(check(&text, "a"));
        }
    }
}
