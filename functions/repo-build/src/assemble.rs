//! From what is in the catalog to what the repository is to look like.

use std::collections::BTreeSet;
use std::sync::Arc;

use colca_apt::{ArchivePath, Fragment, Kind};
use colca_model::{Codename, RepoPath, RepositoryKind};
use colca_rpmmd::{Carried, Fragments};
use colca_settings::Settings;
use colca_store::{Change, Format, Held, Repository, Revision};

use crate::Builder;
use crate::contents_file;
use crate::deb::{self, ContentsByCodename, ListedDeb};
use crate::failure::Failure;
use crate::gather::gather;
use crate::packages::{self, Read};
use crate::promote;
use crate::raw;
use crate::revision::NewRevision;
use crate::rpm::{self, CarriedFile, ListedRpm, directory_of};
use crate::shared::{self, Shared};
use crate::wanted::Wanted;

/// What a build works with.
pub(crate) struct Assembly<'a> {
    pub(crate) builder: &'a Builder,
    pub(crate) path: &'a RepoPath,
    pub(crate) repository: &'a Repository,
    pub(crate) settings: Arc<Settings>,
    pub(crate) changes: &'a [Change],
    pub(crate) previous: Option<&'a Revision>,
}

impl Assembly<'_> {
    /// Reads all that is to be listed, its own and what it shares of others, and plans. Each of the changes is seen in it.
    pub(crate) async fn wanted(&self, new: &NewRevision) -> Result<Wanted, Failure> {
        let services = &self.builder.services;
        if let Some(held @ Held { repository: Some(other), revision }) = &self.repository.held {
            // Copied once, it is at hand, whatever became of the other's revision.
            let shared = match shared::promoted(self, held).await? {
                Some(shared) if self.is_published(held) => shared,
                _ => shared::take(self, promote::originals(self, other, *revision).await?).await?,
            };
            return match self.repository.kind().unwrap_or(RepositoryKind::Raw) {
                RepositoryKind::Rpm => self.rpm(new, vec![], shared).await,
                RepositoryKind::Deb => self.deb(new, vec![], shared).await,
                RepositoryKind::Raw => Err(Failure::Unpublishable("plain files cannot be promoted".to_owned())),
            };
        }
        let own = packages::read(services, self.path, self.changes).await?;
        let kind = kind(self.repository, &own);
        if kind == RepositoryKind::Raw {
            let files = packages::files(services, self.path, self.changes).await?;
            shared::take(self, vec![]).await?;
            return Ok(raw::plan(new, &files));
        }
        let shared = shared::adopt(self, kind).await?;
        match kind {
            RepositoryKind::Rpm => self.rpm(new, own, shared).await,
            _ => self.deb(new, own, shared).await,
        }
    }

    /// Whether what was promoted is what is published already: then all of it was copied.
    fn is_published(&self, held: &Held) -> bool {
        self.previous.is_some_and(|previous| previous.promoted.as_ref() == Some(held))
    }

    async fn rpm(&self, new: &NewRevision, own: Vec<Read>, shared: Shared) -> Result<Wanted, Failure> {
        let mut listed = Vec::new();
        let mut carried = Vec::new();
        let mut unsigned = 0;
        for package in own.into_iter().chain(shared.packages.into_iter().map(|(package, _)| package)) {
            match &package.row.format {
                Format::Rpm(directory) => {
                    let fragments = Fragments::from_bytes(&package.fragments);
                    let fragments = fragments.map_err(|error| package.damaged(error))?;
                    unsigned += u64::from(!package.row.signed);
                    listed.push(ListedRpm { directory: directory.clone(), fragments });
                }
                Format::Carried(directory) => {
                    let kind = Carried::kind_of(package.row.filename.as_str());
                    let kind = kind.ok_or_else(|| package.damaged("it is of no kind that can be carried"))?;
                    let file = Carried::parse(kind, &package.fragments).map_err(|error| package.damaged(error))?;
                    carried.push(CarriedFile { directory: directory.clone(), carried: file });
                }
                Format::Deb => {}
            }
        }
        let before = self.previous.filter(|previous| previous.kind == RepositoryKind::Rpm);
        let before: BTreeSet<_> =
            before.iter().flat_map(|previous| previous.places.keys()).filter_map(|place| directory_of(place)).collect();
        let before = before.into_iter().map(str::to_owned).collect();
        let codec = self.builder.codecs.codec(self.path.distro.as_str(), self.path.distro_version.as_str());
        let (path, new) = (self.path.clone(), new.clone());
        // Compressing keeps a thread busy; the lease is renewed meanwhile on another.
        let wanted = tokio::task::spawn_blocking(move || rpm::plan(&path, &new, codec, &before, listed, carried)).await;
        let mut wanted = wanted.map_err(Failure::panicked)?;
        wanted.packages_signed = unsigned == 0;
        if unsigned > 0 && self.settings.signing(&self.path.project).packages {
            let all = wanted.packages;
            let why = "came in before packages were signed, so clients are not told to check (gpgcheck=0)";
            wanted.problems.push(format!("{unsigned} of {all} packages {why}: upload them again with force"));
        }
        Ok(wanted)
    }

    async fn deb(&self, new: &NewRevision, own: Vec<Read>, shared: Shared) -> Result<Wanted, Failure> {
        let RepoPath { distro, distro_version, project, .. } = self.path;
        let mut problems = Vec::new();
        let mut codenames = BTreeSet::new();
        if self.settings.is_generic(distro_version) {
            codenames = self.settings.combined_codenames(project, distro);
        }
        if codenames.is_empty() {
            let codename = if self.settings.is_generic(distro_version) {
                Codename::new(distro_version.as_str())
            } else {
                self.settings.require_codename(distro, distro_version)
            };
            codenames.insert(codename.map_err(|invalid| Failure::Unpublishable(invalid.to_string()))?);
        }
        let own_codenames = codenames.clone();
        codenames.extend(shared.packages.iter().flat_map(|(_, codenames)| codenames.clone()));

        let (mut listed, mut count) = (Vec::new(), 0_u64);
        let gathered = gather(self, &own, &mut problems).await?;
        let own = own.into_iter().map(|package| (package, own_codenames.clone()));
        for (package, codenames) in own.chain(shared.packages) {
            if package.row.format != Format::Deb {
                continue;
            }
            count += 1;
            let fragment = Fragment::from_bytes(&package.fragments).map_err(|error| package.damaged(error))?;
            let path = match (fragment.kind, gathered.get(&package.row.upload)) {
                (Kind::Source, None) => continue, // Not all of it is there yet, or it is not ours.
                (Kind::Source, Some(directory)) => directory.clone(),
                _ => package.row.path.clone(),
            };
            let path = ArchivePath::new(path).map_err(|invalid| package.damaged(invalid))?;
            let codenames = if codenames.is_empty() { own_codenames.clone() } else { codenames };
            listed.push(ListedDeb { codenames, fragment, path });
        }
        let distribution = self.settings.distribution(project);
        let contents = match distribution.contents {
            true => contents_file::stored(&self.builder.services, self.path).await?,
            false => ContentsByCodename::new(),
        };
        let new = new.clone();
        let wanted =
            tokio::task::spawn_blocking(move || deb::plan(&new, &codenames, &distribution, &listed, contents)).await;
        let mut wanted = wanted
            .map_err(Failure::panicked)?
            .map_err(|invalid| Failure::Unpublishable(format!("the configuration of {project}: {invalid}")))?;
        wanted.problems.extend(problems);
        if count > 0 && wanted.packages == 0 {
            return Err(Failure::NothingListed { packages: count, problems: wanted.problems });
        }
        Ok(wanted)
    }
}

/// What is published: what somebody chose, else what its files are. One package is enough to list it; a script or an archive
/// that was uploaded first does not stand in the way.
fn kind(repository: &Repository, packages: &[Read]) -> RepositoryKind {
    let of = |read: &Read| match read.row.format {
        Format::Rpm(_) => Some(RepositoryKind::Rpm),
        Format::Deb => Some(RepositoryKind::Deb),
        Format::Carried(_) => None,
    };
    let known = repository.kind().filter(|kind| packages.iter().any(|package| of(package) == Some(*kind)));
    let found = known.or_else(|| packages.iter().find_map(of));
    repository.chosen_kind().or(found).or(repository.kind()).unwrap_or(RepositoryKind::Raw)
}
