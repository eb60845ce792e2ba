//! What somebody changes of a repository besides its files. When that was the last time is noted apart from builds, which change nothing
//! that somebody would keep it for: by that a repository is old.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use colca_model::{RepoPath, RepositoryKind};
use jiff::Timestamp;
use serde_json::Value;

use super::Catalog;
use super::repositories::THERE;
use super::updates::send;
use crate::Result;
use crate::table::{attribute, held, number, text};

impl Catalog {
    /// Chooses what a repository publishes. `false` if there is none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn choose_kind(&self, path: &RepoPath, kind: RepositoryKind, now: Timestamp) -> Result<bool> {
        let request = self.there(path, "SET chosen = :kind, modified = :now, changed = :now", now);
        held(send(request.expression_attribute_values(":kind", attribute(kind)?), path).await)
    }

    /// Replaces what its users noted about a repository. `false` if there is none.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn set_extra(&self, path: &RepoPath, extra: &Value, now: Timestamp) -> Result<bool> {
        let request = self.there(path, "SET extra = :extra, modified = :now, changed = :now", now);
        held(send(request.expression_attribute_values(":extra", text(extra.to_string())), path).await)
    }

    /// Notes that somebody has changed a repository, if there is one.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn note_change(&self, path: &RepoPath, now: Timestamp) -> Result<()> {
        let request = self.there(path, "SET modified = :now, changed = :now", now);
        held(send(request, path).await).map(drop)
    }

    /// An update of a repository that there is.
    pub(crate) fn there(&self, path: &RepoPath, expression: &str, now: Timestamp) -> UpdateItemFluentBuilder {
        let request = self.update(path, expression);
        let request = request.condition_expression(THERE);
        request.expression_attribute_values(":now", number(now.as_millisecond()))
    }
}
