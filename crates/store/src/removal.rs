//! How a file leaves the catalog: the file, what it says in the metadata, what is remembered of it, and the change, all
//! or nothing.

use aws_sdk_dynamodb::types::TransactWriteItem;
use colca_model::{Binary, UploadId};

use crate::catalog::{Change, What};
use crate::registration::{changed, write};
use crate::{Catalog, Result};

impl Catalog {
    /// Takes a file out. `change` is a new id, for the change that has it published. `false` if the file is of another
    /// version by now, or gone: look again.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn unregister(&self, binary: &Binary, change: UploadId) -> Result<bool> {
        let writes = self.removal(binary, change)?;
        self.if_all_hold(writes, || format!("unregister {} of {}", binary.filename, binary.repository)).await
    }

    /// The writes that take a file out, for a transaction.
    pub(crate) fn removal(&self, binary: &Binary, change: UploadId) -> Result<Vec<TransactWriteItem>> {
        let removed = changed(binary, binary.version + 1, Some(binary.upload.clone()));
        let change = Change::new(change, What::Removed(removed));
        let mut writes = vec![
            TransactWriteItem::builder().delete(self.delete(binary)?).build(),
            TransactWriteItem::builder().put(self.bury(binary)?).build(),
            TransactWriteItem::builder().delete(self.delete_package(binary)?).build(),
            write(self.put_change(&binary.repository, &change)?)?,
        ];
        writes.extend(self.use_up(binary)?.map(|put| TransactWriteItem::builder().put(put).build()));
        Ok(writes)
    }
}
