//! The nouns of Colca: types that cannot hold a wrong value, and no I/O.
//!
//! Whatever comes from outside becomes one of these types at the door; past it nothing is checked again.

mod arch;
mod archive_names;
mod binary;
mod checked_text;
mod checksum;
mod clock;
mod import;
mod invalid;
mod nevra;
mod repo_path;
mod segment;
mod upload;

pub use arch::RPM_DIRECTORIES;
pub use archive_names::{Codename, Component, DebArchitecture, KeyName};
pub use binary::{Binary, RepositoryKind, SignedBytes};
pub use checksum::{Sha256, Sha512};
pub use clock::{Clock, Ids, SharedClock};
pub use import::{Import, ImportSource, ImportState, RefusedFile, Tally};
pub use invalid::{Invalid, printable};
pub use nevra::{Evr, Nevra};
pub use repo_path::RepoPath;
pub use segment::{Arch, Distro, DistroVersion, Filename, Flavor, Project, Ref, Sha1};
pub use upload::{Multipart, URL_LIFETIME, Upload, UploadId, UploadRequest, UploadState};
