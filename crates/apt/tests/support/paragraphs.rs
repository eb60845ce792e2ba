//! Indexes, read in the simplest way.

use std::collections::BTreeMap;

/// A paragraph: values by names in lower case. Within a value, white space at the ends of lines does not count.
pub(crate) type Paragraph = BTreeMap<String, String>;

/// The paragraphs of an index, in their order.
pub(crate) fn read(text: &str) -> Vec<Paragraph> {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    paragraphs.map(fields).collect()
}

fn fields(paragraph: &str) -> Paragraph {
    let mut fields = Paragraph::new();
    let mut last = String::new();
    for line in paragraph.trim_matches('\n').lines() {
        if line.starts_with([' ', '\t']) {
            let value = fields.get_mut(&last).expect("a field before it");
            // dpkg writes a space for a tab.
            value.push_str("\n ");
            value.push_str(line[1..].trim_end());
        } else {
            let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} is no field"));
            last = name.to_lowercase();
            assert!(fields.insert(last.clone(), value.trim().to_owned()).is_none(), "{name} twice in {paragraph}");
        }
    }
    fields
}

/// Asserts that two paragraphs say the same, but for fields that only one of them may have: what they have in common is
/// equal, and what only ours or theirs has is among these.
pub(crate) fn assert_same(ours: &Paragraph, theirs: &Paragraph, only_ours: &[&str], only_theirs: &[&str]) {
    for (name, value) in ours {
        match theirs.get(name) {
            Some(other) => assert_eq!(value, other, "{name} of {:?}", ours.get("package")),
            None => assert!(only_ours.contains(&name.as_str()), "only ours has {name}: {ours:#?}\n{theirs:#?}"),
        }
    }
    for name in theirs.keys().filter(|name| !ours.contains_key(*name)) {
        assert!(only_theirs.contains(&name.as_str()), "only theirs has {name}: {ours:#?}\n{theirs:#?}");
    }
}
