//! The `import` function.

use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::queue(async |delivery| import::handle(&services, delivery).await).await
}
