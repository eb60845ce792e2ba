//! The `upload` function.

use colca_api::App;
use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::http(upload::router(App::new(services))).await
}
