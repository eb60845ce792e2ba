//! How a file enters the catalog: the file, what it says in the metadata, and the change, all or nothing.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use colca_model::{Binary, UploadId};

use super::binaries::binary_sk;
use super::changes::{Change, change_sk};
use super::packages::{PackageRow, package_sk};
use super::{Catalog, partition};
use crate::table::{Item, item, number};
use crate::{Error, Result};

/// A file about to enter the catalog.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The upload that brought it.
    pub upload: UploadId,
    /// The file. Its version is 1, or one more than that of the file it replaces.
    pub binary: Binary,
    /// What it contributes to the metadata, if it is a package.
    pub package: Option<PackageRow>,
}

impl Catalog {
    /// Enters a file. All three items are the uploader's own, so that uploads side by side never meet.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if the file is not of the version before any more: look again and decide anew.
    pub async fn register(&self, registration: &Registration) -> Result<()> {
        let Registration { upload, binary, package } = registration;
        let pk = partition(&binary.repository);
        let (arch, filename) = (&binary.arch, &binary.filename);

        let file =
            Put::builder().table_name(&self.table.name).set_item(Some(item(&pk, &binary_sk(arch, filename), binary)?));
        let file = if binary.version == 1 {
            file.condition_expression("attribute_not_exists(pk)")
        } else {
            file.condition_expression("version = :before")
                .expression_attribute_values(":before", number(binary.version - 1))
        };
        let change =
            Change { upload: upload.clone(), arch: arch.clone(), filename: filename.clone(), version: binary.version };

        let mut puts = vec![file, self.put(item(&pk, &change_sk(upload), &change)?)];
        if let Some(package) = package {
            puts.push(self.put(item(&pk, &package_sk(arch, filename), package)?));
        }
        let mut writes = Vec::with_capacity(puts.len());
        for put in puts {
            let put = put.build().map_err(|error| Error::corrupt("build a registration", error))?;
            writes.push(TransactWriteItem::builder().put(put).build());
        }
        let request = self.table.db.transact_write_items().set_transact_items(Some(writes));
        request.send().await.map(drop).map_err(|error| Error::sdk(format!("register {pk} {arch}/{filename}"), error))
    }

    fn put(&self, item: Item) -> aws_sdk_dynamodb::types::builders::PutBuilder {
        Put::builder().table_name(&self.table.name).set_item(Some(item))
    }
}
