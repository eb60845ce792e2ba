//! rpm-md: from the header of a package to its part of a repository's metadata, and from the parts to the files.
//!
//! Also what a repository holds besides: metadata that was uploaded ([`Carried`]), and the packages of a repository that
//! is not ours ([`foreign_packages`]).
//!
//! Bytes in, bytes out: no network, no clock, no file system. The content of the files is that of
//! `createrepo_c` 1.2, which a test compares package by package.
//!
//! ```text
//! first bytes ─▶ HeaderExtent ─▶ Package ─▶ Fragments ─▶ colca-segments ─▶ MetadataFile ─▶ repomd
//! uploaded file ─────────────────────────▶ Carried ──────────────────────▶ MetadataFile ───┘
//! another's repomd.xml ─▶ Repomd ─▶ ForeignPrimary ─▶ ForeignPackage
//! ```

mod carried;
mod carried_kind;
mod changelog;
mod codec;
mod codec_rules;
mod common;
mod control;
mod data_type;
mod dependencies;
mod doctype;
mod escape;
mod fault;
mod filelists;
mod files;
mod foreign_list;
mod foreign_package;
mod foreign_packages;
mod foreign_primary;
mod fragments;
mod glibc;
mod header;
mod header_extent;
mod href;
mod identity;
mod integrity;
mod invalid;
mod metadata_file;
mod metadata_kind;
mod metered;
mod module_index;
mod other;
mod package;
#[cfg(test)]
#[path = "../../unpack/tests/support/packed.rs"]
mod packed;
mod packing;
mod primary;
mod provides;
mod region;
mod repomd;
mod repomd_reader;
mod requires;
mod tag;
mod text;
mod value_type;
mod well_formed;
mod xml;
mod xml_syntax;

pub use carried::Carried;
pub use carried_kind::CarriedKind;
pub use codec::Codec;
pub use codec_rules::{CodecRules, NotARule};
pub use data_type::DataType;
pub use foreign_package::ForeignPackage;
pub use foreign_packages::foreign_packages;
pub use foreign_primary::ForeignPrimary;
pub use fragments::{Fragments, Unreadable};
pub use header_extent::HeaderExtent;
pub use invalid::Invalid;
pub use metadata_file::MetadataFile;
pub use metadata_kind::MetadataKind;
pub use package::{Location, Package};
pub use repomd::repomd;
pub use repomd_reader::{NotRepomd, Repomd, RepomdEntry};
