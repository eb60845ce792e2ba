//! Whole packages with something wrong in their bytes.

use super::super::raw_rpm::RawRpm;

/// Name, bytes, and whether only we refuse it.
pub(super) fn packages() -> Vec<(String, Vec<u8>, bool)> {
    let good = RawRpm::new("good").requires(&[("a", 0, "")]).build();
    let header = good.windows(4).rposition(|bytes| bytes == [0x8e, 0xad, 0xe8, 1]).expect("a header");
    let (index, signature) = (header + 16, 96);
    let length = good.len();
    let set = |at: usize, value: u8| {
        let mut bytes = good.clone();
        bytes[at] = value;
        bytes
    };
    let cut = |length: usize| good[..length].to_vec();
    let fill = |from: usize, to: usize| {
        let mut bytes = good.clone();
        bytes[from..to].fill(0);
        bytes
    };
    let summary = good.windows(9).position(|window| window == b"A package").expect("a summary");

    let both = [
        ("lead-magic", set(0, 0)),
        ("lead-version-2", set(4, 2)),
        ("lead-version-4", set(4, 4)),
        ("lead-version-5", set(4, 5)),
        ("lead-minor", set(5, 9)),
        ("lead-type-source", set(7, 1)),
        ("lead-type-9", set(7, 9)),
        ("lead-signature-type", set(79, 1)),
        ("signature-magic", set(signature, 0)),
        ("signature-2-gib", set(signature + 12, 0x80)),
        ("signature-many-entries", set(signature + 11, 33)),
        ("signature-offset", set(signature + 16 + 16 + 8, 0x7f)),
        ("header-magic", set(header, 0)),
        ("header-version", set(header + 3, 2)),
        ("header-reserved", set(header + 4, 2)),
        ("no-entries", fill(header + 8, header + 12)),
        ("many-entries", set(header + 9, 1)),
        ("2-gib-of-data", set(header + 12, 0x80)),
        ("256-mib-of-data", set(header + 12, 0x10)),
        ("200-mib-of-data", set(header + 12, 0x0c)),
        ("type-unknown", set(index + 16 + 7, 12)),
        ("offset-outside", set(index + 16 + 8, 0x7f)),
        ("offset-negative", set(index + 16 + 8, 0xff)),
        ("count-outside", set(index + 5 * 16 + 12, 0x7f)),
        ("region-wrong", set(index + 15, 17)),
        ("zeroes", fill(index, length)),
        ("cut-in-header", cut(header + 100)),
        ("cut-in-signature", cut(120)),
        ("cut-in-lead", cut(50)),
        ("cut-in-magic", cut(3)),
        ("empty", cut(0)),
        ("not-an-rpm", b"#!/bin/sh\necho not an rpm, and long enough to hold a lead of ninety-six bytes\n".repeat(9)),
        ("trailing", [&good[..], b"trailing"].concat()),
    ];
    let only_we = [
        ("cut-in-payload", cut(length - 5)),
        ("cut-before-payload", cut(length - 20)),
        ("text-changed", set(summary, b'a')),
    ];
    let both = both.into_iter().map(|(name, bytes)| (format!("damaged-{name}"), bytes, false));
    both.chain(only_we.into_iter().map(|(name, bytes)| (format!("damaged-{name}"), bytes, true))).collect()
}
