//! The lists of the files in all packages of an archive, as they are kept between the one who makes them and the builder:
//! a line of JSON that names them, then their bytes one after the other, compressed as they are published.

use std::collections::BTreeMap;

use bytes::Bytes;
use colca_apt::{Index, NamedFile, Packed};
use colca_model::{Codename, RepoPath, Sha256};
use colca_runtime::Services;
use colca_store::ObjectKey;
use serde::{Deserialize, Serialize};
use sha2::Digest;
use tracing::warn;

use crate::deb::ContentsByCodename;

/// What is said of one list.
#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    plain: NamedFile,
    packed: Vec<NamedFile>,
}

type Head = BTreeMap<Codename, Vec<Listed>>;

/// The lists that are to be published; none if nobody has made them yet.
pub(crate) async fn stored(services: &Services, repository: &RepoPath) -> colca_store::Result<ContentsByCodename> {
    let key = ObjectKey::Contents { repository: repository.clone() };
    let Some((bytes, _)) = services.objects.read(&key).await? else { return Ok(ContentsByCodename::new()) };
    Ok(from_bytes(&bytes).unwrap_or_else(|| {
        // They are made anew after the publish.
        warn!(%repository, "{} cannot be read", key.path());
        ContentsByCodename::new()
    }))
}

/// The same lists give the same bytes.
pub(crate) fn to_bytes(contents: &ContentsByCodename) -> serde_json::Result<Bytes> {
    let listed = |index: &Index| Listed {
        plain: index.plain.clone(),
        packed: index.packed.iter().map(|packed| packed.file.clone()).collect(),
    };
    let head: Head =
        contents.iter().map(|(codename, lists)| (codename.clone(), lists.iter().map(listed).collect())).collect();
    let mut bytes = serde_json::to_vec(&head)?;
    bytes.push(b'\n');
    for packed in contents.values().flatten().flat_map(|index| &index.packed) {
        bytes.extend(&packed.bytes);
    }
    Ok(bytes.into())
}

/// `None` if it is not what [`to_bytes`] writes.
fn from_bytes(bytes: &[u8]) -> Option<ContentsByCodename> {
    let (head, mut rest) = bytes.split_at_checked(bytes.iter().position(|byte| *byte == b'\n')?)?;
    rest = rest.strip_prefix(b"\n")?;
    let mut take = |file: NamedFile| {
        let (bytes, after) = rest.split_at_checked(usize::try_from(file.size).ok()?)?;
        rest = after;
        let is_good = Sha256::new(sha2::Sha256::digest(bytes).into()) == file.sha256;
        is_good.then(|| Packed { file, bytes: bytes.to_vec() })
    };
    let mut contents = ContentsByCodename::new();
    for (codename, lists) in serde_json::from_slice::<Head>(head).ok()? {
        let lists = lists.into_iter().map(|Listed { plain, packed }| {
            Some(Index { plain, packed: packed.into_iter().map(&mut take).collect::<Option<_>>()? })
        });
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
