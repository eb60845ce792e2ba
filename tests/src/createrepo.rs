//! What `createrepo_c` says of packages: the reference that our metadata must agree with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{repodata::Repodata, stack::root, tools, unique, upload::Package};

/// A directory that is removed with the value.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new, empty one.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let path = root().join(".localstack/test-scratch").join(hex::encode(unique::random::<8>()));
        fs::create_dir_all(&path).expect("the working copy is writable");
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A directory that stays behind harms nobody; a panic in here would hide the failure that is being unwound.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Its metadata of these packages. Packages that it cannot read are left out.
///
/// # Panics
/// If it fails as a whole.
#[must_use]
pub fn metadata(packages: &[Package]) -> Repodata {
    let scratch = Scratch::new();
    for package in packages {
        fs::write(scratch.path().join(&package.filename), &package.bytes).expect("a file name that was fit for upload");
    }
    let arguments = ["--quiet", "--no-database", "--general-compress-type=gz"].map(AsRef::as_ref);
    tools::run(tools::installed("createrepo_c"), arguments.into_iter().chain([scratch.path().as_os_str()]));
    Repodata::read(|name| fs::read(scratch.path().join(name)).ok())
        .expect("createrepo_c makes a repository, even an empty one")
}

/// Whether it accepts a package.
#[must_use]
pub fn accepts(package: &Package) -> bool {
    !metadata(std::slice::from_ref(package)).packages.is_empty()
}
