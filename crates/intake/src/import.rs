//! Files that lie somewhere already, many at once.
//!
//! Each costs a read of its header and one copy, during which S3 reckons its checksum; what is asked of the catalog, noted and entered
//! is so for as many together as a request takes.

use std::collections::{BTreeMap, HashSet};

use colca_model::{Arch, Filename, Import, RepositoryKind, Sha256, Upload, UploadId, UploadRequest, UploadState};
use colca_runtime::{Measured, Services};
use colca_settings::Settings;
use colca_store::{Copied, ErrorKind, Known, ObjectKey, Objects};
use futures::{StreamExt, TryStreamExt, stream};

use crate::contents::{Contents, SOURCE, Subject};
use crate::place::{self, Placed, Target};
use crate::refusal::Refusal;
use crate::register::{Arrived, Taken, Way, is_to_be_signed, name, prepare, sign_and_register};
use crate::together::{Entry, by_length, enter};

/// How many files are read and copied at once.
const AT_ONCE: usize = 16;

/// How many are signed at once: some parts of each are in memory meanwhile.
const SIGNED_AT_ONCE: usize = 4;

/// Longer headers, in bytes, are read one at a time: they are rare, and one may have 64 MiB.
const SHORT: u64 = 1024 * 1024;

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
    /// The SHA-256 that it must have, where somebody says so.
    pub expected: Option<Sha256>,
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
    Enter(Box<Entry>),
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
    let sizes: Vec<_> = files.iter().map(|file| (RepositoryKind::of(&file.filename), file.size)).collect();
    let mut outcomes = BTreeMap::new();
    let (mut reads, mut long) = (Vec::new(), Vec::new());
    let headers = files.into_iter().enumerate();
    let headers = headers.map(async |(place, file)| (place, importer.read(file.clone(), SHORT).await, file));
    let mut headers = stream::iter(headers).buffered(AT_ONCE);
    while let Some((place, read, file)) = headers.next().await {
        match told(read)? {
            Ok(Some(read)) => reads.push((place, read)),
            Ok(None) => long.push((place, file)),
            Err(reason) => drop(outcomes.insert(place, Err(reason))),
        }
    }
    importer.take_in_each(reads, &mut outcomes).await?;
    for (place, file) in long {
        match told(importer.read(file, u64::MAX).await)? {
            Ok(read) => {
                importer.take_in_each(read.map(|read| (place, read)).into_iter().collect(), &mut outcomes).await?
            }
            Err(reason) => drop(outcomes.insert(place, Err(reason))),
        }
    }
    let outcomes: Vec<_> = outcomes.into_values().collect();
    record(services, &sizes, &outcomes);
    Ok(outcomes)
}

/// Tells how many files came in, and how many did not.
fn record(services: &Services, sizes: &[(RepositoryKind, u64)], outcomes: &[Outcome]) {
    for kind in [RepositoryKind::Rpm, RepositoryKind::Deb, RepositoryKind::Raw] {
        let is_in = |outcome: &Outcome| matches!(outcome, Ok((_, Taken::New | Taken::Replaced)));
        let of_kind = sizes.iter().zip(outcomes).filter(|((its, _), outcome)| *its == kind && is_in(outcome));
        let bytes: Vec<_> = of_kind.map(|((_, size), _)| *size).collect();
        if !bytes.is_empty() {
            services.record(Measured::Registered { kind, files: bytes.len() as u64, bytes: bytes.iter().sum() });
        }
    }
    let refused = outcomes.iter().filter(|outcome| outcome.is_err()).count() as u64;
    if refused > 0 {
        services.record(Measured::Rejected { reason: "import", files: refused });
    }
}

impl Importer<'_> {
    /// Reads what a file says of itself; nothing if that is more than `most` bytes.
    async fn read(&self, file: FoundFile, most: u64) -> Result<Option<Read>, Refusal> {
        let FoundFile { key, filename, size, .. } = &file;
        if *size > Objects::LARGEST_COPY && file.sha256.is_none() {
            let rule = format!(
                "must be {} bytes at most for S3 to reckon a checksum: upload it by a ticket",
                Objects::LARGEST_COPY
            );
            return Err(colca_model::Invalid::new("size", rule, size).into());
        }
        let subject = Subject { repository: &self.import.repository, filename, size: *size };
        let contents = Contents::read_short(self.services, self.settings, key, subject, most).await?;
        let Some(contents) = contents else { return Ok(None) };
        let arch = match &self.import.arch {
            Some(arch) => arch.clone(),
            None => Arch::new(contents.own_arch().unwrap_or(SOURCE))?,
        };
        Ok(Some(Read { file, arch, contents }))
    }

    /// Takes in files, those with the name of another one after it.
    async fn take_in_each(
        &self,
        mut reads: Vec<(usize, Read)>,
        outcomes: &mut BTreeMap<usize, Outcome>,
    ) -> colca_store::Result<()> {
        while !reads.is_empty() {
            let later = split_off_same(&mut reads);
            let archs: Vec<_> = reads.iter().map(|(place, read)| (*place, read.arch.clone())).collect();
            let taken = self.take_in(reads.into_iter().map(|(_, read)| read).collect()).await?;
            for ((place, arch), taken) in archs.into_iter().zip(taken) {
                outcomes.insert(place, taken.map(|taken| (arch, taken)));
            }
            reads = later;
        }
        Ok(())
    }

    /// Takes in files of which no two have the same name or identity.
    async fn take_in(&self, reads: Vec<Read>) -> colca_store::Result<Vec<Result<Taken, String>>> {
        let names: Vec<_> = reads.iter().map(|read| name(self.target(read), &read.contents)).collect();
        let known = self.services.catalog.known(&self.import.repository, &names).await?;
        self.note(&reads, &known).await?;
        let at_once =
            if self.settings.signing(&self.import.repository.project).packages { SIGNED_AT_ONCE } else { AT_ONCE };
        let steps = reads.into_iter().zip(known).map(async |(read, known)| told(self.step(read, known).await));
        let steps: Vec<_> = stream::iter(steps).buffered(at_once).try_collect().await?;

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
            for (place, taken) in enter(self.services, together).await? {
                outcomes[place] = taken;
            }
        }
        Ok(outcomes)
    }

    /// Notes the copies that are about to be made under plain names: whoever dies before they are entered leaves none. What gets a key
    /// of its own is noted by [`place::place`].
    async fn note(&self, reads: &[Read], known: &[Known]) -> colca_store::Result<()> {
        let mut keys = HashSet::new();
        let mut copied = Vec::new();
        for (read, known) in reads.iter().zip(known) {
            let (target, key) = (self.target(read), place::plain(self.target(read), &read.contents));
            let is_copied = known.binary.is_none() && !known.is_used_up;
            // Two architectures may bring one name: one of them gets it.
            if is_copied && keys.insert(key.path()) {
                copied.push((target, key));
            }
        }
        place::note_unfinished(self.services, &copied).await
    }

    fn target<'a>(&'a self, read: &'a Read) -> Target<'a> {
        let Read { file, arch, .. } = read;
        Target { upload: &file.upload, repository: &self.import.repository, arch, filename: &file.filename }
    }

    /// All of a file but its entry.
    async fn step(&self, read: Read, known: Known) -> Result<Step, Refusal> {
        let signs = is_to_be_signed(self.settings, &self.import.repository.project, &read.contents);
        let (sha256, placed) = self.checksum_and_place(&read, &known, signs).await?;
        if let Some(expected) = read.file.expected.filter(|expected| *expected != sha256) {
            let rule = format!("must be {expected}, as its .dsc says");
            return Err(colca_model::Invalid::new("sha256", rule, sha256).into());
        }
        let Read { file, arch, contents } = read;
        let upload = self.upload(&file, arch, sha256);
        if let Some(binary) = known.binary.as_ref().filter(|binary| binary.sha256 == sha256) {
            return Ok(Step::Ended(Taken::again(&upload, binary)));
        }
        let arrived = Arrived { key: file.key, contents, signed: None, way: Way::Import };
        if signs {
            return sign_and_register(self.services, self.settings, &upload, arrived).await.map(Step::Ended);
        }
        let registration = prepare(self.services, &upload, &arrived, known, placed).await?;
        Ok(Step::Enter(Box::new((registration, upload, arrived))))
    }

    /// The checksum of a file. If nothing is known of its name, the copy to its place tells it.
    async fn checksum_and_place(
        &self,
        read: &Read,
        known: &Known,
        signs: bool,
    ) -> Result<(Sha256, Option<Placed>), Refusal> {
        let FoundFile { key, size, sha256, .. } = &read.file;
        if sha256.is_some() || signs || known.binary.is_some() || known.claim.is_some() {
            return Ok((self.checksum(&read.file).await?, None));
        }
        let target = self.target(read);
        let placed = place::place(self.services, target, key, &read.contents, *size, known.is_used_up).await?;
        let sha256 = match placed.sha256 {
            Some(sha256) => sha256,
            None => self.checksum(&read.file).await?,
        };
        Ok((sha256, Some(placed)))
    }

    fn upload(&self, file: &FoundFile, arch: Arch, sha256: Sha256) -> Upload {
        let FoundFile { filename, size, upload: id, .. } = file.clone();
        let Import { repository, by, created_at, .. } = self.import.clone();
        let request = UploadRequest { repository, arch, filename, size, sha256, sha512: None, force: false };
        Upload { id, request, state: UploadState::Pending, built_by: by, created_at, multipart: None }
    }

    /// The SHA-256 of a file, without its bytes: S3 has it, or reckons it while it makes a copy that nobody else sees.
    async fn checksum(&self, file: &FoundFile) -> Result<Sha256, Refusal> {
        let objects = &self.services.objects;
        if let Some(sha256) = file.sha256 {
            return Ok(sha256);
        }
        let of_source = |error| Refusal::of_source(&file.key, error);
        let missing = || of_source(colca_store::Error::not_found(&file.key));
        let head = objects.head(&file.key).await?.ok_or_else(missing)?;
        if let ObjectKey::Found { etag, .. } = &file.key
            && head.etag != *etag
        {
            return Err(missing());
        }
        if let Some(sha256) = head.sha256 {
            return Ok(sha256);
        }
        let id = self.services.ids.upload_id();
        let copy = ObjectKey::Received { upload: id.clone() };
        let copied = objects.copy_new(&file.key, &copy, file.size, &id).await.map_err(of_source)?;
        objects.discard(&copy).await;
        match copied {
            Copied::Created { sha256: Some(sha256) } | Copied::There { sha256: Some(sha256) } => Ok(sha256),
            _ => Err(unknown()),
        }
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

/// What is told of a file that is refused; what is of no single file is an error.
pub(crate) fn told<T>(result: Result<T, Refusal>) -> colca_store::Result<Result<T, String>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Refusal::Rejected(rejection) | Refusal::NameTaken(rejection)) => Ok(Err(rejection.reason)),
        Err(Refusal::Failed(error)) if error.kind() == ErrorKind::Invalid => Ok(Err(error.to_string())),
        Err(Refusal::Failed(error)) => Err(error),
    }
}

fn unknown() -> Refusal {
    Refusal::rejected("checksum", "sha256: must be one that S3 can reckon when it copies a file; it gave none")
}
