//! Text form of packets (RFC 4880, section 6.2).

use std::io;

use pgp::{armor::BlockType, ser::Serialize};

use crate::{PublicKey, Signature};

/// Packets, ready to be written.
struct Packets<'a>(&'a [u8]);

impl Serialize for Packets<'_> {
    fn to_writer<W: io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        Ok(writer.write_all(self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}

/// Several keys as one block, for a file that a client imports: `key.asc`, `repomd.xml.key`. Every client reads one block;
/// some stop after the first.
#[must_use]
pub fn armored_keys<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> String {
    block(BlockType::PublicKey, keys.into_iter().map(PublicKey::to_bytes))
}

/// Signatures by several keys over the same bytes as one file: `repomd.xml.asc`, `Release.gpg`.
#[must_use]
pub fn detached(signatures: &[Signature]) -> String {
    block(BlockType::Signature, signatures.iter().map(Signature::to_bytes))
}

fn block(kind: BlockType, packets: impl Iterator<Item = Vec<u8>>) -> String {
    let packets = packets.collect::<Vec<_>>().concat();
    let mut text = Vec::new();
    // The checksum is optional, but older programs warn where there is none.
    pgp::armor::write(&Packets(&packets), kind, &mut text, None, true).expect("writing to memory does not fail");
    String::from_utf8(text).expect("armor is ASCII")
}

/// How many blocks a text has. Readers stop after the first.
pub(crate) fn blocks(text: &str) -> usize {
    text.matches("-----BEGIN PGP ").count()
}
