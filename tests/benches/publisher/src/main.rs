//! What the benches run of us: files entered into the catalog without a network in between, and one build, as a process of its own.
//!
//! ```text
//! colca-publisher register REPOSITORY FILE…    colca-publisher unregister REPOSITORY FILE…    colca-publisher publish REPOSITORY
//! ```

mod register;

use std::process::ExitCode;

use colca_model::RepoPath;
use colca_runtime::{Delivery, Disposition, Error, Services};
use colca_store::{BuildMessage, Task};
use repo_build::Builder;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    let mut words = std::env::args().skip(1);
    let (Some(work), Some(repository)) = (words.next(), words.next()) else {
        return Err("register, unregister or publish, and a repository".into());
    };
    let repository: RepoPath = repository.parse()?;
    let services = Services::start().await?;
    match work.as_str() {
        "register" => register::register(&services, &repository, words.collect()).await?,
        "unregister" => register::unregister(&services, &repository, words.collect()).await?,
        "publish" => {
            let message = BuildMessage { repository, task: Task::Publish };
            let delivery = Delivery { id: services.ids.upload_id().to_string(), message };
            let done = Builder::new(services)?.handle(delivery).await?;
            return Ok(if done == Disposition::Done { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        other => return Err(format!("{other}: must be register, unregister or publish").into()),
    }
    Ok(ExitCode::SUCCESS)
}
