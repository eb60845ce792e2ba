//! Repository metadata of apt read as strictly as a client could, and made comparable.

use std::{collections::BTreeMap, io::Read};

use sha2::{Digest, Sha256};

use crate::{Repository, aws, deb822::Paragraph, stack, wait};

/// What `dists/<codename>/` says.
#[derive(Debug)]
pub struct Dists {
    /// The text of `Release`.
    pub text: String,
    /// The same, read.
    pub release: Paragraph,
    /// What each list says, by its path without the ending of its compression: `main/binary-amd64/Packages`.
    pub lists: BTreeMap<String, Vec<Paragraph>>,
    /// The files as they are, by the paths that `Release` lists.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Dists {
    /// Reads a directory through a function that gives a file below it, `None` if there is no `Release`.
    ///
    /// Each compressed file must be there under its checksum, have the size and checksum that `Release` says, and be
    /// what `Release` says of it uncompressed.
    ///
    /// # Panics
    /// If anything contradicts anything.
    #[must_use]
    pub fn read(mut fetch: impl FnMut(&str) -> Option<Vec<u8>>) -> Option<Self> {
        let text = String::from_utf8(fetch("Release")?).expect("Release is UTF-8");
        let release = Paragraph::one(&text);
        assert_eq!(release.get("Acquire-By-Hash"), "yes", "{text}");
        for weak in ["MD5Sum", "SHA1"] {
            assert_eq!(release.find(weak), None, "Release gives checksums that nobody should believe");
        }
        let listed: BTreeMap<String, (String, String)> = release
            .table("SHA256")
            .into_iter()
            .map(|line| {
                let [sha256, size, path] = line[..] else { panic!("not a checksum, a size and a path: {line:?}") };
                (path.to_owned(), (sha256.to_owned(), size.to_owned()))
            })
            .collect();
        assert_eq!(listed.len(), release.table("SHA256").len(), "Release lists a file twice");
        let (mut lists, mut files) = (BTreeMap::<String, Vec<Paragraph>>::new(), BTreeMap::new());
        for (path, described) in &listed {
            let Some((plain, compression)) = path.rsplit_once('.').filter(|(_, ending)| ["gz", "zst"].contains(ending))
            else {
                let endings = if path.contains("Contents-") { &[".gz"][..] } else { &[".gz", ".zst"] };
                let known = endings.iter().all(|ending| listed.contains_key(&format!("{path}{ending}")));
                assert!(known, "{path} is not there compressed by {endings:?}:\n{text}");
                continue;
            };
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let bytes = fetch(&format!("{folder}/by-hash/SHA256/{}", described.0));
            let bytes = bytes.unwrap_or_else(|| panic!("{path} is not there under its checksum {}", described.0));
            check(path, &bytes, described);
            let open = unpack(compression, &bytes);
            // apt refuses a list whose uncompressed checksum it does not know, and passes over Contents.
            check(plain, &open, listed.get(plain).unwrap_or_else(|| panic!("{plain} is not listed:\n{text}")));
            files.insert(path.clone(), bytes);
            if !plain.contains("Contents-") {
                let paragraphs = Paragraph::all(&String::from_utf8(open).expect("lists are UTF-8"));
                if let Some(other) = lists.insert(plain.to_owned(), paragraphs.clone()) {
                    assert_eq!(other, paragraphs, "{plain} says other things when compressed otherwise");
                }
            }
        }
        Some(Self { text, release, lists, files })
    }

    /// Reads those of a repository, past the CDN's cache.
    #[must_use]
    pub fn of(repository: &Repository, codename: &str) -> Option<Self> {
        let base = format!("{}/dists/{codename}", repository.prefix());
        let fetch = |name: &str| aws::object(stack().store(), &format!("{base}/{name}"));
        Self::read(fetch)
    }

    /// Waits until a list, such as `main/binary-amd64/Packages`, has a number of paragraphs.
    #[must_use]
    pub fn wait_for(repository: &Repository, codename: &str, list: &str, count: usize) -> Self {
        wait::until(&format!("{count} packages in {list} of {codename} in {}", repository.prefix()), || {
            Self::of(repository, codename).filter(|dists| dists.lists.get(list).is_some_and(|list| list.len() == count))
        })
    }

    /// The packages of an architecture in the component `main`.
    ///
    /// # Panics
    /// If it has no list.
    #[must_use]
    #[track_caller]
    pub fn packages(&self, arch: &str) -> &[Paragraph] {
        self.list(&format!("main/binary-{arch}/Packages"))
    }

    /// A list that must be there.
    ///
    /// # Panics
    /// If it is not.
    #[must_use]
    #[track_caller]
    pub fn list(&self, path: &str) -> &[Paragraph] {
        self.lists.get(path).unwrap_or_else(|| panic!("no {path} in:\n{}", self.text))
    }

    /// `name version architecture` of the packages of an architecture, sorted.
    #[must_use]
    #[track_caller]
    pub fn names(&self, arch: &str) -> Vec<String> {
        let mut names: Vec<_> = self.packages(arch).iter().map(Paragraph::identity).collect();
        names.sort();
        names
    }

    /// Each package of an architecture must lie where the list says, with the size and checksum that it says.
    ///
    /// # Panics
    /// If one does not.
    #[track_caller]
    pub fn check_pool(&self, arch: &str, fetch: impl Fn(&str) -> Option<Vec<u8>>) {
        for package in self.packages(arch) {
            let path = package.get("Filename");
            assert!(path.starts_with("pool/"), "{path} is not in the pool");
            let bytes = fetch(path).unwrap_or_else(|| panic!("{path} is listed and not there"));
            check(path, &bytes, &(package.get("SHA256").to_owned(), package.get("Size").to_owned()));
        }
    }
}

/// Checks size and checksum.
#[track_caller]
fn check(path: &str, bytes: &[u8], (sha256, size): &(String, String)) {
    assert_eq!(bytes.len().to_string(), *size, "wrong size of {path}");
    assert_eq!(hex::encode(Sha256::digest(bytes)), *sha256, "wrong checksum of {path}");
}

fn unpack(compression: &str, bytes: &[u8]) -> Vec<u8> {
    let mut open = Vec::new();
    match compression {
        "gz" => {
            flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut open).expect("gzip");
        }
        _ => open = zstd::decode_all(bytes).expect("zstd"),
    }
    open
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Write};

    use flate2::{Compression, write::GzEncoder};
    use sha2::{Digest, Sha256};

    use super::Dists;

    const LIST: &str = "Package: a\nVersion: 1\nArchitecture: all\n\nPackage: b\nVersion: 2\nArchitecture: amd64\n";

    fn files() -> BTreeMap<String, Vec<u8>> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(LIST.as_bytes()).expect("memory can be written");
        let gz = packed.finish().expect("memory can be written");
        let zst = zstd::encode_all(LIST.as_bytes(), 3).expect("memory can be written");
        let mut release = "Codename: jammy\nAcquire-By-Hash: yes\nSHA256:\n".to_owned();
        let mut files = BTreeMap::new();
        for (ending, bytes) in [("", LIST.as_bytes().to_vec()), (".gz", gz), (".zst", zst)] {
            let hash = hex::encode(Sha256::digest(&bytes));
            release += &format!(" {hash} {} main/binary-amd64/Packages{ending}\n", bytes.len());
            files.insert(format!("main/binary-amd64/by-hash/SHA256/{hash}"), bytes);
        }
        files.insert("Release".to_owned(), release.into_bytes());
        files
    }

    #[test]
    fn reads_what_is_right() {
        let files = files();
        let dists = Dists::read(|path| files.get(path).cloned()).expect("there is a Release");
        assert_eq!(dists.names("amd64"), ["a 1 all", "b 2 amd64"]);
        assert_eq!(dists.files.len(), 2);
        assert!(Dists::read(|_| None).is_none());
    }

    #[test]
    #[should_panic(expected = "wrong checksum of main/binary-amd64/Packages.gz")]
    fn refuses_what_is_altered() {
        let mut files = files();
        for bytes in files.values_mut().filter(|bytes| bytes.starts_with(&[0x1f, 0x8b])) {
            bytes[20] ^= 1;
        }
        let _ = Dists::read(|path| files.get(path).cloned());
    }
}
