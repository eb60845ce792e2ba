//! What is said of input that breaks a rule.

use std::fmt;

/// The longest piece of an offending value that is shown again, in characters.
const SHOWN: usize = 120;

/// The longest rule, in characters. Rules of ours are shorter; what the parser of a format says may repeat its input.
const SAID: usize = 1000;

/// What is shown of a value that was not sent, and of one that may be a secret.
const NOTHING: &str = "nothing";
const HIDDEN: &str = "what is not shown here";

/// Input that breaks a rule: names the field, the rule and the value, so that whoever sent it can mend it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {rule}, got {value}")]
pub struct Invalid {
    /// The field as its sender calls it, for example `filename`.
    pub field: String,
    /// The rule it breaks, as half a sentence: `must not contain a slash`.
    pub rule: String,
    /// The value as it was sent, quoted and shortened.
    pub value: String,
}

impl Invalid {
    /// `value` is quoted with control characters escaped and cut to a length fit for a message. In `field` and `rule` they are
    /// escaped, too.
    pub fn new(field: impl Into<String>, rule: impl Into<String>, value: impl fmt::Display) -> Self {
        let value = format!("{:?}", cut(value.to_string(), SHOWN));
        Self { field: printable(field.into()), rule: printable(rule.into()), value }
    }

    /// Of what has to be there and is not.
    pub fn missing(field: impl Into<String>) -> Self {
        Self::new(field, "is required", NOTHING)
    }

    /// The same without the value, which may be a secret. That there is none is told all the same.
    #[must_use]
    pub fn without_value(self) -> Self {
        let shown = if self.value == format!("{NOTHING:?}") { NOTHING } else { HIDDEN };
        Self::new(self.field, self.rule, shown)
    }
}

/// Words that may repeat what a stranger wrote, for a message of one line that neither log nor terminal takes for anything else:
/// control characters are escaped, and what is too long is cut.
#[must_use]
pub fn printable(words: String) -> String {
    let words = cut(words, SAID);
    if !words.contains(char::is_control) {
        return words;
    }
    let escape = |character: char| match character {
        control if control.is_control() => control.escape_default().to_string(),
        other => other.to_string(),
    };
    words.chars().map(escape).collect()
}

/// As many characters as are shown.
fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_field_rule_and_value_and_escapes_control_characters() {
        let error = Invalid::new("filename", "must not contain control characters", "a\nb");
        assert_eq!(error.to_string(), r#"filename: must not contain control characters, got "a\nb""#);
    }

    #[test]
    fn a_value_can_be_hidden_but_not_that_there_is_none() {
        let error = Invalid::new("key", "must be short", "horse").without_value();
        assert_eq!(error.to_string(), r#"key: must be short, got "what is not shown here""#);
        let error = Invalid::missing("name").without_value();
        assert_eq!(error.to_string(), r#"name: is required, got "nothing""#);
    }

    #[test]
    fn shortens_a_long_value() {
        let error = Invalid::new("ref", "is too long", "x".repeat(5000));
        assert!(error.value.len() < 200, "{}", error.value);
    }

    #[test]
    fn what_a_parser_repeats_of_its_input_is_one_line_of_bounded_length() {
        let error = Invalid::new("a\r", format!("must be XML (expected </\0\u{1b}[2J>{})", "x".repeat(5000)), "");
        assert!(error.to_string().starts_with(r"a\r: must be XML (expected </\u{0}\u{1b}[2J>xxx"), "{error}");
        assert!(error.rule.len() < 1100, "{}", error.rule.len());
        assert_eq!(printable("größer".to_owned()), "größer");
    }
}
