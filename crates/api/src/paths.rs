//! The paths that several functions answer at, each its methods: of a repository, of an architecture, of a file. First the one
//! that names no flavor and means the default one.

/// A repository.
pub const REPOSITORY: [&str; 2] = [
    "/repos/{project}/{ref}/{sha1}/{distro}/{distro_version}",
    "/repos/{project}/{ref}/{sha1}/{distro}/{distro_version}/flavors/{flavor}",
];

/// The files of one architecture.
pub const ARCH: [&str; 2] = [
    "/binaries/{project}/{ref}/{sha1}/{distro}/{distro_version}/{arch}",
    "/binaries/{project}/{ref}/{sha1}/{distro}/{distro_version}/{arch}/flavors/{flavor}",
];

/// What is right below each of these under a name: `below(ARCH, "{filename}")` is a file.
#[must_use]
pub fn below(paths: [&str; 2], name: &str) -> [String; 2] {
    paths.map(|path| format!("{path}/{name}"))
}
