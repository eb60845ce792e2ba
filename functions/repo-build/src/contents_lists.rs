//! The lists of the files in packages: of all of them, or from those before and what has changed. Only computing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use colca_apt::{ContentsEdits, ContentsList, Label, Layout, Paths, Unreadable, contents, contents_name};
use colca_model::{Codename, Component, DebArchitecture, Sha256, UploadId};

use crate::contents_file::ContentsByCodename;

/// A package whose files are listed.
pub(crate) struct Binary {
    pub(crate) upload: UploadId,
    pub(crate) label: Label,
    pub(crate) codenames: BTreeSet<String>,
}

/// The architectures of each distribution.
pub(crate) type Architectures = BTreeMap<Codename, Vec<DebArchitecture>>;

/// The lists of each distribution, for the architectures that it has.
pub(crate) fn make(
    layout: &Layout,
    architectures: &Architectures,
    packages: &[Binary],
    paths: &[Paths],
) -> ContentsByCodename {
    let mut lists = ContentsByCodename::new();
    // Distributions with the same packages have the same lists.
    let mut made: Vec<(Vec<usize>, &[DebArchitecture], Codename)> = Vec::new();
    for (codename, architectures) in architectures {
        let is_here = |number: &usize| packages[*number].codenames.contains(codename.as_str());
        let here: Vec<_> = (0..packages.len()).filter(is_here).collect();
        let same = made.iter().find(|(others, of, _)| *others == here && of == architectures);
        let list = match same {
            Some((_, _, other)) => lists[other].clone(),
            None => {
                let packages: Vec<_> = here.iter().map(|number| (&packages[*number].label, &paths[*number])).collect();
                contents(layout, architectures, &packages)
            }
        };
        lists.insert(codename.clone(), list);
        made.push((here, architectures, codename.clone()));
    }
    lists
}

/// How the packages of an archive change, all of them in each distribution.
pub(crate) struct Change {
    /// What is listed from now on.
    pub(crate) added: BTreeMap<UploadId, Label>,
    /// What is listed no more.
    pub(crate) removed: BTreeMap<UploadId, Label>,
    /// What is listed under the label of something that is listed no more: a path of that may stay.
    pub(crate) others: BTreeMap<UploadId, Label>,
}

impl Change {
    /// From the packages before to those after it.
    pub(crate) fn between(before: &BTreeMap<UploadId, Label>, after: &BTreeMap<UploadId, Label>) -> Self {
        let only = |of: &BTreeMap<UploadId, Label>, not: &BTreeMap<UploadId, Label>| -> BTreeMap<_, _> {
            let only = of.iter().filter(|(upload, label)| not.get(*upload) != Some(label));
            only.map(|(upload, label)| (upload.clone(), label.clone())).collect()
        };
        let (added, removed) = (only(after, before), only(before, after));
        let names: BTreeSet<_> = removed.values().map(|label| &label.name).collect();
        let others = after.iter().filter(|(_, label)| names.contains(&label.name));
        let others = others.map(|(upload, label)| (upload.clone(), label.clone())).collect();
        Self { added, removed, others }
    }

    /// Changes lists. `paths` are those of all that the change is about.
    ///
    /// # Errors
    /// If they are not the lists of the packages before.
    pub(crate) fn make(
        &self,
        layout: &Layout,
        architectures: &Architectures,
        before: &ContentsByCodename,
        paths: &HashMap<UploadId, Paths>,
    ) -> Result<ContentsByCodename, Unreadable> {
        let mut lists = ContentsByCodename::new();
        let mut made: HashMap<(String, Sha256), ContentsList> = HashMap::new();
        for (codename, names) in names(layout, architectures) {
            let mut of_it = Vec::new();
            for ((component, architecture, _), list) in names.into_iter().zip(&before[&codename]) {
                let same = (list.index.plain.name.clone(), list.index.packed.file.sha256);
                let new = match made.get(&same) {
                    Some(new) => new.clone(),
                    None => list.edit(&self.edits(component, architecture, paths))?,
                };
                made.insert(same, new.clone());
                of_it.push(new);
            }
            lists.insert(codename, of_it);
        }
        Ok(lists)
    }

    fn edits<'a>(
        &'a self,
        component: &Component,
        architecture: &DebArchitecture,
        paths: &'a HashMap<UploadId, Paths>,
    ) -> ContentsEdits<'a> {
        let here = |packages: &'a BTreeMap<UploadId, Label>| {
            packages.iter().filter(|(_, label)| label.is_in(component, architecture)).collect::<Vec<_>>()
        };
        let (added, removed, others) = (here(&self.added), here(&self.removed), here(&self.others));
        let mut edits = ContentsEdits::default();
        for (upload, label) in added {
            edits.add(&label.name, &paths[upload]);
        }
        let names: BTreeSet<_> = removed.iter().map(|(_, label)| label.name.as_str()).collect();
        for name in names {
            let of = |packages: &[(&UploadId, &Label)]| -> Vec<&'a Paths> {
                packages.iter().filter(|(_, label)| label.name == name).map(|(upload, _)| &paths[*upload]).collect()
            };
            edits.remove(name, &of(&removed), &of(&others));
        }
        edits
    }
}

/// The lists that each distribution has, in their order.
pub(crate) fn names<'a>(
    layout: &'a Layout,
    architectures: &'a Architectures,
) -> BTreeMap<Codename, Vec<(&'a Component, &'a DebArchitecture, String)>> {
    let of = |of: &'a Vec<DebArchitecture>| {
        let pairs = layout.components().iter().flat_map(|component| of.iter().map(move |name| (component, name)));
        pairs.map(|(component, name)| (component, name, contents_name(component.as_str(), name))).collect()
    };
    architectures.iter().map(|(codename, names)| (codename.clone(), of(names))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(number: usize) -> UploadId {
        format!("01ARZ3NDEKTSV4RRFFQ69G5F{number:02}").parse().expect("a ULID")
    }

    fn layout() -> Layout {
        let components: Vec<_> = ["main", "contrib"].into_iter().flat_map(Component::new).collect();
        Layout::new(&components, &[])
    }

    /// What the packages of these numbers are called, where they run, and which files they have.
    const PACKAGES: [(&str, &str, &str); 8] = [
        ("net/hello", "amd64", "usr/bin/hello\nusr/share/hello/old\n"),
        ("net/hello", "amd64", "usr/bin/hello\nusr/share/hello/new\n"),
        ("net/hello", "all", "usr/share/hello/old\n"),
        ("net/other", "arm64", "usr/bin/hello\n"),
        ("contrib/net/far", "all", "usr/bin/hello\nusr/share/far\n"),
        ("net/odd", "riscv64", "usr/bin/odd\n"),
        ("plain", "all", ""),
        ("contrib/net/hello", "amd64", "usr/bin/hello\n"),
    ];

    fn packages(numbers: &[usize]) -> BTreeMap<UploadId, Label> {
        let label = |number: usize| {
            let (name, architecture, _) = PACKAGES[number];
            let component = layout().component(Some(name)).clone();
            Label { name: name.to_owned(), component, architecture: architecture.to_owned() }
        };
        numbers.iter().map(|number| (upload(*number), label(*number))).collect()
    }

    fn paths(number: usize) -> Paths {
        let lines = zstd::bulk::compress(PACKAGES[number].2.as_bytes(), 1).expect("in memory");
        Paths::from_bytes(&[&[1], &lines[..]].concat()).expect("as they are kept")
    }

    fn architectures() -> Architectures {
        let names = |names: &[&str]| names.iter().flat_map(|name| DebArchitecture::new(*name)).collect();
        let of = [("bookworm", &["amd64", "arm64"][..]), ("jammy", &["amd64", "arm64"]), ("noble", &["riscv64"])];
        of.map(|(codename, all)| (codename.parse().expect("a good name"), names(all))).into()
    }

    fn made(numbers: &[usize]) -> ContentsByCodename {
        let codenames: BTreeSet<_> = architectures().keys().map(ToString::to_string).collect();
        let binary = |(upload, label)| Binary { upload, label, codenames: codenames.clone() };
        let binaries: Vec<_> = packages(numbers).into_iter().map(binary).collect();
        let paths: Vec<_> = (0..PACKAGES.len()).filter(|number| numbers.contains(number)).map(paths).collect();
        make(&layout(), &architectures(), &binaries, &paths)
    }

    #[test]
    fn each_distribution_has_its_lists() {
        let lists = made(&[0, 4]);
        let names: Vec<_> = lists.iter().map(|(codename, lists)| (codename.as_str(), lists.len())).collect();
        assert_eq!(names, [("bookworm", 4), ("jammy", 4), ("noble", 2)]);
        let noble: Vec<_> = lists.values().last().expect("three").iter().map(|list| &list.index.plain).collect();
        assert_eq!((&*noble[0].name, noble[0].size), ("main/Contents-riscv64", 0));
        assert_eq!(noble[1].name, "contrib/Contents-riscv64");
        assert!(noble[1].size > 0, "a package for all architectures is in each");

        let mut binaries = [0, 1].map(|number| Binary {
            upload: upload(number),
            label: packages(&[number])[&upload(number)].clone(),
            codenames: ["bookworm".to_owned()].into(),
        });
        binaries[1].codenames.insert("jammy".to_owned());
        let lists = make(&layout(), &architectures(), &binaries, &[0, 1].map(paths));
        let sizes: Vec<_> = lists.values().map(|lists| lists[0].index.plain.size).collect();
        assert!(sizes[0] > sizes[1] && sizes[1] > sizes[2] && sizes[2] == 0, "{sizes:?}");
    }

    #[test]
    fn changed_lists_are_those_that_are_made_of_what_is_left() {
        let sets: [&[usize]; 7] =
            [&[], &[0], &[0, 1, 2], &[1, 3, 4], &[2, 3, 5, 6, 7], &[0, 1, 2, 3, 4, 5, 6, 7], &[7]];
        let every: HashMap<_, _> = (0..PACKAGES.len()).map(|number| (upload(number), paths(number))).collect();
        for (before, after) in sets.iter().flat_map(|before| sets.iter().map(move |after| (*before, *after))) {
            let change = Change::between(&packages(before), &packages(after));
            let about: BTreeSet<_> =
                [&change.added, &change.removed, &change.others].into_iter().flat_map(BTreeMap::keys).collect();
            let paths = every.iter().filter(|(upload, _)| about.contains(upload));
            let paths = paths.map(|(upload, paths)| (upload.clone(), paths.clone())).collect();
            let changed = change.make(&layout(), &architectures(), &made(before), &paths);
            assert_eq!(changed.as_ref(), Ok(&made(after)), "from {before:?} to {after:?}");
        }
    }

    #[test]
    fn a_change_is_about_what_it_has_to_be() {
        let change = Change::between(&packages(&[0, 1, 3, 4]), &packages(&[1, 3, 4, 6]));
        assert_eq!(change.added, packages(&[6]));
        assert_eq!(change.removed, packages(&[0]));
        assert_eq!(change.others, packages(&[1]), "the other version");
        let paths = [0, 1, 6].map(|number| (upload(number), paths(number))).into();
        assert!(change.make(&layout(), &architectures(), &made(&[]), &paths).is_err());
    }
}
