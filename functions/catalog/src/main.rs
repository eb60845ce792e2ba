//! The `catalog` function.

use colca_api::App;
use colca_runtime::{Error, Services, serve};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let services = Services::start().await?;
    serve::http(catalog::router(App::new(services))).await
}
