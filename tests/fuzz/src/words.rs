//! What an error must be like for somebody to mend what they sent.

use std::fmt::Display;

/// The longest message, in bytes. Values in it are shortened.
const LONGEST: usize = 64 * 1024;

/// An error says something, in one line that a terminal can show.
///
/// # Panics
/// If it is empty, too long, or holds control characters of whoever sent the input.
pub fn check_words(error: &impl Display) {
    let said = error.to_string();
    assert!(said.chars().any(char::is_alphabetic), "an error without words: {said:?}");
    assert!(said.len() <= LONGEST, "an error of {} bytes", said.len());
    assert!(!said.contains(char::is_control), "control characters in the error {said:?}");
}
