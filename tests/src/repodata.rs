//! Repository metadata (rpm-md) read as strictly as a client could, and made comparable.

use std::{collections::BTreeMap, io::Read};

use sha2::{Digest, Sha256};

use crate::xml::Element;

/// What one `repodata/` directory says.
#[derive(Debug)]
pub struct Repodata {
    /// `repomd.xml` as it is.
    pub repomd: String,
    /// The paths of the files that it names, below the directory that holds `repodata/`, by their type.
    pub files: BTreeMap<String, String>,
    /// Each package, by the SHA-256 of its file.
    pub packages: BTreeMap<String, Package>,
    /// What the files say that are not about packages one by one, by their type: `modules`, `group`, `updateinfo`.
    pub carried: BTreeMap<String, String>,
}

/// One package's three entries.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    /// From `primary.xml`.
    pub primary: Element,
    /// From `filelists.xml`.
    pub filelists: Element,
    /// From `other.xml`.
    pub other: Element,
}

impl Package {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.primary.child("name").map_or("", |name| &name.text)
    }

    /// Where its file is, below the directory that holds `repodata/`.
    #[must_use]
    pub fn href(&self) -> &str {
        self.primary.child("location").expect("a package has a location").attribute("href")
    }

    /// All three entries as text for comparing, but for what must differ between two repositories: the location, and
    /// the time stamp that the file has where the metadata was made.
    #[must_use]
    pub fn content(&self) -> String {
        let mut primary = self.primary.clone();
        primary.children.retain(|child| child.name != "location");
        for time in primary.children.iter_mut().filter(|child| child.name == "time") {
            time.attributes.remove("file");
        }
        [&primary, &self.filelists, &self.other].map(Element::outline).concat()
    }
}

impl Repodata {
    /// Reads `repodata/repomd.xml` and all it names. `fetch` gives a file below the directory, `None` if there is none.
    ///
    /// `None` if there is no `repomd.xml`.
    ///
    /// # Panics
    /// If a file that it names is missing or has another size or checksum, or if the three files disagree.
    pub fn read(fetch: impl Fn(&str) -> Option<Vec<u8>>) -> Option<Self> {
        let repomd = String::from_utf8(fetch("repodata/repomd.xml")?).expect("repomd.xml is UTF-8");
        let (mut files, mut carried) = (BTreeMap::new(), BTreeMap::new());
        let mut entries: BTreeMap<String, BTreeMap<String, Element>> = BTreeMap::new();
        for data in Element::parse(&repomd).children.iter().filter(|child| child.name == "data") {
            let kind = data.attribute("type").to_owned();
            let href = data.child("location").expect("each file has a location").attribute("href").to_owned();
            let bytes = fetch(&href).unwrap_or_else(|| panic!("repomd.xml names {href}, which is not there"));
            let open = unpack(&href, &bytes);
            check(data, "checksum", "size", &bytes);
            check(data, "open-checksum", "open-size", &open);
            let text = String::from_utf8(open).expect("UTF-8");
            if !["primary", "filelists", "other"].contains(&kind.as_str()) {
                assert_eq!(carried.insert(kind.clone(), text), None, "repomd.xml names {kind} twice");
                files.insert(kind, href);
                continue;
            }
            let root = Element::parse(&text);
            let packages: Vec<_> = root.children.into_iter().filter(|child| child.name == "package").collect();
            if let Some(count) = root.attributes.get("packages") {
                assert_eq!(*count, packages.len().to_string(), "{href} counts its packages wrongly");
            }
            let count = packages.len();
            let keyed: BTreeMap<_, _> = packages.into_iter().map(|package| (checksum(&package), package)).collect();
            assert_eq!(keyed.len(), count, "{href} lists a package twice");
            entries.insert(kind.clone(), keyed);
            files.insert(kind, href);
        }
        let mut take = |kind: &str| entries.remove(kind).unwrap_or_else(|| panic!("repomd.xml names no {kind}"));
        let (primary, mut filelists, mut other) = (take("primary"), take("filelists"), take("other"));
        assert!(
            primary.keys().eq(filelists.keys()) && primary.keys().eq(other.keys()),
            "the three files list other packages"
        );
        let packages = primary.into_iter().map(|(id, primary)| {
            let missing = "just compared";
            let (filelists, other) = (filelists.remove(&id).expect(missing), other.remove(&id).expect(missing));
            (id, Package { primary, filelists, other })
        });
        Some(Self { repomd, files, packages: packages.collect(), carried })
    }

    /// The names of all packages.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.packages.values().map(Package::name).collect();
        names.sort_unstable();
        names
    }

    /// Fails, naming package and lines, unless the other repository says the same of the same packages.
    #[track_caller]
    pub fn assert_same_content(&self, other: &Self) {
        let missing: Vec<_> =
            other.packages.iter().filter(|(id, _)| !self.packages.contains_key(*id)).map(|(_, p)| p.name()).collect();
        let extra: Vec<_> =
            self.packages.iter().filter(|(id, _)| !other.packages.contains_key(*id)).map(|(_, p)| p.name()).collect();
        assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:?}, too many: {extra:?}");
        let mut report = String::new();
        for (id, package) in &self.packages {
            let (ours, theirs) = (package.content(), other.packages[id].content());
            if ours != theirs {
                report += &format!("{}:\n{}", package.name(), difference(&ours, &theirs));
            }
        }
        assert!(report.is_empty(), "content differs (- ours, + createrepo_c's):\n{report}");
    }
}

/// The packages in a file of the kind `primary`, in its order.
///
/// # Panics
/// If it is damaged.
#[must_use]
pub fn listed(href: &str, bytes: &[u8]) -> Vec<Listed> {
    let text = String::from_utf8(unpack(href, bytes)).expect("UTF-8");
    let packages = Element::parse(&text).children.into_iter().filter(|child| child.name == "package");
    let listed = |package: Element| Listed {
        name: package.child("name").expect("a package has a name").text.clone(),
        href: package.child("location").expect("a package has a location").attribute("href").to_owned(),
        sha256: checksum(&package),
    };
    packages.map(listed).collect()
}

/// A package in a file of the kind `primary`.
#[derive(Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Where its file is, below the directory that holds `repodata/`.
    pub href: String,
    /// The SHA-256 of its file.
    pub sha256: String,
}

/// The first lines in which two texts differ.
fn difference(ours: &str, theirs: &str) -> String {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.lines().collect(), theirs.lines().collect());
    let only = |these: &[&str], others: &[&str], sign| {
        let lines = these.iter().filter(|line| !others.contains(line)).take(10);
        lines.map(|line| format!("  {sign} {line}\n")).collect::<String>()
    };
    let lines = only(&ours, &theirs, '-') + &only(&theirs, &ours, '+');
    if lines.is_empty() { "  the same lines in another order\n".to_owned() } else { lines }
}

/// The package's identity: in the element in primary, in an attribute elsewhere.
fn checksum(package: &Element) -> String {
    package.child("checksum").map_or_else(|| package.attribute("pkgid"), |checksum| checksum.text.as_str()).to_owned()
}

/// Checks size and checksum, where given.
fn check(data: &Element, checksum: &str, size: &str, bytes: &[u8]) {
    if let Some(expected) = data.child(checksum) {
        assert_eq!(expected.attribute("type"), "sha256");
        assert_eq!(expected.text, hex::encode(Sha256::digest(bytes)), "wrong {checksum} of {}", data.attribute("type"));
    }
    if let Some(expected) = data.child(size) {
        assert_eq!(expected.text, bytes.len().to_string(), "wrong {size} of {}", data.attribute("type"));
    }
}

/// Decompresses by the file's extension.
fn unpack(href: &str, bytes: &[u8]) -> Vec<u8> {
    let mut open = Vec::new();
    let result = match href.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "gz" => flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut open).map(|_| ()),
        "zst" => zstd::decode_all(bytes).map(|all| open = all),
        _ => panic!("{href}: a compression that no test knows"),
    };
    result.unwrap_or_else(|error| panic!("{href}: {error}"));
    open
}
