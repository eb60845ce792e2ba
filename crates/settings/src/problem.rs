//! What is said of a file that cannot be used.

use std::fmt;

/// One place of the file that breaks a rule. Like [`colca_model::Invalid`], and with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1; none if it is about the file as a whole.
    pub line: Option<usize>,
    /// The key with the tables above it, as it would be written: `repos.ceph.automatic`.
    pub field: String,
    /// The rule it breaks, as half a sentence: `must be true or false`.
    pub rule: String,
    /// The value, as it would be written and shortened; empty where the key itself is the problem.
    pub value: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        write!(f, "{}: {}", self.field, self.rule)?;
        if self.value.is_empty() { Ok(()) } else { write!(f, ", got {}", self.value) }
    }
}

/// All that is wrong with a file, in the order of its lines, so that it can be mended in one go. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    /// One problem a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_one_a_line_with_what_there_is_to_say() {
        let problem = |line, value: &str| Problem {
            line,
            field: "quiet_seconds".to_owned(),
            rule: "must be a whole number".to_owned(),
            value: value.to_owned(),
        };
        let problems = Problems(vec![problem(Some(3), "\"5\""), problem(None, "")]);
        let expected =
            "line 3: quiet_seconds: must be a whole number, got \"5\"\nquiet_seconds: must be a whole number";
        assert_eq!(problems.to_string(), expected);
    }
}
