//! `GET …/repo`: the file that makes a package manager use the repository.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_api::{App, UrlPath};
use colca_model::{Flavor, RepoPath, RepositoryKind};
use colca_store::{ObjectKey, Revision};

/// The repository file. A repository without metadata has none: 204, as chacra answers.
pub(crate) async fn get_repository_file(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Response> {
    let repository = app.repository(&path).await?;
    let base = app.services.base_url(&path);
    let text = match repository.kind() {
        Some(RepositoryKind::Rpm) => {
            let packages = repository.packages_signed;
            rpm(&path, &base, repository.signed.then_some(Checks { packages }))
        }
        Some(RepositoryKind::Deb) => {
            let suite = format!("{} {}", codename(&app, &path).await?, components(&app, &path).await?);
            deb(&path, &base, &suite, repository.signed)
        }
        Some(RepositoryKind::Raw) | None => return Ok(StatusCode::NO_CONTENT.into_response()),
    };
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}

/// The same for apt as a file of its own, with the key in it: nothing else has to be fetched. 204 if it is no Debian archive.
pub(crate) async fn get_sources_file(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Response> {
    let repository = app.repository(&path).await?;
    if repository.kind() != Some(RepositoryKind::Deb) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let keys = if repository.signed { public_keys(&app, &path).await? } else { None };
    let base = app.services.base_url(&path);
    let text = sources(&base, &codename(&app, &path).await?, &components(&app, &path).await?, keys.as_deref());
    Ok(([(header::CONTENT_TYPE, TEXT)], text).into_response())
}

const TEXT: &str = "text/plain; charset=utf-8";

/// What dnf and zypper can check.
#[derive(Debug, Clone, Copy)]
struct Checks {
    /// Signatures of packages, besides that of the metadata.
    packages: bool,
}

/// The distribution that apt is to use: that of the version, or the version itself where nobody knows its codename.
async fn codename(app: &App, path: &RepoPath) -> colca_api::Result<String> {
    let settings = app.services.settings.get().await?;
    let codename = settings.codename(&path.distro, &path.distro_version);
    Ok(codename.map_or_else(|| path.distro_version.to_string(), |codename| codename.to_string()))
}

async fn components(app: &App, path: &RepoPath) -> colca_api::Result<String> {
    let settings = app.services.settings.get().await?;
    let components = settings.distribution(&path.project).components;
    Ok(components.iter().map(|component| component.as_str()).collect::<Vec<_>>().join(" "))
}

/// The public keys as they are published.
async fn public_keys(app: &App, path: &RepoPath) -> colca_api::Result<Option<String>> {
    let key = ObjectKey::Entry { repository: path.clone(), path: Revision::KEYS.to_owned() };
    let found = app.services.objects.read(&key).await?;
    Ok(found.map(|(bytes, _)| String::from_utf8_lossy(&bytes).into_owned()))
}

/// A line for `/etc/apt/sources.list.d` (`man sources.list`). The key, `key.asc` of the repository, goes where it says.
fn deb(path: &RepoPath, base: &str, suite: &str, signed: bool) -> String {
    // apt decodes what stands in such a line.
    let base = base.replace('%', "%25");
    if !signed {
        return format!("deb [trusted=yes] {base} {suite}\n");
    }
    let keyring = format!("/etc/apt/keyrings/{}.asc", section_id(path));
    format!("deb [signed-by={keyring}] {base} {suite}\n")
}

/// A file for `/etc/apt/sources.list.d`, in the style of deb822 (`man sources.list`).
fn sources(base: &str, codename: &str, components: &str, keys: Option<&str>) -> String {
    let start = format!("Types: deb deb-src\nURIs: {base}\nSuites: {codename}\nComponents: {components}\n");
    let Some(keys) = keys else { return format!("{start}Trusted: yes\n") };
    let lines = keys.lines().map(|line| if line.is_empty() { " .\n".to_owned() } else { format!(" {line}\n") });
    format!("{start}Signed-By:\n{}", lines.collect::<String>())
}

/// A file for `/etc/yum.repos.d` or `/etc/zypp/repos.d` (`man dnf.conf`, `man zypper`).
fn rpm(path: &RepoPath, base: &str, checks: Option<Checks>) -> String {
    let project = &path.project;
    let id = section_id(path);
    let section = |id: &str, name: &str, directory: &str| section(id, name, base, directory, checks);
    if path.has_single_repodata() {
        return section(&id, &format!("{project} packages"), "");
    }
    [
        section(&id, &format!("{project} packages for $basearch"), "$basearch"),
        section(&format!("{id}-noarch"), &format!("{project} noarch packages"), "noarch"),
        section(&format!("{id}-source"), &format!("{project} source packages"), "SRPMS"),
    ]
    .join("\n")
}

/// The project, and the flavor unless it is the default one: two flavors on one machine must not hide each other. dnf
/// takes no other characters in an id than these.
fn section_id(path: &RepoPath) -> String {
    let standard = path.flavor == Flavor::standard();
    let name = if standard { path.project.to_string() } else { format!("{}-{}", path.project, path.flavor) };
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
    name.chars().map(|c| if good(c) { c } else { '_' }).collect()
}

fn section(id: &str, name: &str, base: &str, directory: &str, checks: Option<Checks>) -> String {
    let Some(Checks { packages }) = checks else {
        return format!("[{id}]\nname={name}\nbaseurl={base}{directory}\nenabled=1\ngpgcheck=0\ntype=rpm-md\n");
    };
    // By the list: it names one revision, whose metadata and signature fit each other whatever the age of any cache.
    let slash = if directory.is_empty() { "" } else { "/" };
    let packages = u8::from(packages);
    format!(
        "[{id}]\nname={name}\nmirrorlist={base}{directory}{slash}mirrorlist\nenabled=1\ngpgcheck={packages}\n\
         pkg_gpgcheck={packages}\nrepo_gpgcheck=1\ngpgkey={base}{}\ntype=rpm-md\n",
        Revision::KEYS
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://cdn.example.org/r/ceph/main/HEAD/centos/9/flavors/default/";

    fn path(distro: &str) -> RepoPath {
        format!("ceph/main/HEAD/{distro}/9/flavors/default").parse().expect("a good path")
    }

    #[test]
    fn dnf_gets_a_section_for_each_directory() {
        let file = rpm(&path("centos"), BASE, None);
        assert_eq!(file.matches("\ntype=rpm-md\n").count(), 3);
        for (id, end) in [("ceph", "$basearch"), ("ceph-noarch", "noarch"), ("ceph-source", "SRPMS")] {
            assert!(file.contains(&format!("[{id}]\n")), "{file}");
            assert!(file.contains(&format!("baseurl={BASE}{end}\n")), "{file}");
        }
    }

    #[test]
    fn ids_are_what_dnf_takes_and_differ_by_flavor() {
        let id = |project: &str, flavor: &str| {
            section_id(&format!("{project}/main/HEAD/centos/9/flavors/{flavor}").parse().expect("a good path"))
        };
        assert_eq!(id("c++", "default"), "c__");
        assert_eq!(id("größe $x", "debug"), "gr__e__x-debug");
    }

    #[test]
    fn zypper_gets_one_section() {
        let file = rpm(&path("opensuse"), BASE, None);
        assert_eq!(file.matches("baseurl=").count(), 1);
        assert!(file.contains(&format!("baseurl={BASE}\n")), "{file}");
    }

    #[test]
    fn what_is_signed_is_checked_and_read_from_one_revision() {
        let file = rpm(&path("centos"), BASE, Some(Checks { packages: false }));
        assert!(
            file.contains(&format!("mirrorlist={BASE}$basearch/mirrorlist\n")) && !file.contains("baseurl"),
            "{file}"
        );
        assert!(file.contains("gpgcheck=0\npkg_gpgcheck=0\nrepo_gpgcheck=1\n"), "{file}");
        assert!(file.contains(&format!("gpgkey={BASE}key.asc\n")), "{file}");
        let file = rpm(&path("opensuse"), BASE, Some(Checks { packages: true }));
        assert!(file.contains(&format!("mirrorlist={BASE}mirrorlist\n")) && file.contains("\ngpgcheck=1\n"), "{file}");
    }

    #[test]
    fn apt_gets_a_line_or_a_file_with_the_key_in_it() {
        assert_eq!(
            deb(&path("debian"), BASE, "bookworm main", false),
            format!("deb [trusted=yes] {BASE} bookworm main\n")
        );
        let line = deb(&path("debian"), BASE, "bookworm main", true);
        assert!(line == format!("deb [signed-by=/etc/apt/keyrings/ceph.asc] {BASE} bookworm main\n"), "{line}");
        let file = sources(BASE, "bookworm", "main contrib", Some("-----BEGIN\n\nabc\n-----END\n"));
        assert!(file.ends_with("Components: main contrib\nSigned-By:\n -----BEGIN\n .\n abc\n -----END\n"), "{file}");
        assert!(sources(BASE, "bookworm", "main", None).ends_with("Trusted: yes\n"));
    }
}
