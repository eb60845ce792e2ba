//! rpm-md: from the header of a package to its part of a repository's metadata, and from the parts to the files.
//!
//! Bytes in, bytes out: no network, no clock, no file system. The content of the files is that of
//! `createrepo_c` 1.2, which a test compares package by package.
//!
//! ```text
//! first bytes ─▶ HeaderExtent ─▶ Package ─▶ Fragments ─▶ MetadataFile ─▶ repomd
//! ```

mod changelog;
mod codec;
mod codec_rules;
mod common;
mod control;
mod dependencies;
mod escape;
mod filelists;
mod files;
mod fragments;
mod glibc;
mod header;
mod header_extent;
mod identity;
mod integrity;
mod invalid;
mod metadata_file;
mod metadata_kind;
mod other;
mod package;
mod primary;
mod provides;
mod region;
mod repomd;
mod repomd_reader;
mod requires;
mod tag;
mod text;
mod value_type;
mod xml;

pub use codec::Codec;
pub use codec_rules::{CodecRules, NotARule};
pub use fragments::{Fragments, Unreadable};
pub use header_extent::HeaderExtent;
pub use invalid::Invalid;
pub use metadata_file::{MetadataFile, MetadataWriter, Miscounted};
pub use metadata_kind::MetadataKind;
pub use package::{Location, Package};
pub use repomd::repomd;
pub use repomd_reader::{NotRepomd, Repomd, RepomdEntry};
