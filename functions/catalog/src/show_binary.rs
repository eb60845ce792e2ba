//! A file in chacra's words.

use colca_api::moment;
use colca_model::Binary;
use jiff::Timestamp;
use serde_json::{Value, json};

/// The sixteen fields of chacra, and the two checksums by name.
pub(crate) fn show_binary(binary: &Binary, now: Timestamp) -> Value {
    let repository = &binary.repository;
    json!({
        "name": binary.filename,
        "project": repository.project,
        "ref": repository.git_ref,
        "sha1": repository.sha1,
        "distro": repository.distro,
        "distro_version": repository.distro_version,
        "flavor": repository.flavor,
        "arch": binary.arch,
        "created": moment(binary.created),
        "modified": moment(binary.modified),
        "last_changed": ago(binary.modified, now),
        "signed": binary.signed.is_some(),
        "size": binary.size,
        "path": binary.key,
        "built_by": binary.built_by,
        // chacra's clients know one checksum, and take it for SHA-512.
        "checksum": binary.sha512,
        "sha256": binary.sha256,
        "sha512": binary.sha512,
    })
}

/// How long ago something was, in words: `3 hours, 2 minutes, 1 second ago`.
fn ago(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    let units = [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)];
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (name, length) in units {
        let count = rest / length;
        rest %= length;
        match count {
            0 => {}
            1 => parts.push(format!("1 {name}")),
            _ => parts.push(format!("{count} {name}s")),
        }
    }
    if parts.is_empty() { "just now".to_owned() } else { format!("{} ago", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn tells_time_as_chacra_does() {
        let then = Timestamp::new(1_700_000_000, 120_000).expect("a moment");
        assert_eq!(moment(then), "2023-11-14 22:13:20.000120");
        assert_eq!(ago(then, then), "just now");
        let later = then + SignedDuration::from_secs(86_400 + 2 * 3_600 + 61);
        assert_eq!(ago(then, later), "1 day, 2 hours, 1 minute, 1 second ago");
    }
}
