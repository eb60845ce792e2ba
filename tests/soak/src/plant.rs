//! What goes wrong on purpose, to show that it is found: a run in which something is planted must end as violated.

use std::sync::atomic::AtomicU64;

use colca_tests::{Client, aws, chacra, stack, stack::root, tools};

use crate::{
    again,
    shelf::{From, Shelf},
};

/// What is planted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plant {
    /// In the end of `uploads` a package is deleted of which nobody knows that it was.
    Lost,
    /// In the end of `uploads` the bytes of a package are others than were uploaded.
    Checksum,
    /// In the middle of `clients` the bytes of all packages become others.
    Mismatch,
}

impl Plant {
    /// By its name.
    pub(crate) fn read(name: &str) -> Option<Self> {
        [Self::Lost, Self::Checksum, Self::Mismatch]
            .into_iter()
            .find(|plant| format!("{plant:?}").to_lowercase() == name)
    }

    /// Plants it in a repository.
    ///
    /// # Panics
    /// If nothing is listed in it.
    pub(crate) fn set(self, shelf: &Shelf) {
        let listed = shelf.listed(From::Store).expect("it is published");
        let first = listed.values().next().expect("it lists a package");
        eprintln!("planted in {}: {self:?}", shelf.repository.prefix());
        match self {
            Self::Lost => assert!(listed.values().any(|listed| is_deleted(shelf, &listed.path)), "nothing to lose"),
            Self::Checksum => damage(shelf, &first.path),
            Self::Mismatch => listed.values().for_each(|listed| damage(shelf, &listed.path)),
        }
    }
}

/// Deletes a file by the name in its path: whether there was one. Files lie under the architecture of their tickets.
fn is_deleted(shelf: &Shelf, path: &str) -> bool {
    let name = path.rsplit('/').next().expect("a path has a last part");
    ["noarch", "amd64"].iter().any(|arch| {
        let url = format!("{}{name}", chacra::arch(&shelf.repository, arch));
        let delete = || Client::uploader().send("DELETE", &url, &[], &[]);
        [200, 204].contains(&again::ask("a deletion", &AtomicU64::new(0), delete).status)
    })
}

fn damage(shelf: &Shelf, path: &str) {
    let key = format!("{}/{path}", shelf.repository.prefix());
    let mut bytes = aws::object(stack().store(), &key).expect("what is listed is there");
    *bytes.last_mut().expect("a package has bytes") ^= 1;
    aws::put(stack().store(), &key, &bytes);
    tools::output(root().join("localstack/cdn/invalidate"), [format!("/{}", aws::escape(&key))]);
}
