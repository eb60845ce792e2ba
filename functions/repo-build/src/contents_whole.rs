//! The lists of the files in packages, made of all packages: they are read from what is published, and from the catalog.

use std::collections::{BTreeMap, HashMap};

use colca_apt::{Fragment, Label, PublishedRelease};
use colca_model::DebArchitecture;
use colca_revisions::contents as listed_by;
use colca_store::{Format, ObjectKey, Owner, Revision};

use crate::contents::{Job, Outcome};
use crate::contents_file::{KeptContents, Made};
use crate::contents_lists::{Architectures, Binary, make};
use crate::contents_paths::{Source, paths_of};
use crate::failure::Failure;
use crate::packages;
use crate::shared::as_package;

/// Makes the lists of a revision. They can be changed later if it is known what they are `made` of.
pub(crate) async fn make_anew(job: &Job<'_>, made: Option<Made>) -> Result<Outcome, Failure> {
    let (packages, sources) = packages_of(job).await?;
    let Some(paths) = paths_of(job.services, &sources).await? else { return Ok(Outcome::Unread) };
    let architectures = architectures_of(job).await?;
    let layout = job.layout.clone();
    let made = tokio::task::spawn_blocking(move || {
        let lists = make(&layout, &architectures, &packages, &paths);
        let packages = packages.into_iter().map(|package| (package.upload, package.label));
        let packages = if made.is_some() { packages.collect() } else { BTreeMap::new() };
        KeptContents { made, packages, lists }
    });
    Ok(Outcome::New(made.await.map_err(Failure::panicked)?))
}

/// The binary packages that a revision lists, and where their files are to be read.
async fn packages_of(job: &Job<'_>) -> Result<(Vec<Binary>, Vec<Source>), Failure> {
    let Job { services, path, published, .. } = *job;
    let listed = listed_by(services, path, published).await?.into_iter();
    let mut listed: HashMap<_, _> = listed.map(|package| (package.path, package.codenames)).collect();
    let mut rows = Vec::new();
    for row in services.catalog.packages(path).await? {
        let (arch, filename) = (row.arch.clone(), row.filename.clone());
        rows.push((row, Owner::File { repository: path.clone(), arch, filename }));
    }
    for row in services.catalog.all_adopted(path).await? {
        let owner = Owner::Shared { repository: path.clone(), origin: row.origin.clone() };
        rows.push((as_package(row)?, owner));
    }
    rows.retain(|(row, _)| row.format == Format::Deb && listed.contains_key(&row.path));
    let (rows, owners): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let (mut packages, mut sources) = (Vec::new(), Vec::new());
    for (read, owner) in packages::load(services, rows).await?.into_iter().zip(owners) {
        let fragment = Fragment::from_bytes(&read.fragments).map_err(|error| read.damaged(error))?;
        if let Some(label) = Label::of(job.layout, &fragment) {
            let codenames = listed.remove(&read.row.path).unwrap_or_default();
            let key = ObjectKey::Stored(ObjectKey::repository(path) + &read.row.path);
            sources.push(Source { key, paths: ObjectKey::Paths { upload: read.row.upload.clone() }, owner });
            packages.push(Binary { upload: read.row.upload, label, codenames });
        }
    }
    Ok((packages, sources))
}

/// What the `Release` files say.
async fn architectures_of(job: &Job<'_>) -> Result<Architectures, Failure> {
    let Revision { places, .. } = job.published;
    let mut architectures = Architectures::new();
    for (name, place) in places {
        let codename = name.strip_prefix("dists/").and_then(|codename| codename.parse().ok());
        let release = place.entries.iter().find(|entry| entry.path == format!("{name}/Release"));
        let (Some(codename), Some(release)) = (codename, release) else { continue };
        let key = ObjectKey::Metadata { repository: job.path.clone(), path: release.source.clone() };
        let damaged = |reason: String| Failure::Fragments { package: key.path(), reason };
        let bytes = job.services.objects.read(&key).await?;
        let (bytes, _) = bytes.ok_or_else(|| damaged("it is missing".to_owned()))?;
        let release = PublishedRelease::parse(&bytes).map_err(|invalid| damaged(invalid.to_string()))?;
        let names = release.architectures.into_iter().flat_map(DebArchitecture::new);
        architectures.insert(codename, names.filter(|name| name.as_str() != "all").collect());
    }
    Ok(architectures)
}
