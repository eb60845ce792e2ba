//! Tags that are missing, of another type, or there twice in other words.

use super::{super::raw_rpm::*, Named, named, x};

/// The scalar texts of a header.
const TEXTS: [u32; 8] = [1004, 1005, 1007, 1011, 1014, 1015, 1016, 1020];
/// Numbers of the signature header's tags where rpm keeps them beside those of the header.
const FORGED: [u32; 12] = [256, 257, 259, 261, 262, 267, 268, 269, 270, 271, 272, 273];

pub(super) fn packages() -> Vec<Named> {
    let mut list = named([
        ("plain", x()),
        ("unknown-compressor", x().with(1125, text("snappy"))),
        ("no-compressor", x().without(1125).without(1126).without(1124)),
        ("no-numbers", x().without(1006).without(1009)),
        ("epoch", x().with(1003, numbers([7]))),
        ("epoch-zero", x().with(1003, numbers([0]))),
        ("epoch-big", x().with(1003, numbers([u32::MAX]))),
        ("epoch-two", x().with(1003, numbers([5, 6]))),
        ("epoch-short", x().with(1003, Value::Int16(vec![5]))),
        ("epoch-long", x().with(1003, Value::Int64(vec![5]))),
        ("time-text", x().with(1006, text("12"))),
        ("size-long", x().with(1009, Value::Int64(vec![5]))),
        ("empty-list", x().with(1049, texts::<&str>([]))),
        ("empty-numbers", x().with(1048, numbers([]))),
        ("unknown-tags", x().with(200, numbers([1])).with(9999, text("?")).with(70_000, numbers([1]))),
        ("impossible-tag", x().with(99, numbers([1]))),
        ("source", x().without(1044).with(1106, numbers([1]))),
        ("source-without-mark", x().without(1044)),
        ("source-with-source", x().with(1106, numbers([1]))),
        ("nosource", x().without(1044).with(1106, numbers([1])).with(1051, numbers([0]))),
        ("nopatch", x().without(1044).with(1106, numbers([1])).with(1052, numbers([0]))),
        ("source-empty", x().with(1044, text(""))),
        ("source-list", x().with(1044, texts(["a", "b"]))),
        ("long-size", x().without(1009).with(5009, long(5_000_000_000)).signed(271, long(6_000_000_000))),
        ("both-sizes", x().with(5009, long(5_000_000_000)).signed(271, long(6_000_000_000))),
        ("archive-size-twice", x().with(1046, numbers([99]))),
        ("archive-size-in-header", x().with(1046, numbers([99])).unsigned(1007)),
        ("no-archive-size", x().unsigned(1007)),
        ("no-length", x().unsigned(1000)),
        ("no-signature-values", x().format(Format::Md5).unsigned(1000).unsigned(1004).unsigned(1007)),
        ("length-text", x().signed(1000, text("x"))),
        ("md5-short", x().signed(1004, Value::Binary(vec![1; 3]))),
        ("md5-text", x().signed(1004, text("x"))),
        ("sha1-binary", x().signed(269, Value::Binary(vec![1; 3]))),
        ("reserved-space", x().signed(1008, Value::Binary(vec![0; 100_000]))),
    ]);
    for tag in TEXTS {
        list.push((format!("missing-{tag}"), x().without(tag)));
        list.push((format!("text-{tag}"), x().with(tag, text("t"))));
        list.push((format!("list-{tag}"), x().with(tag, texts(["t", "u"]))));
        list.push((format!("list-of-one-{tag}"), x().with(tag, texts(["t"]))));
        list.push((format!("translated-{tag}"), x().with(100, texts(["C", "de"])).with(tag, two_languages())));
        list.push((format!("number-{tag}"), x().with(tag, numbers([5]))));
        list.push((format!("binary-{tag}"), x().with(tag, Value::Binary(vec![65, 0]))));
    }
    for tag in FORGED {
        list.push((format!("forged-{tag}"), x().with(tag, Value::Binary(vec![1; 16]))));
    }
    list
}

fn long(number: u64) -> Value {
    Value::Int64(vec![number])
}

fn two_languages() -> Value {
    Value::Translated(vec![b"one".to_vec(), b"eins".to_vec()])
}
