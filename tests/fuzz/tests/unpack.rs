//! Whatever is compressed.

mod support;

use std::io::{BufReader, Read};

use colca_fuzz::{Counted, fuzz};
use colca_unpack::Compression;
use support::packed;

/// As much is unpacked of each.
const MOST: u64 = 4 * 1024 * 1024;

fn made() -> Vec<Vec<u8>> {
    let text = b"what is compressed, what is compressed, and what is not".repeat(9);
    let bomb = vec![0; 1 << 20];
    let twice = packed(&text).into_iter().map(|bytes| bytes.repeat(2));
    packed(&text).into_iter().chain(packed(&bomb)).chain(twice).collect()
}

#[test]
fn compressed_files() {
    fuzz("unpack", made(), |bytes| {
        let told = Compression::of_bytes(bytes).ok();
        let mut accepted = false;
        for compression in [told, Some(Compression::Lzma)].into_iter().flatten() {
            let unpack = || {
                let mut unpacked = Vec::new();
                let reader = compression.unpack(Counted::new(bytes))?;
                reader.take(MOST).read_to_end(&mut unpacked)?;
                std::io::Result::Ok(unpacked)
            };
            let slowly = || {
                let mut unpacked = Vec::new();
                let reader = compression.unpack(BufReader::with_capacity(7, Counted::new(bytes)))?;
                reader.take(MOST).read_to_end(&mut unpacked)?;
                std::io::Result::Ok(unpacked)
            };
            match (unpack(), slowly()) {
                (Ok(one), Ok(other)) => {
                    assert!(one == other, "read at once and in parts, {compression:?}");
                    accepted = true;
                }
                (Err(_), Err(_)) => {}
                (one, other) => panic!("{:?} at once, {:?} in parts", one.map(|v| v.len()), other.map(|v| v.len())),
            }
        }
        accepted
    });
}
