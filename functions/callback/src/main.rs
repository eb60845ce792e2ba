//! The `callback` function.

use colca_runtime::{Error, Services, serve};
use colca_store::Queue;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    let teller = callback::Teller::new(services.clone());
    serve::queue(&services, Queue::Callback, async |delivery| teller.handle(delivery).await).await
}
