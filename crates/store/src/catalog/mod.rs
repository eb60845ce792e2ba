//! The `catalog` table: the facts. Which projects, repositories and files there are, and what still has to be published.
//!
//! | item | pk | sk |
//! |---|---|---|
//! | project | `PROJECT` | name |
//! | level | `DIR#P[/R[/S[/D[/V[/flavors/F]]]]]` | child |
//! | repository | `REPO#<path>` | `#` |
//! | file | `REPO#<path>` | `bin#<arch>/<filename>` |
//! | package | `REPO#<path>` | `pkg#<arch>/<filename>` |
//! | change | `REPO#<path>` | `change#<upload id>` |

mod binaries;
mod changes;
mod levels;
mod packages;
mod repositories;

use colca_model::RepoPath;

pub use changes::Change;
pub use packages::{PackageRow, StoredFragments};
pub use repositories::{Lease, Published, Repository};

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
    pub async fn ping(&self) -> crate::Result<()> {
        self.table.get::<serde::de::IgnoredAny>("HEALTH", "#").await.map(drop)
    }
}

/// The partition of everything in one repository.
fn partition(repository: &RepoPath) -> String {
    format!("REPO#{repository}")
}
