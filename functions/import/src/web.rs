//! Packages of a repository on the web: those of its list as it was when the import began.

use std::collections::{BTreeSet, HashMap};

use colca_intake::{FoundFile, Taken};
use colca_model::{Arch, Codename, Import, Sha256};
use colca_runtime::Services;
use colca_settings::{External, Refs, WebDirectory};
use colca_store::ObjectKey;
use colca_upstream::{Listed, Unfetched, fetch, list, pin};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use tracing::warn;

use crate::piece::{Candidate, Registered};
use crate::stop::Stop;

/// How many packages a piece has.
const PIECE: usize = 1000;

/// How many are fetched, and then taken in, together; and how many of them at once.
const TOGETHER: usize = 16;
const AT_ONCE: usize = 8;

/// After this long a piece ends where it is. A function ends after fifteen minutes.
const TIME: SignedDuration = SignedDuration::from_mins(4);

/// Takes in the next packages; whether there are more.
pub(crate) async fn piece(services: &Services, import: &mut Import, url: &str) -> Result<bool, Stop> {
    let begin = services.clock.now();
    let settings = services.settings.get().await?;
    let source = WebDirectory::new(url).map_err(|invalid| Stop::Failed(invalid.to_string()))?;
    if !settings.may_fetch(&source) {
        let why = format!("source: must begin with one of the addresses in allow of [external], got {url:?}");
        return Err(Stop::Failed(why));
    }
    let mut repository = pinned(import, &source)?;
    if import.entry.is_none() {
        let entry = pin(&services.web, &repository.entry_file()).await.map_err(stop)?;
        import.entry = Some(entry);
        repository.sha256 = entry;
    }
    let all = list(services, &repository, None).await.map_err(stop)?;
    let done = usize::try_from(import.tally.found).unwrap_or(usize::MAX);
    let mut registered = Registered::default();
    for listed in all.get(done..).unwrap_or_default().chunks(TOGETHER).take(PIECE / TOGETHER) {
        some(services, import, &repository.url, listed, &mut registered).await?;
        import.cursor = listed.last().map(|listed| listed.path().to_owned());
        if services.clock.now() > begin + TIME {
            break;
        }
    }
    registered.announce(services, import).await?;
    Ok(import.tally.found < all.len() as u64)
}

/// The repository, as if the configuration named it and what it was when the import began.
fn pinned(import: &Import, source: &WebDirectory) -> Result<External, Stop> {
    let (url, codename) = match source.distribution() {
        Some((archive, name)) => {
            let codename = Codename::new(name).map_err(|invalid| Stop::Failed(invalid.to_string()))?;
            (archive, Some(codename))
        }
        None => (source.clone(), None),
    };
    Ok(External {
        url,
        sha256: import.entry.unwrap_or(Sha256::new([0; 32])),
        codename,
        components: vec![],
        distro: import.repository.distro.clone(),
        versions: BTreeSet::from([import.repository.distro_version.clone()]),
        refs: Refs::All,
    })
}

/// Fetches packages and takes them in; those that are there already are not fetched.
async fn some(
    services: &Services,
    import: &mut Import,
    at: &WebDirectory,
    listed: &[Listed],
    registered: &mut Registered,
) -> Result<(), Stop> {
    let wanted = listed.iter().map(|listed| Ok((arch(import, listed)?, listed)));
    let wanted: Vec<_> = wanted.collect::<Result<_, Stop>>()?;
    let there = services.catalog.binaries_named(&import.repository, distinct(&wanted)).await?;
    let there: HashMap<_, _> = there.into_iter().map(|it| ((it.arch, it.filename), it.sha256)).collect();
    let place = import.tally.found;
    let mut fetches = Vec::new();
    for (place, (arch, listed)) in (place..).zip(wanted) {
        if there.get(&(arch.clone(), listed.filename.clone())) == Some(&listed.sha256) {
            registered.count(import, arch, &listed.filename, Taken::SameAgain);
        } else {
            fetches.push((import.upload_id(place, fingerprint(listed)), listed));
        }
    }
    let candidates = fetches.into_iter().map(async |(upload, listed)| {
        let Listed { filename, size, sha256, .. } = listed.clone();
        let file = match fetch(services, &listed.address(at), size, sha256).await {
            Ok(key) => Ok(Some(FoundFile { key, filename, size, sha256: Some(sha256), upload })),
            Err(Unfetched::Unusable(why)) => Err(why),
            Err(error) => return Err(stop(error)),
        };
        Ok(Candidate { path: listed.path().to_owned(), file })
    });
    let candidates: Vec<_> = stream::iter(candidates).buffered(AT_ONCE).try_collect().await?;
    let fetched = candidates.iter().filter_map(|candidate| candidate.file.as_ref().ok()?.as_ref());
    let fetched: Vec<_> = fetched.map(|file| file.key.clone()).collect();
    let taken = registered.take(services, import, candidates).await;
    forget(services, fetched).await;
    Ok(taken?)
}

/// Deletes what was fetched. What is left falls to the bucket's lifecycle rule.
async fn forget(services: &Services, fetched: Vec<ObjectKey>) {
    let deletions = fetched.into_iter().map(async |key| {
        if let Err(error) = services.objects.delete(&key).await {
            warn!(%error, "Could not delete {}", key.path());
        }
    });
    stream::iter(deletions).buffer_unordered(AT_ONCE).collect::<()>().await;
}

/// The architecture that a package will be registered for.
fn arch(import: &Import, listed: &Listed) -> Result<Arch, Stop> {
    match &import.arch {
        Some(arch) => Ok(arch.clone()),
        None if matches!(listed.arch.as_str(), "src" | "nosrc") => {
            Arch::new("source").map_err(|invalid| Stop::Failed(invalid.to_string()))
        }
        None => Ok(listed.arch.clone()),
    }
}

/// Each name once: the table is asked for none twice.
fn distinct<'a>(wanted: &'a [(Arch, &'a Listed)]) -> impl IntoIterator<Item = (&'a Arch, &'a colca_model::Filename)> {
    wanted.iter().map(|(arch, listed)| (arch, &listed.filename)).collect::<BTreeSet<_>>()
}

/// What tells these bytes from others.
fn fingerprint(listed: &Listed) -> [u8; 6] {
    let mut first = [0; 6];
    first.copy_from_slice(&listed.sha256.as_bytes()[..6]);
    first
}

/// What keeps us from the source, now or for good.
fn stop(error: Unfetched) -> Stop {
    match error {
        Unfetched::Unusable(why) => Stop::Failed(format!("source: must be a repository; {why}")),
        Unfetched::Store(error) => Stop::Service(error),
        Unfetched::Unreachable { .. } | Unfetched::Panicked(_) => {
            Stop::Service(colca_store::Error::unfinished(&format_args!("import: {error}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use colca_model::{ImportState, Tally};
    use jiff::Timestamp;

    use super::*;

    fn import(arch: Option<&str>) -> Import {
        Import {
            id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            repository: "p/r/s/debian/12/flavors/f".parse().expect("a path"),
            source: "https://a.example/debian/dists/bookworm/".parse().expect("a source"),
            arch: arch.map(|arch| arch.parse().expect("a good name")),
            by: "ci".to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            state: ImportState::Running,
            pieces: 0,
            cursor: None,
            entry: None,
            tally: Tally::default(),
            trouble: None,
        }
    }

    #[test]
    fn a_distribution_is_an_archive_and_a_codename() {
        let entry_file = |url: &str| {
            let source = WebDirectory::new(url).expect("an address");
            pinned(&import(None), &source).map(|repository| repository.entry_file()).map_err(|stop| stop.to_string())
        };
        let release = "https://a.example/debian/dists/bookworm/Release".to_owned();
        assert_eq!(entry_file("https://a.example/debian/dists/bookworm/"), Ok(release));
        let repomd = "https://a.example/el9/repodata/repomd.xml".to_owned();
        assert_eq!(entry_file("https://a.example/el9/"), Ok(repomd));
        assert!(entry_file("https://a.example/debian/dists/a/b/").is_err_and(|why| why.contains("codename")));
    }

    #[test]
    fn source_packages_are_for_what_uploaders_call_source() {
        let listed = |arch: &str| -> Listed {
            let json = format!(
                "{{\"path\": \"a.rpm\", \"filename\": \"a.rpm\", \"arch\": \"{arch}\", \"size\": 1, \"sha256\": \"{}\"}}",
                "ab".repeat(32)
            );
            serde_json::from_str(&json).expect("a listed package")
        };
        let of = |wanted: Option<&str>, said: &str| arch(&import(wanted), &listed(said)).expect("good").to_string();
        assert_eq!([of(None, "src"), of(None, "nosrc"), of(None, "noarch")], ["source", "source", "noarch"]);
        assert_eq!(of(Some("x86_64"), "noarch"), "x86_64");
    }
}
