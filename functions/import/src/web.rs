//! Packages of a repository on the web: those of its list as it was when the import began.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use colca_intake::{FoundFile, SOURCE, Taken};
use colca_model::{Arch, Binary, Codename, Import, Invalid, Sha256};
use colca_runtime::Services;
use colca_settings::{External, Refs, WebDirectory};
use colca_store::ObjectKey;
use colca_upstream::{Listed, Unfetched, fetch, list_for, pin};
use futures::{StreamExt, stream};

use crate::bounds::{FETCHED_AT_ONCE, FETCHED_BYTES, FETCHED_TOGETHER, FETCHING, LARGEST_FETCHED, PIECE, TIME};
use crate::piece::{Candidate, Registered};
use crate::stop::Stop;
use crate::upload_id::upload_id;

/// How often a list is asked for that is not the one that was there a moment ago.
const TRIES: usize = 3;

/// Takes in the next packages; whether there are more.
pub(crate) async fn piece(services: &Services, import: &mut Import, url: &str) -> Result<bool, Stop> {
    let begin = services.clock.now();
    let settings = services.settings.get().await?;
    let source = WebDirectory::new(url).map_err(|invalid| Stop::Failed(invalid.to_string()))?;
    if !settings.may_fetch(&source) {
        let why = format!("source: must begin with one of the addresses in allow of [external], got {url:?}");
        return Err(Stop::Failed(why));
    }
    let (repository, all) = listed(services, import, &source).await?;
    let mut registered = Registered::default();
    let mut looked_at = 0;
    // What met trouble is tried anew with one file alone.
    let mut most = if import.trouble.is_some() { 1 } else { FETCHED_TOGETHER };
    while looked_at < PIECE && services.clock.now() <= begin + TIME {
        let done = usize::try_from(import.tally.found).unwrap_or(usize::MAX);
        let listed = together(all.get(done..).unwrap_or_default(), most);
        if listed.is_empty() {
            break;
        }
        let taken = some(services, import, &repository.url, listed, &mut registered).await?;
        import.cursor = taken.last().map(|listed| listed.path().to_owned());
        looked_at += taken.len();
        most = FETCHED_TOGETHER;
    }
    registered.announce(services, import).await?;
    Ok(import.tally.found < all.len() as u64)
}

/// The repository, and its list as it was when the import began. If that is now, and somebody publishes meanwhile, it begins with what is
/// there then.
async fn listed(
    services: &Services,
    import: &mut Import,
    source: &WebDirectory,
) -> Result<(External, Vec<Listed>), Stop> {
    let is_pinned = import.entry.is_some();
    for tried in 1..=TRIES {
        if !is_pinned {
            import.entry = Some(pin(&services.web, &pinned(import, source)?.entry_file()).await.map_err(stop)?);
        }
        let repository = pinned(import, source)?;
        match list_for(services, &repository, &import.id).await {
            Ok(all) => return Ok((repository, all)),
            Err(Unfetched::Unusable(why)) if is_pinned => {
                let rule = "source: must still be what it was when the import began, or be imported anew";
                return Err(Stop::Failed(format!("{rule}; {why}")));
            }
            Err(Unfetched::Unusable(why)) if tried < TRIES => {
                // Nobody has published: it is what it is.
                if pin(&services.web, &repository.entry_file()).await.map_err(stop)? == repository.sha256 {
                    return Err(stop(Unfetched::Unusable(why)));
                }
            }
            Err(error) => return Err(stop(error)),
        }
    }
    Err(Stop::Failed("source: must stay as it is while its list is read".to_owned()))
}

/// The next files that are fetched together: as few as have so many bytes, but one at least.
fn together(listed: &[Listed], most: usize) -> &[Listed] {
    let mut bytes = 0_u64;
    let fits = |file: &&Listed| {
        bytes = bytes.saturating_add(file.size);
        bytes <= FETCHED_BYTES
    };
    let count = listed.iter().take(most).take_while(fits).count().max(1);
    &listed[..count.min(listed.len())]
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

/// What is to be done with a file of the list, or was.
enum Step {
    /// It is there already.
    There(Arch, Taken),
    /// It was fetched, or cannot be.
    Come(Box<Candidate>),
}

/// Fetches packages and takes them in; those that are there already are not fetched. Gives those that came in time.
async fn some<'a>(
    services: &Services,
    import: &mut Import,
    at: &WebDirectory,
    listed: &'a [Listed],
    registered: &mut Registered,
) -> Result<&'a [Listed], Stop> {
    let wanted = listed.iter().map(|listed| Ok((arch(import, listed)?, listed)));
    let wanted: Vec<_> = wanted.collect::<Result<_, Stop>>()?;
    let there = services.catalog.binaries_named(&import.repository, distinct(&wanted)).await?;
    let there: HashMap<_, _> = there.into_iter().map(|it| ((it.arch.clone(), it.filename.clone()), it)).collect();
    let steps = wanted.into_iter().map(async |(arch, listed)| {
        let there = there.get(&(arch.clone(), listed.filename.clone()));
        one(services, import, at, (arch, listed), there).await
    });
    let came = in_time(stream::iter(steps).buffered(FETCHED_AT_ONCE), FETCHING.unsigned_abs()).await?;
    let Some(came) = nothing_is_trouble(import, listed, came)? else {
        registered.take(services, import, vec![too_slow(&listed[0])]).await?;
        return Ok(&listed[..1]);
    };
    let taken = &listed[..came.len()];
    let mut candidates = Vec::new();
    for (step, listed) in came.into_iter().zip(taken) {
        match step {
            Step::There(arch, taken) => registered.count(import, arch, &listed.filename, taken),
            Step::Come(candidate) => candidates.push(*candidate),
        }
    }
    let fetched = candidates.iter().filter_map(|candidate| candidate.file.as_ref().ok()?.as_ref());
    let fetched: Vec<_> = fetched.map(|file| file.key.clone()).collect();
    let done = registered.take(services, import, candidates).await;
    forget(services, fetched).await;
    done?;
    Ok(taken)
}

/// Fetches a file, unless it is there.
async fn one(
    services: &Services,
    import: &Import,
    at: &WebDirectory,
    (arch, listed): (Arch, &Listed),
    there: Option<&Binary>,
) -> Result<Step, Stop> {
    let Listed { filename, size, sha256, .. } = listed.clone();
    let upload = upload_id(import, listed.path(), &sha256.to_string());
    if let Some(there) = there.filter(|there| there.sha256 == sha256) {
        return Ok(Step::There(arch, if there.upload == upload { Taken::Ended } else { Taken::SameAgain }));
    }
    let path = listed.path().to_owned();
    if size > LARGEST_FETCHED {
        let rule = format!(
            "must be {LARGEST_FETCHED} bytes at most to be fetched in {} minutes: import it from a bucket",
            FETCHING.as_mins()
        );
        let why = Invalid::new("size", rule, size).to_string();
        return Ok(Step::Come(Box::new(Candidate { path, file: Err(why) })));
    }
    let file = match fetch(services, &listed.address(at), size, sha256).await {
        Ok(key) => Ok(Some(FoundFile { key, filename, size, sha256: Some(sha256), expected: None, upload })),
        Err(Unfetched::Unusable(why)) => Err(why),
        Err(error) => return Err(stop(error)),
    };
    Ok(Step::Come(Box::new(Candidate { path, file })))
}

/// What a stream gives until its time is over. What was half fetched then falls to the bucket's lifecycle rule.
async fn in_time<T>(steps: impl futures::Stream<Item = Result<T, Stop>>, time: Duration) -> Result<Vec<T>, Stop> {
    let over = tokio::time::sleep(time);
    let mut steps = std::pin::pin!(steps.take_until(over));
    let mut came = Vec::new();
    while let Some(step) = steps.next().await {
        came.push(step?);
    }
    Ok(came)
}

/// What came; nothing if a file that was fetched alone did not.
fn nothing_is_trouble(import: &Import, listed: &[Listed], came: Vec<Step>) -> Result<Option<Vec<Step>>, Stop> {
    if !came.is_empty() {
        return Ok(Some(came));
    }
    if import.trouble.is_some() && listed.len() == 1 {
        return Ok(None);
    }
    let what =
        format!("fetch any of {} files from {} within {} minutes", listed.len(), import.source, FETCHING.as_mins());
    Err(Stop::Service(colca_store::Error::unfinished(&what)))
}

fn too_slow(listed: &Listed) -> Candidate {
    let rule = format!("must come within {} minutes", FETCHING.as_mins());
    let why = Invalid::new("size", rule, format_args!("{} bytes that took longer", listed.size)).to_string();
    Candidate { path: listed.path().to_owned(), file: Err(why) }
}

/// Deletes what was fetched. What is left falls to the bucket's lifecycle rule.
async fn forget(services: &Services, fetched: Vec<ObjectKey>) {
    let deletions = fetched.into_iter().map(async |key| services.objects.discard(&key).await);
    stream::iter(deletions).buffer_unordered(FETCHED_AT_ONCE).collect::<()>().await;
}

/// The architecture that a package will be registered for.
fn arch(import: &Import, listed: &Listed) -> Result<Arch, Stop> {
    match &import.arch {
        Some(arch) => Ok(arch.clone()),
        None if matches!(listed.arch.as_str(), "src" | "nosrc") => {
            Arch::new(SOURCE).map_err(|invalid| Stop::Failed(invalid.to_string()))
        }
        None => Ok(listed.arch.clone()),
    }
}

/// Each name once: the table is asked for none twice.
fn distinct<'a>(wanted: &'a [(Arch, &'a Listed)]) -> impl IntoIterator<Item = (&'a Arch, &'a colca_model::Filename)> {
    wanted.iter().map(|(arch, listed)| (arch, &listed.filename)).collect::<BTreeSet<_>>()
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
pub(crate) mod tests {

    use jiff::Timestamp;

    use super::*;

    pub(crate) fn import(arch: Option<&str>) -> Import {
        let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        let repository = "p/r/s/debian/12/flavors/f".parse().expect("a path");
        let source = "https://a.example/debian/dists/bookworm/".parse().expect("a source");
        let arch = arch.map(|arch| arch.parse().expect("a good name"));
        Import::begin(id, repository, source, arch, "ci".to_owned(), Timestamp::UNIX_EPOCH)
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
    fn fetches_as_much_together_as_fits_and_one_at_least() {
        let listed = |size: u64| -> Listed {
            let sha256 = "ab".repeat(32);
            let json =
                format!(r#"{{"path":"a.rpm","filename":"a.rpm","arch":"noarch","size":{size},"sha256":"{sha256}"}}"#);
            serde_json::from_str(&json).expect("a listed package")
        };
        let count = |sizes: &[u64], most| {
            let all: Vec<_> = sizes.iter().map(|size| listed(*size)).collect();
            together(&all, most).len()
        };
        let gigabyte = FETCHED_BYTES;
        assert_eq!(count(&[], 16), 0);
        assert_eq!(count(&[1; 40], 16), 16);
        assert_eq!(count(&[1; 40], 1), 1);
        assert_eq!(count(&[gigabyte - 1, 1, 1], 16), 2);
        assert_eq!(count(&[3 * gigabyte, 1], 16), 1);
        assert_eq!(count(&[1, u64::MAX, u64::MAX], 16), 1);
    }

    #[tokio::test]
    async fn what_came_in_time_is_taken_in() {
        let steps = stream::iter([Ok(1), Ok(2)]).chain(stream::pending());
        assert_eq!(in_time(steps, Duration::from_millis(50)).await.expect("no trouble"), [1, 2]);
        let came = in_time(stream::pending::<Result<u8, Stop>>(), Duration::ZERO).await;
        assert!(came.expect("no trouble").is_empty());
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
