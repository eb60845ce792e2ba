//! The names in a URL. One that breaks the rules of names cannot exist, so the answer is 404.

use colca_api::ApiError;
use colca_model::{Arch, Distro, DistroVersion, Filename, Flavor, Invalid, Project, Ref, RepoPath, Sha1};
use serde::Deserialize;

/// The names in the path of a repository, or of something in it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Names {
    project: Project,
    git_ref: Ref,
    sha1: Sha1,
    distro: Distro,
    distro_version: DistroVersion,
    flavor: Option<Flavor>,
}

impl Names {
    /// The repository the URL names; the default flavor's if it names none.
    pub(crate) fn repository(self) -> Result<RepoPath, ApiError> {
        let Self { project, git_ref, sha1, distro, distro_version, flavor } = self;
        let flavor = flavor.unwrap_or_else(Flavor::standard);
        RepoPath::new(project, git_ref, sha1, distro, distro_version, flavor).map_err(|error| not_found(&error))
    }

    /// The same repository in another flavor.
    pub(crate) fn in_flavor(&self, flavor: &str) -> Result<RepoPath, ApiError> {
        let flavor = Flavor::new(flavor).map_err(|error| not_found(&error))?;
        Self { flavor: Some(flavor), ..self.clone() }.repository()
    }
}

/// The names in the path of files.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FileNames {
    #[serde(flatten)]
    pub(crate) repository: Names,
    pub(crate) arch: Arch,
    pub(crate) filename: Option<Filename>,
}

fn not_found(error: &Invalid) -> ApiError {
    ApiError::NotFound(error.value.clone())
}
