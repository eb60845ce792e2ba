//! How a file leaves the catalog: the file, what it says in the metadata, what is remembered of it, and the change, all
//! or nothing.

use aws_sdk_dynamodb::types::TransactWriteItem;
use colca_model::{Binary, UploadId};

use crate::catalog::{Change, What};
use crate::registration::{changed, failed_conditions, write};
use crate::{Catalog, Error, ErrorKind, Result};

impl Catalog {
    /// Takes a file out. `change` is a new id, for the change that has it published. `false` if the file is of another
    /// version by now, or gone: look again.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn unregister(&self, binary: &Binary, change: UploadId) -> Result<bool> {
        let change = Change {
            id: change,
            what: What::Removed(changed(binary, binary.version + 1, Some(binary.upload.clone()))),
        };
        let mut writes = vec![
            TransactWriteItem::builder().delete(self.delete(binary)?).build(),
            TransactWriteItem::builder().put(self.bury(binary)?).build(),
            TransactWriteItem::builder().delete(self.delete_package(binary)?).build(),
            write(self.put_change(&binary.repository, &change)?)?,
        ];
        writes.extend(self.use_up(binary)?.map(|put| TransactWriteItem::builder().put(put).build()));
        let request = self.table.db.transact_write_items().set_transact_items(Some(writes));
        let what = format!("unregister {} of {}", binary.filename, binary.repository);
        match request.send().await {
            Ok(_) => Ok(true),
            Err(error) if failed_conditions(&error).contains(&true) => Ok(false),
            // Of what is left, nothing is ours to decide: two transactions met, or there was too much to do.
            Err(error) => {
                let error = Error::sdk(what, error);
                Err(if error.kind() == ErrorKind::Conflict { error.into_unavailable() } else { error })
            }
        }
    }
}
