//! Repositories that are pinned by the checksum of their entry file, which names all else by its checksum.
//!
//! A list that was read once is remembered under what was pinned. So other people's servers are asked only for what
//! nobody has seen yet, and what they do later harms nobody who pinned what was there before.

use std::collections::BTreeSet;

use colca_model::{DebArchitecture, Sha256, UploadId};
use colca_runtime::{Services, Web};
use colca_settings::External;
use colca_store::{Garbage, ObjectKey, Owner, Receiver};
use serde_json::json;
use sha2::Digest;
use tracing::{info, warn};

use crate::error::Unfetched;
use crate::file::{Expected, ExternalFile};
use crate::listed::{LONGEST_ENTRY, Listed};
use crate::{deb, rpm};

/// Raised when lists are read differently, so that those that are remembered are read again.
const READING: u32 = 1;

/// The checksum that an entry file has now: what whoever asks only once pins himself.
///
/// # Errors
/// [`Unfetched`] if there is none to be had.
pub async fn pin(web: &Web, entry_file: &str) -> Result<Sha256, Unfetched> {
    let mut download = web.get(entry_file, LONGEST_ENTRY).await?;
    let mut digest = sha2::Sha256::new();
    while let Some(bytes) = download.next().await? {
        digest.update(&bytes);
    }
    Ok(Sha256::new(digest.finalize().into()))
}

/// Fetches a file into an object of its own, if it is the one that was listed.
///
/// # Errors
/// [`Unfetched`] if it is not, or is not to be had.
pub async fn fetch(services: &Services, url: &str, size: u64, sha256: Sha256) -> Result<ObjectKey, Unfetched> {
    if size > Receiver::LARGEST {
        let most = Receiver::LARGEST;
        return Err(Unfetched::Unusable(format!("{url} has {size} bytes, and {most} is the most there may be")));
    }
    let expected = Expected { size: Some(size), sha256, by: "the list of its repository says" };
    let file = ExternalFile::get(&services.web, url, size, expected).await?;
    let key = ObjectKey::Received { upload: services.ids.upload_id() };
    let mut receiver = services.objects.receive(key.clone());
    match receive(file, &mut receiver).await {
        Ok(()) => receiver.finish().await?,
        Err(failure) => {
            receiver.abort().await;
            return Err(failure);
        }
    }
    Ok(key)
}

async fn receive(mut file: ExternalFile, receiver: &mut Receiver) -> Result<(), Unfetched> {
    while let Some(bytes) = file.next().await? {
        receiver.push(&bytes).await?;
    }
    Ok(())
}

/// What a repository lists, as it was when it was pinned.
///
/// # Errors
/// [`Unfetched`] if what is there now is not what was pinned, or is not to be had.
pub async fn list(
    services: &Services,
    external: &External,
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Listed>, Unfetched> {
    let key = ObjectKey::External { sha256: known_as(external, architectures, None) };
    remembered(services, &key, external, architectures).await
}

/// The same for an import, which forgets it when it ends.
///
/// # Errors
/// The same.
pub async fn list_for(services: &Services, external: &External, import: &UploadId) -> Result<Vec<Listed>, Unfetched> {
    let key = ObjectKey::External { sha256: known_as(external, None, Some(import)) };
    let garbage = Garbage::new(key.path(), Owner::Import { import: import.clone() });
    services.jobs.discard([garbage], services.unfinished_ends()).await?;
    remembered(services, &key, external, None).await
}

async fn remembered(
    services: &Services,
    key: &ObjectKey,
    external: &External,
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Listed>, Unfetched> {
    if let Some((bytes, _)) = services.objects.read(key).await? {
        match serde_json::from_slice(&bytes) {
            Ok(listed) => return Ok(listed),
            Err(error) => {
                let (key, url) = (key.path(), &external.url);
                warn!(key, %url, %error, "{key} cannot be read, so {url} is read again");
            }
        }
    }
    let listed = match &external.codename {
        None => rpm::list(&services.web, external).await?,
        Some(codename) => deb::list(&services.web, external, codename, architectures).await?,
    };
    info!(url = %external.url, packages = listed.len(), "Read what {} lists", external.url);
    let json = serde_json::to_vec(&listed).expect("texts and numbers can be written as JSON");
    services.objects.write(key, json).await?;
    Ok(listed)
}

/// A checksum of all that a list depends on, and of whom it is for if that is an import.
fn known_as(
    external: &External,
    architectures: Option<&BTreeSet<DebArchitecture>>,
    import: Option<&UploadId>,
) -> Sha256 {
    let all = json!([READING, external.entry_file(), external.sha256, external.components, architectures]);
    let all = import.map_or_else(|| all.to_string(), |import| format!("{all} {import}"));
    Sha256::new(sha2::Sha256::digest(all).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::external;

    #[test]
    fn a_list_is_known_by_all_that_it_depends_on() {
        let amd64 = BTreeSet::from([DebArchitecture::new("amd64").expect("a good name")]);
        let pins = ["ab", "cd"].map(|byte| byte.repeat(32).parse().expect("a checksum"));
        let deb = |components: &str| format!("codename = \"stable\"\ncomponents = \"{components}\"");
        let (url, other) = ("https://a.example/el9/", "https://a.example/el8/");
        let import = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let all = [
            known_as(&external(url, pins[0], ""), None, None),
            known_as(&external(url, pins[1], ""), None, None),
            known_as(&external(other, pins[0], ""), None, None),
            known_as(&external(url, pins[0], &deb("main")), None, None),
            known_as(&external(url, pins[0], &deb("main test")), None, None),
            known_as(&external(url, pins[0], &deb("main")), Some(&amd64), None),
            known_as(&external(url, pins[0], ""), None, Some(&import)),
        ];
        assert_eq!(BTreeSet::from(all).len(), all.len());
        assert_eq!(known_as(&external(url, pins[0], ""), None, None), all[0], "the same is known as the same");
    }
}
