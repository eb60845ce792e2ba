//! Repositories whose `Release` files expire, and when they are to be written anew. A builder notes the time, `reap` finds it.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use colca_model::RepoPath;
use jiff::Timestamp;
use serde::Deserialize;

use super::{Jobs, SK};
use crate::table::{held, key, number, text};
use crate::{Error, Result};

pub(super) const DUE: &str = "refresh";

/// A repository whose time has come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DueRefresh {
    /// The repository.
    pub repository: RepoPath,
    due_at: i64,
}

impl Jobs {
    /// Has a repository refreshed at `due`, whatever was noted before.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn refresh_at(&self, repository: &RepoPath, due: Timestamp) -> Result<()> {
        held(send(self.note(repository, due), repository).await).map(drop)
    }

    /// Has a repository refreshed at `due` at the latest.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn refresh_by(&self, repository: &RepoPath, due: Timestamp) -> Result<()> {
        let request = self.note(repository, due).condition_expression("attribute_not_exists(due_at) OR due_at > :due");
        held(send(request, repository).await).map(drop)
    }

    /// Up to `limit` repositories whose time has come.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn due_refreshes(&self, now: Timestamp, limit: i32) -> Result<Vec<DueRefresh>> {
        self.due(DUE, now, limit).await
    }

    /// Looks after a repository again at `until`, unless a builder has noted another time meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn postpone_refresh(&self, due: &DueRefresh, until: Timestamp) -> Result<()> {
        let request = self.note(&due.repository, until).condition_expression("due_at = :before");
        let request = request.expression_attribute_values(":before", number(due.due_at));
        held(send(request, &due.repository).await).map(drop)
    }

    /// Forgets a repository whose `Release` files do not expire any more, unless a builder has noted another time meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn forget_refresh(&self, due: &DueRefresh) -> Result<()> {
        let repository = &due.repository;
        let request = self.table.db.delete_item().table_name(&self.table.name);
        let request = request.set_key(Some(key(&partition(repository), SK))).condition_expression("due_at = :due");
        let request = request.expression_attribute_values(":due", number(due.due_at));
        let answer = request.send().await;
        held(answer.map_err(|error| Error::sdk(format!("forget when {repository} expires"), error))).map(drop)
    }

    fn note(&self, repository: &RepoPath, due: Timestamp) -> UpdateItemFluentBuilder {
        let request = self.table.db.update_item().table_name(&self.table.name);
        let request = request.set_key(Some(key(&partition(repository), SK)));
        let request = request.update_expression("SET repository = :repository, due_kind = :kind, due_at = :due");
        let request = request.expression_attribute_values(":repository", text(repository.to_string()));
        let request = request.expression_attribute_values(":kind", text(DUE));
        request.expression_attribute_values(":due", number(due.as_millisecond()))
    }
}

async fn send(request: UpdateItemFluentBuilder, repository: &RepoPath) -> Result<()> {
    let answer = request.send().await;
    answer.map(drop).map_err(|error| Error::sdk(format!("note when {repository} expires"), error))
}

fn partition(repository: &RepoPath) -> String {
    format!("REFRESH#{repository}")
}
