//! The `import` function.

use colca_runtime::{Error, Services, serve};

// There is one processor, and what takes long is waiting.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::queue(async |delivery| import::handle(&services, delivery).await).await
}
