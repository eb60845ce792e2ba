//! The names in the path of a URL.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::Method;
use axum::http::request::Parts;
use colca_model::{Arch, Filename, Flavor, Invalid, Project, RepoPath, UploadId};

use crate::{ApiError, Result};

/// What a path names, as `T`. A name that breaks the rules of names cannot exist: 404, but 400 with the rule for who
/// wants to write there.
#[derive(Debug, Clone)]
pub struct UrlPath<T>(pub T);

/// Can be read from the names in a path, which the routes call `{project}`, `{ref}`, `{sha1}`, `{distro}`,
/// `{distro_version}`, `{flavor}`, `{arch}`, `{filename}`, `{id}`, `{name}`, `{secret}`, `{revision}`.
pub trait FromUrl: Sized {
    /// # Errors
    /// [`Invalid`] if a name breaks a rule.
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid>;
}

/// The names of a path, decoded.
#[derive(Debug, Clone)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// A name that the route has.
    ///
    /// # Errors
    /// [`Invalid`] if it breaks a rule of `T`.
    pub fn get<T: FromStr<Err = Invalid>>(&self, name: &str) -> std::result::Result<T, Invalid> {
        self.optional(name)?.ok_or_else(|| Invalid::missing(name))
    }

    /// A name that some routes have and some have not.
    ///
    /// # Errors
    /// [`Invalid`] if it breaks a rule of `T`.
    pub fn optional<T: FromStr<Err = Invalid>>(&self, name: &str) -> std::result::Result<Option<T>, Invalid> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.parse()).transpose()
    }
}

/// A level of the tree, from a project down to a distribution.
#[derive(Debug, Clone)]
pub struct Level {
    /// The project it begins with.
    pub project: Project,
    /// Its names, joined by slashes.
    pub path: String,
}

/// The files of one architecture in a version: of all flavors, or of one.
#[derive(Debug, Clone)]
pub struct ArchPath {
    /// The repository of that flavor, or of the default one.
    pub repository: RepoPath,
    /// The architecture as uploaders name it.
    pub arch: Arch,
    /// The flavor, if the path names one.
    pub flavor: Option<Flavor>,
}

/// One revision of a repository.
#[derive(Debug, Clone)]
pub struct RevisionPath {
    /// The repository.
    pub repository: RepoPath,
    /// The number of the revision.
    pub revision: u64,
}

/// One file.
#[derive(Debug, Clone)]
pub struct FilePath {
    /// The repository it is in.
    pub repository: RepoPath,
    /// The architecture as its uploader named it.
    pub arch: Arch,
    /// Its name.
    pub filename: Filename,
}

impl FromUrl for RepoPath {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        Self::new(
            names.get("project")?,
            names.get("ref")?,
            names.get("sha1")?,
            names.get("distro")?,
            names.get("distro_version")?,
            names.optional("flavor")?.unwrap_or_else(Flavor::standard),
        )
    }
}

impl FromUrl for Project {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        names.get("project")
    }
}

impl FromUrl for Level {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        let project: Project = names.get("project")?;
        let mut path = project.to_string();
        // A project's rules are those of every name.
        for (_, name) in &names.0[1..] {
            path.push('/');
            path.push_str(name.parse::<Project>()?.as_str());
        }
        Ok(Self { project, path })
    }
}

impl FromUrl for ArchPath {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        let (arch, flavor) = (names.get("arch")?, names.optional("flavor")?);
        Ok(Self { repository: RepoPath::from_url(names)?, arch, flavor })
    }
}

impl FromUrl for RevisionPath {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        let Number(revision) = names.get("revision")?;
        Ok(Self { repository: RepoPath::from_url(names)?, revision })
    }
}

/// The number of a revision.
struct Number(u64);

impl FromStr for Number {
    type Err = Invalid;

    fn from_str(text: &str) -> std::result::Result<Self, Invalid> {
        // Nothing else: a revision has one address.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        let number = text.parse().ok().filter(|_| plain);
        number.map(Self).ok_or_else(|| Invalid::new("revision", "must be the number of a revision", text))
    }
}

impl FromUrl for FilePath {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        let (arch, filename) = (names.get("arch")?, names.get("filename")?);
        Ok(Self { repository: RepoPath::from_url(names)?, arch, filename })
    }
}

impl FromUrl for UploadId {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        names.get("id")
    }
}

/// Names that have rules of their own.
impl FromUrl for Names {
    fn from_url(names: &Names) -> std::result::Result<Self, Invalid> {
        Ok(names.clone())
    }
}

impl<S, T> FromRequestParts<S> for UrlPath<T>
where
    S: Send + Sync,
    T: FromUrl,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self> {
        let missing = || ApiError::NotFound(format!("{:?}", parts.uri.path()));
        let writes = matches!(parts.method, Method::POST | Method::PUT);
        let mut without_url = parts.clone();
        let raw = RawPathParams::from_request_parts(&mut without_url, &()).await.map_err(|_| {
            if writes { Invalid::new("url", "must be UTF-8", parts.uri.path()).into() } else { missing() }
        })?;
        let names = Names(raw.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect());
        match T::from_url(&names) {
            Ok(value) => Ok(Self(value)),
            Err(invalid) if writes => Err(invalid.into()),
            Err(_) => Err(missing()),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;
    use colca_fuzz::fuzz;
    use tower::ServiceExt;

    use super::*;

    /// Answers with what it was asked for.
    async fn show(UrlPath(path): UrlPath<FilePath>) -> String {
        format!("{}\n{}\n{}", path.repository, path.arch, path.filename)
    }

    #[test]
    fn damaged_paths() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let route = "/{project}/{ref}/{sha1}/{distro}/{distro_version}/flavors/{flavor}/{arch}/{filename}";
        let router = Router::new().route(route, get(show).post(show));
        let made = ["/ceph/main/0a/centos/9/flavors/default/x86_64/a%2Bb-1.rpm", "/a/b/c/d/e/flavors/f/g/%C3%B6.deb"];
        let made = made.map(|path| path.as_bytes().to_vec());
        fuzz("paths", made.to_vec(), |bytes| {
            let mut accepted = false;
            for method in [Method::GET, Method::POST] {
                let request = Request::builder().method(&method).uri(bytes).body(Body::empty());
                let Ok(request) = request else { return false };
                let answer = runtime.block_on(router.clone().oneshot(request)).expect("an answer");
                let (status, body) = (answer.status(), answer.into_body());
                let body = runtime.block_on(axum::body::to_bytes(body, 1 << 20)).expect("short");
                if status.is_success() {
                    let text = str::from_utf8(&body).expect("names are UTF-8");
                    let names: Vec<_> = text.split(['/', '\n']).collect();
                    assert_eq!(names.len(), 9, "{text:?}");
                    assert!(!names.iter().any(|name| matches!(*name, "" | "." | "..")), "{text:?}");
                    assert!(!names.iter().any(|name| name.contains(char::is_control)), "{text:?}");
                    accepted = true;
                } else {
                    assert!(status.is_client_error(), "{status}");
                }
            }
            accepted
        });
    }
}
