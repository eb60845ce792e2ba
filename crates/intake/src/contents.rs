//! What a file is, by its own headers, read out of S3 without its payload.

use bytes::Bytes;
use colca_apt::{Changes, Dsc, Fragment, Layout, pool_directory};
use colca_model::{Arch, Filename, Invalid, Nevra, RepoPath, RepositoryKind, Sha256};
use colca_rpmmd::{Carried, Location};
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::{Format, Identity, ObjectKey};

use crate::refusal::Refusal;

/// What is read first, in bytes. It holds the whole header of 90 packages in a hundred; with the rest of the others, less than twice
/// as much as all headers together is read.
const FIRST: u64 = 24 * 1024;

/// What uploaders call the architecture of what is built from.
pub const SOURCE: &str = "source";

/// A file as it is to be in a repository.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The repository.
    pub repository: &'a RepoPath,
    /// Its name.
    pub filename: &'a Filename,
    /// Its length in bytes.
    pub size: u64,
}

/// What a file is.
pub enum Contents {
    /// An rpm.
    Rpm(Box<colca_rpmmd::Package>),
    /// A Debian package, and the directory it goes to.
    Deb(Box<colca_apt::Package>, String),
    /// A source package of Debian.
    Source(Box<Fragment>),
    /// What is carried into the metadata of a directory.
    Carried,
    /// Anything else: stored as it is.
    File,
}

impl Contents {
    /// Reads and checks what the name of a file says that it is; `key` is where its bytes lie.
    ///
    /// # Errors
    /// [`Refusal`] if it is not, or cannot be in this repository.
    pub async fn read(
        services: &Services,
        settings: &Settings,
        key: &ObjectKey,
        subject: Subject<'_>,
    ) -> Result<Self, Refusal> {
        match Self::read_short(services, settings, key, subject, u64::MAX).await? {
            Some(contents) => Ok(contents),
            None => Err(colca_store::Error::damaged(format!("{}: a header without end", key.path())).into()),
        }
    }

    /// The same, if that takes no more than the first `most` bytes.
    pub(crate) async fn read_short(
        services: &Services,
        settings: &Settings,
        key: &ObjectKey,
        subject: Subject<'_>,
        most: u64,
    ) -> Result<Option<Self>, Refusal> {
        let Subject { filename, size, .. } = subject;
        if filename.is_rpm() {
            let locate = |bytes: &[u8]| Ok(colca_rpmmd::HeaderExtent::locate(bytes, size)?.needed());
            let bytes = beginning_within(services, key, size, most, locate).await?;
            return bytes.map(|bytes| Self::rpm(&bytes, size)).transpose();
        }
        if filename.is_deb() {
            let locate = |bytes: &[u8]| Ok(colca_apt::ControlExtent::locate(bytes, size)?.needed());
            let Some(bytes) = beginning_within(services, key, size, most, locate).await? else { return Ok(None) };
            let package = colca_apt::Package::parse(&bytes, size)?;
            return Self::deb(settings, subject, package).map(Some);
        }
        Self::text(services, settings, key, subject).await.map(Some)
    }

    /// What is read as a whole, if at all.
    async fn text(
        services: &Services,
        settings: &Settings,
        key: &ObjectKey,
        subject: Subject<'_>,
    ) -> Result<Self, Refusal> {
        let Subject { repository, filename, .. } = subject;
        if filename.as_str().ends_with(".dsc") {
            check_archive(settings, repository, filename)?;
            let dsc = Dsc::parse(&whole(services, key, subject, colca_apt::MOST_DSC).await?)?;
            return Ok(Self::Source(Box::new(Fragment::of_source(&dsc, filename)?)));
        }
        if filename.as_str().ends_with(".changes") {
            Changes::parse(&whole(services, key, subject, colca_apt::MOST_DSC).await?)?;
            return Ok(Self::File);
        }
        if let Some(kind) = Carried::kind_of(filename.as_str()) {
            let known = services.catalog.repository(repository).await?;
            let chosen = known.and_then(|repository| repository.chosen_kind());
            // In a repository of plain files it is one of them.
            if chosen.unwrap_or(RepositoryKind::Rpm) == RepositoryKind::Rpm {
                Carried::parse(kind, &whole(services, key, subject, Carried::LONGEST).await?)?;
                return Ok(Self::Carried);
            }
        }
        Ok(Self::File)
    }

    /// The rpm of `size` bytes that begins with `beginning`.
    pub(crate) fn rpm(beginning: &[u8], size: u64) -> Result<Self, Refusal> {
        let package = colca_rpmmd::Package::parse(beginning, size)?;
        // It becomes a directory of the repository, beside others that have a meaning of their own.
        Arch::new(package.arch_dir())?;
        Ok(Self::Rpm(Box::new(package)))
    }

    fn deb(settings: &Settings, subject: Subject<'_>, package: colca_apt::Package) -> Result<Self, Refusal> {
        let Subject { repository, filename, .. } = subject;
        check_archive(settings, repository, filename)?;
        // apt asks for a path as it stands, but for a few characters that it encodes.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_~:%".contains(&byte);
        if !filename.as_str().bytes().all(is_plain) {
            let rule = "must be of letters, digits and . + - _ ~ : %, for apt to find it";
            return Err(Invalid::new("filename", rule, filename).into());
        }
        let distribution = settings.distribution(&repository.project);
        let architecture = package.architecture();
        if architecture == "source" {
            let rule = "must be all or the name of an architecture: a source package is a .dsc";
            return Err(Invalid::new("Architecture", rule, architecture).into());
        }
        if let Some(listed) = &distribution.architectures
            && architecture != "all"
            && !listed.iter().any(|listed| listed.as_str() == architecture)
        {
            let listed: Vec<_> = listed.iter().map(|listed| listed.as_str()).collect();
            let rule = format!("must be all or one that the configuration lists: {}", listed.join(", "));
            return Err(Invalid::new("Architecture", rule, architecture).into());
        }
        let layout = Layout::new(&distribution.components, &[]);
        let section = package.control().get("Section").filter(|section| !section.is_empty());
        let directory = pool_directory(layout.component(section).as_str(), package.source().0);
        Ok(Self::Deb(Box::new(package), directory))
    }

    /// What metadata it is for; `arch` is the one it was uploaded for.
    #[must_use]
    pub fn format(&self, arch: &Arch) -> Option<Format> {
        match self {
            Self::Rpm(package) => Some(Format::Rpm(package.arch_dir().to_owned())),
            Self::Deb(..) | Self::Source(_) => Some(Format::Deb),
            Self::Carried => Some(Format::Carried(arch.to_string())),
            Self::File => None,
        }
    }

    /// Its part of the metadata, encoded; none if that is the file itself. `href` is relative to the directory.
    #[must_use]
    pub fn fragments(&self, subject: Subject<'_>, sha256: Sha256, href: String, file_time: i64) -> Option<Vec<u8>> {
        let Subject { repository, filename, size } = subject;
        match self {
            Self::Rpm(package) => {
                let directory = package.arch_dir();
                let href = if repository.has_single_repodata() { format!("{directory}/{href}") } else { href };
                Some(package.fragments(&Location { href, size, sha256, file_time }).to_bytes())
            }
            Self::Deb(package, _) => Some(Fragment::of_package(package, filename.as_str(), size, sha256).to_bytes()),
            Self::Source(fragment) => Some(fragment.to_bytes()),
            Self::Carried | Self::File => None,
        }
    }

    /// The rpm, if it is one.
    pub(crate) fn as_rpm(&self) -> Option<&colca_rpmmd::Package> {
        match self {
            Self::Rpm(package) => Some(package),
            Self::Deb(..) | Self::Source(_) | Self::Carried | Self::File => None,
        }
    }

    /// The architecture that whoever uploads it would name; none if it says nothing of it.
    pub(crate) fn own_arch(&self) -> Option<&str> {
        match self {
            Self::Rpm(package) if package.is_source() => Some(SOURCE),
            Self::Rpm(package) => Some(package.arch_dir()),
            Self::Deb(package, _) => Some(package.architecture()),
            Self::Source(_) => Some(SOURCE),
            Self::Carried | Self::File => None,
        }
    }

    /// What an rpm says it is.
    pub(crate) fn nevra(&self) -> Option<Nevra> {
        self.as_rpm().map(|package| package.nevra().clone())
    }

    /// What a Debian package is, of which an archive can have but one.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let (name, version, architecture) = match self {
            Self::Deb(package, _) => (package.name(), package.version(), package.architecture()),
            Self::Source(fragment) => (&*fragment.name, &*fragment.version, &*fragment.architecture),
            Self::Rpm(_) | Self::Carried | Self::File => return None,
        };
        let [name, version, architecture] = [name, version, architecture].map(str::to_owned);
        Some(Identity { name, version, architecture })
    }

    /// The directory of the repository it belongs in; `arch` is the one it was uploaded for.
    #[must_use]
    pub fn directory<'a>(&'a self, arch: &'a Arch) -> &'a str {
        match self {
            Self::Rpm(package) => package.arch_dir(),
            Self::Deb(_, directory) => directory,
            Self::Source(_) | Self::Carried | Self::File => arch.as_str(),
        }
    }
}

/// Whether a repository can be a Debian archive: it needs the codename of its version, unless that stands for all of them.
///
/// # Errors
/// [`Invalid`] naming the versions that are known.
pub fn check_archive(settings: &Settings, repository: &RepoPath, filename: &Filename) -> Result<(), Invalid> {
    let RepoPath { distro, distro_version, .. } = repository;
    if RepositoryKind::of(filename) == RepositoryKind::Deb && !settings.is_generic(distro_version) {
        settings.require_codename(distro, distro_version).map_err(|invalid| Invalid {
            rule: format!("{} ({filename} is a package of Debian's)", invalid.rule),
            ..invalid
        })?;
    }
    Ok(())
}

/// As many bytes from the start of an object as `locate` finds needed: one range GET, or a second one for the exact rest.
pub(crate) async fn beginning(
    services: &Services,
    key: &ObjectKey,
    size: u64,
    locate: impl Fn(&[u8]) -> Result<u64, Refusal>,
) -> Result<Vec<u8>, Refusal> {
    Ok(beginning_within(services, key, size, u64::MAX, locate).await?.unwrap_or_default())
}

/// The same, if no more than `most` are needed.
async fn beginning_within(
    services: &Services,
    key: &ObjectKey,
    size: u64,
    most: u64,
    locate: impl Fn(&[u8]) -> Result<u64, Refusal>,
) -> Result<Option<Vec<u8>>, Refusal> {
    let mut bytes = Vec::new();
    let mut wanted = FIRST.min(size);
    loop {
        let have = bytes.len() as u64;
        if have < wanted {
            let read = services.objects.read_range(key, have, wanted).await;
            bytes.extend(read.map_err(|error| Refusal::of_source(key, error))?);
        }
        let needed = locate(&bytes)?;
        if needed <= bytes.len() as u64 {
            return Ok(Some(bytes));
        }
        if needed > most {
            return Ok(None);
        }
        wanted = needed;
    }
}

/// All bytes of a file that is small by its nature.
async fn whole(services: &Services, key: &ObjectKey, subject: Subject<'_>, most: u64) -> Result<Bytes, Refusal> {
    if subject.size > most {
        let rule = format!("must not be longer than {most} bytes for a file of that name");
        return Err(Invalid::new("size", rule, subject.size).into());
    }
    let read = services.objects.read(key).await;
    let found = read.and_then(|found| found.ok_or_else(|| colca_store::Error::not_found(key)));
    Ok(found.map_err(|error| Refusal::of_source(key, error))?.0)
}
