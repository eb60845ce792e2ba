//! What unpacks, and what is refused.

#[path = "support/packed.rs"]
mod packed;

use std::io::{self, Read};

use colca_unpack::Compression;
use packed::packed;

fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    Compression::of_bytes(bytes).map_err(io::Error::other)?.unpack(bytes)?.read_to_end(&mut text)?;
    Ok(text)
}

#[test]
fn tells_and_unpacks_each_and_two_in_a_row() {
    let text = b"some text";
    for (compression, bytes) in packed(text) {
        assert_eq!(Compression::of_bytes(&bytes), Ok(compression));
        assert_eq!(unpacked(&bytes).expect("good"), text, "{compression:?}");
        assert_eq!(unpacked(&bytes.repeat(2)).expect("good"), text.repeat(2), "{compression:?}");
    }
}

#[test]
fn what_is_cut_short_or_goes_on_is_an_error() {
    for (compression, bytes) in packed(b"some text").into_iter().skip(1) {
        for length in 7..bytes.len() {
            assert!(unpacked(&bytes[..length]).is_err(), "{compression:?} {length}");
        }
        assert!(unpacked(&[&bytes, &b"and more"[..]].concat()).is_err(), "{compression:?}");
    }
}

#[test]
fn names_what_it_does_not_unpack() {
    assert_eq!(Compression::of_bytes(b"BZh91AY&SY"), Err("bzip2"));
    assert_eq!(Compression::of_bytes(b"\0ZCK1\x01"), Err("zchunk"));
    assert_eq!(Compression::of_bytes(b""), Ok(Compression::None));
}
