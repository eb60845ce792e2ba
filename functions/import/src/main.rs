//! The `import` function.

use colca_runtime::{Error, Services, serve};
use colca_store::Queue;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::queue(&services, Queue::Import, async |delivery| import::handle(&services, delivery).await).await
}
