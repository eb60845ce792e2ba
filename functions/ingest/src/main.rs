//! The `ingest` function.

use colca_runtime::{Error, Services, serve};
use colca_store::Queue;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::queue(&services, Queue::Ingest, async |delivery| ingest::handle(&services, delivery).await).await
}
