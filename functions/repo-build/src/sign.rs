//! From the file that names all others to the entry files that clients read: with its signatures, if there are keys.

use colca_runtime::{Phase, SigningKey, phases};
use colca_signing::{PublicKey, Signature, SignatureRequest, armored_keys, clearsigned, detached};
use colca_store::Revision;
use futures::future::try_join_all;

use crate::failure::Failure;
use crate::revision::NewRevision;
use crate::wanted::{Main, Wanted, WantedEntry, content};

/// What the place is called that has what is said of the repository as a whole.
const TOP: &str = ".";

/// Adds the public keys to what a repository is to have, if there are keys.
pub(crate) fn add_keys(keys: &[SigningKey], wanted: &mut Wanted) {
    if keys.is_empty() {
        return;
    }
    let top = wanted.places.entry(TOP.to_owned()).or_default();
    let public = armored_keys(keys.iter().map(SigningKey::public));
    top.content = content([&top.content, &public]);
    top.entries.push(WantedEntry::new(Revision::KEYS.to_owned(), public));
}

/// Adds the entry files of each place that is new.
pub(crate) async fn sign(keys: &[SigningKey], revision: &NewRevision, wanted: &mut Wanted) -> Result<(), Failure> {
    phases::begin(Phase::Sign);
    for place in wanted.places.values_mut() {
        if let Some(main) = place.main.take() {
            place.entries.extend(entries(keys, revision, main).await?);
        }
    }
    Ok(())
}

async fn entries(keys: &[SigningKey], revision: &NewRevision, main: Main) -> Result<Vec<WantedEntry>, Failure> {
    let is_signed = !keys.is_empty();
    let mut entries = Vec::new();
    let mut beside = |path: String, text: String| entries.push(WantedEntry::new(path, text));
    match main {
        Main::Repomd(path, xml) => {
            if is_signed {
                beside(format!("{path}.asc"), signature(keys, revision, &xml).await?);
                // zypper looks for it here.
                beside(format!("{path}.key"), armored_keys(keys.iter().map(SigningKey::public)));
            }
            entries.push(WantedEntry::new(path, xml));
        }
        Main::Sums(path, sums) => {
            if is_signed {
                beside(format!("{path}.asc"), signature(keys, revision, &sums).await?);
            }
            entries.push(WantedEntry::new(path, sums));
        }
        Main::Release(directory, text) if is_signed => {
            let request = |key: &PublicKey| SignatureRequest::cleartext(key, &text, revision.at);
            let in_release = clearsigned(&text, &signatures(keys, request).await?);
            beside(format!("{directory}/Release.gpg"), signature(keys, revision, text.as_bytes()).await?);
            beside(format!("{directory}/Release"), text);
            entries.push(WantedEntry::new(format!("{directory}/InRelease"), in_release));
        }
        Main::Release(directory, text) => {
            entries.push(WantedEntry::new(format!("{directory}/Release"), text));
        }
    }
    Ok(entries)
}

/// One detached signature of each key, in one block.
async fn signature(keys: &[SigningKey], revision: &NewRevision, data: &[u8]) -> Result<String, Failure> {
    let request = |key: &PublicKey| SignatureRequest::detached(key, data, revision.at);
    Ok(detached(&signatures(keys, request).await?))
}

async fn signatures(
    keys: &[SigningKey],
    request: impl Fn(&PublicKey) -> SignatureRequest,
) -> Result<Vec<Signature>, Failure> {
    Ok(try_join_all(keys.iter().map(|key| key.sign(request(key.public())))).await?)
}
