//! Source packages: apt wants the `.dsc` and all that it names in one directory, and they are uploaded one by one.
//!
//! Once all have arrived, copies of them are put together into a directory that has the id of the `.dsc`'s upload in its
//! name. What is replaced or deleted later does not touch them.

use std::collections::HashMap;

use colca_apt::{Fragment, Kind, Layout, pool_directory};
use colca_intake::find_sources;
use colca_model::{Binary, Filename, UploadId};
use colca_store::{Format, Garbage, ObjectKey, Owner, PackageRow};
use futures::future::try_join_all;

use crate::assemble::Assembly;
use crate::failure::Failure;
use crate::packages::{self, Read};

/// The directory of each source package that is complete, by the upload of its `.dsc`; and what the others are missing.
pub(crate) async fn gather(
    assembly: &Assembly<'_>,
    packages: &[Read],
) -> Result<(HashMap<UploadId, String>, HashMap<UploadId, Vec<String>>), Failure> {
    let (mut directories, mut problems) = (HashMap::new(), HashMap::new());
    for package in packages.iter().filter(|package| package.row.format == Format::Deb) {
        if let Some(directory) = &package.row.gathered {
            directories.insert(package.row.upload.clone(), directory.clone());
            continue;
        }
        let fragment = Fragment::from_bytes(&package.fragments).map_err(|error| package.damaged(error))?;
        if fragment.kind != Kind::Source {
            continue;
        }
        let (services, path) = (&assembly.builder.services, assembly.path);
        let names = fragment.files.iter().filter_map(|file| Filename::new(file.name.clone()).ok()).collect();
        let files = packages::files_named(services, path, assembly.changes, &names).await?;
        match find_sources(&fragment, &files) {
            Ok(found) => {
                let directory = put_together(assembly, &package.row, &fragment, found).await?;
                directories.insert(package.row.upload.clone(), directory);
            }
            Err(missing) => {
                let (name, version) = (&fragment.name, &fragment.version);
                let missing = missing.iter().map(|missing| format!("{name} {version}: {missing}")).collect();
                problems.insert(package.row.upload.clone(), missing);
            }
        }
    }
    Ok((directories, problems))
}

async fn put_together(
    assembly: &Assembly<'_>,
    row: &PackageRow,
    fragment: &Fragment,
    found: Vec<&Binary>,
) -> Result<String, Failure> {
    let services = &assembly.builder.services;
    let layout = Layout::new(&assembly.settings.distribution(&assembly.path.project).components, &[]);
    let component = layout.component(fragment.section.as_deref());
    let directory = format!("{}/{}", pool_directory(component.as_str(), &fragment.source), row.upload);
    let own = (ObjectKey::repository(assembly.path) + &row.path, row.filename.to_string());
    let named = found.into_iter().map(|file| (file.key.clone(), file.filename.to_string()));
    let copies: Vec<_> = named
        .chain([own])
        .map(|(from, name)| {
            let path = format!("{directory}/{name}");
            (ObjectKey::Stored(from), ObjectKey::Metadata { repository: assembly.path.clone(), path })
        })
        .collect();
    let repository = assembly.path.clone();
    let owner = Owner::File { repository, arch: row.arch.clone(), filename: row.filename.clone() };
    let garbage = copies.iter().map(|(_, to)| Garbage::new(to.path(), owner.clone()));
    services.jobs.discard(garbage, services.unfinished_ends()).await?;
    try_join_all(copies.iter().map(|(from, to)| services.objects.copy(from, to))).await?;
    if !services.catalog.set_gathered(assembly.path, row, &directory).await? {
        return Err(Failure::NotSettled(row.filename.to_string()));
    }
    Ok(directory)
}
