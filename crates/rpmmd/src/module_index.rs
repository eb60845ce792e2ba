//! Whether a text is a `modules.yaml` that clients can read.
//!
//! It is a stream of YAML documents, each a mapping with `document`, `version` and `data`:
//! <https://github.com/fedora-modularity/libmodulemd/tree/main/yaml_specs>. dnf gives up on modules altogether where
//! one of them is not YAML; what the documents mean is between their author and dnf. The parser here reads YAML 1.2 and
//! libyaml, which dnf uses, 1.1: oddities in which the two differ, such as `[a:, b]`, may pass.

use saphyr_parser::{Event, Parser};

use crate::fault::Fault;

/// How deep values may be nested. What there is has five levels, and clients read by recursion.
const MOST_DEPTH: usize = 64;
/// As much is kept of a text that may say what a document is.
const LONGEST_SHOWN: usize = 60;

const NO_MAPPING: &str = "must have mappings as documents, with document: modulemd in each";

/// Checks that a text is YAML, and that all its documents are about modules and there is at least one.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    if let Some((at, _)) = text.char_indices().find(|(_, character)| !is_printable(*character)) {
        return Err(Fault::new("must not contain control characters", at));
    }
    let mut documents = 0;
    let mut document = Document::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            Fault::new(format!("must be YAML ({})", error.info()), byte_at(text, error.marker().index()))
        })?;
        if let Event::DocumentStart(_) = event {
            document = Document::default();
        }
        let ended = document.add(&event).map_err(|rule| Fault::new(rule, byte_at(text, span.start.index())))?;
        documents += usize::from(ended);
    }
    if documents == 0 {
        return Err(Fault::new("must have a document that says document: modulemd", 0));
    }
    Ok(())
}

/// What libyaml takes, which clients read with: the printable characters of YAML. Not among them here are the line breaks
/// that YAML 1.1 has and 1.2 has not, which would be read in two ways.
fn is_printable(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{9f}')
        && !matches!(character, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// The parser counts characters.
fn byte_at(text: &str, characters: usize) -> usize {
    text.char_indices().nth(characters).map_or(text.len(), |(at, _)| at)
}

/// One document of the stream, as far as it was read.
#[derive(Default)]
struct Document {
    /// Mappings and sequences that are open.
    depth: usize,
    /// How many values stand directly in the outermost one: of a mapping keys and contents by turns.
    values: usize,
    /// The latest of them, if it is a text.
    latest: Option<String>,
    /// What it says that it is.
    says: Option<String>,
    /// Whether there is nothing in it, as after a last `---`.
    empty: bool,
}

impl Document {
    /// Takes the next event; true if it ends a document that is good and not empty.
    fn add(&mut self, event: &Event<'_>) -> Result<bool, String> {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if self.depth == 0 && matches!(event, Event::SequenceStart(..)) {
                    return Err(NO_MAPPING.to_owned());
                }
                if self.depth == MOST_DEPTH {
                    return Err(format!("must not nest values deeper than {MOST_DEPTH}"));
                }
                self.depth += 1;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.depth -= 1;
                self.value(None)?;
            }
            Event::Scalar(text, ..) if self.depth == 0 => {
                if !matches!(text.as_ref(), "" | "~") {
                    return Err(NO_MAPPING.to_owned());
                }
                self.empty = true;
            }
            Event::Scalar(text, ..) => self.value(Some(text))?,
            Event::Alias(_) if self.depth == 0 => return Err(NO_MAPPING.to_owned()),
            Event::Alias(_) => self.value(None)?,
            Event::DocumentEnd if !self.empty => {
                return match self.says.as_deref() {
                    Some(says) if says.starts_with("modulemd") => Ok(true),
                    says => Err(format!(
                        "must have documents about modules alone (document: modulemd…), not {}",
                        says.map_or_else(|| "one that does not say what it is".to_owned(), |says| format!("{says:?}"))
                    )),
                };
            }
            _ => {}
        }
        Ok(false)
    }

    /// A whole value, if it stands directly in the outermost mapping.
    fn value(&mut self, text: Option<&str>) -> Result<(), String> {
        if self.depth != 1 {
            return Ok(());
        }
        let is_content = self.values % 2 == 1;
        if is_content && self.latest.as_deref() == Some("document") {
            if self.says.is_some() {
                return Err("must not say twice what a document is".to_owned());
            }
            self.says = Some(text.unwrap_or_default().chars().take(LONGEST_SHOWN).collect());
        }
        self.values += 1;
        self.latest = text.filter(|text| text.len() <= LONGEST_SHOWN).map(str::to_owned);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: &str = "---\ndocument: modulemd\nversion: 2\ndata:\n  name: a\n  stream: \"1\"\n...\n";

    #[test]
    fn takes_modules_and_their_kin() {
        for good in [
            MODULE.to_owned(),
            MODULE.repeat(3),
            format!("# a comment\n{MODULE}---\n"),
            format!("\u{feff}{MODULE}"),
            format!("{MODULE}---\n\"data\": {{module: a}}\n'document': modulemd-defaults\nversion: 1\n"),
            "document: modulemd-obsoletes\n".to_owned(),
            "{document: modulemd, ? [a, b] : c, d: {document: other}}".to_owned(),
            "a: &x [b]\ndocument: modulemd\ndata: *x\n".to_owned(),
        ] {
            assert_eq!(check(&good), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_what_is_not_yaml_or_not_about_modules() {
        for (bad, rule) in [
            ("", "must have a document"),
            ("---\n---\n", "must have a document"),
            ("text", "must have mappings"),
            ("- document: modulemd\n", "must have mappings"),
            ("a: b\n", "one that does not say what it is"),
            ("document: Pod\n", "not \"Pod\""),
            ("document: [modulemd]\n", "not \"\""),
            ("data: {document: modulemd}\n", "one that does not say"),
            ("[document]: modulemd\n", "one that does not say"),
            ("document: modulemd\ndocument: modulemd\n", "twice"),
            ("document: modulemd\n  a: b\n", "must be YAML"),
            ("document: modulemd\na: [b\n", "must be YAML"),
            ("document: modulemd\na: *x\n", "must be YAML"),
            ("document: modulemd\n\ta: b\n", "must be YAML"),
            ("document: modulemd\na: \"\u{1}\"\n", "control"),
            ("<comps/>", "must have mappings"),
        ] {
            let fault = check(bad).expect_err(bad);
            assert!(fault.rule.contains(rule), "{bad}: {fault:?}");
        }
        let second = format!("{MODULE}---\ndocument: ö\n");
        let invalid = check(&second).expect_err("another document").into_invalid("modules.yaml", &second);
        assert!(invalid.rule.ends_with("not \"ö\" in line 10"), "{invalid}");
    }

    #[test]
    fn what_is_too_deep_is_refused() {
        let nested = |depth: usize| format!("document: modulemd\na: {}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(check(&nested(63)), Ok(()));
        for deep in [nested(64), nested(5_000_000), format!("a: {}", "{a: ".repeat(100_000)), "- ".repeat(100_000)] {
            assert!(check(&deep).is_err());
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(
            text in "(document: modulemd\n|---|\\.\\.\\.|%[A-Z]{0,4}|[-?:,\\[\\]{}#&*!|>'\"%@` \n\t]|  |[a-c]|\r\n|\\\\|.)*"
        ) {
            drop(check(&text));
        }
    }
}
