//! The program `colca-serve`.

use colca_runtime::{Error, Services};

#[tokio::main]
async fn main() -> Result<(), Error> {
    if std::env::args().nth(1).as_deref() == Some("--openapi") {
        println!("{}", colca_serve::openapi());
        return Ok(());
    }
    let services = Services::start().await?;
    colca_serve::serve(services).await
}
