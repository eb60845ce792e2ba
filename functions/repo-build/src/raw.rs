//! What a repository of plain files is to look like: the files lie where they are, and three lists say which there are.

use std::fmt::Write as _;

use colca_model::{Binary, RepositoryKind};
use colca_store::ObjectKey;
use serde_json::json;

use crate::revision::NewRevision;
use crate::wanted::{Main, Wanted, WantedEntry, WantedPlace, content};

/// What the one place is called.
const PLACE: &str = ".";

/// Plans the lists. Paths in them are relative to the repository and not encoded; `sha256sum --check` takes the sums.
pub(crate) fn plan(revision: &NewRevision, files: &[Binary]) -> Wanted {
    let mut index = Vec::new();
    let mut listing = String::new();
    let mut sums = String::new();
    for file in files {
        let (size, sha256) = file.published();
        let path = ObjectKey::below(&file.repository, &file.key);
        index.push(json!({
            "path": path,
            "name": file.filename,
            "arch": file.arch,
            "size": size,
            "sha256": sha256,
            "sha512": file.sha512,
            "modified": file.modified,
        }));
        writeln!(listing, "{path}").expect("writing into memory");
        writeln!(sums, "{sha256}  {path}").expect("writing into memory");
    }
    let index = serde_json::to_vec_pretty(&json!({ "files": index })).expect("plain data");
    let entry = |path: &str, bytes: Vec<u8>| WantedEntry::new(path.to_owned(), bytes);
    let lists = [index.as_slice(), sums.as_bytes()];
    let place = WantedPlace {
        content: content(lists.into_iter().chain(revision.signers.iter().map(String::as_bytes))),
        entries: vec![entry("index.json", index), entry("index.txt", listing.into_bytes())],
        main: Some(Main::Sums("SHA256SUMS".to_owned(), sums.into_bytes())),
        ..WantedPlace::default()
    };
    Wanted {
        packages: files.len() as u64,
        places: [(PLACE.to_owned(), place)].into(),
        ..Wanted::nothing(RepositoryKind::Raw)
    }
}
