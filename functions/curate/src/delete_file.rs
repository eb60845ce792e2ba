//! `DELETE` of a file.

use axum::extract::State;
use axum::http::StatusCode;
use colca_api::{App, FilePath, UrlPath, User};
use colca_intake::{note_unannounced, tidy_up};
use colca_model::RepositoryKind;

use crate::remove;

/// 204 when it is gone from the catalog; the repository follows with the build that this asks for. The last file of a
/// repository takes it along, and the last of a project the project.
pub(crate) async fn delete_file(
    State(app): State<App>,
    user: User,
    UrlPath(path): UrlPath<FilePath>,
) -> colca_api::Result<StatusCode> {
    user.may_upload_to(&path.repository.project)?;
    let binary = app.file(&path).await?;
    let missing = path.missing();
    let FilePath { repository, arch, filename } = path;
    let is_done = remove::to_its_end(async move {
        let services = &app.services;
        // Before the file goes as well as after: should we die in between, this build finds the change.
        note_unannounced(services, &repository, RepositoryKind::of(&filename)).await?;
        services.request_build(&repository).await?;
        let is_done = remove::remove(services, binary).await?;
        tidy_up(services, &repository, [arch]).await?;
        user.record("deleted", &format_args!("{filename} of {repository}"));
        Ok(is_done)
    });
    if is_done.await? { Ok(StatusCode::NO_CONTENT) } else { Err(missing) }
}
