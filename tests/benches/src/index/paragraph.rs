//! A paragraph of an index (`man deb822`).

use std::io::{self, BufRead};

/// Its fields in their order, values with their continuation lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Paragraph(pub(crate) Vec<(String, String)>);

impl Paragraph {
    /// The value of a field, empty if there is none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// With another value of a field; one without it gets it at the end.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.0.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Without some fields.
    pub(crate) fn remove(&mut self, names: &[&str]) {
        self.0.retain(|(known, _)| !names.contains(&known.as_str()));
    }

    /// As it stands in a file.
    pub(crate) fn text(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}: {value}\n")).collect()
    }
}

/// Reads one after the other.
pub(crate) fn read_all(lines: &mut dyn BufRead, mut each: impl FnMut(Paragraph)) -> io::Result<()> {
    let mut paragraph = Paragraph::default();
    for line in lines.lines() {
        let line = line?;
        if line.is_empty() {
            if !paragraph.0.is_empty() {
                each(std::mem::take(&mut paragraph));
            }
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = paragraph.0.last_mut() {
                value.push('\n');
                value.push_str(&line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            paragraph.0.push((name.to_owned(), value.trim().to_owned()));
        }
    }
    if !paragraph.0.is_empty() {
        each(paragraph);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::read_all;

    #[test]
    fn paragraphs_are_read_and_written() {
        let text = "Package: a\nTag: one,\n two\n\n\nPackage: b\nVersion: 1:2\n";
        let mut all = Vec::new();
        read_all(&mut text.as_bytes(), |paragraph| all.push(paragraph)).unwrap();
        assert_eq!(
            all.iter().map(super::Paragraph::text).collect::<Vec<_>>().join("\n"),
            text.replace("\n\n\n", "\n\n")
        );
        assert_eq!((all[0].field("Tag"), all[1].field("Version")), ("one,\n two", "1:2"));
        all[1].set("Version", "3");
        all[1].remove(&["Package"]);
        assert_eq!(all[1].text(), "Version: 3\n");
    }
}
