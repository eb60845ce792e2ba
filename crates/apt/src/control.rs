//! A paragraph of fields: a control file, a `.dsc`, a `.changes`, a Release file, or a piece of an index.
//!
//! Format: deb822(5) and Debian Policy 5.1, <https://www.debian.org/doc/debian-policy/ch-controlfields.html>. Where these
//! leave room, what dpkg reads decides.
//!
//! The `deb822-fast` crate does not fit: it strips the indentation of continuation lines, which has a meaning in
//! descriptions, passes over comments, which have no place here, and mends more than it refuses.

use std::collections::HashSet;

use crate::Invalid;

/// What deb822 takes for white space within a line.
const BLANK: [char; 2] = [' ', '\t'];

/// The fields of one paragraph, in their order and as they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field {
    name: String,
    value: String,
}

impl Control {
    /// Reads a file that is one paragraph; empty lines may stand before and after it, as for dpkg. `part` is what errors
    /// call it: `the control file`.
    pub(crate) fn parse(bytes: &[u8], part: &'static str) -> Result<Self, Invalid> {
        let corrupt = |reason: String| Invalid::Corrupt { part, reason };
        let text = str::from_utf8(bytes)
            .map_err(|error| corrupt(format!("is not UTF-8 from byte {} on", error.valid_up_to())))?;
        // dpkg takes this for a file that was cut off.
        if !text.is_empty() && !text.ends_with('\n') {
            return Err(corrupt("does not end with a newline".to_owned()));
        }

        let mut fields: Vec<Field> = Vec::new();
        let mut ended = false;
        for (line, number) in text.split_terminator('\n').zip(1_u32..) {
            let refuse =
                |rule: &str| Err(colca_model::Invalid::new(short(part), format!("line {number} {rule}"), line));
            if line.is_empty() {
                ended = !fields.is_empty();
            } else if ended {
                refuse("begins a second paragraph, but there may be only one")?;
            } else if line.contains(|character: char| character.is_control() && character != '\t') {
                refuse("must not contain control characters")?;
            } else if line.trim_matches(BLANK).is_empty() {
                refuse("must not be blank: an empty line is written as a space and a dot")?;
            } else if line.starts_with(BLANK) {
                match fields.last_mut() {
                    Some(field) => field.value.extend(["\n", line]),
                    None => refuse("continues a field, but there is none before it")?,
                }
            } else {
                match Field::parse(line) {
                    Some(field) => fields.push(field),
                    None => refuse("must begin with a field's name and a colon")?,
                }
            }
        }

        let mut names = HashSet::new();
        for field in &mut fields {
            field.value.truncate(field.value.trim_end_matches(BLANK).len());
            if !names.insert(field.name.to_ascii_lowercase()) {
                return Err(Invalid::Twice { part, field: field.name.clone() });
            }
        }
        Ok(Self { fields })
    }

    /// Names and values, in the order of the file.
    ///
    /// The name is written as in the file. The value has no white space before and after it; the lines that continue
    /// it are as in the file, each with the space or tab that it begins with. So a field is `name`, a colon, a space
    /// unless the value begins with a newline, `value`.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.value.as_str()))
    }

    /// The value of the field of that name, however it is capitalised.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields().find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
    }

    /// The value of a field that `part` must have.
    pub(crate) fn require(&self, part: &'static str, field: &'static str) -> Result<&str, Invalid> {
        self.get(field).ok_or(Invalid::Missing { part, field })
    }
}

/// How a line's error calls the part it is in: `control` for the control file, `.dsc` for the .dsc.
fn short(part: &str) -> &str {
    part.trim_start_matches("the ").trim_end_matches(" file")
}

impl Field {
    /// A line that begins a field. The name is of printable ASCII without spaces, and is neither a comment nor a dash,
    /// with which a signature would begin.
    fn parse(line: &str) -> Option<Self> {
        let (name, value) = line.split_once(':')?;
        let good =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) && !name.starts_with(['#', '-']);
        good.then(|| Self { name: name.to_owned(), value: value.trim_matches(BLANK).to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::control_member::CONTROL_FILE;

    fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
        let control = Control::parse(text.as_bytes(), CONTROL_FILE).map_err(|invalid| invalid.to_string())?;
        Ok(control.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    #[test]
    fn keeps_order_writing_and_indentation() {
        let text =
            "\n\nB: 2 \nb-a:\t1:2\nEmpty:\nConffiles:\n /etc/a 1\n  /etc/b 2 \nDescription: größe  \n\ttab\ttab\n .\n";
        let expected = [
            ("B", "2"),
            ("b-a", "1:2"),
            ("Empty", ""),
            ("Conffiles", "\n /etc/a 1\n  /etc/b 2"),
            ("Description", "größe\n\ttab\ttab\n ."),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(parse(&format!("{text}\n\n")), Ok(expected.to_vec()));
    }

    #[test]
    fn finds_fields_however_they_are_capitalised() {
        let control = Control::parse(b"PACKAGE: a\n", CONTROL_FILE).expect("good");
        assert_eq!((control.get("Package"), control.get("Packag")), (Some("a"), None));
    }

    #[test]
    fn refuses_a_second_paragraph_and_blank_lines() {
        let second = "control: line 3 begins a second paragraph, but there may be only one, got";
        assert_eq!(parse("A: 1\n\nB: 2\n"), Err(format!("{second} \"B: 2\"")));
        assert_eq!(parse("A: 1\n\n more\n"), Err(format!("{second} \" more\"")));
        for text in ["A: 1\n \n", "A: 1\n\t \n more\n", " \nA: 1\n"] {
            assert!(parse(text).expect_err(text).contains("must not be blank"), "{text:?}");
        }
    }

    #[test]
    fn refuses_a_field_twice_however_it_is_capitalised() {
        let error = parse("Version: 1\nDepends: a\nversion: 2\n");
        assert_eq!(error, Err("the control file has the field version twice".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_field() {
        for line in
            ["word", ": value", "a b: 1", "a : 1", "# comment: 1", "-a: 1", "größe: 1", "\u{feff}A: 1", "a\u{a0}: 1"]
        {
            let error = parse(&format!("A0: 1\n{line}\n")).expect_err(line);
            assert!(error.starts_with("control: line 2 must begin with a field's name and a colon"), "{error}");
        }
        assert!(parse(" a\n").expect_err("no field before it").contains("continues a field"));
    }

    #[test]
    fn refuses_control_characters() {
        for bad in ["\r", "\0", "\u{1b}[31m", "\u{7f}", "\u{85}"] {
            for text in [format!("A: 1{bad}\n"), format!("A: 1\n x{bad}y\n"), format!("A{bad}: 1\n")] {
                assert!(parse(&text).expect_err(bad).contains("must not contain control characters"), "{text:?}");
            }
        }
    }

    #[test]
    fn refuses_what_is_not_utf_8_or_cut_off() {
        let error = Control::parse(b"A: \xff\n", CONTROL_FILE).expect_err("not UTF-8");
        assert_eq!(error.to_string(), "corrupt: the control file is not UTF-8 from byte 3 on");
        assert_eq!(parse("A: 1"), Err("corrupt: the control file does not end with a newline".to_owned()));
    }

    #[test]
    fn a_file_full_of_fields_is_read_in_no_time() {
        let text: String = (0..100_000).map(|number| format!("{number:x}:\n")).collect();
        assert_eq!(parse(&text).map(|fields| fields.len()), Ok(100_000));
    }

    proptest! {
        #[test]
        fn what_is_read_can_be_written_and_read_again(text in "([AaBb#-]{0,2}:?[ \t]{0,2}[x:\u{e9}.]{0,2}[ \t]?\n){0,6}") {
            if let Ok(fields) = parse(&text) {
                let space = |value: &str| if value.starts_with('\n') { "" } else { " " };
                let again: String =
                    fields.iter().map(|(name, value)| format!("{name}:{}{value}\n", space(value))).collect();
                prop_assert_eq!(parse(&again), Ok(fields));
            }
        }
    }
}
