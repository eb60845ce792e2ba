//! The script that most people have: everything down by `aws s3 sync`, the package beside it, `createrepo_c --update`,
//! everything up again.

use std::{fs, process::Command};

use colca_tests::{aws, createrepo::Scratch, repodata, stack, stack::root, upload::Package, xml::Element};
use sha2::{Digest, Sha256};

use super::way::{Sight, Way};
use crate::{course::Course, shelf::Format};

/// With the program of AWS that LocalStack's environment has. A run of a CI begins with an empty folder.
const SCRIPT: &str = r#"
set -eu
"$AWS" s3 sync --quiet "$REPO" "$WORK"
cp "$PACKAGE" "$WORK/"
createrepo_c --quiet --no-database --update "$WORK"
"$AWS" s3 sync --quiet $DELETE "$WORK" "$REPO"
"#;

/// Into one prefix of a bucket.
#[derive(Debug)]
pub(crate) struct AwsSync {
    bucket: String,
    prefix: &'static str,
    deletes: bool,
}

impl AwsSync {
    /// With `--delete`, which keeps old metadata from piling up, or without.
    pub(crate) fn new(bucket: &str, deletes: bool) -> Self {
        Self { bucket: bucket.to_owned(), prefix: if deletes { "sync-delete" } else { "sync" }, deletes }
    }

    fn read(&self, below: &str) -> Option<Vec<u8>> {
        aws::object(&self.bucket, &format!("{}/{below}", self.prefix))
    }

    /// A file that must have a checksum, or what is wrong with it.
    fn check(&self, below: &str, sha256: &str) -> Result<Vec<u8>, String> {
        match self.read(below) {
            Some(bytes) if hex::encode(Sha256::digest(&bytes)) == sha256 => Ok(bytes),
            Some(_) => Err(format!("{below} has another checksum")),
            None => Err(format!("{below} is missing")),
        }
    }
}

impl Way for AwsSync {
    fn name(&self) -> String {
        format!("`aws s3 sync{}` and createrepo_c", if self.deletes { " --delete" } else { "" })
    }

    fn format(&self) -> Format {
        Format::Rpm
    }

    fn publish(&self, package: &Package, _: &Course) -> bool {
        let scratch = Scratch::new();
        let (work, file) = (scratch.path().join("work"), scratch.path().join(&package.filename));
        fs::create_dir(&work).expect("the working copy is writable");
        fs::write(&file, &package.bytes).expect("the working copy is writable");
        let output = Command::new("bash")
            .args(["-c", SCRIPT])
            .envs(stack().variables().filter(|(name, _)| name.starts_with("AWS_")))
            .env("AWS", root().join(".localstack/venv/bin/aws"))
            .env("REPO", format!("s3://{}/{}", self.bucket, self.prefix))
            .env("WORK", work)
            .env("PACKAGE", file)
            .env("DELETE", if self.deletes { "--delete" } else { "" })
            .output();
        output.expect("bash runs").status.success()
    }

    fn look(&self) -> Sight {
        let mut sight = Sight::default();
        let Some(repomd) = self.read("repodata/repomd.xml") else { return sight };
        let repomd = Element::parse(&String::from_utf8_lossy(&repomd));
        for data in repomd.children.iter().filter(|data| data.name == "data") {
            let path = data.child("location").expect("each file has a location").attribute("href");
            let sha256 = &data.child("checksum").expect("each file has a checksum").text;
            let bytes = match self.check(path, sha256) {
                Ok(bytes) => bytes,
                Err(what) => return Sight { broken: Some(what), ..sight },
            };
            if data.attribute("type") == "primary" {
                for package in repodata::listed(path, &bytes) {
                    match self.check(&package.href, &package.sha256) {
                        Ok(_) => drop(sight.listed.insert(package.sha256)),
                        Err(what) => drop(sight.broken.get_or_insert(what)),
                    }
                }
            }
        }
        sight
    }
}
