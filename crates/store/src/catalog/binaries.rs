//! The files, as they were uploaded.
//!
//! They lie together by version, in the order of chacra's URLs, so that each of its listings is one query: everything of
//! a version, of an architecture, of one flavor in it. Beside its own fields each has what search looks it up by.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{Delete, Put, Select};
use colca_model::{Arch, Binary, Filename, Flavor, RepoPath, Sha512, UploadId};

use super::Catalog;
use super::search_plan::time;
use crate::table::{Item, held, item, key, number, text, value};
use crate::{Error, Result};

/// What every file has in its `every` attribute: the key of the index of all files.
pub(super) const EVERY: &str = "file";

impl Catalog {
    /// One file; `None` if it is not registered.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binary(&self, repository: &RepoPath, arch: &Arch, filename: &Filename) -> Result<Option<Binary>> {
        self.table.get(&partition(&repository.version_level()), &sort_key(repository, arch, filename)).await
    }

    /// The files of a version, of all architectures and flavors. `version_level` is `P/R/S/D/V`. One query.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries_of_version(&self, version_level: &str) -> Result<Vec<Binary>> {
        self.table.query(&partition(version_level), "").await
    }

    /// The files uploaded for one architecture of a version: of one flavor, or of all. One query.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries_of_arch(
        &self,
        version_level: &str,
        arch: &Arch,
        flavor: Option<&Flavor>,
    ) -> Result<Vec<Binary>> {
        let prefix = flavor.map_or_else(|| format!("{arch}/"), |flavor| format!("{arch}/{flavor}/"));
        self.table.query(&partition(version_level), &prefix).await
    }

    /// All files of a repository.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries(&self, repository: &RepoPath) -> Result<Vec<Binary>> {
        let mut binaries = self.binaries_of_version(&repository.version_level()).await?;
        binaries.retain(|binary| binary.repository.flavor == repository.flavor);
        Ok(binaries)
    }

    /// Those of these files that are registered, in no order.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn binaries_named<'a>(
        &self,
        repository: &RepoPath,
        files: impl IntoIterator<Item = (&'a Arch, &'a Filename)>,
    ) -> Result<Vec<Binary>> {
        let pk = partition(&repository.version_level());
        let keys = files.into_iter().map(|(arch, filename)| key(&pk, &sort_key(repository, arch, filename)));
        self.table.get_all(keys.collect()).await
    }

    /// Whether a repository has any file.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn has_files(&self, repository: &RepoPath) -> Result<bool> {
        let query = self.table.db.query().table_name(&self.table.name).consistent_read(true).select(Select::Count);
        let query = query.key_condition_expression("pk = :pk").filter_expression("flavor = :flavor");
        let query = query.expression_attribute_values(":pk", text(partition(&repository.version_level())));
        let query = query.expression_attribute_values(":flavor", text(repository.flavor.as_str()));
        let mut pages = query.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| Error::sdk(format!("look for files of {repository}"), error))?;
            if page.count() > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a repository has any file of an architecture.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn has_binaries(&self, repository: &RepoPath, arch: &Arch) -> Result<bool> {
        let prefix = format!("{arch}/{}/", repository.flavor);
        self.table.any(&partition(&repository.version_level()), &prefix).await
    }

    /// The architectures of which any flavor of a version has files: one query for each. `version_level` is `P/R/S/D/V`.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn archs_of_version(&self, version_level: &str) -> Result<BTreeSet<Arch>> {
        let mut archs = BTreeSet::new();
        let mut after = "#".to_owned();
        loop {
            let query = self.table.db.query().table_name(&self.table.name).consistent_read(true).limit(1);
            let query = query.key_condition_expression("pk = :pk AND sk > :after");
            let query = query.expression_attribute_values(":pk", text(partition(version_level)));
            let answer = query.expression_attribute_values(":after", text(&after)).send().await;
            let answer =
                answer.map_err(|error| Error::sdk(format!("look for architectures of {version_level}"), error))?;
            let Some(item) = answer.items.unwrap_or_default().pop() else { return Ok(archs) };
            let Binary { arch, .. } = value(item)?;
            // What comes next after all that begins with the name and a slash.
            after = format!("{arch}0");
            archs.insert(arch);
        }
    }

    /// The write of a file, for a transaction.
    pub(crate) fn put(&self, binary: &Binary) -> Result<PutBuilder> {
        Ok(Put::builder().table_name(&self.table.name).set_item(Some(indexed(binary)?)))
    }

    /// The removal of a file in the version it has now, for a transaction.
    pub(crate) fn delete(&self, binary: &Binary) -> Result<Delete> {
        let Binary { repository, arch, filename, version, .. } = binary;
        let key = key(&partition(&repository.version_level()), &sort_key(repository, arch, filename));
        let delete = Delete::builder().table_name(&self.table.name).set_key(Some(key));
        let delete = delete.condition_expression("version = :version");
        let delete = delete.expression_attribute_values(":version", number(version)).build();
        delete.map_err(|error| Error::corrupt("build the removal of a file", error))
    }

    /// Says who built a file. `false` if it has another version by now, or is gone.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn set_built_by(&self, binary: &Binary, built_by: &str) -> Result<bool> {
        self.amend(binary, "built_by", built_by, "").await
    }

    /// Adds the SHA-512 to a file that was registered without one. `false` if it has another version by now, or is gone.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn set_sha512(&self, binary: &Binary, sha512: Sha512) -> Result<bool> {
        self.amend(binary, "sha512", &sha512.to_string(), "").await
    }

    /// Says that an upload that may replace a file is of the bytes it has already, so that no earlier one replaces them. `false` if it has another
    /// version by now, is gone, or a later upload has said so meanwhile.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn ask_again(&self, binary: &Binary, upload: &UploadId) -> Result<bool> {
        if binary.wanted_by() >= upload {
            return Ok(true);
        }
        let is_latest = " AND (attribute_not_exists(asked_again) OR asked_again <= :value)";
        self.amend(binary, "asked_again", upload.as_str(), is_latest).await
    }

    async fn amend(&self, binary: &Binary, attribute: &str, value: &str, only_if: &str) -> Result<bool> {
        let Binary { repository, arch, filename, version, .. } = binary;
        let key = key(&partition(&repository.version_level()), &sort_key(repository, arch, filename));
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key));
        let request = request.update_expression("SET #name = :value");
        let request = request.condition_expression(format!("version = :version{only_if}"));
        let request = request.expression_attribute_names("#name", attribute);
        let request = request.expression_attribute_values(":value", text(value));
        let request = request.expression_attribute_values(":version", number(version));
        let answer = request.send().await.map(drop);
        held(answer.map_err(|error| Error::sdk(format!("amend {filename} of {repository}"), error)))
    }
}

/// A file as an item, with the attributes that the indexes of template.yaml are made of. `newest` is the sort key of
/// each: the moment its bytes were registered, as a ULID that ends as the upload's does. Nothing but a file has one, so
/// nothing else is in the indexes.
fn indexed(binary: &Binary) -> Result<Item> {
    let Binary { repository, arch, filename, .. } = binary;
    let registered = time(u64::try_from(binary.modified.as_millisecond()).unwrap_or(0));
    let newest = registered + &binary.upload.as_str()[10..];
    let mut item = item(&partition(&repository.version_level()), &sort_key(repository, arch, filename), binary)?;
    for (name, value) in [
        ("every", EVERY),
        ("newest", &newest),
        ("project", repository.project.as_str()),
        ("ref", repository.git_ref.as_str()),
        ("sha1", repository.sha1.as_str()),
        ("distro", repository.distro.as_str()),
        ("distro_version", repository.distro_version.as_str()),
        ("flavor", repository.flavor.as_str()),
    ] {
        item.insert(name.to_owned(), text(value));
    }
    Ok(item)
}

/// Whether a file may be under this key.
pub(super) fn is_key(pk: &str, sk: &str) -> bool {
    let names: Vec<_> = sk.split('/').collect();
    let (Some(level), [arch, flavor, filename]) = (pk.strip_prefix("FILES#"), &names[..]) else { return false };
    let repository = format!("{level}/flavors/{flavor}").parse::<RepoPath>();
    repository.is_ok() && arch.parse::<Arch>().is_ok() && filename.parse::<Filename>().is_ok()
}

pub(super) fn partition(version_level: &str) -> String {
    format!("FILES#{version_level}")
}

pub(super) fn sort_key(repository: &RepoPath, arch: &Arch, filename: &Filename) -> String {
    format!("{arch}/{}/{filename}", repository.flavor)
}
