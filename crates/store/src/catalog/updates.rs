//! Updates of a repository's item.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use colca_model::RepoPath;

use crate::table::Item;
use crate::{Error, ErrorKind, Result};

/// How often an update is tried, and how long it waits in between, once more with each time: a transaction on the same item
/// may be under way, which the SDK does not wait for.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(30);

/// Gives what the request wants to see of the item.
pub(crate) async fn send(request: UpdateItemFluentBuilder, path: &RepoPath) -> Result<Item> {
    let mut tries = 1;
    loop {
        let answer = request.clone().send().await;
        match answer.map_err(|error| Error::sdk(format!("update the repository {path}"), error)) {
            Err(error) if error.kind() == ErrorKind::Unavailable && tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            result => return result.map(|answer| answer.attributes.unwrap_or_default()),
        }
    }
}
