//! What a repository lists besides its own files: of other repositories, of outside, or of a revision that was promoted.
//!
//! Each package is copied into the repository once, and noted with where it came from. So what becomes of the original later
//! touches nobody's metadata, and every path in that is within the repository.

use std::collections::{BTreeMap, BTreeSet};

use colca_intake::{Contents, Refusal, Signed, Subject, keep_fragments};
use colca_model::{Arch, Codename, Filename, RepoPath, RepositoryKind, Sha256, UploadId};
use colca_runtime::Services;
use colca_sharing::sources;
use colca_store::{AdoptedRow, ErrorKind, Format, Garbage, Held, ObjectKey, Owner, PackageRow, StoredFragments};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use crate::assemble::Assembly;
use crate::failure::Failure;
use crate::packages::{self, Read};

/// How many packages are copied at once, and noted together.
const AT_ONCE: usize = 16;

/// The packages of others, with the distributions each is listed in; none if in those of the repository itself.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) packages: Vec<(Read, BTreeSet<Codename>)>,
}

/// A package that is to be listed, where it lies now.
#[derive(Debug, Clone)]
pub(crate) struct Original {
    /// The object that holds its bytes, or the URL they can be fetched from.
    pub(crate) origin: Origin,
    pub(crate) arch: Arch,
    pub(crate) filename: Filename,
    pub(crate) size: u64,
    pub(crate) sha256: Sha256,
    pub(crate) codenames: BTreeSet<Codename>,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An object of the store, which is never overwritten.
    Object(String),
    /// A file elsewhere, of known bytes.
    Web(String),
}

impl Original {
    /// What the copy is noted under: the same bytes of the same place are copied once.
    fn known_as(&self) -> String {
        match &self.origin {
            Origin::Object(key) => key.clone(),
            Origin::Web(url) => format!("{url}#{}", self.sha256),
        }
    }
}

/// What a repository of that kind lists of others, copied into it. What it lists no more is let go.
pub(crate) async fn adopt(assembly: &Assembly<'_>, kind: RepositoryKind) -> Result<Shared, Failure> {
    let mut wanted = registered(assembly, kind).await?;
    wanted.extend(crate::external::packages(assembly, kind).await?);
    take(assembly, wanted).await
}

/// The copies that were made of a revision of another repository when it was promoted; none if it never was.
pub(crate) async fn promoted(assembly: &Assembly<'_>, of: &Held) -> Result<Option<Shared>, Failure> {
    let rows = assembly.builder.services.catalog.all_adopted(assembly.path).await?;
    let rows: Vec<_> = rows.into_iter().filter(|row| row.promoted.as_ref() == Some(of)).collect();
    if rows.is_empty() {
        return Ok(None);
    }
    let codenames: Vec<_> = rows.iter().map(|row| row.codenames.clone()).collect();
    list(assembly, rows, codenames).await.map(Some)
}

/// Copies what is not there yet.
pub(crate) async fn take(assembly: &Assembly<'_>, wanted: Vec<Original>) -> Result<Shared, Failure> {
    let (services, path) = (&assembly.builder.services, assembly.path);
    let known = services.catalog.all_adopted(path).await?;
    let mut wanted: BTreeMap<_, _> = wanted.into_iter().map(|original| (original.known_as(), original)).collect();
    let (mut there, over): (Vec<_>, Vec<_>) = known.into_iter().partition(|row| wanted.contains_key(&row.origin));

    let known: BTreeSet<_> = there.iter().map(|row| row.origin.clone()).collect();
    let missing: Vec<_> = wanted.values().filter(|original| !known.contains(&original.known_as())).cloned().collect();
    for some in missing.chunks(AT_ONCE) {
        let copies = some.iter().map(|original| copy(assembly, original));
        let copied: Vec<_> = stream::iter(copies).buffer_unordered(AT_ONCE).try_collect().await?;
        // At once, so that a build that does not come to its end need not begin from the start again.
        services.catalog.adopt(path, &copied).await?;
        there.extend(copied);
    }
    let_go(services, path, &over).await?;
    let codenames = there.iter().map(|row| wanted.remove(&row.origin).map(|original| original.codenames));
    let codenames: Vec<_> = codenames.map(Option::unwrap_or_default).collect();
    list(assembly, there, codenames).await
}

async fn list(
    assembly: &Assembly<'_>,
    rows: Vec<AdoptedRow>,
    codenames: Vec<BTreeSet<Codename>>,
) -> Result<Shared, Failure> {
    let rows = rows.into_iter().map(as_package).collect::<Result<Vec<_>, _>>()?;
    let packages = packages::load(&assembly.builder.services, rows).await?;
    Ok(Shared { packages: packages.into_iter().zip(codenames).collect() })
}

/// Lets copies go that are listed no more. Their objects go after the grace period.
pub(crate) async fn let_go(services: &Services, path: &RepoPath, rows: &[AdoptedRow]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let garbage = rows.iter().flat_map(|row| {
        let owner = Owner::Shared { repository: path.clone(), origin: row.origin.clone() };
        objects_of(row).into_iter().map(move |key| Garbage::new(key, owner.clone()))
    });
    services.jobs.discard(garbage, services.grace_ends()).await?;
    Ok(services.catalog.let_go(path, rows).await?)
}

/// The packages of that kind in the repositories that the configuration names.
async fn registered(assembly: &Assembly<'_>, kind: RepositoryKind) -> Result<Vec<Original>, Failure> {
    let (services, settings) = (&assembly.builder.services, &assembly.settings);
    let mut originals = Vec::new();
    for source in sources(services, settings, kind, assembly.path).await? {
        for binary in services.catalog.binaries(&source.repository).await? {
            let is_binary =
                if kind == RepositoryKind::Rpm { binary.filename.is_rpm() } else { binary.filename.is_deb() };
            if is_binary {
                let (size, sha256) = binary.published();
                let (arch, filename, codenames) = (binary.arch, binary.filename, source.codenames.clone());
                let origin = Origin::Object(binary.key);
                originals.push(Original { origin, arch, filename, size, sha256, codenames });
            }
        }
    }
    Ok(originals)
}

/// A package on its way into the repository.
struct Fetched {
    key: ObjectKey,
    /// Whether it was fetched or signed for this copy alone.
    is_temporary: bool,
    contents: Contents,
    size: u64,
    sha256: Sha256,
    signed: bool,
}

/// Gets one package, reads what it says of itself, and signs it if the repository's own are signed.
async fn get(assembly: &Assembly<'_>, original: &Original) -> Result<Fetched, Failure> {
    let (services, path) = (&assembly.builder.services, assembly.path);
    let Original { filename, size, sha256, .. } = original;
    let (key, is_temporary) = match &original.origin {
        Origin::Object(key) => (ObjectKey::Stored(key.clone()), false),
        Origin::Web(url) => (colca_upstream::fetch(services, url, *size, *sha256).await?, true),
    };
    let subject = Subject { repository: path, filename, size: *size };
    let refused = |refusal| match refusal {
        Refusal::Failed(error) => gone(error, original),
        refused => Failure::Unpublishable(format!("{}: {refused}", original.known_as())),
    };
    let contents = Contents::read(services, &assembly.settings, &key, subject).await.map_err(refused)?;
    let signing = assembly.settings.signing(&path.project);
    if !signing.packages || !filename.is_rpm() {
        return Ok(Fetched { key, is_temporary, contents, size: *size, sha256: *sha256, signed: false });
    }
    let keys = services.signing_keys.get(&signing.keys[..1]).await?;
    let signed = colca_intake::sign(services, &keys[0], &key, subject).await.map_err(refused)?;
    if is_temporary {
        services.objects.delete(&key).await?;
    }
    let Signed { key, size, sha256, contents } = signed;
    Ok(Fetched { key, is_temporary: true, contents, size, sha256, signed: true })
}

/// Copies one package.
async fn copy(assembly: &Assembly<'_>, original: &Original) -> Result<AdoptedRow, Failure> {
    let (services, path) = (&assembly.builder.services, assembly.path);
    let Original { arch, filename, .. } = original;
    let Fetched { key, is_temporary, contents, size, sha256, signed } = get(assembly, original).await?;
    let subject = Subject { repository: path, filename, size };
    let id = services.ids.upload_id();
    let to = ObjectKey::File {
        repository: path.clone(),
        directory: contents.directory(arch).to_owned(),
        filename: filename.clone(),
        replacement: Some(id.clone()),
    };
    let owner = Owner::Shared { repository: path.clone(), origin: original.known_as() };
    let due = services.unfinished_ends();
    services.jobs.discard([Garbage::new(to.path(), owner)], due).await?;
    let copied = services.objects.copy_new(&key, &to, size, &id).await;
    copied.map_err(|error| gone(error, original))?;
    if is_temporary {
        services.objects.delete(&key).await?;
    }
    let fragments = contents.fragments(subject, sha256, format!("{id}/{filename}"), services.clock.now().as_second());
    let fragments = keep_fragments(services, fragments, &to.path(), &id).await?;
    Ok(AdoptedRow {
        origin: original.known_as(),
        filename: filename.clone(),
        sha256,
        path: ObjectKey::below(path, &to.path()).to_owned(),
        key: to.path(),
        format: contents.format(arch).unwrap_or(Format::Deb),
        fragments,
        signed,
        codenames: original.codenames.clone(),
        promoted: assembly.repository.held.clone(),
    })
}

/// What is to be copied and is not there will not come again: it was deleted since it was listed.
fn gone(error: colca_store::Error, original: &Original) -> Failure {
    match error.kind() {
        ErrorKind::NotFound => Failure::Unpublishable(format!("{} is not there any more", original.known_as())),
        _ => error.into(),
    }
}

/// A copy, as if it were a file of the repository.
pub(crate) fn as_package(row: AdoptedRow) -> Result<PackageRow, Failure> {
    let AdoptedRow { filename, path, format, fragments, signed, .. } = row;
    let damaged = || Failure::Fragments { package: path.clone(), reason: "it has no id".to_owned() };
    let upload = id_of(&path).ok_or_else(damaged)?;
    let arch = Arch::new("adopted").expect("a word that keeps the rules of architectures");
    let created = Timestamp::UNIX_EPOCH;
    Ok(PackageRow { arch, filename, upload, version: 1, created, path, format, fragments, signed, gathered: None })
}

/// The copy, and what may be kept of its bytes.
fn objects_of(row: &AdoptedRow) -> Vec<String> {
    let mut objects = vec![row.key.clone()];
    if let StoredFragments::Object(key) = &row.fragments
        && *key != row.key
    {
        objects.push(key.clone());
    }
    if let Some(id) = id_of(&row.path).filter(|_| row.format == Format::Deb) {
        objects.push(ObjectKey::Paths { upload: id }.path());
    }
    objects
}

/// The directory that its own copy has is the id of that copy.
fn id_of(path: &str) -> Option<UploadId> {
    path.rsplit('/').nth(1)?.parse().ok()
}
