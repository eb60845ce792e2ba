//! The `reap` function.

use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::schedule(async || reap::reap(&services).await).await
}
