//! Uploads in parts: the bytes are those of the pieces, and no rule of S3 is broken.

mod support;

use bytes::Bytes;
use colca_segments::{Limits, Part, Piece, Source, Upload, parts};
use proptest::{collection::vec, prelude::*};
use support::store::{LIMITS, Store, assert_keeps_limits};

const MIB: u64 = 1 << 20;

fn upload(pieces: &[Piece]) -> Upload {
    let upload = parts(pieces, &Limits::S3);
    assert_keeps_limits(&upload, &Limits::S3, u64::MAX);
    upload
}

#[test]
fn a_long_file_that_grows_is_copied_and_its_end_sent() {
    let end = Bytes::from_static(b"end");
    for length in [5 * MIB + 1, 70 * MIB, 5 * 1024 * MIB] {
        let copied = upload(&[Piece::Copy(0..length), Piece::Write(end.clone())]);
        let sent = Part::Send(vec![Source::Bytes(end.clone())]);
        assert_eq!(copied, Upload::Multipart(vec![Part::Copy(0..length), sent]));
    }
}

#[test]
fn a_short_file_is_put_at_once() {
    let end = Bytes::from_static(b"end");
    assert_eq!(upload(&[]), Upload::Put(Vec::new()));
    for length in [1, 5 * MIB] {
        let put = upload(&[Piece::Copy(0..length), Piece::Write(end.clone())]);
        assert_eq!(put, Upload::Put(vec![Source::Fetch(0..length), Source::Bytes(end.clone())]));
    }
}

#[test]
fn a_short_write_between_long_copies_is_filled_up() {
    let new = Bytes::from_static(b"new");
    let changed = upload(&[Piece::Copy(0..9 * MIB), Piece::Write(new.clone()), Piece::Copy(10 * MIB..30 * MIB)]);
    let start = 15 * MIB - 3;
    let sent = Part::Send(vec![Source::Bytes(new), Source::Fetch(10 * MIB..start)]);
    assert_eq!(changed, Upload::Multipart(vec![Part::Copy(0..9 * MIB), sent, Part::Copy(start..30 * MIB)]));
}

#[test]
fn what_is_longer_than_a_part_may_be_is_cut() {
    let Upload::Multipart(copies) = upload(&[Piece::Copy(7..7 + 5 * 1024 * MIB + 1)]) else { panic!("not at once") };
    assert_eq!(copies.len(), 2);
    let Upload::Multipart(sent) = upload(&[Piece::Write(vec![0; 33 << 20].into())]) else { panic!("not at once") };
    assert_eq!(sent.len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_parts_are_the_pieces(lengths in vec((any::<bool>(), 0..40_u64, prop_oneof![0..20_u64, 40..60_u64, 0..500_u64]), 0..12)) {
        let (mut end, mut pieces) = (0, Vec::new());
        for (is_copy, gap, length) in lengths {
            let start = end + gap;
            let mut fill = (start..).map(|number| (number * 7 % 251) as u8);
            pieces.push(match is_copy {
                true => Piece::Copy(start..start + length),
                false => Piece::Write((0..length).filter_map(|_| fill.next()).collect()),
            });
            end = if is_copy { start + length } else { end };
        }
        let mut store = Store::default();
        let previous = (0..end.max(LIMITS.least + 1)).map(|number| (number % 253) as u8);
        store.0.insert("previous".to_owned(), previous.collect());
        store.put("new", Some("previous"), &pieces);
        prop_assert_eq!(store.0["new"].len() as u64, pieces.iter().map(Piece::length).sum::<u64>());
    }
}
