//! Text in other encodings, and with characters that XML treats in its own way.

use super::{super::raw_rpm::*, Named, x};

const TEXTS: [(&str, &[u8]); 18] = [
    ("latin1", b"caf\xe9 \xfc\x80\x9f\xa9\xbf\xff end"),
    ("half-utf8", b"good \xc3\xbc bad \xfc"),
    ("cut-utf8", b"cut \xe2\x98"),
    ("beyond-bmp", "𝄞 \u{10ffff} \u{fdd0}".as_bytes()),
    ("c1", "c1 \u{80} \u{85} \u{9f} \u{7f} del \u{2028}".as_bytes()),
    ("markup", b"a & <b> \"c\" 'd' &amp; ]]> <![CDATA["),
    ("carriage-return", b"one\r\ntwo\rthree\r\n"),
    ("tab", b"a\tb"),
    ("newlines", b"\n\na\n\nb\n\n"),
    ("spaces", b"  lead and trail  "),
    ("blank", b" \n\t "),
    ("empty", b""),
    ("control", b"a\x01b"),
    ("escape", b"a\x1b[1mb"),
    ("backspace", b"a\x08b"),
    ("vertical-tab", b"a\x0bb"),
    ("unit-separator", b"a\x1fb"),
    ("control-latin1", b"a\x01\xe9"),
];

pub(super) fn packages() -> Vec<Named> {
    let mut list = Vec::new();
    for (name, value) in TEXTS {
        for (tag, value) in [
            (1004, translated(value)),
            (1005, translated(value)),
            (1007, text(value)),
            (1011, text(value)),
            (1014, text(value)),
            (1015, text(value)),
            (1016, translated(value)),
            (1020, text(value)),
            (1044, text(value)),
        ] {
            list.push((format!("{name}-{tag}"), x().with(tag, value)));
        }
    }
    list.push(("announced-utf8".to_owned(), x().with(5062, text("utf-8")).with(1004, translated(b"caf\xe9"))));
    list
}
