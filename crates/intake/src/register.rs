//! Entering a file into the catalog.

use colca_model::{Binary, Project, RepositoryKind, SignedBytes, Upload, UploadRequest, UploadState};
use colca_runtime::{Measured, Services};
use colca_settings::Settings;
use colca_store::{Known, Name, ObjectKey, Registered, Registration};
use tracing::info;

use crate::announce::announce;
use crate::claim::{Claimant, claim};
use crate::contents::{Contents, Subject};
use crate::place::{self, Placed, Target};
use crate::refusal::{Refusal, Rejection};
use crate::registration::registration;
use crate::sign::{self, Signed};

/// How often somebody else may register the same name at the same time before we let the queue try again.
const TRIES: usize = 4;

/// How a file got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Nothing was registered under its name.
    New,
    /// It replaced other bytes.
    Replaced,
    /// The same bytes were registered already.
    SameAgain,
    /// Another delivery of its message did, or does, all this.
    Ended,
}

impl Taken {
    /// What it is that the very bytes are registered: an earlier delivery of the same message may have done that.
    pub(crate) fn again(upload: &Upload, binary: &Binary) -> Self {
        if binary.upload == upload.id { Self::Ended } else { Self::SameAgain }
    }
}

/// How a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// By a ticket, which is ended when the file is registered; all that follows is done at once. Whoever dies is followed by the next
    /// delivery of its message.
    Ticket,
    /// The same, while its sender waits for the answer: whoever dies is followed by nobody.
    Request,
    /// With many others: its upload is written down when it is registered, and what follows is done for all together.
    Import,
}

/// What is known of a file before it is registered.
pub(crate) struct Arrived {
    /// Where the bytes lie that are to be published.
    pub(crate) key: ObjectKey,
    pub(crate) contents: Contents,
    /// Length and SHA-256 of what is published, if that is not what was uploaded.
    pub(crate) signed: Option<SignedBytes>,
    pub(crate) way: Way,
}

impl Arrived {
    fn signed(Signed { key, size, sha256, contents }: Signed, way: Way) -> Self {
        Self { key, contents, signed: Some(SignedBytes { size, sha256 }), way }
    }
}

/// Reads what the verified bytes under `incoming` say of themselves, registers them, ends their upload, and has all that
/// follows done. The bytes are copied, and left where they are.
///
/// # Errors
/// [`Refusal`], with words for the uploader unless a service failed.
pub async fn take_in(services: &Services, upload: &Upload, incoming: &ObjectKey, way: Way) -> Result<Taken, Refusal> {
    let settings = services.settings.get().await?;
    let contents = Contents::read(services, &settings, incoming, subject(upload)).await?;
    let arrived = Arrived { key: incoming.clone(), contents, signed: None, way };
    if is_to_be_signed(&settings, &upload.request.repository.project, &arrived.contents) {
        return sign_and_register(services, &settings, upload, arrived).await;
    }
    register(services, upload, &arrived).await
}

/// Whether a file is signed before it is published.
pub(crate) fn is_to_be_signed(settings: &Settings, project: &Project, contents: &Contents) -> bool {
    settings.signing(project).packages && contents.as_rpm().is_some()
}

/// Signs an rpm and registers what came of it.
pub(crate) async fn sign_and_register(
    services: &Services,
    settings: &Settings,
    upload: &Upload,
    arrived: Arrived,
) -> Result<Taken, Refusal> {
    let (request, way) = (&upload.request, arrived.way);
    // What is registered already need not be signed again.
    if let Some(binary) = services.catalog.binary(&request.repository, &request.arch, &request.filename).await?
        && binary.sha256 == request.sha256
        && let Some(taken) = same_again(services, upload, &arrived, &binary).await?
    {
        return Ok(taken);
    }
    // An rpm has room for one signature.
    let keys = services.signing_keys.get(&settings.signing(&request.repository.project).keys[..1]).await?;
    let signed = sign::sign(services, &keys[0], &arrived.key, subject(upload)).await?;
    let arrived = Arrived::signed(signed, way);
    let taken = register(services, upload, &arrived).await;
    services.objects.discard(&arrived.key).await;
    taken
}

/// Registers a file that is to be published as it lies, whoever else does so meanwhile.
pub(crate) async fn register(services: &Services, upload: &Upload, arrived: &Arrived) -> Result<Taken, Refusal> {
    let request = &upload.request;
    for _ in 0..TRIES {
        let name = name(Target::of(upload), &arrived.contents);
        let known = services.catalog.known(&request.repository, &[name]).await?.pop().unwrap_or_default();
        if let Some(binary) = known.binary.as_ref().filter(|binary| binary.sha256 == request.sha256) {
            match same_again(services, upload, arrived, binary).await? {
                Some(taken) => return Ok(taken),
                None => continue,
            }
        }
        let taken = if known.binary.is_some() { Taken::Replaced } else { Taken::New };
        let entered = enter(services, upload, arrived, known).await;
        if !matches!(entered, Ok(Registered::Done)) {
            // What was copied may be left with nobody to name it.
            place::withdraw(services, Target::of(upload), &arrived.contents).await?;
        }
        match entered? {
            Registered::Done => {
                if arrived.way != Way::Import {
                    note_registered(services, upload);
                    announce(services, upload).await?;
                }
                return Ok(taken);
            }
            Registered::UploadEnded => return Ok(Taken::Ended),
            Registered::NameTaken => {}
        }
    }
    Err(Refusal::Failed(colca_store::Error::contended(&request.filename)))
}

/// Says that a file is in the catalog.
fn note_registered(services: &Services, Upload { id, request, .. }: &Upload) {
    let UploadRequest { repository, filename, size, .. } = request;
    services.record(Measured::Registered { kind: RepositoryKind::of(filename), files: 1, bytes: *size });
    info!(trace_id = id.trace_id(), upload = %id, %repository, "Registered {filename} of upload {id}");
}

/// What is asked of the catalog before a file is registered.
pub(crate) fn name(target: Target<'_>, contents: &Contents) -> Name {
    let Target { arch, filename, .. } = target;
    let key = place::plain(target, contents).path();
    Name { arch: arch.clone(), filename: filename.clone(), key, identity: contents.identity() }
}

pub(crate) fn subject(upload: &Upload) -> Subject<'_> {
    let UploadRequest { repository, filename, size, .. } = &upload.request;
    Subject { repository, filename, size: *size }
}

/// Gives the bytes their place and enters them, if what is registered and deleted is still what it was.
async fn enter(services: &Services, upload: &Upload, arrived: &Arrived, known: Known) -> Result<Registered, Refusal> {
    let registration = prepare(services, upload, arrived, known, None).await?;
    let (now, keep) = (services.clock.now(), services.config.retention);
    let (catalog, jobs) = (&services.catalog, &services.jobs);
    Ok(match arrived.way {
        Way::Ticket | Way::Request => catalog.register(jobs, registration, now, keep).await?,
        Way::Import => catalog.register_all(jobs, vec![(registration, upload.clone())], now, keep).await?,
    })
}

/// All that is to be entered of a file, which gets its place first unless it has one.
pub(crate) async fn prepare(
    services: &Services,
    upload: &Upload,
    arrived: &Arrived,
    known: Known,
    placed: Option<Placed>,
) -> Result<Registration, Refusal> {
    let Known { binary: before, deleted, is_used_up, claim: made } = known;
    if let Some(binary) = &before {
        may_replace(upload, binary)?;
    }
    let claim = match arrived.contents.identity() {
        Some(identity) => claim(services, Claimant::from(&upload.request), identity, made).await?,
        None => None,
    };
    let placed = match placed {
        Some(placed) => placed,
        None => {
            let size = arrived.signed.map_or(upload.request.size, |signed| signed.size);
            let plain = place::plain(Target::of(upload), &arrived.contents);
            // Else what lies there, if anything, was never registered: an earlier delivery of this message may have made it.
            let is_used_up = is_used_up || before.as_ref().is_some_and(|before| before.key == plain.path());
            if arrived.way == Way::Request && !is_used_up {
                place::note_unfinished(services, &[(Target::of(upload), plain)]).await?;
            }
            place::place(services, Target::of(upload), &arrived.key, &arrived.contents, size, is_used_up).await?
        }
    };
    if let Some(binary) = &before {
        place::note_superseded(services, binary).await?;
    }
    let as_it_lies;
    let arrived = if arrived.signed.is_some() && placed.was_there {
        as_it_lies = Arrived::signed(sign::as_it_lies(services, placed.key.clone()).await?, arrived.way);
        &as_it_lies
    } else {
        arrived
    };
    let registration = registration(services, upload, arrived, before, deleted, placed).await?;
    Ok(Registration { claim, ..registration })
}

/// Of two that may replace a file, the later ticket wins, however late the other's message is delivered again.
fn may_replace(upload: &Upload, binary: &Binary) -> Result<(), Refusal> {
    let filename = &upload.request.filename;
    if !upload.request.force {
        let sha256 = &binary.sha256;
        let reason =
            format!("filename: {filename} is registered with other bytes (sha256 {sha256}) and \"force\" was not used");
        return Err(Refusal::NameTaken(Rejection::new("taken", reason)));
    }
    let newer = binary.wanted_by();
    if *newer > upload.id {
        let reason = format!("filename: {filename} is what upload {newer} wants it to be, whose ticket is newer");
        return Err(Refusal::rejected("replaced", reason));
    }
    Ok(())
}

/// The same bytes are registered under this name already: there is nothing to build, but for what another upload
/// has registered and may have died before announcing. `None` if it is not as it was any more.
async fn same_again(
    services: &Services,
    upload: &Upload,
    arrived: &Arrived,
    binary: &Binary,
) -> Result<Option<Taken>, Refusal> {
    if arrived.way == Way::Import {
        return Ok(Some(Taken::again(upload, binary)));
    }
    // What may replace nothing keeps nobody else from it.
    if upload.request.force && !services.catalog.ask_again(binary, &upload.id).await? {
        return Ok(None);
    }
    if binary.upload != upload.id {
        place::withdraw(services, Target::of(upload), &arrived.contents).await?;
    }
    if let (None, Some(sha512)) = (binary.sha512, upload.request.sha512) {
        services.catalog.set_sha512(binary, sha512).await?;
    }
    let now = services.clock.now();
    let end = UploadState::Registered { notes: vec!["the same bytes were registered already".to_owned()] };
    services.jobs.end_upload(&upload.id, &end, now, services.config.retention).await?;
    announce(services, upload).await?;
    Ok(Some(Taken::SameAgain))
}
