//! What is said of input that breaks a rule.

use std::fmt;

/// The longest piece of an offending value that is shown again, in characters.
const SHOWN: usize = 120;

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
    /// `value` is quoted with control characters escaped and cut to a length fit for a message.
    pub fn new(field: impl Into<String>, rule: impl Into<String>, value: impl fmt::Display) -> Self {
        let text = value.to_string();
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        Self { field: field.into(), rule: rule.into(), value: format!("{shown:?}") }
    }
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
    fn shortens_a_long_value() {
        let error = Invalid::new("ref", "is too long", "x".repeat(5000));
        assert!(error.value.len() < 200, "{}", error.value);
    }
}
