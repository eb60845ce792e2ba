//! The `repo-build` function.

use colca_runtime::{Error, Services, serve};
use colca_store::Queue;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    let builder = repo_build::Builder::new(services.clone())?;
    serve::queue(&services, Queue::Build, async |delivery| builder.handle(delivery).await).await
}
