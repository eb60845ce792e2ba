//! Debian's control files, read as apt reads them (`man deb822`), and made comparable.

use std::collections::BTreeMap;

/// One paragraph: fields in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph(Vec<(String, String)>);

impl Paragraph {
    /// The paragraphs of a text. Lines that begin with `#` are comments.
    ///
    /// # Panics
    /// If a line is neither a field nor continues one, or a field is there twice.
    #[must_use]
    #[track_caller]
    pub fn all(text: &str) -> Vec<Self> {
        let mut all = vec![Self(Vec::new())];
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let fields = &mut all.last_mut().expect("never empty").0;
            if line.is_empty() {
                if !fields.is_empty() {
                    all.push(Self(Vec::new()));
                }
            } else if line.starts_with([' ', '\t']) {
                let (_, value) = fields.last_mut().unwrap_or_else(|| panic!("continues no field: {line}"));
                value.push('\n');
                value.push_str(line.trim_end());
            } else {
                let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("not a field: {line}"));
                let twice = fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
                assert!(!twice, "{name} is there twice");
                fields.push((name.to_owned(), value.trim().to_owned()));
            }
        }
        all.retain(|paragraph| !paragraph.0.is_empty());
        all
    }

    /// The only paragraph of a text.
    ///
    /// # Panics
    /// If there are more or none.
    #[must_use]
    #[track_caller]
    pub fn one(text: &str) -> Self {
        let mut all = Self::all(text);
        assert_eq!(all.len(), 1, "one paragraph expected:\n{text}");
        all.remove(0)
    }

    /// The value of a field, `None` if it is not there.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The value of a field that must be there.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    #[track_caller]
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }

    /// The lines of a field whose value begins on the line below its name, split at white space.
    ///
    /// # Panics
    /// If the field is not there.
    #[must_use]
    #[track_caller]
    pub fn table(&self, name: &str) -> Vec<Vec<&str>> {
        let lines = self.get(name).lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| line.split_whitespace().collect()).collect()
    }

    /// `name version architecture`, which one repository has once.
    #[must_use]
    #[track_caller]
    pub fn identity(&self) -> String {
        format!("{} {} {}", self.get("Package"), self.get("Version"), self.get("Architecture"))
    }

    /// All that two programs must agree on: fields by their name in small letters, without the checksums that we do not
    /// give, and without the folder of the file, which each chooses for itself.
    #[must_use]
    pub fn content(&self) -> BTreeMap<String, String> {
        let given_by_some = ["md5sum", "sha1", "sha512", "description-md5"];
        let fields = self.0.iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
        let fields = fields.filter(|(name, _)| !given_by_some.contains(&name.as_str())).map(|(name, value)| {
            let file = value.rsplit('/').next().filter(|_| name == "filename");
            // Some programs add a space where a paragraph of a description is empty, or take one away.
            let lines = value.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
            (name, file.map_or(lines, str::to_owned))
        });
        fields.collect()
    }
}

/// Fails, naming package and field, unless two lists describe the same packages in the same way.
///
/// # Panics
/// If they do not.
#[track_caller]
pub fn assert_same_content(ours: &[Paragraph], theirs: &[Paragraph]) {
    let keyed = |list: &[Paragraph]| -> BTreeMap<_, _> {
        let map: BTreeMap<_, _> = list.iter().map(|entry| (entry.identity(), entry.content())).collect();
        assert_eq!(map.len(), list.len(), "a package is listed twice");
        map
    };
    let (ours, theirs) = (keyed(ours), keyed(theirs));
    let missing: Vec<_> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
    let extra: Vec<_> = ours.keys().filter(|name| !theirs.contains_key(*name)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:?}, too many: {extra:?}");
    let mut report = String::new();
    for (name, ours) in &ours {
        let theirs = &theirs[name];
        for field in ours.keys().chain(theirs.keys().filter(|field| !ours.contains_key(*field))) {
            if ours.get(field) != theirs.get(field) {
                report += &format!("{name}: {field}: {:?} is not {:?}\n", ours.get(field), theirs.get(field));
            }
        }
    }
    assert!(report.is_empty(), "content differs (ours is not theirs):\n{report}");
}

#[cfg(test)]
mod tests {
    use super::{Paragraph, assert_same_content};

    const TEXT: &str = "Package: a\nVersion: 1:2\nArchitecture: all\nDescription: one\n two \n .\n\n\nPackage: b\n";

    #[test]
    fn reads_paragraphs_and_continued_lines() {
        let all = Paragraph::all(TEXT);
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].get("description"), "one\n two\n .");
        assert_eq!(all[0].identity(), "a 1:2 all");
        assert_eq!(Paragraph::one("SHA256:\n ab 1 x\n cd 2 y\n").table("SHA256"), [["ab", "1", "x"], ["cd", "2", "y"]]);
    }

    #[test]
    #[should_panic(expected = "a 1:2 all: description")]
    fn shows_what_differs() {
        let ours = Paragraph::all(TEXT).remove(0);
        let theirs = Paragraph::all(&TEXT.replace(" two", " three")).remove(0);
        assert_same_content(&[ours], &[theirs]);
    }
}
