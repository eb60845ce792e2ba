//! The lists of the files in all packages of an archive, as they are kept between the one who makes them and the builder:
//! a line of JSON that names them, then their bytes one after the other, compressed as they are published.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_apt::{Index, NamedFile, Packed};
use colca_model::{Codename, RepoPath, Sha256};
use colca_runtime::Services;
use colca_store::{ErrorKind, ObjectKey};
use serde::{Deserialize, Serialize};
use sha2::Digest;
use tracing::warn;

use crate::content::Content;

/// The lists of each distribution.
pub(crate) type ContentsByCodename = BTreeMap<Codename, Vec<Index>>;

/// A list as it is to be published.
pub(crate) struct ContentsFile {
    pub(crate) plain: NamedFile,
    pub(crate) packed: NamedFile,
    /// What is published; none if it is there.
    pub(crate) content: Option<Content>,
}

/// What is said of one list.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    plain: NamedFile,
    packed: NamedFile,
}

type Head = BTreeMap<Codename, Vec<Listed>>;

/// How many bytes are read to see what there is: in most cases all of the first line.
const FIRST: u64 = 64 * 1024;

/// The lists that are to be published; none if nobody has made them yet. `is_there` says of a list and its distribution
/// whether it was published before: as long as that goes for all, nobody reads them.
pub(crate) async fn stored(
    services: &Services,
    repository: &RepoPath,
    is_there: impl Fn(&Codename, &NamedFile) -> bool,
) -> colca_store::Result<BTreeMap<Codename, Vec<ContentsFile>>> {
    let key = ObjectKey::Contents { repository: repository.clone() };
    let beginning = match services.objects.read_range(&key, 0, FIRST).await {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        beginning => beginning?,
    };
    let all_there =
        |head: &Head| head.iter().all(|(codename, lists)| lists.iter().all(|list| is_there(codename, &list.packed)));
    if let Some((head, _)) = head(&beginning).filter(|(head, _)| all_there(head)) {
        let file = |Listed { plain, packed }| ContentsFile { plain, packed, content: None };
        return Ok(head.into_iter().map(|(name, lists)| (name, lists.into_iter().map(file).collect())).collect());
    }
    let Some((bytes, _)) = services.objects.read(&key).await? else { return Ok(BTreeMap::new()) };
    let Some(contents) = from_bytes(&bytes) else {
        // They are made anew after the publish.
        warn!(%repository, "{} cannot be read", key.path());
        return Ok(BTreeMap::new());
    };
    let file = |Index { plain, packed: Packed { file, bytes } }| {
        let content = Some(Bytes::from(bytes).into());
        ContentsFile { plain, packed: file, content }
    };
    Ok(contents.into_iter().map(|(name, lists)| (name, lists.into_iter().map(file).collect())).collect())
}

/// The same lists give the same bytes.
pub(crate) fn to_bytes(contents: &ContentsByCodename) -> serde_json::Result<Bytes> {
    let listed = |index: &Index| Listed { plain: index.plain.clone(), packed: index.packed.file.clone() };
    let head: Head =
        contents.iter().map(|(codename, lists)| (codename.clone(), lists.iter().map(listed).collect())).collect();
    let mut bytes = serde_json::to_vec(&head)?;
    bytes.push(b'\n');
    contents.values().flatten().for_each(|index| bytes.extend(&index.packed.bytes));
    Ok(bytes.into())
}

/// The first line, and what follows it.
fn head(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let (head, rest) = bytes.split_at_checked(bytes.iter().position(|byte| *byte == b'\n')?)?;
    Some((serde_json::from_slice(head).ok()?, &rest[1..]))
}

/// `None` if it is not what [`to_bytes`] writes.
fn from_bytes(bytes: &[u8]) -> Option<ContentsByCodename> {
    let (head, mut rest) = head(bytes)?;
    let mut take = |file: NamedFile| {
        let (bytes, after) = rest.split_at_checked(usize::try_from(file.size).ok()?)?;
        rest = after;
        let is_good = Sha256::new(sha2::Sha256::digest(bytes).into()) == file.sha256;
        is_good.then(|| Packed { file, bytes: bytes.to_vec() })
    };
    let mut contents = ContentsByCodename::new();
    for (codename, lists) in head {
        let lists = lists.into_iter().map(|Listed { plain, packed }| Some(Index { plain, packed: take(packed)? }));
        contents.insert(codename, lists.collect::<Option<_>>()?);
    }
    rest.is_empty().then_some(contents)
}

#[cfg(test)]
mod tests {
    use colca_apt::{Layout, Paths, contents};
    use colca_model::DebArchitecture;

    use super::*;

    fn some() -> ContentsByCodename {
        let architectures = ["amd64", "arm64"].map(|name| DebArchitecture::new(name).expect("a good name"));
        let layout = Layout::new(&[], &[]);
        let lists = || contents(&layout, &architectures, &[] as &[(&colca_apt::Fragment, &Paths)]);
        ["bookworm", "jammy"].map(|codename| (codename.parse().expect("a good name"), lists())).into()
    }

    #[test]
    fn reads_what_it_writes() {
        for contents in [ContentsByCodename::new(), some()] {
            let bytes = to_bytes(&contents).expect("plain data");
            assert_eq!(from_bytes(&bytes), Some(contents));
        }
    }

    #[test]
    fn reads_nothing_else() {
        let good = to_bytes(&some()).expect("plain data").to_vec();
        let altered: Vec<u8> = [&good[..good.len() - 1], b"x"].concat();
        for bad in [&b""[..], b"\n", b"{}", &good[..good.len() - 1], &[&good[..], b"x"].concat(), &altered] {
            assert_eq!(from_bytes(bad), None, "{} bytes", bad.len());
        }
    }
}
