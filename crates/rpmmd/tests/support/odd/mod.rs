//! Packages that are valid and unusual, or nearly valid.

mod changelogs;
mod damaged;
mod dependencies;
mod files;
mod glibc;
mod identity;
mod old;
mod tags;
mod text;

use super::raw_rpm::RawRpm;

/// One of them.
pub(crate) struct Odd {
    pub(crate) file_name: String,
    pub(crate) bytes: Vec<u8>,
    /// On purpose, although `createrepo_c` takes it.
    pub(crate) refused_by_us_alone: bool,
}

/// Name and content of a package that both must describe alike, or both refuse.
type Named = (String, RawRpm);

/// All of them.
pub(crate) fn packages() -> Vec<Odd> {
    let alike = [
        tags::packages(),
        text::packages(),
        dependencies::packages(),
        glibc::packages(),
        files::packages(),
        changelogs::packages(),
        old::packages(),
        identity::packages(),
    ];
    let alike = alike.into_iter().flatten().map(|(name, package)| (name, package.build(), false));
    let refused = identity::refused_by_us_alone().into_iter().map(|(name, package)| (name, package.build(), true));
    let all = alike.chain(refused).chain(damaged::packages());
    let odd = |(name, bytes, refused_by_us_alone)| Odd { file_name: format!("{name}.rpm"), bytes, refused_by_us_alone };
    all.map(odd).collect()
}

/// A small package called x.
fn x() -> RawRpm {
    RawRpm::new("x")
}

fn named(packages: impl IntoIterator<Item = (&'static str, RawRpm)>) -> Vec<Named> {
    packages.into_iter().map(|(name, package)| (name.to_owned(), package)).collect()
}
