//! The lists of the files in all packages of an archive, as they are kept between those who make them and the builder: a line
//! that names them, then their bytes as they are published, then what is to be known of them to change them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;
use colca_apt::{ContentsList, Index, Label, Lines, NamedFile, Packed, by_hash};
use colca_model::{Codename, RepoPath, Sha256, UploadId};
use colca_runtime::Services;
use colca_store::{ErrorKind, ObjectKey, Revision};
use serde::{Deserialize, Serialize};
use sha2::Digest;
use tracing::warn;

use crate::content::Content;

/// The lists of each distribution.
pub(crate) type ContentsByCodename = BTreeMap<Codename, Vec<ContentsList>>;

/// What is kept.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeptContents {
    pub(crate) made: Option<Made>,
    /// The packages in them, by their uploads; for nothing unless it is known what they were made of.
    pub(crate) packages: BTreeMap<UploadId, Label>,
    pub(crate) lists: ContentsByCodename,
}

/// What lists were made of. They can be changed into those of a later build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Made {
    /// The packages as this build had them.
    pub(crate) build: u64,
    /// Besides the packages.
    pub(crate) by: String,
}

/// A list as it is to be published.
pub(crate) struct ContentsFile {
    pub(crate) plain: NamedFile,
    pub(crate) packed: NamedFile,
    /// What is published; none if it is there.
    pub(crate) content: Option<Content>,
}

/// The lists that are to be published.
#[derive(Default)]
pub(crate) struct Stored {
    /// The build whose packages are in them, if that is known.
    pub(crate) made: Option<u64>,
    pub(crate) lists: BTreeMap<Codename, Vec<ContentsFile>>,
}

/// What is said of one list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) plain: NamedFile,
    pub(crate) packed: NamedFile,
}

/// The first line. The SHA-256 of the rest of it stands before it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Head {
    /// Whose lists these are.
    of: String,
    pub(crate) made: Option<Made>,
    pub(crate) lists: BTreeMap<Codename, Vec<Listed>>,
    /// Of what follows the lists.
    rest: Sha256,
}

/// What follows the lists, compressed with zstd.
#[derive(Serialize, Deserialize)]
struct Rest {
    packages: BTreeMap<UploadId, Label>,
    /// By the SHA-256 of their list.
    runs: BTreeMap<String, Vec<Lines>>,
}

/// How many bytes are read to see what there is: in most cases all of the first line.
const FIRST: u64 = 64 * 1024;

/// What is kept beside the lists is written as often as it is read.
const ZSTD_LEVEL: i32 = 3;

pub(crate) fn key(repository: &RepoPath) -> ObjectKey {
    ObjectKey::Contents { repository: repository.clone() }
}

/// Whether a list is among the files of a revision.
pub(crate) fn is_in(revision: &Revision, codename: &Codename, packed: &NamedFile) -> bool {
    let place = revision.places.get(&format!("dists/{codename}"));
    place.is_some_and(|place| place.files.contains(&format!("dists/{codename}/{}", by_hash(packed))))
}

/// What there is; `None` if there is nothing that can be read.
pub(crate) async fn look(services: &Services, repository: &RepoPath) -> colca_store::Result<Option<Head>> {
    let mut beginning = match services.objects.read_range(&key(repository), 0, FIRST).await {
        // Of an object without any bytes no range can be read.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Invalid) => return Ok(None),
        beginning => beginning?,
    };
    if beginning.len() as u64 == FIRST && !beginning.contains(&b'\n') {
        let all = services.objects.read(&key(repository)).await?;
        beginning = all.map(|(bytes, _)| bytes).unwrap_or_default();
    }
    Ok(head(repository, &beginning).map(|(head, _)| head))
}

/// The lists that are to be published; none if nobody has made them yet. `is_there` says of a list and its distribution
/// whether it was published before: as long as that goes for all, nobody reads them.
pub(crate) async fn stored(
    services: &Services,
    repository: &RepoPath,
    is_there: impl Fn(&Codename, &NamedFile) -> bool,
) -> colca_store::Result<Stored> {
    let all_there = |head: &Head| {
        head.lists.iter().all(|(codename, lists)| lists.iter().all(|list| is_there(codename, &list.packed)))
    };
    if let Some(head) = look(services, repository).await?.filter(all_there) {
        return Ok(Stored::of(head, |_| None));
    }
    let Some((bytes, _)) = services.objects.read(&key(repository)).await? else { return Ok(Stored::default()) };
    let Some((head, packed, _)) = parts(repository, &bytes) else {
        // They are made anew after the publish.
        warn!(%repository, "{} cannot be read", key(repository).path());
        return Ok(Stored::default());
    };
    Ok(Stored::of(head, |file| packed.get(&file.sha256.to_string()).map(|packed| bytes.slice_ref(packed).into())))
}

impl Stored {
    fn of(head: Head, content: impl Fn(&NamedFile) -> Option<Content>) -> Self {
        let file = |Listed { plain, packed }| ContentsFile { content: content(&packed), plain, packed };
        let lists = head.lists.into_iter().map(|(name, lists)| (name, lists.into_iter().map(file).collect())).collect();
        Self { made: head.made.map(|made| made.build), lists }
    }
}

impl KeptContents {
    /// What is said of each list.
    pub(crate) fn listed(&self) -> BTreeMap<Codename, Vec<Listed>> {
        let listed = |ContentsList { index, .. }: &ContentsList| Listed {
            plain: index.plain.clone(),
            packed: index.packed.file.clone(),
        };
        self.lists.iter().map(|(codename, lists)| (codename.clone(), lists.iter().map(listed).collect())).collect()
    }

    /// The same lists of the same packages give the same bytes.
    pub(crate) fn to_bytes(&self, repository: &RepoPath) -> std::io::Result<Bytes> {
        let mut packed = Vec::new();
        let mut runs = BTreeMap::new();
        for ContentsList { index, runs: of_it } in self.lists.values().flatten() {
            if runs.insert(index.packed.file.sha256.to_string(), of_it.clone()).is_none() {
                packed.extend_from_slice(&index.packed.bytes);
            }
        }
        let rest = serde_json::to_vec(&Rest { packages: self.packages.clone(), runs })?;
        let rest = zstd::bulk::compress(&rest, ZSTD_LEVEL)?;
        let (made, lists) = (self.made.clone(), self.listed());
        let head = serde_json::to_vec(&Head { of: repository.to_string(), made, lists, rest: sha256(&rest) })?;
        let sum = sha256(&head).to_string();
        Ok([sum.as_bytes(), b" ", &head, b"\n", &packed, &rest].concat().into())
    }

    /// `None` if it is not what [`KeptContents::to_bytes`] writes for this repository.
    pub(crate) fn from_bytes(repository: &RepoPath, bytes: &[u8]) -> Option<Self> {
        let (head, packed, rest) = parts(repository, bytes)?;
        if sha256(rest) != head.rest {
            return None;
        }
        let Rest { packages, runs } = serde_json::from_slice(&zstd::stream::decode_all(rest).ok()?).ok()?;
        let list = |Listed { plain, packed: file }: Listed| {
            let sha256 = file.sha256.to_string();
            let bytes = packed.get(&sha256)?.to_vec();
            let index = Index { plain, packed: Packed { file, bytes } };
            Some(ContentsList { index, runs: runs.get(&sha256)?.clone() })
        };
        let mut lists = ContentsByCodename::new();
        for (codename, listed) in head.lists {
            lists.insert(codename, listed.into_iter().map(list).collect::<Option<_>>()?);
        }
        Some(Self { made: head.made, packages, lists })
    }
}

/// The first line, and what follows it.
fn head<'a>(repository: &RepoPath, bytes: &'a [u8]) -> Option<(Head, &'a [u8])> {
    let (line, rest) = bytes.split_at_checked(bytes.iter().position(|byte| *byte == b'\n')?)?;
    let (sum, json) = line.split_at_checked(line.iter().position(|byte| *byte == b' ')?)?;
    let json = &json[1..];
    let head: Head = (sum == sha256(json).to_string().as_bytes()).then(|| serde_json::from_slice(json).ok())??;
    (head.of == repository.to_string()).then_some((head, &rest[1..]))
}

/// The first line, the bytes of each list by their SHA-256, and what follows them.
#[expect(clippy::type_complexity, reason = "it is taken apart at once")]
fn parts<'a>(repository: &RepoPath, bytes: &'a [u8]) -> Option<(Head, BTreeMap<String, &'a [u8]>, &'a [u8])> {
    let (head, mut rest) = head(repository, bytes)?;
    let mut packed = BTreeMap::new();
    for file in head.lists.values().flatten().map(|list| &list.packed) {
        if let Entry::Vacant(list) = packed.entry(file.sha256.to_string()) {
            let (bytes, after) = rest.split_at_checked(usize::try_from(file.size).ok()?)?;
            rest = after;
            list.insert((sha256(bytes) == file.sha256).then_some(bytes)?);
        }
    }
    Some((head, packed, rest))
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use colca_apt::{Layout, Paths, contents};
    use colca_model::DebArchitecture;

    use super::*;

    fn repository() -> RepoPath {
        "p/r/s/d/1/flavors/f".parse().expect("a good path")
    }

    fn some() -> KeptContents {
        let architectures = ["amd64", "arm64"].map(|name| DebArchitecture::new(name).expect("a good name"));
        let layout = Layout::new(&[], &[]);
        let label = Label {
            name: "net/hello".to_owned(),
            component: layout.component(None).clone(),
            architecture: "amd64".to_owned(),
        };
        let lists = || contents(&layout, &architectures, &[(&label, &Paths::default())]);
        let lists = ["bookworm", "jammy"].map(|codename| (codename.parse().expect("a good name"), lists())).into();
        let made = Some(Made { build: 7, by: "settings".to_owned() });
        let upload = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        KeptContents { made, packages: [(upload, label)].into(), lists }
    }

    #[test]
    fn reads_what_it_writes() {
        let nothing = KeptContents { made: None, packages: BTreeMap::new(), lists: ContentsByCodename::new() };
        for contents in [nothing, some()] {
            let bytes = contents.to_bytes(&repository()).expect("plain data");
            assert_eq!(KeptContents::from_bytes(&repository(), &bytes), Some(contents));
            let other = "p/r/s/d/1/flavors/other".parse().expect("a good path");
            assert_eq!(KeptContents::from_bytes(&other, &bytes), None, "another's");
        }
    }

    #[test]
    fn reads_nothing_else() {
        let good = some().to_bytes(&repository()).expect("plain data").to_vec();
        for bad in [&b""[..], b"\n", b"{}", b" {}\n", &good[..good.len() - 1], &[&good[..], b"x"].concat()] {
            assert_eq!(KeptContents::from_bytes(&repository(), bad), None, "{} bytes", bad.len());
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert_eq!(KeptContents::from_bytes(&repository(), &bad), None, "byte {at}");
        }
    }
}
