//! What a URL names, or the 404 that says what is missing.

use axum::Json;
use colca_model::{Binary, RepoPath};
use colca_store::Repository;
use serde_json::Value;

use crate::show_repository::show_repository;
use crate::{ApiError, App, FilePath, Result};

impl App {
    /// # Errors
    /// 404 if there is no such repository.
    pub async fn repository(&self, path: &RepoPath) -> Result<Repository> {
        let repository = self.services.catalog.repository(path).await?;
        repository.ok_or_else(|| ApiError::NotFound(format!("the repository {path}")))
    }

    /// The repository object, as it is now.
    ///
    /// # Errors
    /// 404 if there is no such repository.
    pub async fn repository_object(&self, path: &RepoPath) -> Result<Json<Value>> {
        let repository = self.repository(path).await?;
        let archs = self.services.catalog.archs(path).await?;
        Ok(Json(show_repository(&repository, &archs, self.services.clock.now())))
    }

    /// # Errors
    /// 404 if there is no such file.
    pub async fn file(&self, path: &FilePath) -> Result<Binary> {
        let FilePath { repository, arch, filename } = path;
        let binary = self.services.catalog.binary(repository, arch, filename).await?;
        binary.ok_or_else(|| path.missing())
    }
}

impl FilePath {
    /// 404 for this file.
    #[must_use]
    pub fn missing(&self) -> ApiError {
        ApiError::NotFound(format!("{:?}", self.filename.as_str()))
    }
}
