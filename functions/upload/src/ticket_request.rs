//! Reading what a ticket is asked for. Past this, everything in it is known to be good.

use colca_api::Fields;
use colca_model::{Flavor, Invalid, Multipart, RepoPath, UploadRequest};
use serde_json::Value;

/// Reads one request.
///
/// # Errors
/// Names the first field that breaks a rule.
pub(crate) fn parse(value: Value) -> Result<UploadRequest, Invalid> {
    let mut fields = Fields::of(value)?;
    let repository = RepoPath::new(
        fields.text("project")?,
        fields.text("ref")?,
        fields.text("sha1")?,
        fields.text("distro")?,
        fields.text("distro_version")?,
        fields.optional_text("flavor")?.unwrap_or_else(Flavor::standard),
    )?;
    let request = UploadRequest {
        repository,
        arch: fields.text("arch")?,
        filename: fields.text("filename")?,
        size: fields.number("size", Multipart::LARGEST)?,
        sha256: fields.text("sha256")?,
        sha512: fields.optional_text("sha512")?,
        force: fields.flag("force")?,
    };
    fields.end()?;
    if request.filename.is_rpm() {
        request.arch.check_rpm()?;
    }
    Ok(request)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(name: &str, value: Value) -> Result<UploadRequest, Invalid> {
        let mut request = json!({
            "project": "ceph", "ref": "main", "sha1": "HEAD", "distro": "centos", "distro_version": "9",
            "arch": "x86_64", "filename": "ceph-19.x86_64.rpm", "size": 10, "sha256": "ab".repeat(32),
        });
        request[name] = value;
        parse(request)
    }

    #[test]
    fn fills_in_what_may_be_left_out() {
        let request = with("size", json!(7)).expect("a good request");
        assert_eq!(request.repository.to_string(), "ceph/main/HEAD/centos/9/flavors/default");
        assert_eq!((request.size, request.force, request.sha512), (7, false, None));
    }

    #[test]
    fn names_the_field_that_is_wrong() {
        for (name, value) in [
            ("filename", json!("a/b.rpm")),
            ("filename", json!("..")),
            ("filename", json!("a\u{0}.rpm")),
            ("filename", json!("x".repeat(256))),
            ("arch", json!("x68_64")),
            ("size", json!(-1)),
            ("size", json!(5_u64 * 1024 * 1024 * 1024 * 1024 + 1)),
            ("sha256", json!("abc")),
            ("sha512", json!("abc")),
            ("forse", json!(true)),
            ("project", Value::Null),
        ] {
            assert_eq!(with(name, value.clone()).expect_err("bad input").field, name, "{value}");
        }
    }

    #[test]
    fn other_files_may_be_for_any_architecture() {
        let other = json!({
            "project": "ceph", "ref": "main", "sha1": "HEAD", "distro": "windows", "distro_version": "10",
            "arch": "win64", "filename": "ceph.zip", "size": 10, "sha256": "ab".repeat(32),
        });
        assert!(parse(other).is_ok());
    }
}
