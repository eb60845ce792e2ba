//! The `repo-build` function.

use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::queue(async |delivery| repo_build::handle(&services, delivery).await).await
}
