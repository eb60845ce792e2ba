//! What `Release` leads to.

use std::collections::BTreeMap;

use crate::cloud::{Bucket, Object};
use crate::named::{Named, unpacked};
use crate::published::top;

/// Where it lies, below the repository.
pub(crate) const ENTRY: &str = "dists/bookworm/Release";

/// Reads it and all that it leads to, as apt does: lists by their checksums. An error says what is wrong with it.
pub(crate) fn read(store: &Bucket, repository: &str, entry: &Object) -> Result<Named, String> {
    let mut named = Named { revision: revision(store, repository, entry)?, ..Named::default() };
    let text = String::from_utf8_lossy(&entry.bytes);
    let (_, files) = text.split_once("SHA256:\n").ok_or("it names no files")?;
    let mut lists = BTreeMap::new();
    for line in files.lines() {
        let [sha256, size, name] = line.split_whitespace().collect::<Vec<_>>()[..] else {
            return Err(format!("{line:?} is no checksum, size and name"));
        };
        let Some(plain) = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")) else { continue };
        let directory = format!("{repository}dists/bookworm/{}", name.rsplit_once('/').map_or("", |(path, _)| path));
        let object = named.object(store, format!("{directory}/by-hash/SHA256/{sha256}"), sha256)?;
        if object.bytes.len().to_string() != size {
            return Err(format!("{name} is of {} bytes, and not of {size}", object.bytes.len()));
        }
        named.beside.insert(format!("{repository}dists/bookworm/{name}"));
        let list = unpacked(&object.bytes);
        if lists.insert(plain, list.clone()).is_some_and(|other| other != list) {
            return Err(format!("{plain} says other things when compressed otherwise"));
        }
    }
    for list in lists.values() {
        for package in list.split_terminator("\n\n") {
            let key = format!("{repository}{}", field(package, "Filename")?);
            named.package(store, key, field(package, "SHA256")?, field(package, "Size")?)?;
        }
    }
    Ok(named)
}

/// It does not say itself which revision it is of: the newest that has one of the same bytes.
fn revision(store: &Bucket, repository: &str, entry: &Object) -> Result<u64, String> {
    let number = |(key, object): (&str, &Object)| {
        let (number, below) = key[top(key)..].strip_prefix('@')?.split_once('/')?;
        (below == ENTRY && object.bytes == entry.bytes).then(|| number.parse().ok())?
    };
    let newest = store.list(&format!("{repository}@")).into_iter().filter_map(number).max();
    newest.ok_or_else(|| "no revision has one of the same bytes".to_owned())
}

/// A field of a paragraph.
fn field<'a>(paragraph: &'a str, name: &str) -> Result<&'a str, String> {
    let line = paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.ok_or_else(|| format!("a paragraph has no {name}: {paragraph:?}"))
}
