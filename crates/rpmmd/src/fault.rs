//! What is wrong with an uploaded text, and where.

use colca_model::Invalid;

/// How much of a text is shown from the place of its fault on, in characters at most.
const SHOWN: usize = 60;

/// A rule that a text breaks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The rule, as half a sentence.
    pub(crate) rule: String,
    /// Where the part begins that breaks it, in bytes.
    pub(crate) at: usize,
}

impl Fault {
    pub(crate) fn new(rule: impl Into<String>, at: usize) -> Self {
        Self { rule: rule.into(), at }
    }

    /// For whoever uploaded it: with the line, and what stands there.
    pub(crate) fn into_invalid(self, file: &str, text: &str) -> Invalid {
        let (before, from) = text.split_at_checked(self.at).unwrap_or((text, ""));
        let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let shown: String = from.chars().take(SHOWN).take_while(|character| *character != '\n').collect();
        Invalid::new(file, format!("{} in line {line}", self.rule), shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_where() {
        let said = |at| Fault::new("must be short", at).into_invalid("comps.xml", "one\ntwö x\n").to_string();
        assert_eq!(said(4), "comps.xml: must be short in line 2, got \"twö x\"");
        assert_eq!(said(10), "comps.xml: must be short in line 2, got \"\"");
        assert_eq!(said(99), "comps.xml: must be short in line 3, got \"\"");
        let long = Fault::new("must be short", 0).into_invalid("comps.xml", &"x".repeat(1000));
        assert_eq!(long.value, format!("{:?}", "x".repeat(60)));
    }
}
