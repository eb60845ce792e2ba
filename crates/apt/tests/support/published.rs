//! An archive's indexes as text, from all of its packages at once.

use std::collections::BTreeMap;

use colca_apt::{ArchivePath, Fragment, Indexes, Layout, LeftOut, Listing, without_conflicts};

/// What an archive has to say of its packages.
pub(crate) struct Published {
    pub(crate) indexes: Indexes,
    /// The text of each index, by its path.
    pub(crate) texts: BTreeMap<String, String>,
    pub(crate) left_out: Vec<LeftOut>,
}

/// Lists packages in the order in which they are given, each with where it lies.
pub(crate) fn publish<'a>(
    layout: &Layout,
    packages: impl IntoIterator<Item = (&'a Fragment, &'a ArchivePath)>,
) -> Published {
    let (packages, mut left_out) = without_conflicts(packages.into_iter().collect(), |(fragment, _)| *fragment);
    let indexes = Indexes::covering(layout, packages.iter().map(|(fragment, _)| *fragment), None);
    let mut texts: BTreeMap<_, _> = indexes.paths().into_iter().map(|path| (path, String::new())).collect();
    for (fragment, path) in packages {
        match indexes.listing(layout, fragment) {
            Listing::In(paths) => {
                for index in paths {
                    let text = texts.get_mut(&index).expect("an index that is there");
                    text.push_str(&fragment.paragraph(path));
                    text.push('\n');
                }
            }
            Listing::Nowhere(why) => left_out.push(why),
            Listing::NotCovered => panic!("{} is not covered", fragment.name),
        }
    }
    Published { indexes, texts, left_out }
}
