//! One list of files, made of the paths of all packages, or of the list before and what has changed.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, btree_map};
use std::iter::Peekable;

use colca_segments::split;

use crate::{
    ContentsEdits, Index, Lines, Paths, Unreadable,
    contents_edits::Edit,
    contents_line::{line, listed, parse},
    contents_writer::{ContentsWriter, Cuts},
};

/// One list of files, with what is to be known of it to change it.
#[derive(Debug, Clone, PartialEq)]
pub struct ContentsList {
    /// What is published.
    pub index: Index,
    /// The runs of lines in it.
    pub runs: Vec<Lines>,
}

type Edits<'a> = Peekable<btree_map::Iter<'a, &'a [u8], Edit<'a>>>;

impl ContentsList {
    /// Merges the paths of packages, each of which has a label.
    #[must_use]
    pub fn build<'a>(name: String, packages: impl IntoIterator<Item = (&'a str, &'a Paths)>) -> Self {
        Self::build_cut(Cuts::USUAL, name, packages)
    }

    fn build_cut<'a>(cuts: Cuts, name: String, packages: impl IntoIterator<Item = (&'a str, &'a Paths)>) -> Self {
        let mut writer = ContentsWriter::new(cuts);
        let packages = packages.into_iter().map(|(label, paths)| (label, listed(paths).into_iter()));
        let (labels, mut paths): (Vec<_>, Vec<_>) = packages.unzip();
        // The next path of one of them, the least on top of the heap.
        let mut next = |at: usize| paths[at].next().map(|path| Reverse((path, at)));
        let mut heap: BinaryHeap<_> = (0..labels.len()).filter_map(&mut next).collect();
        while let Some(Reverse((path, first))) = heap.pop() {
            let mut owners = BTreeSet::from([labels[first]]);
            heap.extend(next(first));
            while let Some(Reverse((_, at))) = heap.peek().copied().filter(|Reverse((other, _))| *other == path) {
                heap.pop();
                owners.insert(labels[at]);
                heap.extend(next(at));
            }
            writer.line(path, &line(path, &owners));
        }
        writer.finish(name)
    }

    /// The list that [`ContentsList::build`] makes of the packages after the change, byte by byte. Only runs that change are
    /// unpacked and packed; behind the first one of them the others are unpacked, for the checksum.
    ///
    /// # Errors
    /// [`Unreadable`] if this is not a list as it was made, or has not what is to be removed.
    pub fn edit(&self, edits: &ContentsEdits<'_>) -> Result<Self, Unreadable> {
        self.edit_cut(Cuts::USUAL, edits)
    }

    fn edit_cut(&self, cuts: Cuts, edits: &ContentsEdits<'_>) -> Result<Self, Unreadable> {
        let packed = split(&self.index.packed.bytes, self.runs.iter().map(|lines| &lines.run));
        let packed = packed.map_err(|damaged| Unreadable::Damaged(damaged.to_string()))?;
        let mut writer = ContentsWriter::new(cuts);
        let mut edits = edits.0.iter().peekable();
        for (number, (lines, packed)) in self.runs.iter().zip(packed).enumerate() {
            let next = self.runs.get(number + 1).map(|lines| &lines.first[..]);
            let is_edited = edits.peek().is_some_and(|(path, _)| is_before(path, next));
            if is_edited || !writer.is_between_runs() {
                edit_run(&mut writer, lines, packed, &mut edits)?;
                while let Some((path, edit)) = edits.next_if(|(path, _)| is_before(path, next)) {
                    add(&mut writer, path, edit)?;
                }
            } else {
                let before = number.checked_sub(1).map(|before| &self.runs[before]);
                writer.keep(before, lines, packed)?;
            }
        }
        edits.try_for_each(|(path, edit)| add(&mut writer, path, edit))?;
        Ok(writer.finish(self.index.plain.name.clone()))
    }
}

/// Whether a path belongs before the run that begins with another one, if there is such a run.
fn is_before(path: &[u8], next: Option<&[u8]>) -> bool {
    next.is_none_or(|next| path < next)
}

/// Writes the lines of a run again, with the edits of those and of what comes between them.
fn edit_run(
    writer: &mut ContentsWriter,
    lines: &Lines,
    packed: &[u8],
    edits: &mut Edits<'_>,
) -> Result<(), Unreadable> {
    let text = lines.run.unpack(packed).map_err(|error| damaged(&error.to_string()))?;
    let mut last = &b""[..];
    for text in text.split_inclusive(|byte| *byte == b'\n') {
        let parsed = text.strip_suffix(b"\n").and_then(parse).filter(|(path, _)| *path > last);
        let (path, owners) = parsed.ok_or_else(|| damaged("it has lines that are none"))?;
        last = path;
        while let Some((path, edit)) = edits.next_if(|(edited, _)| **edited < path) {
            add(writer, path, edit)?;
        }
        let Some((_, edit)) = edits.next_if(|(edited, _)| **edited == path) else {
            writer.line(path, text);
            continue;
        };
        let owners = edit.apply(owners).ok_or_else(missing)?;
        if !owners.is_empty() {
            writer.line(path, &line(path, &owners));
        }
    }
    Ok(())
}

/// Writes the line of a path that was not there.
fn add(writer: &mut ContentsWriter, path: &[u8], edit: &Edit<'_>) -> Result<(), Unreadable> {
    let owners = edit.apply("").ok_or_else(missing)?;
    if !owners.is_empty() {
        writer.line(path, &line(path, &owners));
    }
    Ok(())
}

fn missing() -> Unreadable {
    damaged("it has not what is to be removed from it")
}

fn damaged(reason: &str) -> Unreadable {
    Unreadable::Damaged(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::Index as Any};

    use super::*;
    use crate::NamedFile;

    /// So short that small lists have many runs.
    const CUTS: Cuts = Cuts { lines: 4, shortest: 150, longest: 500 };

    /// A package that is listed: its label and its paths.
    type Package = (String, Paths);

    fn package() -> impl Strategy<Value = Package> {
        // Few labels, so that packages are versions of each other; few paths, so that they share some.
        let path = prop_oneof!["usr/[a-d]/[a-f]{1,3}", "[ab]{1,2} {0,2}", "etc/[a-z]{60,70}"];
        let paths = vec(path, 0..12).prop_map(|paths| Paths::of(paths.join("\n").as_bytes()));
        ("(net/)?[a-e]", paths)
    }

    fn build(packages: &[Package]) -> ContentsList {
        let packages = packages.iter().map(|(label, paths)| (label.as_str(), paths));
        ContentsList::build_cut(CUTS, "main/Contents-amd64".to_owned(), packages)
    }

    /// From some packages to others, of which the first `kept` are the same.
    fn edit(
        list: &ContentsList,
        before: &[Package],
        after: &[Package],
        kept: usize,
    ) -> Result<ContentsList, Unreadable> {
        let mut edits = ContentsEdits::default();
        for (label, paths) in &after[kept..] {
            edits.add(label, paths);
        }
        for (label, _) in &before[kept..] {
            edits.remove(label, &of(label, &before[kept..]), &of(label, after));
        }
        list.edit_cut(CUTS, &edits)
    }

    fn of<'a>(label: &str, packages: &'a [Package]) -> Vec<&'a Paths> {
        packages.iter().filter(|(other, _)| other == label).map(|(_, paths)| paths).collect()
    }

    fn text(list: &ContentsList) -> String {
        std::io::read_to_string(flate2::read::GzDecoder::new(&list.index.packed.bytes[..])).expect("UTF-8")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn edits_make_what_is_built_of_the_packages(
            first in vec(package(), 0..30),
            steps in vec((vec(any::<Any>(), 0..4), vec(package(), 0..4)), 1..6),
        ) {
            let (mut packages, mut list) = (first.clone(), build(&first));
            for (gone, come) in steps {
                // Those that go stand behind those that are kept.
                let mut kept = packages.len();
                for gone in gone {
                    let at = gone.index(packages.len().max(1));
                    if at < kept {
                        let moved = packages.remove(at);
                        packages.push(moved);
                        kept -= 1;
                    }
                }
                let after: Vec<_> = packages[..kept].iter().cloned().chain(come).collect();
                list = edit(&list, &packages, &after, kept).expect("a good list");
                packages = after;
                prop_assert_eq!(&list, &build(&packages));
            }
            let text = text(&list);
            prop_assert_eq!(NamedFile::of("main/Contents-amd64".to_owned(), text.as_bytes()), list.index.plain);
        }

        #[test]
        fn a_damaged_list_ends_in_an_error_or_as_it_was(
            packages in vec(package(), 10..30),
            new in package(),
            (at, bit) in (any::<Any>(), 0..8_u32),
        ) {
            let good = build(&packages);
            let after: Vec<_> = packages.iter().cloned().chain([new]).collect();
            let mut bad = good.clone();
            let at = at.index(bad.index.packed.bytes.len());
            bad.index.packed.bytes[at] ^= 1 << bit;
            // What stands before the change is copied unseen: who reads it from somewhere looks at its checksum.
            if let Ok(list) = edit(&bad, &packages, &after, packages.len()) {
                let expected = build(&after);
                let (found, packed) = (&list.index.packed, &expected.index.packed);
                prop_assert_eq!((&list.runs, &list.index.plain), (&expected.runs, &expected.index.plain));
                prop_assert_eq!(&found.file, &NamedFile::of(packed.file.name.clone(), &found.bytes));
                // That bit alone, wherever its run lies now: some say nothing of the text.
                prop_assert_eq!(found.bytes.len(), packed.bytes.len());
                let flipped = found.bytes.iter().zip(&packed.bytes).map(|(one, other)| (one ^ other).count_ones());
                prop_assert!(flipped.sum::<u32>() <= 1);
            }
            for length in [0, 5, good.index.packed.bytes.len() / 2] {
                bad.index.packed.bytes.truncate(length);
                prop_assert!(edit(&bad, &packages, &after, packages.len()).is_err());
            }
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_removed() {
        let [one, other] = ["usr/a", "usr/b"].map(|path| Paths::of(path.as_bytes()));
        let list = build(&[("net/one".to_owned(), one.clone())]);
        assert_eq!(list.runs.len(), 1);
        for (label, paths) in [("net/one", &other), ("net/two", &one)] {
            let mut edits = ContentsEdits::default();
            edits.remove(label, &[paths], &[]);
            assert!(matches!(list.edit(&edits), Err(Unreadable::Damaged(_))), "{label}");
        }
        let mut edits = ContentsEdits::default();
        edits.remove("net/one", &[&one], &[&other]);
        assert_eq!(list.edit(&edits), Ok(build(&[])));
    }
}
