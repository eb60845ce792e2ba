//! The lists of files in a `.dsc` or `.changes`: one for each kind of digest, all of the same files.
//!
//! Format: Debian Policy 5.6.21 and 5.6.24. Names become paths, so they are refused rather than mended.

use std::collections::{HashMap, HashSet};

use colca_model::{Invalid as Value, Sha256};

use crate::{Control, Invalid, NamedFile, named_file::check_file_name};

/// The list that must be there, and that says what the files are.
const SHA256: &str = "Checksums-Sha256";
/// The fields that hold such a list, and how many hex digits their digests have.
pub(crate) const LISTS: [(&str, usize); 3] = [("Files", 32), ("Checksums-Sha1", 40), (SHA256, 64)];

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Lower-case hex digits.
    pub(crate) digest: String,
    pub(crate) size: u64,
    pub(crate) name: String,
}

/// The lists of one file, each with its field's name, in the order of [`LISTS`]. All name the same files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lists(Vec<(&'static str, Vec<Entry>)>);

impl Lists {
    /// Reads all lists. In the field `Files` of a `.changes`, section and priority stand between size and name:
    /// `more_words` is 2.
    pub(crate) fn read(control: &Control, part: &'static str, more_words: usize) -> Result<Self, Invalid> {
        control.require(part, SHA256)?;
        let mut lists = Vec::new();
        for (field, digits) in LISTS {
            let words = 3 + if field == "Files" { more_words } else { 0 };
            let list = control.get(field).map(|value| read_list(field, value, digits, words));
            lists.extend(list.transpose()?.map(|list| (field, list)));
        }
        let lists = Self(lists);
        let sizes: HashMap<_, _> = lists.sha256().iter().map(|entry| (&entry.name, entry.size)).collect();
        for (field, list) in &lists.0 {
            let refuse = |name: &str| {
                Value::new(*field, "must name the same files, of the same sizes, as Checksums-Sha256", name)
            };
            if let Some(other) = list.iter().find(|entry| sizes.get(&entry.name) != Some(&entry.size)) {
                Err(refuse(&other.name))?;
            }
            let names: HashSet<_> = list.iter().map(|entry| &entry.name).collect();
            if let Some(missing) = lists.sha256().iter().find(|entry| !names.contains(&entry.name)) {
                Err(refuse(&missing.name))?;
            }
        }
        Ok(lists)
    }

    fn sha256(&self) -> &[Entry] {
        let list = self.0.iter().find(|(field, _)| *field == SHA256);
        list.map_or(&[], |(_, entries)| entries)
    }

    /// All files, in the order of the list of SHA-256.
    pub(crate) fn files(&self) -> Result<Vec<NamedFile>, Invalid> {
        let file = |entry: &Entry| {
            let sha256: Sha256 = entry.digest.parse()?;
            Ok(NamedFile { name: entry.name.clone(), size: entry.size, sha256 })
        };
        self.sha256().iter().map(file).collect()
    }

    /// The fields and their entries.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &[Entry])> {
        self.0.iter().map(|(field, entries)| (*field, entries.as_slice()))
    }
}

/// Lines of digest, size and name.
fn read_list(field: &'static str, value: &str, digits: usize, words: usize) -> Result<Vec<Entry>, Value> {
    let mut names = HashSet::new();
    let mut entries = Vec::new();
    for line in value.lines().filter(|line| !line.trim_ascii().is_empty()) {
        let refuse = |rule: &str| Err(Value::new(field, rule, line));
        let found: Vec<_> = line.split_ascii_whitespace().collect();
        let (Some(&digest), Some(&size), Some(&name), true) =
            (found.first(), found.get(1), found.last(), found.len() == words)
        else {
            return refuse(&format!("must have {words} words in each line"));
        };
        if digest.len() != digits || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return refuse(&format!("must have {digits} hex digits at the beginning of each line"));
        }
        let Some(size) = decimal(size) else {
            return refuse("must have a decimal size in each line");
        };
        check_file_name(field, name)?;
        if !names.insert(name) {
            return refuse("must name each file once");
        }
        entries.push(Entry { digest: digest.to_ascii_lowercase(), size, name: name.to_owned() });
    }
    if entries.is_empty() {
        return Err(Value::new(field, "must name a file", value));
    }
    Ok(entries)
}

/// Digits alone, where Rust would let a sign pass.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "BbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbB";

    fn read(lists: &str, more_words: usize) -> Result<Lists, String> {
        let control = Control::parse(lists.as_bytes(), "the .dsc").expect("a paragraph");
        Lists::read(&control, "the .dsc", more_words).map_err(|invalid| invalid.to_string())
    }

    fn sha256(files: &[(&str, u64)]) -> String {
        let lines = files.iter().map(|(name, size)| format!("\n {A}{A} {size} {name}"));
        format!("Checksums-Sha256:{}\n", lines.collect::<String>())
    }

    #[test]
    fn reads_lists_in_any_order() {
        let text = format!("Files:\n {B} 2 b_1\n {A}\t 1   a_1\n{}", sha256(&[("a_1", 1), ("b_1", 2)]));
        let lists = read(&text, 0).expect("good");
        let files = lists.files().expect("good");
        assert_eq!(
            files.iter().map(|file| (file.name.as_str(), file.size)).collect::<Vec<_>>(),
            [("a_1", 1), ("b_1", 2)]
        );
        let fields: Vec<_> = lists.iter().map(|(field, entries)| (field, entries[0].digest.clone())).collect();
        assert_eq!(fields, [("Files", B.to_ascii_lowercase()), ("Checksums-Sha256", [A, A].concat())]);
        let text = format!("Files:\n {A} 1 contrib/net optional a_1\n{}", sha256(&[("a_1", 1)]));
        assert_eq!(read(&text, 2).expect("good").files().expect("good")[0].name, "a_1");
    }

    #[test]
    fn refuses_lists_that_do_not_agree() {
        for (files, name) in [
            (format!(" {A} 1 a_1"), "b_1"),
            (format!(" {A} 1 a_1\n {A} 3 b_1"), "b_1"),
            (format!(" {A} 1 a_1\n {A} 2 c_1"), "c_1"),
            (format!(" {A} 1 a_1\n {A} 2 b_1\n {A} 2 d_1"), "d_1"),
        ] {
            let error = read(&format!("Files:\n{files}\n{}", sha256(&[("a_1", 1), ("b_1", 2)])), 0).expect_err(name);
            let expected = "Files: must name the same files, of the same sizes, as Checksums-Sha256, got";
            assert_eq!(error, format!("{expected} {name:?}"));
        }
    }

    #[test]
    fn refuses_what_is_no_list() {
        assert_eq!(read("Files:\n", 0), Err("the .dsc has no Checksums-Sha256".to_owned()));
        let list = |line: &str| read(&format!("Checksums-Sha256:\n {line}\n"), 0).expect_err(line);
        for (line, rule) in [
            (format!("{A}{A} 1"), "must have 3 words"),
            (format!("{A}{A} 1 a_1 b_1"), "must have 3 words"),
            (format!("{A} 1 a_1"), "must have 64 hex digits"),
            (format!("{A}{}g 1 a_1", &A[1..]), "must have 64 hex digits"),
            (format!("{A}{A} -1 a_1"), "must have a decimal size"),
            (format!("{A}{A} +1 a_1"), "must have a decimal size"),
            (format!("{A}{A} 0x1 a_1"), "must have a decimal size"),
            (format!("{A}{A} 99999999999999999999 a_1"), "must have a decimal size"),
            (format!("{A}{A} 1 ../../etc/passwd"), "must name files, without directories"),
            (format!("{A}{A} 1 .."), "must name files that begin with a letter or digit"),
            (format!("{A}{A} 1 a_1\n {A}{A} 1 a_1"), "must name each file once"),
        ] {
            assert!(list(&line).starts_with(&format!("Checksums-Sha256: {rule}")), "{}", list(&line));
        }
        assert!(read("Checksums-Sha256:\n", 0).expect_err("empty").contains("must name a file"));
    }
}
