//! What the benches run of us: files entered into the catalog without a network in between, and one build, as a process of its own.
//!
//! ```text
//! colca-publisher WORK REPOSITORY [PREFIX], with the paths of files on standard input, one a line, where there are any
//! ```

mod file;
mod import;
mod register;

use std::io;
use std::process::ExitCode;

use colca_model::RepoPath;
use colca_runtime::{Delivery, Disposition, Error, Services};
use colca_store::{BuildMessage, Task};
use futures::{StreamExt, TryStreamExt, stream};
use repo_build::Builder;

use crate::file::File;

/// How many files are put at once.
const AT_ONCE: usize = 16;

#[tokio::main]
async fn main() -> Result<ExitCode, Error> {
    let mut words = std::env::args().skip(1);
    let (Some(work), Some(repository)) = (words.next(), words.next()) else {
        return Err("a word for the work, and a repository".into());
    };
    let repository: RepoPath = repository.parse()?;
    let services = Services::start().await?;
    match work.as_str() {
        "register" => register::register(&services, &repository, files()?).await?,
        "unregister" => register::unregister(&services, &repository, files()?).await?,
        "put" => put(&services, &repository, files()?).await?,
        "publish" => return build(services, repository, Task::Publish).await,
        "bring" => import::put(&services, &words.next().ok_or("no prefix")?, &files()?).await?,
        "import" => import::import(&services, repository, words.next().ok_or("no prefix")?).await?,
        "merge" => return build(services, repository, Task::Merge).await,
        "contents" => {
            let there = services.catalog.repository(&repository).await?.ok_or("no such repository")?;
            return build(services, repository, Task::Contents { revision: there.revision }).await;
        }
        other => return Err(format!("{other}: is no work").into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn files() -> io::Result<Vec<String>> {
    io::stdin().lines().collect()
}

async fn put(services: &Services, repository: &RepoPath, files: Vec<String>) -> Result<(), Error> {
    let all = files.iter().map(async |file| File::read(file, repository)?.put(services, repository).await);
    stream::iter(all).buffer_unordered(AT_ONCE).try_collect().await
}

/// What the message is answered with that asks for it.
async fn build(services: Services, repository: RepoPath, task: Task) -> Result<ExitCode, Error> {
    let message = BuildMessage { repository, task };
    let delivery = Delivery { id: services.ids.upload_id().to_string(), message, times: 1 };
    let done = Builder::new(services)?.handle(delivery).await?;
    Ok(if done == Disposition::Done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
