//! What the receiver is told: chacra's repository object, and what happened.

use colca_api::show_repository;
use colca_model::RepoPath;
use colca_settings::Callbacks;
use colca_store::{CallbackMessage, ObjectKey, Repository, Status};
use serde_json::{Value, json};

/// The object says what the repository was like when it happened, as far as that is known: by the time it is told, the next
/// build may run. `public` is where clients find the repository.
pub(crate) fn body(
    event: &CallbackMessage,
    repository: &Repository,
    archs: &[String],
    callbacks: Callbacks<'_>,
    public: &str,
) -> Value {
    let status = event.status;
    let mut body = show_repository(repository, archs, event.at);
    let of_the_moment = json!({
        "needs_update": matches!(status, Status::Requested | Status::Queued | Status::Failed),
        "is_queued": status == Status::Queued,
        "is_updating": status == Status::Building,
        "state": status,
        "failed": event.reason,
        "status": status,
        "at": event.at,
        "chacra_url": format!("{}{}", callbacks.api_url, encoded(&event.repository)),
        "url": public,
    });
    if let (Value::Object(body), Value::Object(of_the_moment)) = (&mut body, of_the_moment) {
        body.extend(of_the_moment);
    }
    body
}

/// Where it is told: in the directory of the project.
pub(crate) fn target(callbacks: Callbacks<'_>, path: &RepoPath) -> String {
    let encoded = encoded(path);
    let project = encoded.split('/').nth(1).unwrap_or_default();
    callbacks.url.file(&format!("{project}/"))
}

/// `repos/P/R/S/D/V/flavors/F/`, as it stands in an address.
fn encoded(path: &RepoPath) -> String {
    ObjectKey::Stored(ObjectKey::repository(path)).url_path()
}

#[cfg(test)]
mod tests {
    use colca_settings::Settings;
    use jiff::Timestamp;

    use super::*;

    const FILE: &str = "api_url = \"https://colca.example.org/v1/\"\n\
                        callbacks.url = \"https://shaman.example.org/api/repos/\"\n";

    fn told(status: Status, reason: Option<&str>) -> Value {
        let settings = Settings::parse(FILE).expect("a good file");
        let path: RepoPath = "ceph+/main/HEAD/centos/9/flavors/default".parse().expect("a path");
        let repository = json!({"repository": path, "modified": 0, "extra": "{\"version\": \"20.1\"}"});
        let repository: Repository = serde_json::from_value(repository).expect("an item");
        let event = CallbackMessage::new(&path, status, &1, Timestamp::UNIX_EPOCH);
        let event = reason.map_or(event.clone(), |reason| event.because(reason));
        let callbacks = settings.callbacks().expect("somebody");
        assert_eq!(target(callbacks, &path), "https://shaman.example.org/api/repos/ceph%2B/");
        body(&event, &repository, &["x86_64".to_owned()], callbacks, "https://cdn.example.org/r/x/")
    }

    /// What shaman reads: <https://github.com/ceph/shaman/blob/main/shaman/controllers/api/repos/projects.py>.
    #[test]
    fn shaman_finds_all_that_it_reads() {
        let body = told(Status::Ready, None);
        let expected = json!({
            "chacra_url": "https://colca.example.org/v1/repos/ceph%2B/main/HEAD/centos/9/flavors/default/",
            "url": "https://cdn.example.org/r/x/",
            "ref": "main",
            "sha1": "HEAD",
            "distro": "centos",
            "distro_version": "9",
            "flavor": "default",
            "status": "ready",
            "extra": {"version": "20.1"},
            "archs": ["x86_64"],
        });
        for (name, value) in expected.as_object().expect("an object") {
            assert_eq!(&body[name], value, "{name}");
        }
    }

    #[test]
    fn has_the_sixteen_keys_of_chacra() {
        let body = told(Status::Deleted, None);
        for key in [
            "path",
            "project_name",
            "ref",
            "sha1",
            "distro",
            "distro_version",
            "modified",
            "signed",
            "needs_update",
            "is_updating",
            "is_queued",
            "type",
            "size",
            "flavor",
            "archs",
            "extra",
        ] {
            assert!(body.get(key).is_some(), "{key}: {body}");
        }
    }

    #[test]
    fn flags_are_those_of_the_moment() {
        for (status, flags) in [
            (Status::Requested, [true, false, false]),
            (Status::Queued, [true, true, false]),
            (Status::Building, [false, false, true]),
            (Status::Ready, [false, false, false]),
            (Status::Deleted, [false, false, false]),
        ] {
            let body = told(status, None);
            let found = ["needs_update", "is_queued", "is_updating"].map(|flag| body[flag] == json!(true));
            assert_eq!((found, &body["state"], &body["failed"]), (flags, &json!(status), &Value::Null), "{body}");
        }
        assert_eq!(told(Status::Failed, Some("no key"))["failed"], "no key");
    }
}
