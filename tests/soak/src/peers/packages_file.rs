//! An imitation of the protocol by which deb-s3 changes a repository, with its optional lock and without
//! (<https://github.com/deb-s3/deb-s3>, described in words, without its code): `Packages` is read, gets one paragraph more,
//! and is written; then `Release`, which names its checksum.
//!
//! The lock is an object. Whoever finds none writes one beside it and copies that into its place, if what is beside it is
//! still his own by its entity tag. What the place holds by then nobody asks. Its content is user and host, which all
//! containers of one CI have in common, so all locks have the same entity tag. It does not expire.

use std::time::Duration;

use colca_tests::{aws, deb822::Paragraph, upload::Package};
use sha2::{Digest, Sha256};

use super::way::{Sight, Way};
use crate::{course::Course, shelf::Format};

/// Who holds the lock, in every container of the CI.
const HOLDER: &[u8] = b"root@ci";

/// How long one waits who finds a lock, and how often.
const WAIT: Duration = Duration::from_millis(500);
const WAITS: usize = 240;

/// In one prefix of a bucket.
#[derive(Debug)]
pub(crate) struct PackagesFile {
    bucket: String,
    prefix: &'static str,
    locks: bool,
}

impl PackagesFile {
    /// With the lock or without.
    pub(crate) fn new(bucket: &str, locks: bool) -> Self {
        Self { bucket: bucket.to_owned(), prefix: if locks { "deb-locked" } else { "deb" }, locks }
    }

    fn key(&self, below: &str) -> String {
        format!("{}/{below}", self.prefix)
    }

    fn read(&self, below: &str) -> Option<Vec<u8>> {
        aws::object(&self.bucket, &self.key(below))
    }

    fn write(&self, below: &str, bytes: &[u8]) {
        aws::put(&self.bucket, &self.key(below), bytes);
    }

    /// Whether it got the lock in time.
    fn lock(&self, course: &Course) -> bool {
        for _ in (0..WAITS).take_while(|_| course.goes_on()) {
            if aws::etag(&self.bucket, &self.key(LOCK)).is_none() {
                self.write(INITIAL, HOLDER);
                let own = aws::etag(&self.bucket, &self.key(INITIAL)).unwrap_or_default();
                if aws::copy_if_match(&self.bucket, &self.key(INITIAL), &self.key(LOCK), &own) {
                    return true;
                }
            }
            course.pause(WAIT);
        }
        false
    }
}

const LOCK: &str = "dists/stable/lockfile";
const INITIAL: &str = "dists/stable/lockfile.initial";
const PACKAGES: &str = "dists/stable/main/binary-amd64/Packages";
const RELEASE: &str = "dists/stable/Release";

impl Way for PackagesFile {
    fn name(&self) -> String {
        format!("imitation of deb-s3's protocol, {} lock", if self.locks { "with its optional" } else { "without a" })
    }

    fn format(&self) -> Format {
        Format::Deb
    }

    fn publish(&self, package: &Package, course: &Course) -> bool {
        if self.locks && !self.lock(course) {
            return false;
        }
        let path = format!("pool/{}", package.filename);
        self.write(&path, &package.bytes);
        let mut text = String::from_utf8_lossy(&self.read(PACKAGES).unwrap_or_default()).into_owned();
        let name = package.filename.split('_').next().expect("a name");
        text += &format!(
            "Package: {name}\nVersion: 1.0\nArchitecture: amd64\nFilename: {path}\nSize: {}\nSHA256: {}\n\n",
            package.bytes.len(),
            package.sha256()
        );
        self.write(PACKAGES, text.as_bytes());
        let sha256 = hex::encode(Sha256::digest(&text));
        let release = format!("Codename: stable\nSHA256:\n {sha256} {} main/binary-amd64/Packages\n", text.len());
        self.write(RELEASE, release.as_bytes());
        if self.locks {
            aws::delete(&self.bucket, &self.key(LOCK));
        }
        true
    }

    fn look(&self) -> Sight {
        let Some(release) = self.read(RELEASE) else { return Sight::default() };
        let release = Paragraph::one(&String::from_utf8_lossy(&release));
        let packages = self.read(PACKAGES).unwrap_or_default();
        let is_same = hex::encode(Sha256::digest(&packages)) == release.table("SHA256")[0][0];
        let packages = Paragraph::all(&String::from_utf8_lossy(&packages));
        let listed = packages.iter().map(|package| package.get("SHA256").to_owned()).collect();
        Sight { listed, broken: (!is_same).then(|| "Hash Sum mismatch of Packages".to_owned()) }
    }
}
