//! How the packages of an archive have changed, for those who do not have to be told at once: the lists of the files in
//! packages are made later.

use std::collections::BTreeMap;

use colca_apt::Label;
use colca_model::{Arch, Filename, UploadId};
use serde::{Deserialize, Serialize};

/// More changes than that are not kept: all is read anew.
const MOST: usize = 1000;

/// How the packages of an archive have changed from one build on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// The build after which every change is noted.
    since: u64,
    changes: Vec<JournalChange>,
}

/// That a package is listed, or is no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct JournalChange {
    /// The build that made the lists so.
    build: u64,
    upload: UploadId,
    /// None if it is listed no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<JournalPackage>,
}

/// A package with files that are listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalPackage {
    /// What lists of files call it.
    pub label: Label,
    /// Where it lies below the repository.
    pub path: String,
    /// The architecture as the uploader named it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
}

impl Journal {
    /// The lists of all packages were made by this build.
    #[must_use]
    pub fn new(since: u64) -> Self {
        Self { since, changes: Vec::new() }
    }

    /// Notes what a build changes: what is gone, then what is listed.
    pub fn note<'a>(
        &mut self,
        build: u64,
        gone: impl IntoIterator<Item = &'a UploadId>,
        listed: impl IntoIterator<Item = (UploadId, JournalPackage)>,
    ) {
        let gone = gone.into_iter().map(|upload| (upload.clone(), None));
        let changes = gone.chain(listed.into_iter().map(|(upload, package)| (upload, Some(package))));
        self.changes.extend(changes.map(|(upload, package)| JournalChange { build, upload, package }));
        if self.changes.len() > MOST {
            *self = Self::new(build);
        }
    }

    /// Forgets what somebody knows who knows the packages as that build had them.
    pub fn forget(&mut self, build: u64) {
        if build > self.since {
            self.since = build;
            self.changes.retain(|change| change.build > build);
        }
    }

    /// What has become of packages since a build: `None` of one that is listed no more. Nothing is known if that is too long
    /// ago.
    #[must_use]
    pub fn after(&self, build: u64) -> Option<BTreeMap<UploadId, Option<&JournalPackage>>> {
        let changes = self.changes.iter().filter(|change| change.build > build);
        let changes = changes.map(|change| (change.upload.clone(), change.package.as_ref()));
        (build >= self.since).then(|| changes.collect())
    }
}

#[cfg(test)]
mod tests {
    use colca_apt::Layout;

    use super::*;

    fn upload(number: u8) -> UploadId {
        format!("01ARZ3NDEKTSV4RRFFQ69G5F{number:02}").parse().expect("a ULID")
    }

    fn package(name: &str) -> JournalPackage {
        let component = Layout::new(&[], &[]).component(None).clone();
        let label = Label { name: format!("net/{name}"), component, architecture: "amd64".to_owned() };
        let (path, arch) = (format!("pool/{name}.deb"), "amd64".parse().expect("a good name"));
        JournalPackage { label, path, arch, filename: format!("{name}.deb").parse().expect("a good name") }
    }

    #[test]
    fn tells_what_came_after_a_build_it_knows() {
        let mut journal = Journal::new(3);
        let [one, other] = ["one", "other"].map(package);
        journal.note(4, &[], [(upload(1), one.clone()), (upload(2), other.clone())]);
        // Gone and there again is there.
        journal.note(6, &[upload(1), upload(2)], [(upload(2), other.clone())]);
        let all = BTreeMap::from([(upload(1), None), (upload(2), Some(&other))]);
        for known in [3, 4, 5] {
            assert_eq!(journal.after(known).as_ref(), Some(&all), "{known}");
        }
        assert_eq!(journal.after(6), Some(BTreeMap::new()));
        assert_eq!(journal.after(2), None);
        let mut later = journal.clone();
        later.forget(2);
        assert_eq!(later, journal, "older than what it knows");
        later.forget(5);
        assert_eq!((later.after(4), later.after(5)), (None, Some(all)));
        later.forget(6);
        assert_eq!(later, Journal::new(6));
    }

    #[test]
    fn does_not_grow_for_ever() {
        let mut journal = Journal::new(1);
        let gone = vec![upload(1); MOST];
        journal.note(2, &gone, []);
        assert!(journal.after(1).is_some());
        journal.note(3, &gone[..1], []);
        assert_eq!(journal, Journal::new(3));
    }
}
