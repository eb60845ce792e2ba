//! Debian packages and archives: from the bytes of a package to what it says of itself, and from all packages of an
//! archive to the indexes that list them.
//!
//! Bytes in, values out: no network, no clock, no file system, and no more memory than the limits named here allow.
//!
//! ```text
//! first bytes of a .deb ─▶ ControlExtent ─▶ Package ─┐
//!                                   .dsc ─▶ Dsc ─────┴─▶ Fragment ─▶ indexes ─┐
//!                             whole .deb ─▶ Paths ─────────────────▶ contents ┴▶ Index ─▶ Release
//! ```

mod archive;
mod archive_path;
mod bounded;
mod changes;
mod checksums;
mod clearsign;
mod contents;
mod contents_edits;
mod contents_line;
mod contents_list;
mod contents_writer;
mod control;
mod control_member;
mod data_member;
mod deb_extent;
mod dsc;
mod foreign;
mod foreign_sources;
mod fragment;
mod identity;
mod index;
mod indexes;
mod invalid;
mod label;
mod layout;
mod named_file;
mod package;
mod paragraph;
mod paths;
mod pool;
mod published_release;
mod release;
mod stored;

pub use archive_path::ArchivePath;
pub use changes::Changes;
pub use contents::{contents, contents_name};
pub use contents_edits::ContentsEdits;
pub use contents_list::ContentsList;
pub use contents_writer::Lines;
pub use control::Control;
pub use deb_extent::ControlExtent;
pub use dsc::{Dsc, MOST_DSC};
pub use foreign::{ForeignPackage, ForeignPackages};
pub use foreign_sources::{ForeignSource, ForeignSources};
pub use fragment::{Fragment, Kind};
pub use index::{Index, Packed};
pub use indexes::{Indexes, LeftOut, Listing, without_conflicts};
pub use invalid::Invalid;
pub use label::Label;
pub use layout::Layout;
pub use named_file::{NamedFile, by_hash};
pub use package::Package;
pub use paths::Paths;
pub use pool::pool_directory;
pub use published_release::PublishedRelease;
pub use release::Release;
pub use stored::Unreadable;
