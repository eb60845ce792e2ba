//! Every object we ever write, as one type: its bucket, path, kind and how long it may be cached.

use colca_model::{Filename, RepoPath, UploadId};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What must be encoded in the path of a URL. `+` is, since S3 reads a plain one as a space; `~` never needs to be.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'$') // dnf would expand it
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b',')
    .add(b':')
    .add(b';')
    .add(b'<')
    .add(b'=')
    .add(b'>')
    .add(b'?')
    .add(b'@')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The two buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Where uploaders put files. Nobody reads it but the ingest function; what lingers is expired.
    Incoming,
    /// The package store, versioned. The CDN serves `repos/`, nothing else.
    Store,
}

/// An object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectKey {
    /// An upload on its way in.
    Incoming {
        /// The upload.
        upload: UploadId,
        /// The name its file is to have.
        filename: Filename,
    },
    /// A file on its way in through us, whose checksums are not known before its end. S3 announces none of these.
    Received {
        /// An id of its own: the upload gets another when the bytes are all there.
        upload: UploadId,
    },
    /// A published file.
    File {
        /// The repository that holds it.
        repository: RepoPath,
        /// The directory within it: the architecture of the header, `SRPMS` for source packages.
        directory: String,
        /// Its name.
        filename: Filename,
        /// The upload, for bytes that replace others or whose name was taken: a key of their own, so that no
        /// cache can hold wrong bytes under a right name.
        replacement: Option<UploadId>,
    },
    /// A file of rpm-md metadata, named by its checksum and never overwritten.
    RpmMetadata {
        /// The repository.
        repository: RepoPath,
        /// The directory `repodata/` is in; empty for the top of the repository.
        directory: String,
        /// Its name, `<revision>-<sha256>-primary.xml.zst`.
        name: String,
    },
    /// The entry file of rpm-md, written last.
    Repomd {
        /// The repository.
        repository: RepoPath,
        /// The directory `repodata/` is in; empty for the top of the repository.
        directory: String,
    },
    /// Metadata fragments of a package too large for a table item.
    Fragments {
        /// The upload that brought the package.
        upload: UploadId,
    },
    /// The configuration of repositories, `colca.toml`.
    Settings,
    /// A key as it was read from the catalog.
    Stored(String),
}

impl ObjectKey {
    /// What the keys of all that is published of a repository start with.
    #[must_use]
    pub fn repository(repository: &RepoPath) -> String {
        format!("repos/{repository}/")
    }

    /// The bucket the object lies in.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        match self {
            Self::Incoming { .. } | Self::Received { .. } => Bucket::Incoming,
            Self::File { .. }
            | Self::RpmMetadata { .. }
            | Self::Repomd { .. }
            | Self::Fragments { .. }
            | Self::Settings
            | Self::Stored(_) => Bucket::Store,
        }
    }

    /// The key, as S3 knows it: not encoded.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Incoming { upload, filename } => format!("incoming/{upload}/{filename}"),
            Self::Received { upload } => format!("received/{upload}"),
            Self::File { repository, directory, filename, replacement: None } => {
                format!("repos/{repository}/{directory}/{filename}")
            }
            Self::File { repository, directory, filename, replacement: Some(upload) } => {
                format!("repos/{repository}/{directory}/{upload}/{filename}")
            }
            Self::RpmMetadata { repository, directory, name } => {
                format!("repos/{repository}/{}repodata/{name}", within(directory))
            }
            Self::Repomd { repository, directory } => {
                format!("repos/{repository}/{}repodata/repomd.xml", within(directory))
            }
            Self::Fragments { upload } => format!("state/fragments/{upload}"),
            Self::Settings => "state/colca.toml".to_owned(),
            Self::Stored(key) => key.clone(),
        }
    }

    /// The path of a URL that leads to the object through the CDN: the key, encoded.
    #[must_use]
    pub fn url_path(&self) -> String {
        utf8_percent_encode(&self.path(), PATH).to_string()
    }

    /// What the object is served as.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::File { filename, .. } if filename.is_rpm() => "application/x-rpm",
            Self::Repomd { .. } => "application/xml",
            Self::Settings => "application/toml",
            Self::Incoming { .. }
            | Self::Received { .. }
            | Self::File { .. }
            | Self::RpmMetadata { .. }
            | Self::Fragments { .. }
            | Self::Stored(_) => "application/octet-stream",
        }
    }

    /// How long caches may keep it: seconds for what is overwritten, for ever for everything else.
    #[must_use]
    pub fn cache_control(&self) -> &'static str {
        match self {
            Self::Repomd { .. } => "public, max-age=5",
            Self::File { .. } | Self::RpmMetadata { .. } | Self::Stored(_) => "public, max-age=31536000, immutable",
            Self::Incoming { .. } | Self::Received { .. } | Self::Fragments { .. } | Self::Settings => {
                "private, no-store"
            }
        }
    }
}

fn within(directory: &str) -> String {
    if directory.is_empty() { String::new() } else { format!("{directory}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository() -> RepoPath {
        "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path")
    }

    fn file(replacement: Option<UploadId>) -> ObjectKey {
        let filename = Filename::new("libstdc++-12~rc1-1.x86_64.rpm").expect("a good name");
        ObjectKey::File { repository: repository(), directory: "x86_64".to_owned(), filename, replacement }
    }

    #[test]
    fn a_plus_is_encoded_for_urls_only() {
        let key = file(None);
        assert_eq!(key.path(), "repos/ceph/main/HEAD/centos/9/flavors/default/x86_64/libstdc++-12~rc1-1.x86_64.rpm");
        assert!(key.url_path().ends_with("/libstdc%2B%2B-12~rc1-1.x86_64.rpm"), "{}", key.url_path());
    }

    #[test]
    fn replaced_bytes_get_a_key_of_their_own() {
        let upload: UploadId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        assert!(file(Some(upload)).path().contains("/x86_64/01ARZ3NDEKTSV4RRFFQ69G5FAV/libstdc++"));
    }

    #[test]
    fn only_entry_files_grow_stale() {
        let repomd = ObjectKey::Repomd { repository: repository(), directory: String::new() };
        assert!(repomd.path().ends_with("/flavors/default/repodata/repomd.xml"));
        assert!(repomd.cache_control().contains("max-age=5"));
        assert!(file(None).cache_control().contains("immutable"));
    }
}
