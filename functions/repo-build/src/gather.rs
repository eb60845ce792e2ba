//! Source packages: apt wants the `.dsc` and all that it names in one directory, and they are uploaded one by one.
//!
//! Once all have arrived, copies of them are put together into a directory that has the id of the `.dsc`'s upload in its
//! name. What is replaced or deleted later does not touch them.

use std::collections::HashMap;

use colca_apt::{Fragment, Kind, Layout, pool_directory};
use colca_model::{Binary, UploadId};
use colca_store::{Format, Garbage, ObjectKey, Owner, PackageRow};
use futures::future::try_join_all;
use jiff::SignedDuration;

use crate::assemble::Assembly;
use crate::failure::Failure;
use crate::packages::Read;

/// How long copies that no package names yet are believed to be part of a build that still runs.
const UNFINISHED: SignedDuration = SignedDuration::from_hours(1);

/// The directory of each source package that is complete, by the upload of its `.dsc`. What is missing becomes a problem.
pub(crate) async fn gather(
    assembly: &Assembly<'_>,
    packages: &[Read],
    problems: &mut Vec<String>,
) -> Result<HashMap<UploadId, String>, Failure> {
    let mut directories = HashMap::new();
    let mut files: Option<Vec<Binary>> = None;
    for package in packages.iter().filter(|package| package.row.format == Format::Deb) {
        if let Some(directory) = &package.row.gathered {
            directories.insert(package.row.upload.clone(), directory.clone());
            continue;
        }
        let fragment = Fragment::from_bytes(&package.fragments).map_err(|error| package.damaged(error))?;
        if fragment.kind != Kind::Source {
            continue;
        }
        let files = match &mut files {
            Some(files) => files,
            none => none.insert(assembly.builder.services.catalog.binaries(assembly.path).await?),
        };
        match find(&fragment, files) {
            Ok(found) => {
                let directory = put_together(assembly, &package.row, &fragment, found).await?;
                directories.insert(package.row.upload.clone(), directory);
            }
            Err(missing) => problems.push(format!("{} {}: {}", fragment.name, fragment.version, missing.join(", "))),
        }
    }
    Ok(directories)
}

/// The files that a source package names, or what is wrong with those that are not there.
fn find<'a>(fragment: &Fragment, files: &'a [Binary]) -> Result<Vec<&'a Binary>, Vec<String>> {
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for named in &fragment.files {
        let mut of_that_name = files.iter().filter(|file| file.filename.as_str() == named.name).peekable();
        let other = of_that_name.peek().map(|file| file.sha256);
        match (of_that_name.find(|file| file.sha256 == named.sha256 && file.size == named.size), other) {
            (Some(file), _) => found.push(file),
            (None, None) => missing.push(format!("{} has not arrived", named.name)),
            (None, Some(sha256)) => {
                let wanted = named.sha256;
                missing.push(format!("{} has arrived with sha256 {sha256}, the .dsc names {wanted}", named.name));
            }
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(missing) }
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
    let garbage = copies.iter().map(|(_, to)| Garbage { key: to.path(), owner: owner.clone() });
    services.jobs.discard(garbage, services.clock.now() + services.config.grace.max(UNFINISHED)).await?;
    try_join_all(copies.iter().map(|(from, to)| services.objects.copy(from, to))).await?;
    if !services.catalog.set_gathered(assembly.path, row, &directory).await? {
        return Err(Failure::NotSettled(row.filename.to_string()));
    }
    Ok(directory)
}

#[cfg(test)]
mod tests {
    use colca_apt::Dsc;
    use colca_model::{Filename, Sha256};
    use jiff::Timestamp;

    use super::*;

    fn file(name: &str, sha256: u8) -> Binary {
        Binary {
            repository: "p/r/s/debian/12/flavors/default".parse().expect("a good path"),
            arch: "source".parse().expect("a good name"),
            filename: Filename::new(name).expect("a good name"),
            size: 5,
            sha256: Sha256::new([sha256; 32]),
            sha512: None,
            signed: None,
            nevra: None,
            is_package: false,
            key: format!("repos/{name}"),
            upload: "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID"),
            built_by: "ci".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            modified: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn source() -> Fragment {
        let sum = "07".repeat(32);
        let dsc = format!(
            "Format: 1.0\nSource: hello\nBinary: hello\nArchitecture: any\nVersion: 1\nMaintainer: The Builders <b@example.org>\n\
             Checksums-Sha256:\n {sum} 5 hello_1.tar.gz\nFiles:\n {} 5 hello_1.tar.gz\n",
            "0".repeat(32)
        );
        let dsc = Dsc::parse(dsc.as_bytes()).expect("a good .dsc");
        Fragment::of_source(&dsc, &Filename::new("hello_1.dsc").expect("a good name")).expect("a good source package")
    }

    #[test]
    fn says_what_is_missing_and_what_is_another() {
        let rule = |files: &[Binary]| find(&source(), files).map(|found| found.len());
        assert_eq!(rule(&[file("other", 7)]), Err(vec!["hello_1.tar.gz has not arrived".to_owned()]));
        assert_eq!(rule(&[file("hello_1.tar.gz", 7)]), Ok(1));
        assert!(rule(&[file("hello_1.tar.gz", 8)]).expect_err("another")[0].contains("has arrived with sha256 0808"));
        // The same name of two architectures: one that fits is enough.
        assert_eq!(rule(&[file("hello_1.tar.gz", 8), file("hello_1.tar.gz", 7)]), Ok(1));
    }
}
