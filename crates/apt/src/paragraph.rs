//! Paragraphs as they are written into an index.

/// Appends a field. A value that begins on the next line begins with a newline.
pub(crate) fn push_field(text: &mut String, name: &str, value: &str) {
    let space = if value.is_empty() || value.starts_with('\n') { "" } else { " " };
    text.extend([name, ":", space, value, "\n"]);
}

/// Whether a field is one of these, however it is capitalised.
pub(crate) fn is_one_of(field: &str, names: &[&str]) -> bool {
    names.iter().any(|name| name.eq_ignore_ascii_case(field))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_they_were_read() {
        let mut text = String::new();
        for (name, value) in [("A", "1"), ("Empty", ""), ("Files", "\n a\n b"), ("Description", "x\n .\n  y")] {
            push_field(&mut text, name, value);
        }
        assert_eq!(text, "A: 1\nEmpty:\nFiles:\n a\n b\nDescription: x\n .\n  y\n");
    }
}
