//! How a file leaves the catalog: the file, what it says in the metadata, what is remembered of it, and the change, all
//! or nothing.

use aws_sdk_dynamodb::types::TransactWriteItem;
use colca_model::{Binary, UploadId};

use crate::catalog::{Change, What};
use crate::registration::{changed, write};
use crate::{Catalog, Error, ErrorKind, Result};

impl Catalog {
    /// Takes a file out. `change` is a new id, for the change that has it published. `false` if the file is of another
    /// version by now, or gone: look again.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn unregister(&self, binary: &Binary, change: UploadId) -> Result<bool> {
        let is_package = binary.nevra.is_some();
        let change = Change { id: change, what: What::Removed(changed(binary, binary.version + 1, is_package)) };
        let writes = vec![
            TransactWriteItem::builder().delete(self.delete(binary)?).build(),
            TransactWriteItem::builder().put(self.bury(binary)?).build(),
            TransactWriteItem::builder().delete(self.delete_package(binary)?).build(),
            write(self.put_change(&binary.repository, &change)?)?,
        ];
        let request = self.table.db.transact_write_items().set_transact_items(Some(writes));
        let what = format!("unregister {} of {}", binary.filename, binary.repository);
        match request.send().await.map_err(|error| Error::sdk(what, error)) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::Conflict => Ok(false),
            Err(error) => Err(error),
        }
    }
}
