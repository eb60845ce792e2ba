//! Every object we ever write, as one type: its bucket, path, kind and how long it may be cached.

use colca_model::{Filename, RepoPath, Sha256, UploadId};
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

/// Of how many names the path of a repository is: `P/R/S/D/V/flavors/F`.
const NAMES: usize = 7;

/// The two buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Where uploaders put files. Nobody reads it but the ingest function; what lingers is expired.
    Incoming,
    /// The package store, versioned. The CDN serves `repos/`, nothing else.
    Store,
    /// One of somebody else's, which we only read.
    Other,
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
    /// Metadata under a name that nothing else ever has: with a checksum or the number of a revision in it.
    Metadata {
        /// The repository.
        repository: RepoPath,
        /// Its path below the repository, such as `x86_64/repodata/<revision>-<sha256>-primary.xml.zst`.
        path: String,
    },
    /// A file that clients start from, and that is overwritten with each publish.
    Entry {
        /// The repository.
        repository: RepoPath,
        /// Its path below the repository, such as `x86_64/repodata/repomd.xml`.
        path: String,
    },
    /// Metadata fragments of a package too large for a table item.
    Fragments {
        /// The upload that brought the package.
        upload: UploadId,
    },
    /// The paths of the files in a package of Debian.
    Paths {
        /// The upload that brought the package, or the id of its copy.
        upload: UploadId,
    },
    /// The lists of the files in all packages of a Debian archive, as they are to be published next.
    Contents {
        /// The repository.
        repository: RepoPath,
    },
    /// The lists of a repository as a revision has them, or the record of a segment of one: what the next revision is made
    /// from.
    Lists {
        /// The repository.
        repository: RepoPath,
        /// The number of the revision; of a record with one of its own.
        name: String,
    },
    /// The configuration of repositories, `colca.toml`.
    Settings,
    /// The list of keys for signing; nothing in it is secret.
    Keys,
    /// What a repository elsewhere lists, as it was when somebody pinned it.
    External {
        /// Of its address, of the checksum that is pinned, and of what is taken of it.
        sha256: Sha256,
    },
    /// A key as it was read from the catalog.
    Stored(String),
    /// What somebody put into a bucket, as it was when it was listed: no other bytes are ever taken for it.
    Found {
        /// The bucket.
        bucket: String,
        /// Its key.
        key: String,
        /// Its entity tag.
        etag: String,
    },
}

impl ObjectKey {
    /// What the keys of all that is published of a repository start with.
    #[must_use]
    pub fn repository(repository: &RepoPath) -> String {
        format!("repos/{repository}/")
    }

    /// The path that a key has below its repository, which is how metadata names it; the whole key if it is not of it.
    #[must_use]
    pub fn below<'a>(repository: &RepoPath, key: &'a str) -> &'a str {
        key.strip_prefix(&Self::repository(repository)).unwrap_or(key)
    }

    /// Whether an object lies under the plain name of a file, which others could get. A key of its own has the id of an upload between the
    /// directory and the name.
    #[must_use]
    pub fn is_plain(key: &str) -> bool {
        let mut above = key.rsplit('/').skip(1);
        let has_id = above.next().is_some_and(|name| name.parse::<UploadId>().is_ok());
        // Somebody's architecture may look like an id. What is above that is the path of the repository, below `repos`.
        let is_own = has_id && above.count() > NAMES + 1;
        key.starts_with("repos/") && !is_own
    }

    /// The repository that a key is published in; none if the public cannot read it.
    #[must_use]
    pub(crate) fn published_in(key: &str) -> Option<RepoPath> {
        let below = key.strip_prefix("repos/")?;
        let (end, _) = below.match_indices('/').nth(NAMES - 1)?;
        below[..end].parse().ok()
    }

    /// What a revision as a whole is called where objects are noted.
    #[must_use]
    pub fn revision(repository: &RepoPath, number: u64) -> String {
        format!("repos/{repository}/@{number}")
    }

    /// The bucket the object lies in.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        match self {
            Self::Incoming { .. } | Self::Received { .. } => Bucket::Incoming,
            Self::File { .. }
            | Self::Metadata { .. }
            | Self::Entry { .. }
            | Self::Fragments { .. }
            | Self::Paths { .. }
            | Self::Contents { .. }
            | Self::Lists { .. }
            | Self::Settings
            | Self::Keys
            | Self::External { .. }
            | Self::Stored(_) => Bucket::Store,
            Self::Found { .. } => Bucket::Other,
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
            Self::Metadata { repository, path } | Self::Entry { repository, path } => {
                format!("repos/{repository}/{path}")
            }
            Self::Fragments { upload } => format!("state/fragments/{upload}"),
            Self::Paths { upload } => format!("state/paths/{upload}"),
            Self::Contents { repository } => format!("state/contents/{repository}"),
            Self::Lists { repository, name } => format!("state/lists/{repository}/{name}"),
            Self::Settings => "state/colca.toml".to_owned(),
            Self::Keys => "state/keys.json".to_owned(),
            Self::External { sha256 } => format!("state/external/{sha256}.json"),
            Self::Stored(key) | Self::Found { key, .. } => key.clone(),
        }
    }

    /// The path of a URL that leads to the object through the CDN: the key, encoded.
    #[must_use]
    pub fn url_path(&self) -> String {
        utf8_percent_encode(&self.path(), PATH).to_string()
    }

    /// The entity tag that it must still have when it is read, if it is not ours.
    pub(crate) fn seen_as(&self) -> Option<String> {
        if let Self::Found { etag, .. } = self { Some(etag.clone()) } else { None }
    }

    /// What the object is served as.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::File { filename, .. } => type_of(filename.as_str()).unwrap_or(ANY),
            Self::Metadata { path, .. } | Self::Entry { path, .. } => type_of(path).unwrap_or(ANY),
            Self::Settings => "application/toml",
            Self::Keys | Self::External { .. } => JSON,
            Self::Incoming { .. }
            | Self::Received { .. }
            | Self::Fragments { .. }
            | Self::Paths { .. }
            | Self::Contents { .. }
            | Self::Lists { .. }
            | Self::Stored(_)
            | Self::Found { .. } => ANY,
        }
    }

    /// How long caches may keep it: seconds for what is overwritten, for ever for everything else.
    #[must_use]
    pub fn cache_control(&self) -> &'static str {
        match self {
            Self::Entry { .. } => "public, max-age=5",
            Self::File { .. } | Self::Metadata { .. } | Self::Stored(_) => "public, max-age=31536000, immutable",
            Self::Incoming { .. }
            | Self::Received { .. }
            | Self::Fragments { .. }
            | Self::Paths { .. }
            | Self::Contents { .. }
            | Self::Lists { .. }
            | Self::Settings
            | Self::Keys
            | Self::External { .. }
            | Self::Found { .. } => "private, no-store",
        }
    }
}

const ANY: &str = "application/octet-stream";
const JSON: &str = "application/json";

/// What a file is, by the end of its path.
fn type_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    Some(match name.as_str() {
        "release" | "inrelease" | "mirrorlist" | "sha256sums" | "index.txt" => "text/plain; charset=utf-8",
        _ => match name.rsplit_once('.')?.1 {
            "rpm" => "application/x-rpm",
            "deb" | "ddeb" | "udeb" => "application/vnd.debian.binary-package",
            "xml" => "application/xml",
            "json" => JSON,
            // As text, so that browsers show them.
            "asc" | "gpg" | "key" => "text/plain; charset=utf-8",
            _ => return None,
        },
    })
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
        let own = file(Some(upload.clone())).path();
        assert!(own.contains("/x86_64/01ARZ3NDEKTSV4RRFFQ69G5FAV/libstdc++"));
        assert!(ObjectKey::is_plain(&file(None).path()) && !ObjectKey::is_plain(&own));
        let odd = format!("{}{upload}/a.txt", ObjectKey::repository(&repository()));
        assert!(
            ObjectKey::is_plain(&odd)
                && !ObjectKey::is_plain(&format!("{}{upload}/{upload}/a.txt", ObjectKey::repository(&repository())))
        );
        assert!(!ObjectKey::is_plain(&ObjectKey::Fragments { upload }.path()));
    }

    #[test]
    fn what_is_published_says_where() {
        assert_eq!(ObjectKey::published_in(&file(None).path()), Some(repository()));
        let snapshot = format!("{}/repodata/repomd.xml", ObjectKey::revision(&repository(), 3));
        assert_eq!(ObjectKey::published_in(&snapshot), Some(repository()));
        let lists = ObjectKey::Lists { repository: repository(), name: "3".to_owned() };
        assert_eq!(ObjectKey::published_in(&lists.path()), None);
        assert_eq!(ObjectKey::published_in("repos/a/b"), None);
    }

    #[test]
    fn only_entry_files_grow_stale() {
        let repomd = ObjectKey::Entry { repository: repository(), path: "repodata/repomd.xml".to_owned() };
        assert!(repomd.path().ends_with("/flavors/default/repodata/repomd.xml"));
        assert!(repomd.cache_control().contains("max-age=5"));
        assert!(file(None).cache_control().contains("immutable"));
    }

    #[test]
    fn what_others_list_is_nobody_elses_business() {
        let key = ObjectKey::External { sha256: Sha256::new([0xab; 32]) };
        assert_eq!(key.path(), format!("state/external/{}.json", "ab".repeat(32)));
        assert_eq!((key.content_type(), key.cache_control()), ("application/json", "private, no-store"));
        assert_eq!(key.bucket(), Bucket::Store);
    }
}
