//! What a Debian archive is to look like. Only computing: nothing is read or written here.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use colca_apt::{ArchivePath, Fragment, Index, Indexes, Layout, LeftOut, NamedFile, Placed, Release, by_hash, indexes};
use colca_model::{Codename, DebArchitecture, Invalid, RepositoryKind};
use colca_settings::Distribution;
use jiff::{SignedDuration, Timestamp};

use crate::revision::NewRevision;
use crate::wanted::{Main, Step, Wanted, WantedEntry, WantedPlace, content};

/// The files that say what is in which package, by distribution.
pub(crate) type ContentsByCodename = BTreeMap<Codename, Vec<Index>>;

/// A package to list.
#[derive(Debug)]
pub(crate) struct ListedDeb {
    /// The distributions it is listed in.
    pub(crate) codenames: BTreeSet<Codename>,
    pub(crate) fragment: Fragment,
    /// Of the file; of a source package the directory.
    pub(crate) path: ArchivePath,
}

/// Plans `dists/` for each of the distributions, whether anything is in them or not.
///
/// # Errors
/// If the configuration says something of a distribution that cannot stand in a `Release`.
pub(crate) fn plan(
    revision: &NewRevision,
    codenames: &BTreeSet<Codename>,
    distribution: &Distribution,
    packages: &[ListedDeb],
    mut contents: ContentsByCodename,
) -> Result<Wanted, Invalid> {
    let mut wanted = Wanted {
        kind: RepositoryKind::Deb,
        packages: 0,
        places: BTreeMap::new(),
        mirrorlists: [("mirrorlist".to_owned(), String::new())].into(),
        packages_signed: false,
        problems: vec![],
    };
    let architectures: Vec<_> = distribution.architectures.iter().flatten().cloned().collect();
    let layout = Layout::new(&distribution.components, &architectures);
    for codename in codenames {
        let of_it = packages.iter().filter(|package| package.codenames.contains(codename));
        let placed: Vec<_> = of_it.map(|package| Placed { fragment: &package.fragment, path: &package.path }).collect();
        let mut built = indexes(&layout, &placed);
        built.files.extend(contents.remove(codename).unwrap_or_default());
        wanted.packages += listed(&placed, &built.left_out);
        wanted.problems.extend(built.left_out.iter().map(|left_out| format!("{codename}: {left_out}")));
        let place = plan_distribution(revision, codename, distribution, &layout, built)?;
        wanted.places.insert(format!("dists/{codename}"), place);
    }
    Ok(wanted)
}

/// How many packages are listed: the same one of two architectures of the upload is listed once.
fn listed(placed: &[Placed<'_>], left_out: &[LeftOut]) -> u64 {
    let all: BTreeSet<_> = placed
        .iter()
        .map(|Placed { fragment, .. }| (fragment.kind, &fragment.name, &fragment.version, &fragment.architecture))
        .collect();
    let unlisted: BTreeSet<_> = left_out
        .iter()
        .filter_map(|left_out| match left_out {
            LeftOut::Unlisted { name, version, architecture } => Some((name, version, architecture)),
            LeftOut::Conflict { .. } => None,
        })
        .collect();
    all.iter().filter(|(_, name, version, architecture)| !unlisted.contains(&(*name, *version, *architecture))).count()
        as u64
}

fn plan_distribution(
    revision: &NewRevision,
    codename: &Codename,
    distribution: &Distribution,
    layout: &Layout,
    built: Indexes,
) -> Result<WantedPlace, Invalid> {
    let directory = format!("dists/{codename}");
    let listed = built.files.iter().flat_map(Index::listed).cloned().collect();
    let release = release(codename, distribution, layout, &built.architectures, listed);
    let timeless = release(Timestamp::UNIX_EPOCH, None).to_text()?;
    let valid = distribution.valid.map_or(0, |valid| valid.as_secs()).to_string();
    let content = content([timeless, valid].into_iter().chain(revision.signers.iter().cloned()));
    let valid = distribution.valid.and_then(|valid| SignedDuration::try_from(valid).ok());
    let text = release(revision.at, valid.map(|valid| revision.at + valid)).to_text()?;

    let mut place =
        WantedPlace { content, main: Some(Main::Release(directory.clone(), text)), ..WantedPlace::default() };
    for packed in built.files.into_iter().flat_map(|index| index.packed) {
        let bytes = Bytes::from(packed.bytes);
        let source = format!("{directory}/{}", by_hash(&packed.file));
        place.files.push((source.clone(), bytes.clone()));
        let path = format!("{directory}/{}", packed.file.name);
        place.entries.push(WantedEntry { path, bytes, source: Some(source), step: Step::Beside });
    }
    Ok(place)
}

/// The `Release` of a distribution, but for its times.
fn release<'a>(
    codename: &'a Codename,
    distribution: &'a Distribution,
    layout: &'a Layout,
    architectures: &'a [DebArchitecture],
    listed: Vec<NamedFile>,
) -> impl Fn(Timestamp, Option<Timestamp>) -> Release + 'a {
    move |date, valid_until| Release {
        codename: codename.clone(),
        origin: distribution.origin.clone(),
        label: distribution.label.clone(),
        suite: distribution.suite.clone(),
        version: distribution.version.clone(),
        description: distribution.description.clone(),
        date,
        valid_until,
        architectures: architectures.to_vec(),
        components: layout.components().to_vec(),
        not_automatic: distribution.not_automatic,
        but_automatic_upgrades: distribution.but_automatic_upgrades,
        files: listed.clone(),
    }
}
