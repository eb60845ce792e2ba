//! `GET …/repo`: the file that makes a package manager use the repository.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use colca_api::{App, UrlPath};
use colca_model::{Flavor, RepoPath, RepositoryKind};
use colca_store::ObjectKey;

/// The repository file. A repository without metadata has none: 204, as chacra answers.
pub(crate) async fn get_repository_file(
    State(app): State<App>,
    UrlPath(path): UrlPath<RepoPath>,
) -> colca_api::Result<Response> {
    let cdn = &app.services.config.cdn_url;
    let text = match app.repository(&path).await?.kind() {
        Some(RepositoryKind::Rpm) => rpm(&path, cdn),
        Some(RepositoryKind::Deb) => deb(&path, cdn),
        Some(RepositoryKind::Raw) | None => return Ok(StatusCode::NO_CONTENT.into_response()),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

/// A line for `/etc/apt/sources.list.d` (`man sources.list`).
fn deb(path: &RepoPath, cdn: &str) -> String {
    format!("deb [trusted=yes] {} {} main\n", base_url(path, cdn), path.distro_version)
}

/// chacra's address of a repository; the CDN knows it as an alias.
fn base_url(path: &RepoPath, cdn: &str) -> String {
    let top = ObjectKey::Stored(ObjectKey::repository(path)).url_path();
    format!("{cdn}/r/{}", top.trim_start_matches("repos/"))
}

/// A file for `/etc/yum.repos.d` or `/etc/zypp/repos.d` (`man dnf.conf`, `man zypper`).
fn rpm(path: &RepoPath, cdn: &str) -> String {
    let project = &path.project;
    let id = section_id(path);
    let base = base_url(path, cdn);
    if path.has_single_repodata() {
        return section(&id, &format!("{project} packages"), &base);
    }
    [
        section(&id, &format!("{project} packages for $basearch"), &format!("{base}$basearch")),
        section(&format!("{id}-noarch"), &format!("{project} noarch packages"), &format!("{base}noarch")),
        section(&format!("{id}-source"), &format!("{project} source packages"), &format!("{base}SRPMS")),
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

fn section(id: &str, name: &str, base: &str) -> String {
    format!("[{id}]\nname={name}\nbaseurl={base}\nenabled=1\ngpgcheck=0\ntype=rpm-md\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(distro: &str) -> RepoPath {
        format!("ceph/main/HEAD/{distro}/9/flavors/default").parse().expect("a good path")
    }

    #[test]
    fn dnf_gets_a_section_for_each_directory() {
        let file = rpm(&path("centos"), "https://cdn.example.org");
        assert_eq!(file.matches("\ntype=rpm-md\n").count(), 3);
        let base = "https://cdn.example.org/r/ceph/main/HEAD/centos/9/flavors/default/";
        for (id, end) in [("ceph", "$basearch"), ("ceph-noarch", "noarch"), ("ceph-source", "SRPMS")] {
            assert!(file.contains(&format!("[{id}]\n")), "{file}");
            assert!(file.contains(&format!("baseurl={base}{end}\n")), "{file}");
        }
    }

    #[test]
    fn ids_are_what_dnf_takes_and_differ_by_flavor() {
        let id = |project: &str, flavor: &str| {
            section_id(&format!("{project}/main/HEAD/centos/9/flavors/{flavor}").parse().expect("a good path"))
        };
        assert_eq!(id("c++", "default"), "c__");
        assert_eq!(id("größe $x", "debug"), "gr__e__x-debug");
        let file = rpm(&"x$basearch/main/HEAD/centos/9/flavors/default".parse().expect("a good path"), "https://cdn");
        assert!(file.contains("baseurl=https://cdn/r/x%24basearch/main"), "{file}");
    }

    #[test]
    fn zypper_gets_one_section() {
        let file = rpm(&path("opensuse"), "https://cdn.example.org");
        assert_eq!(file.matches("baseurl=").count(), 1);
        assert!(file.contains("flavors/default/\n"), "{file}");
    }
}
