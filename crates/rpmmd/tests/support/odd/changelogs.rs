//! Changelogs: how many entries, at what time, in which order.

use super::{super::raw_rpm::*, Named, x};

pub(super) fn packages() -> Vec<Named> {
    let times: [(&str, Vec<u32>); 8] = [
        ("eleven", (0..11).map(|at| 2_000_000 - at * 1000).collect()),
        ("four-a-day", (0..12).map(|at| 2_000_000 - at / 4 * 2).collect()),
        ("one-day", vec![2_000_000; 12]),
        ("rising", (0..12).map(|at| 2_000_000 + at).collect()),
        ("mixed", vec![5, 9, 3, 9, 9, 1, 2, 0, u32::MAX, 0]),
        ("last-second", vec![u32::MAX, u32::MAX]),
        ("up-and-down", vec![3, 3, 4, 3, 3]),
        ("days", vec![10, 9, 9, 8, 7, 7, 7]),
    ];
    let entry = |time| (time, &b"Some One <a@b> - 1-1"[..], &b"- text"[..]);
    let mut list: Vec<_> = times
        .into_iter()
        .map(|(name, times)| {
            (format!("changelog-{name}"), x().changelog(&times.into_iter().map(entry).collect::<Vec<_>>()))
        })
        .collect();

    let texts_in_it: [(&str, &[u8]); 13] = [
        ("markup", b"a & <b> \"c\" 'd'"),
        ("tab", b"a\tb\t"),
        ("lines", b"- a\r\n- b  \n\n"),
        ("latin1", b"caf\xe9 \xa9 "),
        ("unicode", "ümläut ☃ 𝄞".as_bytes()),
        ("empty", b""),
        ("padded", b"  pad  "),
        ("blank", b"   "),
        ("no-break", "\u{a0}pad\u{a0}".as_bytes()),
        ("newline-first", b"\na"),
        ("return-last", b"a\r"),
        ("c1", b"\x7f\xc2\x85"),
        ("control", b"a\x01"),
    ];
    for (name, value) in texts_in_it {
        list.push((format!("changelog-author-{name}"), x().changelog(&[(5, value, b"text")])));
        list.push((format!("changelog-text-{name}"), x().changelog(&[(5, b"author", value)])));
    }
    let mut eleven = vec![entry(5); 10];
    eleven.push((4, b"a\x01", b"\x01"));
    list.push(("changelog-control-untold".to_owned(), x().changelog(&eleven)));
    let two = x().changelog(&[entry(5), entry(4)]);
    list.push(("changelog-few-texts".to_owned(), two.clone().with(1082, texts(["t"]))));
    for tag in [1080, 1081, 1082] {
        list.push((format!("changelog-without-{tag}"), two.clone().without(tag)));
    }
    list
}
