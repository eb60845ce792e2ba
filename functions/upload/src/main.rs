//! The `upload` function.

use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::http(upload::router(upload::State::new(services))).await
}
