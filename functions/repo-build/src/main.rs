//! The `repo-build` function.

use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    let builder = repo_build::Builder::new(services)?;
    serve::queue(async |delivery| builder.handle(delivery).await).await
}
