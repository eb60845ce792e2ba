//! Giving a file its public place, over nobody else's.

use colca_apt::Fragment;
use colca_model::{Arch, Binary, Filename, RepoPath, Sha256, Upload, UploadId, UploadRequest};
use colca_runtime::Services;
use colca_store::{Copied, Garbage, ObjectKey, Owner, StoredFragments};

use crate::contents::Contents;
use crate::refusal::Refusal;

/// Where a file was put.
pub(crate) struct Placed {
    pub(crate) key: ObjectKey,
    /// Relative to the directory of the architecture.
    pub(crate) href: String,
    /// Whether what another upload has brought lies under its plain name, of which nothing is registered.
    pub(crate) is_taken: bool,
    /// Whether an earlier delivery of the same message has put it there.
    pub(crate) was_there: bool,
    /// The SHA-256 of its bytes, where S3 said so.
    pub(crate) sha256: Option<Sha256>,
}

/// What gets a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) upload: &'a UploadId,
    pub(crate) repository: &'a RepoPath,
    pub(crate) arch: &'a Arch,
    pub(crate) filename: &'a Filename,
}

impl<'a> Target<'a> {
    pub(crate) fn of(upload: &'a Upload) -> Self {
        let UploadRequest { repository, arch, filename, .. } = &upload.request;
        Self { upload: &upload.id, repository, arch, filename }
    }

    fn owner(&self) -> Owner {
        let Self { repository, arch, filename, .. } = *self;
        Owner::File { repository: repository.clone(), arch: arch.clone(), filename: filename.clone() }
    }
}

/// Copies the bytes to where the public reads them: under their plain name if nothing ever lay there, else under a key
/// of their own, which is noted first. There are `size` of them.
///
/// A copy under a plain name is for the caller to note, where no next delivery of a message would find it.
pub(crate) async fn place(
    services: &Services,
    target: Target<'_>,
    incoming: &ObjectKey,
    contents: &Contents,
    size: u64,
    is_used_up: bool,
) -> Result<Placed, Refusal> {
    let filename = target.filename;
    if !is_used_up {
        let key = plain(target, contents);
        let href = filename.to_string();
        match copy(services, incoming, &key, size, target.upload).await? {
            Copied::Created { sha256 } => {
                return Ok(Placed { key, href, is_taken: false, was_there: false, sha256 });
            }
            Copied::There { sha256 } => {
                // It may have been given up meanwhile, and be about to be swept.
                note_unfinished(services, &[(target, key.clone())]).await?;
                return Ok(Placed { key, href, is_taken: false, was_there: true, sha256 });
            }
            Copied::Taken => {}
        }
    }
    let (key, href) = (own(target, contents), format!("{}/{filename}", target.upload));
    note_unfinished(services, &[(target, key.clone())]).await?;
    let (was_there, sha256) = match copy(services, incoming, &key, size, target.upload).await? {
        Copied::Created { sha256 } => (false, sha256),
        Copied::There { sha256 } => (true, sha256),
        // Nobody else has a key with this id in it.
        Copied::Taken => (false, None),
    };
    Ok(Placed { key, href, is_taken: !is_used_up, was_there, sha256 })
}

async fn copy(
    services: &Services,
    from: &ObjectKey,
    to: &ObjectKey,
    size: u64,
    upload: &UploadId,
) -> Result<Copied, Refusal> {
    services.objects.copy_new(from, to, size, upload).await.map_err(|error| Refusal::of_source(from, error))
}

/// Notes copies that are about to be made, before anything names them.
pub(crate) async fn note_unfinished(
    services: &Services,
    copies: &[(Target<'_>, ObjectKey)],
) -> colca_store::Result<()> {
    let copies: Vec<_> = copies.iter().map(|(target, key)| Garbage::new(key.path(), target.owner())).collect();
    services.jobs.discard(copies, services.unfinished_ends()).await
}

/// Notes the copies that an upload may have made and will not be registered with. They are deleted later, unless it is
/// registered with one of them after all, by another delivery of the same message.
pub(crate) async fn withdraw(services: &Services, target: Target<'_>, contents: &Contents) -> Result<(), Refusal> {
    let mut copies = Vec::new();
    for key in [plain(target, contents), own(target, contents)] {
        let head = services.objects.head(&key).await?;
        if head.is_some_and(|head| head.upload.as_ref() == Some(target.upload)) {
            copies.push(Garbage::new(key.path(), target.owner()));
        }
    }
    let due = services.unfinished_ends();
    Ok(services.jobs.discard(copies, due).await?)
}

/// Notes the bytes, and all that was kept of them, of a file that is about to be replaced or deleted. `reap` deletes them after the grace
/// period, unless the catalog still names them then: a crash right after this forgets nothing.
///
/// # Errors
/// Whatever the service answers.
pub async fn note_superseded(services: &Services, binary: &Binary) -> colca_store::Result<()> {
    let Binary { repository, arch, filename, .. } = binary.clone();
    let owner = Owner::File { repository, arch, filename };
    let fragments = ObjectKey::Fragments { upload: binary.upload.clone() };
    let mut old = vec![binary.key.clone(), fragments.path()];
    if binary.filename.is_deb() {
        old.push(ObjectKey::Paths { upload: binary.upload.clone() }.path());
    }
    old.extend(gathered(services, binary).await?);
    let old = old.into_iter().map(|key| Garbage::new(key, owner.clone()));
    let due = services.grace_ends();
    services.jobs.discard(old, due).await
}

/// The copies that were made of a source package, if it is one.
async fn gathered(services: &Services, binary: &Binary) -> colca_store::Result<Vec<String>> {
    let Binary { repository, arch, filename, .. } = binary;
    if !filename.as_str().ends_with(".dsc") {
        return Ok(vec![]);
    }
    let Some(row) = services.catalog.package(repository, arch, filename).await? else { return Ok(vec![]) };
    let (StoredFragments::Inline(fragments), Some(directory)) = (&row.fragments, &row.gathered) else {
        return Ok(vec![]);
    };
    let Ok(fragment) = Fragment::from_bytes(fragments) else { return Ok(vec![]) };
    let names = fragment.files.iter().map(|file| file.name.as_str()).chain([filename.as_str()]);
    let top = ObjectKey::repository(repository);
    Ok(names.map(|name| format!("{top}{directory}/{name}")).collect())
}

/// The key that a file gets if nobody had it before.
pub(crate) fn plain(target: Target<'_>, contents: &Contents) -> ObjectKey {
    key(target, contents, None)
}

fn own(target: Target<'_>, contents: &Contents) -> ObjectKey {
    key(target, contents, Some(target.upload.clone()))
}

fn key(target: Target<'_>, contents: &Contents, replacement: Option<UploadId>) -> ObjectKey {
    let Target { repository, arch, filename, .. } = target;
    ObjectKey::File {
        repository: repository.clone(),
        directory: contents.directory(arch).to_owned(),
        filename: filename.clone(),
        replacement,
    }
}
