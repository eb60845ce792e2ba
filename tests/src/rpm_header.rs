//! Takes an rpm apart and puts it together again, so that tests can make packages that rpmbuild would not.
//!
//! Layout: a lead of 96 bytes, the signature header padded to 8 bytes, the header, the payload. A header is the magic
//! `8e ad e8 01`, 4 zero bytes, the number of index entries, the length of the store, the entries (tag, type, offset,
//! count), the store; all numbers are big-endian. Source: "RPM Package format" of the rpm project.

use sha2::{Digest, Sha256};

/// Length of the lead in bytes.
pub const LEAD: usize = 96;

const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
const BINARY: u32 = 7;
const SIGNATURES_REGION: u32 = 62;
const IMMUTABLE_REGION: u32 = 63;

/// Tags that tests change.
#[allow(missing_docs, reason = "the names are rpm's own")]
pub mod tag {
    pub const NAME: u32 = 1000;
    pub const VERSION: u32 = 1001;
    pub const RELEASE: u32 = 1002;
    pub const SUMMARY: u32 = 1004;
    pub const SIZE: u32 = 1009;
    pub const OLD_FILE_NAMES: u32 = 1027;
    pub const FILE_SIZES: u32 = 1028;
    pub const SOURCE: u32 = 1044;
    pub const PROVIDE_NAMES: u32 = 1047;
    pub const PROVIDE_FLAGS: u32 = 1112;
    pub const PROVIDE_VERSIONS: u32 = 1113;
    pub const DIRECTORY_INDEXES: u32 = 1116;
    pub const BASE_NAMES: u32 = 1117;
    pub const DIRECTORY_NAMES: u32 = 1118;
    pub const CHANGELOG_TEXT: u32 = 1082;
    pub const LONG_FILE_SIZES: u32 = 5008;
    pub const LONG_SIZE: u32 = 5009;
    pub const RPM_FORMAT: u32 = 5114;
}

/// Tags of the signature header.
#[allow(missing_docs, reason = "the names are rpm's own")]
pub mod signature_tag {
    pub const SHA256: u32 = 273;
    pub const SIZE: u32 = 1000;
    pub const MD5: u32 = 1004;
}

/// Types of values.
#[allow(missing_docs, reason = "the names are rpm's own")]
pub mod kind {
    pub const INT32: u32 = 4;
    pub const INT64: u32 = 5;
    pub const STRING: u32 = 6;
    pub const STRING_ARRAY: u32 = 8;
}

/// One value of a header, as its bytes lie in the store.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub tag: u32,
    /// Its type.
    pub kind: u32,
    /// How many values.
    pub count: u32,
    /// Their bytes.
    pub data: Vec<u8>,
}

/// A header without its region entry, which [`Rpm::write`] makes anew.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// Its values, in the order of the index.
    pub entries: Vec<Entry>,
}

impl Header {
    /// Reads one, and says how long it is.
    fn parse(bytes: &[u8]) -> (Self, usize) {
        assert_eq!(bytes[..8], MAGIC, "not a header");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let (count, length) = (number(8) as usize, number(12) as usize);
        let store = &bytes[16 + 16 * count..16 + 16 * count + length];
        let entries = (0..count).map(|entry| {
            let at = 16 + 16 * entry;
            let (tag, kind, offset, count) = (number(at), number(at + 4), number(at + 8) as usize, number(at + 12));
            Entry { tag, kind, count, data: store[offset..offset + size(kind, count, &store[offset..])].to_vec() }
        });
        let entries = entries.filter(|entry| !matches!(entry.tag, SIGNATURES_REGION | IMMUTABLE_REGION)).collect();
        (Self { entries }, 16 + 16 * count + length)
    }

    /// Its bytes; `region` makes all of it one immutable region, as every rpm since version 4 does.
    fn write(&self, region: Option<u32>) -> Vec<u8> {
        let (mut index, mut store) = (Vec::new(), Vec::new());
        for entry in &self.entries {
            let alignment = match entry.kind {
                3 => 2,
                kind::INT32 => 4,
                kind::INT64 => 8,
                _ => 1,
            };
            store.resize(usize::next_multiple_of(store.len(), alignment), 0);
            push(&mut index, &[entry.tag, entry.kind, length(&store), entry.count]);
            store.extend_from_slice(&entry.data);
        }
        if let Some(tag) = region {
            let mut first = Vec::new();
            push(&mut first, &[tag, BINARY, length(&store), 16]);
            first.append(&mut index);
            index = first;
            push(&mut store, &[tag, BINARY, length(&index).wrapping_neg(), 16]);
        }
        let mut bytes = MAGIC.to_vec();
        push(&mut bytes, &[length(&index) / 16, length(&store)]);
        [bytes, index, store].concat()
    }

    /// The entry of a tag.
    #[must_use]
    pub fn get(&self, tag: u32) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }

    /// Takes a tag out.
    pub fn remove(&mut self, tag: u32) {
        self.entries.retain(|entry| entry.tag != tag);
    }

    /// Sets a tag; entries stay sorted by tag.
    pub fn set(&mut self, tag: u32, kind: u32, count: u32, data: Vec<u8>) {
        self.remove(tag);
        let place = self.entries.partition_point(|entry| entry.tag < tag);
        self.entries.insert(place, Entry { tag, kind, count, data });
    }

    /// Sets the bytes of a string, keeping the type that the tag has (a summary is a translated string).
    pub fn set_text(&mut self, tag: u32, text: &[u8]) {
        let kind = self.get(tag).map_or(kind::STRING, |entry| entry.kind);
        self.set(tag, kind, 1, [text, b"\0"].concat());
    }

    /// The strings of an array.
    #[must_use]
    pub fn strings(&self, tag: u32) -> Vec<Vec<u8>> {
        let Some(entry) = self.get(tag) else { return Vec::new() };
        entry.data.split(|byte| *byte == 0).take(entry.count as usize).map(<[u8]>::to_vec).collect()
    }

    /// The numbers of an array of 32-bit ones.
    #[must_use]
    pub fn numbers(&self, tag: u32) -> Vec<u32> {
        let data = self.get(tag).map_or(&[][..], |entry| &entry.data);
        data.as_chunks::<4>().0.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect()
    }
}

/// A package in its parts.
#[derive(Debug, Clone)]
pub struct Rpm {
    /// The lead.
    pub lead: Vec<u8>,
    /// The signature header.
    pub signature: Header,
    /// The header.
    pub header: Header,
    /// The compressed files.
    pub payload: Vec<u8>,
    /// Whether headers have regions: none did before version 4.
    pub regions: bool,
}

impl Rpm {
    /// Takes a good package apart.
    ///
    /// # Panics
    /// If it is not one.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let (signature, length) = Header::parse(&bytes[LEAD..]);
        let start = header_start(LEAD + length);
        let (header, length) = Header::parse(&bytes[start..]);
        let payload = bytes[start + length..].to_vec();
        Self { lead: bytes[..LEAD].to_vec(), signature, header, payload, regions: true }
    }

    /// Puts it together, with sizes and digests that fit what it holds now.
    #[must_use]
    pub fn write(mut self) -> Vec<u8> {
        let header = self.header.write(self.regions.then_some(IMMUTABLE_REGION));
        let signed = self.signature.entries.iter().any(|entry| entry.tag == signature_tag::SHA256);
        self.signature.entries.retain(|entry| entry.tag >= signature_tag::SIZE && entry.tag != signature_tag::MD5);
        let size = length(&header) + length(&self.payload);
        if self.signature.get(signature_tag::SIZE).is_some() {
            self.signature.set(signature_tag::SIZE, kind::INT32, 1, size.to_be_bytes().to_vec());
        }
        if signed {
            self.signature.set(signature_tag::SHA256, kind::STRING, 1, Vec::new());
            self.signature.set_text(signature_tag::SHA256, hex::encode(Sha256::digest(&header)).as_bytes());
        } else {
            let md5 = md5(&[&header[..], &self.payload].concat());
            self.signature.set(signature_tag::MD5, BINARY, 16, md5);
        }
        let mut bytes = [self.lead, self.signature.write(self.regions.then_some(SIGNATURES_REGION))].concat();
        bytes.resize(header_start(bytes.len()), 0);
        [bytes, header, self.payload].concat()
    }
}

/// Where the header begins if the signature header ends at `end`.
#[must_use]
pub fn header_start(end: usize) -> usize {
    end.next_multiple_of(8)
}

/// Where signature header and header begin in a package.
#[must_use]
pub fn header_offset(bytes: &[u8]) -> usize {
    header_start(LEAD + Header::parse(&bytes[LEAD..]).1)
}

/// Length in bytes of a value in the store.
fn size(kind: u32, count: u32, rest: &[u8]) -> usize {
    let count = count as usize;
    match kind {
        3 => 2 * count,
        kind::INT32 => 4 * count,
        kind::INT64 => 8 * count,
        kind::STRING | kind::STRING_ARRAY | 9 => {
            let ends = rest.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 1);
            ends.take(count).last().unwrap_or(0)
        }
        _ => count,
    }
}

fn push(bytes: &mut Vec<u8>, numbers: &[u32]) {
    bytes.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).expect("test packages are small")
}

/// MD5 by the program of coreutils: no crate is worth adding for one old package.
fn md5(bytes: &[u8]) -> Vec<u8> {
    let scratch = crate::createrepo::Scratch::new();
    let file = scratch.path().join("bytes");
    std::fs::write(&file, bytes).expect("the working copy is writable");
    let printed = crate::tools::output("md5sum", [&file]);
    hex::decode(&printed[..32]).expect("md5sum prints hex digits first")
}
