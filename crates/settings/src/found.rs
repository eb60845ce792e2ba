//! The problems found so far, and on which lines they stand.

use std::cell::RefCell;
use std::collections::BTreeSet;

use crate::{Problem, Problems};

/// The most problems that are told of one text: it may be 256 KiB of brackets, and somebody has to read them.
const MOST: usize = 100;

/// The longest piece of a name or value that is shown again, in characters.
const SHOWN: usize = 120;

/// What the text is called when no key of it is meant.
pub(crate) const FILE: &str = "colca.toml";

/// Where problems go. Shared by all that read the same text, hence the cell.
pub(crate) struct Found<'t> {
    text: &'t str,
    line_ends: Vec<usize>,
    /// Where the last line ends that says something: what is missing at the end is told there.
    end: usize,
    /// Lines that are not TOML. What the parser made of them is a guess, so nothing else is said about them.
    broken: BTreeSet<usize>,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Found<'t> {
    /// Begins with what the parser found: the first problem of each line, which mostly explains the others.
    pub(crate) fn new(text: &'t str, mut errors: Vec<toml::de::Error>) -> Self {
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        let end = text.trim_end().len();
        let mut found = Self { text, line_ends, end, broken: BTreeSet::new(), problems: RefCell::default() };
        errors.sort_by_key(start);
        for error in errors {
            let line = found.line(start(&error));
            if found.broken.insert(line) {
                let rule = format!("is not TOML: {}", explained(error.message()));
                let value = quoted(found.line_text(line));
                found.problems.get_mut().push(Problem { line: Some(line), field: FILE.to_owned(), rule, value });
            }
        }
        found
    }

    /// Notes a problem with what stands `at` this byte of the text.
    pub(crate) fn add(&self, at: usize, field: &str, rule: impl Into<String>, value: String) {
        let line = self.line(at);
        if !self.broken.contains(&line) {
            let problem = Problem { line: Some(line), field: field.to_owned(), rule: rule.into(), value };
            self.problems.borrow_mut().push(problem);
        }
    }

    /// `settings`, if no problem was found.
    pub(crate) fn or<T>(self, settings: T) -> Result<T, Problems> {
        let mut problems = self.problems.into_inner();
        if problems.is_empty() {
            return Ok(settings);
        }
        problems.sort_by_key(|problem| problem.line);
        if let Some(more @ 1..) = problems.len().checked_sub(MOST) {
            problems.truncate(MOST);
            let rule = format!("has {more} more problems");
            problems.push(Problem { line: None, field: FILE.to_owned(), rule, value: String::new() });
        }
        Err(Problems(problems))
    }

    fn line(&self, at: usize) -> usize {
        1 + self.line_ends.partition_point(|end| *end < at.min(self.end))
    }

    fn line_text(&self, line: usize) -> &'t str {
        let start = line.checked_sub(2).map_or(0, |before| self.line_ends[before] + 1);
        let end = self.line_ends.get(line - 1).copied().unwrap_or(self.text.len());
        self.text[start..end].trim()
    }
}

fn start(error: &toml::de::Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

/// The parser takes a bare word for the literal it resembles, `no` for half of `nan`; so we say what there is.
fn explained(message: &str) -> &str {
    let guesses = ["invalid boolean", "invalid float", "string values must be quoted"];
    if guesses.iter().any(|guess| message.starts_with(guess)) {
        return "a value must be true, false, a number, a list or text in quotes";
    }
    message
}

/// The beginning of a text, fit for a message.
pub(crate) fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A string as it would be written, shortened.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", short(text))
}
