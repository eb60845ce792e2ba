//! The `catalog` table: the facts. Which projects, repositories and files there are, and what still has to be published.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | level | `TREE#[P[/R[/S[/D[/V]]]]]` | two names below it |
//! | file | `FILES#P/R/S/D/V` | `<arch>/<flavor>/<filename>` |
//! | deleted file | `GONE#<path>` | `<arch>/<filename>` |
//! | key of a superseded object | `USED#<key>` | `#` |
//! | repository | `REPO#<path>` | `#` |
//! | package | `REPO#<path>` | `pkg#<arch>/<filename>` |
//! | identity of a Debian package | `REPO#<path>` | `deb#<name>/<version>/<architecture>` |
//! | copy of a package from elsewhere | `REPO#<path>` | `adopted#<origin>` |
//! | change | `REPO#<path>` | `change#<ulid>` |
//! | revision | `REPO#<path>` | `rev#<number>` |

mod adopted;
mod binaries;
mod build_state;
mod changed;
mod changes;
mod claims;
mod dirty;
mod holds;
mod known;
mod leases;
mod levels;
mod packages;
mod page_token;
mod repositories;
mod revisions;
mod search;
#[cfg(test)]
mod search_meaning;
mod search_plan;
mod search_progress;
mod search_terms;
mod tombstones;
mod updates;

use colca_model::RepoPath;

pub use adopted::AdoptedRow;
pub use changes::{Change, ChangedFile, What};
pub use claims::{Claim, Identity};
pub use holds::Held;
pub use known::{Known, Name};
pub use leases::{Built, KeptLists, Lease, Purpose};
pub use levels::Listing;
pub use packages::{Format, PackageRow, StoredFragments};
pub use page_token::PageToken;
pub use repositories::Repository;
pub use revisions::{Cause, EntryFile, Place, Revision};
pub use search::Page;
pub use search_terms::{Checksum, PageSize, Search, Sought};

pub(crate) use repositories::{GONE, THERE};
pub(crate) use updates::send;

use crate::Result;
use crate::table::Table;

/// The catalog.
#[derive(Debug, Clone)]
pub struct Catalog {
    pub(crate) table: Table,
}

impl Catalog {
    /// `name` is the table's.
    #[must_use]
    pub fn new(db: aws_sdk_dynamodb::Client, name: String) -> Self {
        Self { table: Table { db, name } }
    }

    /// Whether the table answers.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ping(&self) -> Result<()> {
        self.table.get::<serde::de::IgnoredAny>("HEALTH", "#").await.map(drop)
    }
}

/// The partition of everything in one repository.
fn partition(repository: &RepoPath) -> String {
    format!("REPO#{repository}")
}
