//! Giving a file its public place, over nobody else's.

use colca_apt::Fragment;
use colca_model::{Binary, Upload, UploadId};
use colca_runtime::Services;
use colca_store::{Copied, Garbage, ObjectKey, Owner, StoredFragments};

use crate::contents::Contents;
use crate::refusal::Refusal;

/// Where a file was put.
pub(crate) struct Placed {
    pub(crate) key: ObjectKey,
    /// Relative to the directory of the architecture.
    pub(crate) href: String,
    /// Whether another file lies under its plain name, though it replaces none.
    pub(crate) is_taken: bool,
    /// Whether an earlier delivery of the same message has put it there.
    pub(crate) was_there: bool,
}

/// Copies the bytes to where the public reads them: under their plain name if nothing ever lay there, else under a key
/// of their own. There are `size` of them; `replaces` says that a file of that name is registered.
pub(crate) async fn place(
    services: &Services,
    upload: &Upload,
    incoming: &ObjectKey,
    contents: &Contents,
    size: u64,
    replaces: bool,
) -> Result<Placed, Refusal> {
    let request = &upload.request;
    let copy = async |key: &ObjectKey| services.objects.copy_new(incoming, key, size, &upload.id).await;
    let is_used_up = replaces || services.catalog.is_used_up(&plain(upload, contents).path()).await?;
    if !is_used_up {
        let key = plain(upload, contents);
        let copied = copy(&key).await?;
        if copied != Copied::Taken {
            let (href, was_there) = (request.filename.to_string(), copied == Copied::There);
            return Ok(Placed { key, href, is_taken: false, was_there });
        }
    }
    let key = own(upload, contents);
    // Nobody else has a key with this id in it.
    let was_there = copy(&key).await? == Copied::There;
    Ok(Placed { key, href: format!("{}/{}", upload.id, request.filename), is_taken: !is_used_up, was_there })
}

/// Notes the copies that an upload may have made and will not be registered with. They are deleted later, unless it is
/// registered with one of them after all, by another delivery of the same message.
pub(crate) async fn withdraw(services: &Services, upload: &Upload, contents: &Contents) -> Result<(), Refusal> {
    let mut copies = Vec::new();
    for key in [plain(upload, contents), own(upload, contents)] {
        let head = services.objects.head(&key).await?;
        if head.is_some_and(|head| head.upload.as_ref() == Some(&upload.id)) {
            let request = upload.request.clone();
            let owner = Owner::File { repository: request.repository, arch: request.arch, filename: request.filename };
            copies.push(Garbage::new(key.path(), owner));
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

fn plain(upload: &Upload, contents: &Contents) -> ObjectKey {
    key(upload, contents, None)
}

fn own(upload: &Upload, contents: &Contents) -> ObjectKey {
    key(upload, contents, Some(upload.id.clone()))
}

fn key(upload: &Upload, contents: &Contents, replacement: Option<UploadId>) -> ObjectKey {
    let request = &upload.request;
    ObjectKey::File {
        repository: request.repository.clone(),
        directory: contents.directory(&request.arch).to_owned(),
        filename: request.filename.clone(),
        replacement,
    }
}
