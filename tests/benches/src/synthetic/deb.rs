//! A deb of a recipe, written directly (`man deb`): an `ar` archive of two `tar` archives.
//!
//! They are compressed with gzip at its fastest, which every peer reads, and reads faster than what Debian uses (xz).

use std::{collections::BTreeSet, io::Write, path::Path};

use flate2::{Compression, write::GzEncoder};
use md5::{Digest, Md5};
use tar::{EntryType, Header};

use super::{Made, Recipe, TIME};

type Archive = tar::Builder<GzEncoder<Vec<u8>>>;

/// Its bytes, and what it is called.
pub(crate) fn build(recipe: &Recipe) -> (Made, Vec<u8>) {
    let field = |name| recipe.control.field(name).to_owned();
    let (name, version, arch) = (field("Package"), field("Version"), field("Architecture"));
    let without_epoch = version.split_once(':').map_or(version.as_str(), |(_, rest)| rest);
    let file = format!("{name}_{without_epoch}_{arch}.deb");
    let mut bytes = b"!<arch>\n".to_vec();
    member(&mut bytes, "debian-binary", b"2.0\n");
    member(&mut bytes, "control.tar.gz", &control(recipe));
    member(&mut bytes, "data.tar.gz", &data(recipe));
    (Made { file, name, version, arch }, bytes)
}

fn control(recipe: &Recipe) -> Vec<u8> {
    let mut sums = String::new();
    for path in &recipe.paths {
        sums += &format!("{}  {path}\n", hex::encode(Md5::digest(recipe.content(path))));
    }
    let mut archive = archive();
    add(&mut archive, "control", EntryType::Regular, &recipe.control.text());
    add(&mut archive, "md5sums", EntryType::Regular, &sums);
    finished(archive)
}

fn data(recipe: &Recipe) -> Vec<u8> {
    let mut archive = archive();
    let mut folders = BTreeSet::new();
    for path in &recipe.paths {
        // dpkg unpacks no file whose folder is not in the archive.
        for folder in Path::new(path).ancestors().skip(1).filter(|folder| folder.parent().is_some()) {
            folders.insert(folder);
        }
    }
    for folder in folders {
        add(&mut archive, &folder.to_string_lossy(), EntryType::Directory, "");
    }
    for path in &recipe.paths {
        add(&mut archive, path, EntryType::Regular, &recipe.content(path));
    }
    finished(archive)
}

fn archive() -> Archive {
    tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()))
}

fn add(archive: &mut Archive, path: &str, kind: EntryType, content: &str) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(if kind == EntryType::Directory || path.contains("bin/") { 0o755 } else { 0o644 });
    header.set_mtime(TIME.into());
    header.set_size(content.len() as u64);
    archive.append_data(&mut header, path, content.as_bytes()).expect("memory, and a path without `..`");
}

fn finished(archive: Archive) -> Vec<u8> {
    archive.into_inner().and_then(GzEncoder::finish).expect("memory")
}

fn member(file: &mut Vec<u8>, name: &str, content: &[u8]) {
    writeln!(file, "{name:<16}{TIME:<12}{:<6}{:<6}{:<8}{:<10}`", 0, 0, 100_644, content.len()).expect("memory");
    file.extend(content);
    if content.len() % 2 == 1 {
        file.push(b'\n');
    }
}
