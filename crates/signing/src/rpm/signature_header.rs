//! The signature header: read whole, changed, and written anew.
//!
//! Why not the `rpm` crate, which does this as well: it trusts the offsets it reads (see `header.rs` of `colca-rpmmd`), and
//! what it writes lacks the tags it does not know, the MD5 of old packages among them.

use base64::{Engine, prelude::BASE64_STANDARD};
use colca_model::Invalid;

use super::value::{self, BINARY, STRING_ARRAY};
use crate::KeyAlgorithm;

/// What a header begins with: magic, version 1, four reserved bytes.
const MAGIC: [u8; 8] = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
/// Magic, number of entries, bytes of data.
const INTRO: usize = 16;
/// One entry of the index: tag, type, offset, count.
const ENTRY: usize = 16;

/// The entry around all others. Its value is at the end of the data and tells how long the index is.
const REGION: u32 = 62;
const DSA: u32 = 267;
const RSA: u32 = 268;
const OPENPGP: u32 = 278;
const SHA3_256: u32 = 279;
/// Room for signatures, in format 6 and in format 4.
const RESERVED: [u32; 2] = [999, 1008];
/// Signatures over the header, and those of rpm 3 over header and payload: PGP, GPG, PGP5.
const SIGNATURES: [u32; 6] = [DSA, RSA, OPENPGP, 1002, 1005, 1006];

/// A signature header without its region, which is made when it is written.
#[derive(Debug, Clone)]
pub(super) struct SignatureHeader {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    tag: u32,
    kind: u32,
    count: u32,
    value: Vec<u8>,
}

/// The length of the header at the start of `bytes`, if it is all there.
pub(super) fn length_of(bytes: &[u8], part: &str) -> Result<usize, Invalid> {
    let refuse = |rule: String| Invalid::new("rpm", rule, format_args!("{} bytes", bytes.len()));
    let intro = bytes.first_chunk::<INTRO>().filter(|intro| intro.starts_with(&MAGIC));
    let intro = intro.ok_or_else(|| refuse(format!("must have a {part} of version 1")))?;
    let [entries, data] = [8, 12].map(|at| u64::from(number(intro, at)));
    let length = INTRO as u64 + entries * ENTRY as u64 + data;
    let length = usize::try_from(length).ok().filter(|length| *length <= bytes.len());
    length.ok_or_else(|| refuse(format!("must have all of its {part}")))
}

/// The big-endian number at `place`, which must be inside.
fn number(bytes: &[u8], place: usize) -> u32 {
    bytes[place..place + 4].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

impl SignatureHeader {
    /// Reads the header at the start of `bytes`, and tells how long it is.
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, usize), Invalid> {
        let length = length_of(bytes, "signature header")?;
        let count = number(bytes, 8) as usize;
        let (index, data) = bytes[INTRO..length].split_at(count * ENTRY);
        let (mut entries, mut end) = (Vec::with_capacity(count), 0);
        for raw in index.as_chunks::<ENTRY>().0 {
            let [tag, kind, offset, count] = [0, 4, 8, 12].map(|at| number(raw, at));
            if tag == REGION {
                continue;
            }
            // Values lie one after the other, so all of them together are no longer than the data.
            let offset = usize::try_from(offset).ok().filter(|offset| *offset >= end);
            let value = offset.and_then(|offset| data.get(offset..));
            let value = value.and_then(|rest| rest.get(..value::length(kind, count, rest)?));
            let (Some(offset), Some(value)) = (offset, value) else {
                let rule = "must have its values inside its signature header, one after the other";
                return Err(Invalid::new("rpm", rule, format_args!("tag {tag}")));
            };
            end = offset + value.len();
            entries.push(Entry { tag, kind, count, value: value.to_vec() });
        }
        Ok((Self { entries }, length))
    }

    pub(super) fn is_signed(&self) -> bool {
        self.entries.iter().any(|entry| SIGNATURES.contains(&entry.tag))
    }

    /// Puts a signature packet in the place of all signatures.
    pub(super) fn sign(&mut self, algorithm: KeyAlgorithm, packet: Vec<u8>) {
        let six = self.entries.iter().any(|entry| entry.tag == RESERVED[0] || entry.tag == SHA3_256);
        self.entries.retain(|entry| !SIGNATURES.contains(&entry.tag));
        self.entries.push(if six {
            let text = BASE64_STANDARD.encode(packet) + "\0";
            Entry { tag: OPENPGP, kind: STRING_ARRAY, count: 1, value: text.into_bytes() }
        } else {
            // There is no tag for others than these two; rpm itself has them in DSA's.
            let tag = if matches!(algorithm, KeyAlgorithm::Rsa { .. }) { RSA } else { DSA };
            Entry::binary(tag, packet)
        });
        self.entries.sort_by_key(|entry| entry.tag);
    }

    /// Takes from the room for signatures, or gives to it, so that the header becomes `length` bytes long. If it cannot, there
    /// is no room left, and the header is as long as it has to be.
    pub(super) fn fill(&mut self, length: usize) {
        let Some(place) = self.entries.iter().position(|entry| RESERVED.contains(&entry.tag)) else { return };
        let tag = self.entries[place].tag;
        self.entries[place] = Entry::binary(tag, vec![0]);
        match length.checked_sub(self.to_bytes().len()) {
            Some(room) => self.entries[place] = Entry::binary(tag, vec![0; room + 1]),
            None => drop(self.entries.remove(place)),
        }
    }

    /// The header as in a file, without padding after it.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let count = self.entries.len() + 1;
        let (mut index, mut data) = (Vec::with_capacity((count + 1) * ENTRY), Vec::new());
        for entry in &self.entries {
            data.resize(data.len().next_multiple_of(value::alignment(entry.kind)), 0);
            index.extend(row(entry.tag, entry.kind, size(data.len()), entry.count));
            data.extend(&entry.value);
        }
        let region = row(REGION, BINARY, size(data.len()), size(ENTRY));
        data.extend(row(REGION, BINARY, size(count * ENTRY).wrapping_neg(), size(ENTRY)));
        [&MAGIC, size(count).to_be_bytes().as_slice(), &size(data.len()).to_be_bytes(), &region, &index, &data].concat()
    }
}

impl Entry {
    fn binary(tag: u32, value: Vec<u8>) -> Self {
        Self { tag, kind: BINARY, count: size(value.len()), value }
    }
}

/// An entry of the index.
fn row(tag: u32, kind: u32, offset: u32, count: u32) -> [u8; ENTRY] {
    let numbers = [tag, kind, offset, count].map(u32::to_be_bytes);
    numbers.as_flattened().try_into().expect("four numbers of four bytes")
}

/// A length as the format has it.
fn size(length: usize) -> u32 {
    u32::try_from(length).expect("a header's lengths were read from 32 bits, and a signature is short")
}
