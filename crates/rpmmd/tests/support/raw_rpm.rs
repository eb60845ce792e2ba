//! Packages byte by byte: what no builder would make, but the world, or an attacker, does.

use std::collections::BTreeMap;

use sha2::Digest;

/// A value of a tag.
#[derive(Clone)]
pub(crate) enum Value {
    Int16(Vec<u16>),
    Int32(Vec<u32>),
    Int64(Vec<u64>),
    Text(Vec<u8>),
    Binary(Vec<u8>),
    Texts(Vec<Vec<u8>>),
    Translated(Vec<Vec<u8>>),
}

pub(crate) fn text(value: impl AsRef<[u8]>) -> Value {
    Value::Text(value.as_ref().to_vec())
}

pub(crate) fn texts<T: AsRef<[u8]>>(values: impl IntoIterator<Item = T>) -> Value {
    Value::Texts(values.into_iter().map(|value| value.as_ref().to_vec()).collect())
}

pub(crate) fn translated(value: impl AsRef<[u8]>) -> Value {
    Value::Translated(vec![value.as_ref().to_vec()])
}

pub(crate) fn numbers(values: impl IntoIterator<Item = u32>) -> Value {
    Value::Int32(values.into_iter().collect())
}

/// Which digests the signature header has, and whether the header has its region.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Format {
    /// As rpm 4.14 and later make them.
    Current,
    /// As rpm 4.0 to 4.13 made them: SHA-1 of the header.
    Sha1,
    /// No digest of the header, only the MD5 of everything.
    Md5,
    /// As rpm 3 made them: no region.
    Three,
}

/// A package under construction; starts as a small valid one.
#[derive(Clone)]
pub(crate) struct RawRpm {
    pub(crate) format: Format,
    pub(crate) header: BTreeMap<u32, Value>,
    pub(crate) signature: BTreeMap<u32, Option<Value>>,
    pub(crate) payload: Vec<u8>,
}

impl RawRpm {
    pub(crate) fn new(name: &str) -> Self {
        let header = BTreeMap::from([
            (1000, text(name)),
            (1001, text("1.0")),
            (1002, text("1")),
            (1004, translated("A package")),
            (1005, translated("It is described.")),
            (1006, numbers([1_700_000_000])),
            (1007, text("builder")),
            (1009, numbers([17])),
            (1014, text("Apache-2.0")),
            (1016, translated("Unspecified")),
            (1021, text("linux")),
            (1022, text("x86_64")),
            (1044, text(format!("{name}-1.0-1.src.rpm"))),
            (1064, text("4.16.0")),
            (1124, text("cpio")),
            (1125, text("gzip")),
            (1126, text("9")),
        ]);
        Self { format: Format::Current, header, signature: BTreeMap::new(), payload: b"not really a payload".to_vec() }
    }

    pub(crate) fn with(mut self, tag: u32, value: Value) -> Self {
        self.header.insert(tag, value);
        self
    }

    pub(crate) fn without(mut self, tag: u32) -> Self {
        self.header.remove(&tag);
        self
    }

    pub(crate) fn signed(mut self, tag: u32, value: Value) -> Self {
        self.signature.insert(tag, Some(value));
        self
    }

    /// Leaves a tag out of the signature header.
    pub(crate) fn unsigned(mut self, tag: u32) -> Self {
        self.signature.insert(tag, None);
        self
    }

    pub(crate) fn format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Three parallel tags of dependencies: names with flags and versions.
    pub(crate) fn dependencies(self, tags: [u32; 3], list: &[(&str, u32, &str)]) -> Self {
        let [name, flags, version] = tags;
        self.with(name, texts(list.iter().map(|(name, ..)| name)))
            .with(flags, numbers(list.iter().map(|(_, flags, _)| *flags)))
            .with(version, texts(list.iter().map(|(.., version)| version)))
    }

    pub(crate) fn requires(self, list: &[(&str, u32, &str)]) -> Self {
        self.dependencies([1049, 1048, 1050], list)
    }

    pub(crate) fn provides(self, list: &[(&str, u32, &str)]) -> Self {
        self.dependencies([1047, 1112, 1113], list)
    }

    /// Files by directory index and name, with modes and flags.
    pub(crate) fn files(self, dirs: &[&str], files: &[(u32, &[u8], u16, u32)]) -> Self {
        self.with(1118, texts(dirs))
            .with(1117, texts(files.iter().map(|(_, name, ..)| name)))
            .with(1116, numbers(files.iter().map(|(dir, ..)| *dir)))
            .with(1030, Value::Int16(files.iter().map(|(.., mode, _)| *mode).collect()))
            .with(1037, numbers(files.iter().map(|(.., flags)| *flags)))
            .with(1028, numbers(files.iter().map(|_| 1)))
            .with(1034, numbers(files.iter().map(|_| 1_700_000_000)))
            .with(1035, texts(files.iter().map(|_| "")))
            .with(1036, texts(files.iter().map(|_| "")))
            .with(1039, texts(files.iter().map(|_| "root")))
            .with(1040, texts(files.iter().map(|_| "root")))
    }

    /// Changelog entries: time, author, text.
    pub(crate) fn changelog(self, entries: &[(u32, &[u8], &[u8])]) -> Self {
        self.with(1080, numbers(entries.iter().map(|(time, ..)| *time)))
            .with(1081, texts(entries.iter().map(|(_, author, _)| author)))
            .with(1082, texts(entries.iter().map(|(.., text)| text)))
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        let region = (self.format != Format::Three).then_some(63);
        let header = header(&self.header, region);
        let size = u32::try_from(header.len() + self.payload.len()).expect("small");
        // Nobody compares the MD5 before installing; its presence is what counts.
        let usual = [(1000, numbers([size])), (1007, numbers([1234])), (1004, Value::Binary(vec![7; 16]))];
        let mut signature: BTreeMap<u32, Option<Value>> =
            usual.into_iter().map(|(tag, value)| (tag, Some(value))).collect();
        if matches!(self.format, Format::Current | Format::Sha1) {
            signature.insert(269, Some(text(hex(&sha1::Sha1::digest(&header)))));
        }
        if self.format == Format::Current {
            signature.insert(273, Some(text(hex(&sha2::Sha256::digest(&header)))));
        }
        signature.extend(self.signature.clone());
        let signature = signature.into_iter().filter_map(|(tag, value)| Some((tag, value?))).collect();
        let mut file = vec![0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1];
        file.resize(76, b'x');
        file.extend([0, 1, 0, 5]);
        file.resize(96, 0);
        file.extend(self::header(&signature, region.map(|_| 62)));
        file.resize(file.len().next_multiple_of(8), 0);
        file.extend(header);
        file.extend(&self.payload);
        file
    }
}

fn header(tags: &BTreeMap<u32, Value>, region: Option<u32>) -> Vec<u8> {
    let mut index: Vec<[u32; 4]> = Vec::new();
    let mut store = Vec::new();
    for (tag, value) in tags {
        let (kind, align, count, bytes) = encode(value);
        store.resize(usize::next_multiple_of(store.len(), align), 0);
        index.push([*tag, kind, u32::try_from(store.len()).expect("small"), u32::try_from(count).expect("small")]);
        store.extend(bytes);
    }
    if let Some(tag) = region {
        let entries = u32::try_from(index.len() + 1).expect("small");
        index.insert(0, [tag, 7, u32::try_from(store.len()).expect("small"), 16]);
        store.extend([tag, 7, (entries * 16).wrapping_neg(), 16].into_iter().flat_map(u32::to_be_bytes));
    }
    let mut bytes = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    let counts = [index.len(), store.len()].map(|count| u32::try_from(count).expect("small"));
    bytes.extend(counts.into_iter().flat_map(u32::to_be_bytes));
    bytes.extend(index.into_iter().flatten().flat_map(u32::to_be_bytes));
    bytes.extend(store);
    bytes
}

/// Type, alignment, count and bytes.
fn encode(value: &Value) -> (u32, usize, usize, Vec<u8>) {
    let joined = |list: &[Vec<u8>]| list.iter().flat_map(|text| [text.as_slice(), &[0]].concat()).collect();
    match value {
        Value::Int16(list) => (3, 2, list.len(), list.iter().flat_map(|number| number.to_be_bytes()).collect()),
        Value::Int32(list) => (4, 4, list.len(), list.iter().flat_map(|number| number.to_be_bytes()).collect()),
        Value::Int64(list) => (5, 8, list.len(), list.iter().flat_map(|number| number.to_be_bytes()).collect()),
        Value::Text(text) => (6, 1, 1, [text.as_slice(), &[0]].concat()),
        Value::Binary(bytes) => (7, 1, bytes.len(), bytes.clone()),
        Value::Texts(list) => (8, 1, list.len(), joined(list)),
        Value::Translated(list) => (9, 1, list.len(), joined(list)),
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
