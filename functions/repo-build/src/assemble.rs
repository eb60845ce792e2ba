//! From what is in the catalog to what the repository is to look like: the lists that were kept are changed by what is
//! pending, or all are made anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use colca_model::{Binary, Codename, RepoPath, RepositoryKind};
use colca_revisions::{Lists, Notes};
use colca_rpmmd::Codec;
use colca_runtime::Services;
use colca_settings::Settings;
use colca_sharing::sources;
use colca_store::{Change, Held, Repository, Revision};
use tracing::{info, warn};

use crate::Builder;
use crate::deb_archive;
use crate::failure::Failure;
use crate::lists::Lister;
use crate::packages::{self, Pending, Read};
use crate::promote;
use crate::raw;
use crate::revision::NewRevision;
use crate::rpm_repository;
use crate::shared;
use crate::wanted::{Wanted, content};

/// Raise it when lists of the same packages and settings come out otherwise.
const MAKER: &str = "1";

/// More changes than this are not made to lists that were kept: all of them would have to be in memory together.
const MOST: usize = 4000;

/// What a build works with.
pub(crate) struct Assembly<'a> {
    pub(crate) builder: &'a Builder,
    pub(crate) path: &'a RepoPath,
    pub(crate) repository: &'a Repository,
    pub(crate) settings: Arc<Settings>,
    pub(crate) changes: &'a [Change],
    pub(crate) previous: Option<&'a Revision>,
    pub(crate) new: &'a NewRevision,
    /// Whether everything is published anew, be it as it was or not.
    pub(crate) anew: bool,
    /// Whether all lists are made anew, too.
    pub(crate) all: bool,
}

/// What is to be listed.
pub(crate) struct Listing<'a> {
    /// Makes the lists.
    pub(crate) lister: Lister<'a>,
    /// What was noted beside those that are changed.
    pub(crate) notes: Notes,
    /// The packages, and what is not to be listed any more.
    pub(crate) pending: Pending,
    /// The packages of others, with the distributions each is listed in; none if in those of the repository itself.
    pub(crate) shared: Vec<(Read, BTreeSet<Codename>)>,
    /// Whether these are all packages.
    pub(crate) all: bool,
}

/// The lists that a build begins with, and the number of the build that kept them.
pub(crate) type KeptBefore = (u64, Lists);

/// Reads the lists that were kept of a repository.
pub(crate) async fn kept(
    services: &Services,
    path: &RepoPath,
    repository: &Repository,
) -> colca_store::Result<Option<KeptBefore>> {
    let Some(number) = repository.lists else { return Ok(None) };
    let lists = Lists::of(services, path, number).await?;
    if lists.is_none() {
        warn!(repository = %path, number, "The lists of {path} cannot be read, and are made anew");
    }
    Ok(lists.map(|lists| (number, lists)))
}

impl Assembly<'_> {
    /// Plans what the changes come to, with the lists that were kept. Each change is seen in it.
    pub(crate) async fn wanted(&self, kept: Option<KeptBefore>) -> Result<Wanted, Failure> {
        if let Some((kind, lists)) = self.to_change(kept.as_ref()).await? {
            let pending = packages::pending(&self.builder.services, self.path, self.changes, &lists.notes).await?;
            let (lister, mut notes) = (self.lister(lists.clone()), lists.notes.clone());
            notes.archs.extend(pending.archs.iter().cloned());
            let listing = Listing { lister, notes, pending, shared: vec![], all: false };
            if let Some(wanted) = self.list(kind, listing).await? {
                return Ok(Wanted { kept, ..wanted });
            }
            info!(repository = %self.path, "All packages of {} are listed anew", self.path);
        }
        let indexes = kept.as_ref().map(|(_, lists)| lists.notes.indexes.clone()).unwrap_or_default();
        let wanted = self.of_all(Notes { indexes, ..Notes::default() }).await?;
        Ok(Wanted { kept, ..wanted })
    }

    /// Plans the lists that were kept with fewer segments, and nothing else. `None` if they are not to be changed.
    pub(crate) async fn merged(&self, kept: Option<KeptBefore>) -> Result<Option<Wanted>, Failure> {
        let Some((kind, lists)) = self.to_change(kept.as_ref()).await? else { return Ok(None) };
        let (lister, notes) = (self.lister(lists.clone()).merging(), lists.notes.clone());
        let pending = Pending::default();
        let wanted = self.list(kind, Listing { lister, notes, pending, shared: vec![], all: false }).await?;
        let wanted = wanted.filter(|wanted| wanted.lists.as_ref() != Some(lists));
        Ok(wanted.map(|wanted| Wanted { kept: kept.clone(), ..wanted }))
    }

    /// The lists that were kept, if they are those that would be made now, but for the changes.
    async fn to_change<'a>(
        &self,
        kept: Option<&'a KeptBefore>,
    ) -> Result<Option<(RepositoryKind, &'a Lists)>, Failure> {
        let (Some((_, lists)), Some(previous)) = (kept, self.previous) else { return Ok(None) };
        let kind = previous.kind;
        let takes_all =
            self.all || lists.notes.takes_all || self.repository.held.is_some() || self.changes.len() > MOST;
        if takes_all || self.repository.chosen_kind().is_some_and(|chosen| chosen != kind) {
            return Ok(None);
        }
        if lists.notes.made_by != self.made_by(kind)? || !self.settings.externals(self.path).is_empty() {
            return Ok(None);
        }
        let shares = !sources(&self.builder.services, &self.settings, kind, self.path).await?.is_empty();
        Ok((!shares).then_some((kind, lists)))
    }

    fn lister(&self, before: Lists) -> Lister<'_> {
        Lister::new(&self.builder.services, self.path, before, self.new.number)
    }

    /// Reads all that is to be listed, its own and what it shares of others, and plans.
    async fn of_all(&self, notes: Notes) -> Result<Wanted, Failure> {
        let services = &self.builder.services;
        let (kind, own, shared) = if let Some(held @ Held { repository: Some(other), revision }) = &self.repository.held
        {
            // Copied once, it is at hand, whatever became of the other's revision.
            let shared = match shared::promoted(self, held).await? {
                Some(shared) if self.is_published(held) => shared,
                _ => shared::take(self, promote::originals(self, other, *revision).await?).await?,
            };
            let kind = self.repository.kind().unwrap_or(RepositoryKind::Raw);
            if kind == RepositoryKind::Raw {
                return Err(Failure::Unpublishable("plain files cannot be promoted".to_owned()));
            }
            (kind, Pending::default(), shared)
        } else {
            let files = packages::files(services, self.path, self.changes).await?;
            let kind = kind(self.repository, &files);
            if kind == RepositoryKind::Raw {
                shared::take(self, vec![]).await?;
                return Ok(raw::plan(self.new, &files));
            }
            let own = packages::all(services, self.path, files).await?;
            (kind, own, shared::adopt(self, kind).await?)
        };
        // What is held is no state that changes build upon.
        let takes_all = self.repository.held.is_some() || !shared.packages.is_empty();
        let notes = Notes { made_by: self.made_by(kind)?, takes_all, archs: own.archs.clone(), ..notes };
        let lister = self.lister(Lists::default());
        let listing = Listing { lister, notes, pending: own, shared: shared.packages, all: true };
        Ok(self.list(kind, listing).await?.expect("all packages can be listed anew"))
    }

    /// Plans a repository of lists. `None` if that takes all packages, and the listing has not all.
    async fn list(&self, kind: RepositoryKind, listing: Listing<'_>) -> Result<Option<Wanted>, Failure> {
        match kind {
            RepositoryKind::Rpm => rpm_repository::plan(self, listing).await,
            _ => deb_archive::plan(self, listing).await,
        }
    }

    /// What lists are made by, besides the packages.
    fn made_by(&self, kind: RepositoryKind) -> Result<String, Failure> {
        let mut parts = vec![MAKER.to_owned()];
        if kind == RepositoryKind::Deb {
            let distribution = self.settings.distribution(&self.path.project);
            let words = |words: &mut dyn Iterator<Item = String>| words.collect::<Vec<_>>().join(" ");
            parts.push(words(&mut distribution.components.iter().map(ToString::to_string)));
            parts.push(words(&mut distribution.architectures.iter().flatten().map(ToString::to_string)));
            parts.push(words(&mut self.own_codenames()?.iter().map(ToString::to_string)));
        } else {
            parts.push(self.codec().extension().to_owned());
        }
        Ok(content(parts))
    }

    /// How the metadata of an rpm repository is compressed.
    pub(crate) fn codec(&self) -> Codec {
        self.builder.codecs.codec(self.path.distro.as_str(), self.path.distro_version.as_str())
    }

    /// The distributions that list the packages of a Debian archive.
    pub(crate) fn own_codenames(&self) -> Result<BTreeSet<Codename>, Failure> {
        let RepoPath { distro, distro_version, project, .. } = self.path;
        let is_generic = self.settings.is_generic(distro_version);
        if is_generic {
            let codenames = self.settings.combined_codenames(project, distro);
            if !codenames.is_empty() {
                return Ok(codenames);
            }
        }
        let codename = if is_generic {
            Codename::new(distro_version.as_str())
        } else {
            self.settings.require_codename(distro, distro_version)
        };
        Ok([codename.map_err(|invalid| Failure::Unpublishable(invalid.to_string()))?].into())
    }

    /// Whether a place is to be written: it is not as it was in the revision before.
    pub(crate) fn is_new(&self, kind: RepositoryKind, place: &str, content: &str) -> bool {
        let before = self.previous.filter(|previous| previous.kind == kind);
        let before = before.and_then(|previous| previous.places.get(place));
        self.anew || before.is_none_or(|before| before.content != content)
    }

    /// Whether what was promoted is what is published already: then all of it was copied.
    fn is_published(&self, held: &Held) -> bool {
        self.previous.is_some_and(|previous| previous.promoted.as_ref() == Some(held))
    }
}

/// What is published: what somebody chose, else what its files are. One package is enough to list it; a script or an archive
/// that was uploaded first does not stand in the way.
fn kind(repository: &Repository, files: &[Binary]) -> RepositoryKind {
    let has = |kind| files.iter().any(|file| file.is_package && RepositoryKind::of(&file.filename) == kind);
    let known = repository.kind().filter(|kind| has(*kind) && *kind != RepositoryKind::Raw);
    let found = known.or_else(|| [RepositoryKind::Deb, RepositoryKind::Rpm].into_iter().find(|kind| has(*kind)));
    repository.chosen_kind().or(found).or(repository.kind()).unwrap_or(RepositoryKind::Raw)
}
