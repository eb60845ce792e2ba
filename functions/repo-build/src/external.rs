//! Repositories elsewhere whose packages a repository lists as well: pinned by the checksum of their entry file, which names
//! all else by its checksum.
//!
//! A list that was read once is remembered under what was pinned. So a build asks other people's servers only for what
//! nobody has seen yet, and what they do later harms nobody who pinned what was there before.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::{DebArchitecture, RepositoryKind, Sha256};
use colca_runtime::Services;
use colca_settings::External;
use colca_store::{ObjectKey, Receiver};
use serde_json::json;
use sha2::Digest;
use tracing::{info, warn};

use crate::assemble::Assembly;
use crate::external_deb;
use crate::external_file::{Expected, ExternalFile};
use crate::external_listed::Listed;
use crate::external_rpm;
use crate::failure::Failure;
use crate::shared::Original;

/// Raised when lists are read differently, so that those that are remembered are read again.
const READING: u32 = 1;

/// What those of the repositories that are of that kind list, in the order of the configuration. They are in no distribution
/// but those of the repository that takes them.
pub(crate) async fn packages(assembly: &Assembly<'_>, kind: RepositoryKind) -> Result<Vec<Original>, Failure> {
    let (settings, path) = (&assembly.settings, assembly.path);
    let is_deb = kind == RepositoryKind::Deb;
    let architectures = if is_deb { settings.distribution(&path.project).architectures } else { None };
    let mut originals = BTreeMap::new();
    for external in settings.externals(path) {
        if external.codename.is_some() != is_deb {
            continue;
        }
        for listed in list(&assembly.builder.services, external, architectures.as_ref()).await? {
            let original = listed.original(&external.url);
            // Several list the same file: one copy is enough.
            let file = (original.arch.clone(), original.filename.clone(), original.sha256);
            originals.entry(file).or_insert(original);
        }
    }
    Ok(originals.into_values().collect())
}

/// Fetches a file into an object of its own, if it is the one that was listed.
pub(crate) async fn fetch(services: &Services, url: &str, size: u64, sha256: Sha256) -> Result<ObjectKey, Failure> {
    if size > Receiver::LARGEST {
        let most = Receiver::LARGEST;
        return Err(Failure::Unpublishable(format!("{url} has {size} bytes, and {most} is the most there may be")));
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

async fn receive(mut file: ExternalFile, receiver: &mut Receiver) -> Result<(), Failure> {
    while let Some(bytes) = file.next().await? {
        receiver.push(&bytes).await?;
    }
    Ok(())
}

/// What a repository lists, as it was when it was pinned.
async fn list(
    services: &Services,
    external: &External,
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Listed>, Failure> {
    let key = ObjectKey::External { sha256: known_as(external, architectures) };
    if let Some((bytes, _)) = services.objects.read(&key).await? {
        match serde_json::from_slice(&bytes) {
            Ok(listed) => return Ok(listed),
            Err(error) => warn!(%error, "{} cannot be read, so {} is read again", key.path(), external.url),
        }
    }
    let listed = match &external.codename {
        None => external_rpm::list(&services.web, external).await?,
        Some(codename) => external_deb::list(&services.web, external, codename, architectures).await?,
    };
    info!(url = %external.url, packages = listed.len(), "Read what {} lists", external.url);
    let json = serde_json::to_vec(&listed).expect("texts and numbers can be written as JSON");
    services.objects.write(&key, json).await?;
    Ok(listed)
}

/// A checksum of all that a list depends on.
fn known_as(external: &External, architectures: Option<&BTreeSet<DebArchitecture>>) -> Sha256 {
    let all = json!([READING, external.entry_file(), external.sha256, external.components, architectures]);
    Sha256::new(sha2::Sha256::digest(all.to_string()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::external_file::tests::external;

    #[test]
    fn a_list_is_known_by_all_that_it_depends_on() {
        let amd64 = BTreeSet::from([DebArchitecture::new("amd64").expect("a good name")]);
        let pins = ["ab", "cd"].map(|byte| byte.repeat(32).parse().expect("a checksum"));
        let deb = |components: &str| format!("codename = \"stable\"\ncomponents = \"{components}\"");
        let (url, other) = ("https://a.example/el9/", "https://a.example/el8/");
        let all = [
            known_as(&external(url, pins[0], ""), None),
            known_as(&external(url, pins[1], ""), None),
            known_as(&external(other, pins[0], ""), None),
            known_as(&external(url, pins[0], &deb("main")), None),
            known_as(&external(url, pins[0], &deb("main test")), None),
            known_as(&external(url, pins[0], &deb("main")), Some(&amd64)),
        ];
        assert_eq!(BTreeSet::from(all).len(), all.len());
        assert_eq!(known_as(&external(url, pins[0], ""), None), all[0], "the same is known as the same");
    }
}
