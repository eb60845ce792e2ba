//! Files that lie somewhere already, many at once.
//!
//! Each costs a read of its header and one copy, during which S3 reckons its checksum; what is asked of the catalog and what is
//! entered is asked and entered for a dozen together.

use std::collections::{BTreeMap, HashSet};

use colca_model::{Arch, Filename, Import, Sha256, Upload, UploadId, UploadRequest, UploadState};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{Copied, ErrorKind, Known, ObjectKey, Objects, Registered, Registration, StoredFragments};
use futures::{StreamExt, TryStreamExt, stream};

use crate::contents::{Contents, SOURCE, Subject};
use crate::place::{self, Placed, Target};
use crate::refusal::Refusal;
use crate::register::{Arrived, Taken, Way, is_to_be_signed, name, prepare, register, sign_and_register};

/// How many files are read and copied at once.
const AT_ONCE: usize = 16;

/// How many are entered together: each has six items at most, and a transaction a hundred.
const TOGETHER: usize = 16;

/// How many bytes of metadata are entered together: a transaction has four megabytes at most.
const LONGEST: usize = 3_000_000;

/// A file that lies somewhere.
#[derive(Debug, Clone)]
pub struct FoundFile {
    /// Where its bytes are.
    pub key: ObjectKey,
    /// What it is called.
    pub filename: Filename,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, where somebody has verified it.
    pub sha256: Option<Sha256>,
    /// The id that its upload is to have, and has had before if this is repeated.
    pub upload: UploadId,
}

/// What became of a file: the architecture it is registered under, or why it is not.
pub type Outcome = Result<(Arch, Taken), String>;

/// A file whose header was read.
struct Read {
    file: FoundFile,
    arch: Arch,
    contents: Contents,
}

/// What is left to do of a file.
enum Step {
    Ended(Taken),
    Enter(Box<(Registration, Upload, Arrived)>),
}

struct Importer<'a> {
    services: &'a Services,
    settings: &'a Settings,
    import: &'a Import,
}

/// Registers files, each as if it had been uploaded. Gives what became of each, in their order. What follows a registration is left to
/// [`crate::announce_all`]: call it for all architectures that this names, before anything else is forgotten of the files.
///
/// # Errors
/// What a service answered that is of no single file; then some of them may be registered.
pub async fn take_in_all(
    services: &Services,
    import: &Import,
    files: Vec<FoundFile>,
) -> colca_store::Result<Vec<Outcome>> {
    let settings = services.settings.get().await?;
    let importer = Importer { services, settings: &settings, import };
    let mut outcomes = BTreeMap::new();
    let mut reads = Vec::new();
    let headers = files.into_iter().enumerate().map(async |(place, file)| (place, importer.read(file).await));
    let mut headers = stream::iter(headers).buffered(AT_ONCE);
    while let Some((place, read)) = headers.next().await {
        match told(read)? {
            Ok(read) => reads.push((place, read)),
            Err(reason) => drop(outcomes.insert(place, Err(reason))),
        }
    }
    while !reads.is_empty() {
        let later = split_off_same(&mut reads);
        let archs: Vec<_> = reads.iter().map(|(place, read)| (*place, read.arch.clone())).collect();
        let taken = importer.take_in(reads.into_iter().map(|(_, read)| read).collect()).await?;
        for ((place, arch), taken) in archs.into_iter().zip(taken) {
            outcomes.insert(place, taken.map(|taken| (arch, taken)));
        }
        reads = later;
    }
    Ok(outcomes.into_values().collect())
}

impl Importer<'_> {
    /// Reads what a file says of itself.
    async fn read(&self, file: FoundFile) -> Result<Read, Refusal> {
        let FoundFile { key, filename, size, .. } = &file;
        if *size > Objects::LARGEST_COPY {
            let rule = format!("must be {} bytes at most: upload larger ones by a ticket", Objects::LARGEST_COPY);
            return Err(colca_model::Invalid::new("size", rule, size).into());
        }
        let subject = Subject { repository: &self.import.repository, filename, size: *size };
        let contents = Contents::read(self.services, self.settings, key, subject).await?;
        let arch = match &self.import.arch {
            Some(arch) => arch.clone(),
            None => Arch::new(contents.own_arch().unwrap_or(SOURCE))?,
        };
        Ok(Read { file, arch, contents })
    }

    /// Takes in files of which no two have the same name or identity.
    async fn take_in(&self, reads: Vec<Read>) -> colca_store::Result<Vec<Result<Taken, String>>> {
        let names: Vec<_> = reads.iter().map(|read| name(self.target(read), &read.contents)).collect();
        let known = self.services.catalog.known(&self.import.repository, &names).await?;
        let steps = reads.into_iter().zip(known).map(async |(read, known)| told(self.step(read, known).await));
        let steps: Vec<_> = stream::iter(steps).buffered(AT_ONCE).try_collect().await?;

        let mut outcomes = Vec::new();
        let mut entries = Vec::new();
        for (place, step) in steps.into_iter().enumerate() {
            outcomes.push(match step {
                Ok(Step::Ended(taken)) => Ok(taken),
                Ok(Step::Enter(entry)) => {
                    entries.push((place, *entry));
                    // Unless it turns out otherwise.
                    Ok(Taken::New)
                }
                Err(reason) => Err(reason),
            });
        }
        for together in by_length(entries) {
            for (place, taken) in self.enter(together).await? {
                outcomes[place] = taken;
            }
        }
        Ok(outcomes)
    }

    fn target<'a>(&'a self, read: &'a Read) -> Target<'a> {
        let Read { file, arch, .. } = read;
        Target { upload: &file.upload, repository: &self.import.repository, arch, filename: &file.filename }
    }

    /// Gives a file its place. If nothing is known of its name, that tells its checksum, too.
    async fn step(&self, read: Read, known: Known) -> Result<Step, Refusal> {
        let services = self.services;
        let signs = self.settings.signing(&self.import.repository.project).packages && read.contents.as_rpm().is_some();
        let is_known = known.binary.is_some() || known.claim.is_some();
        let mut placed: Option<Placed> = None;
        let sha256 = if read.file.sha256.is_some() || signs || is_known {
            self.checksum(&read.file).await?
        } else {
            let FoundFile { key, size, .. } = &read.file;
            let copy = place::place(services, self.target(&read), key, &read.contents, *size, known.is_used_up).await?;
            placed.insert(copy).sha256
        };
        let sha256 = match sha256 {
            Some(sha256) => sha256,
            None => match self.checksum(&read.file).await? {
                Some(sha256) => sha256,
                None => {
                    place::withdraw(services, self.target(&read), &read.contents).await?;
                    return Err(unknown());
                }
            },
        };
        let Read { file, arch, contents } = read;
        let upload = self.upload(&file, arch, sha256);
        if known.binary.as_ref().is_some_and(|binary| binary.sha256 == sha256) {
            return Ok(Step::Ended(Taken::SameAgain));
        }
        let arrived = Arrived { key: file.key, contents, signed: None, way: Way::Import };
        if is_to_be_signed(self.settings, &upload, &arrived.contents) {
            return sign_and_register(services, self.settings, &upload, arrived).await.map(Step::Ended);
        }
        match prepare(services, &upload, &arrived, known, placed).await {
            Ok(registration) => Ok(Step::Enter(Box::new((registration, upload, arrived)))),
            Err(refusal) => {
                place::withdraw(services, Target::of(&upload), &arrived.contents).await?;
                Err(refusal)
            }
        }
    }

    fn upload(&self, file: &FoundFile, arch: Arch, sha256: Sha256) -> Upload {
        let FoundFile { filename, size, upload: id, .. } = file.clone();
        let Import { repository, by, created_at, .. } = self.import.clone();
        let request = UploadRequest { repository, arch, filename, size, sha256, sha512: None, force: false };
        Upload { id, request, state: UploadState::Pending, built_by: by, created_at, multipart: None }
    }

    /// The SHA-256 of a file, without its bytes: S3 has it, or reckons it while it makes a copy that nobody else sees.
    async fn checksum(&self, file: &FoundFile) -> Result<Option<Sha256>, Refusal> {
        let objects = &self.services.objects;
        if file.sha256.is_some() {
            return Ok(file.sha256);
        }
        let head = objects.head(&file.key).await?.ok_or_else(|| colca_store::Error::not_found(&file.key))?;
        if let ObjectKey::Found { etag, .. } = &file.key
            && head.etag != *etag
        {
            return Err(changed());
        }
        if head.sha256.is_some() {
            return Ok(head.sha256);
        }
        let id = self.services.ids.upload_id();
        let copy = ObjectKey::Received { upload: id.clone() };
        let copied = objects.copy_new(&file.key, &copy, file.size, &id).await?;
        objects.delete(&copy).await?;
        match copied {
            Copied::Created { sha256 } | Copied::There { sha256 } => Ok(sha256),
            Copied::Taken => Ok(None),
        }
    }

    /// Enters files together; if one of them is not to be entered as it was prepared, each alone.
    async fn enter(
        &self,
        entries: Vec<(usize, (Registration, Upload, Arrived))>,
    ) -> colca_store::Result<Vec<(usize, Result<Taken, String>)>> {
        let services = self.services;
        let (now, keep) = (services.clock.now(), services.config.retention);
        let all = entries.iter().map(|(_, (registration, upload, _))| (registration.clone(), upload.clone())).collect();
        // A failure, too: two transactions that meet both fail.
        if let Ok(Registered::Done) = services.catalog.register_all(&services.jobs, all, now, keep).await {
            return Ok(entries.into_iter().map(|(place, _)| (place, Ok(Taken::New))).collect());
        }
        let mut taken = Vec::new();
        for (place, (_, upload, arrived)) in entries {
            taken.push((place, told(register(services, &upload, &arrived).await)?));
        }
        Ok(taken)
    }
}

/// Takes those out whose name or identity another one has that stands before them.
fn split_off_same(reads: &mut Vec<(usize, Read)>) -> Vec<(usize, Read)> {
    let (mut names, mut identities) = (HashSet::new(), HashSet::new());
    let is_first = |(_, read): &(usize, Read)| {
        let identity = read.contents.identity().map(|it| (it.name, it.version, it.architecture));
        let is_new = names.insert((read.arch.clone(), read.file.filename.clone()));
        identity.is_none_or(|identity| identities.insert(identity)) && is_new
    };
    let (first, later) = std::mem::take(reads).into_iter().partition(is_first);
    *reads = first;
    later
}

type Entry = (usize, (Registration, Upload, Arrived));

/// As many together as a transaction takes.
fn by_length(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut all: Vec<Vec<Entry>> = Vec::new();
    let mut length = 0;
    for entry in entries {
        let package = entry.1.0.package.as_ref();
        let bytes = match package.map(|package| &package.fragments) {
            Some(StoredFragments::Inline(bytes)) => bytes.len(),
            Some(StoredFragments::Object(_)) | None => 0,
        };
        length += bytes;
        match all.last_mut() {
            Some(last) if last.len() < TOGETHER && length <= LONGEST => last.push(entry),
            _ => {
                length = bytes;
                all.push(vec![entry]);
            }
        }
    }
    all
}

/// What is told of a file that is refused; what is of no single file is an error.
fn told<T>(result: Result<T, Refusal>) -> colca_store::Result<Result<T, String>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Refusal::Rejected(reason) | Refusal::NameTaken(reason)) => Ok(Err(reason)),
        Err(Refusal::Failed(error)) => match error.kind() {
            ErrorKind::NotFound | ErrorKind::AlreadyExists => told(Err(changed())),
            ErrorKind::Invalid => Ok(Err(error.to_string())),
            ErrorKind::Conflict | ErrorKind::Unavailable | ErrorKind::Corrupt => Err(error),
        },
    }
}

fn changed() -> Refusal {
    Refusal::Rejected("source: must stay as it is while it is imported; this file was changed or deleted".to_owned())
}

fn unknown() -> Refusal {
    Refusal::Rejected("sha256: must be one that S3 can reckon when it copies a file; it gave none".to_owned())
}
