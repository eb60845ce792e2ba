//! Reading the header of an rpm out of S3, without its payload.

use colca_model::Arch;
use colca_rpmmd::{HeaderExtent, Package};
use colca_runtime::Services;
use colca_store::ObjectKey;

use crate::refusal::Refusal;

/// What is read first, in bytes. It holds the whole header of 96 packages in a hundred.
const FIRST: u64 = 64 * 1024;

/// Reads and checks the header of a file of `size` bytes, by one range GET, or a second one for the exact rest.
pub(crate) async fn read_package(services: &Services, key: &ObjectKey, size: u64) -> Result<Package, Refusal> {
    let mut bytes = Vec::new();
    let mut wanted = FIRST.min(size);
    loop {
        let have = bytes.len() as u64;
        if have < wanted {
            bytes.extend(services.objects.read_range(key, have, wanted).await?);
        }
        let extent = HeaderExtent::locate(&bytes, size)?;
        if extent.needed() <= bytes.len() as u64 {
            break;
        }
        wanted = extent.needed();
    }
    let package = Package::parse(&bytes, size)?;
    // It becomes a directory of the repository, beside others that have a meaning of their own.
    Arch::new(package.arch_dir())?;
    Ok(package)
}
