//! Dependencies: their flags, their versions, which requirements are left out.

use super::{super::raw_rpm::*, Named, named, x};

const CONFLICTS: [u32; 3] = [1054, 1053, 1055];
const RECOMMENDS: [u32; 3] = [5046, 5048, 5047];
const SUGGESTS: [u32; 3] = [5049, 5051, 5050];
const SUPPLEMENTS: [u32; 3] = [5052, 5054, 5053];
const ENHANCES: [u32; 3] = [5055, 5057, 5056];
const OLD_SUGGESTS: [u32; 3] = [1156, 1158, 1157];
const OLD_ENHANCES: [u32; 3] = [1159, 1161, 1160];
const STRONG: u32 = 1 << 27;
const PRE: u32 = 1 << 9;
const PREUN: u32 = 1 << 11;
const RPMLIB: u32 = 1 << 24;
const EQUAL: u32 = 8;

const VERSIONS: [&str; 35] = [
    "",
    "1",
    "1-",
    "-1",
    ":",
    "1:",
    ":1",
    "1:2",
    "1:2-",
    "1:2-3",
    "1:2-3-4",
    "1:2:3-4",
    "a:1-2",
    "01:2-3",
    "1.0-1:2",
    " 1 ",
    "0:1",
    "-",
    "4294967296:1",
    "%{v}",
    "1a:1",
    "-1:1",
    " 1:1",
    "1 :1",
    "+1:1",
    "0x1:1",
    "1.5:2",
    "2-1:3",
    "a:",
    "::1",
    ":-",
    "0:",
    "1:-",
    "99999999999999999999:1",
    "~^+_.:1",
];

pub(super) fn packages() -> Vec<Named> {
    let mut list = [flags(), versions(), filtered(), texts_and_lengths(), weak()].concat();
    list.extend(control());
    list
}

fn flags() -> Vec<Named> {
    let bits: Vec<_> = (0..32).map(|bit| (format!("bit{bit}"), 1 << bit)).collect();
    let bits: Vec<_> = bits.iter().map(|(name, flag)| (name.as_str(), *flag, "1")).collect();
    let senses: Vec<_> = (0..16).map(|sense| (format!("sense{sense}"), sense)).collect();
    let senses: Vec<_> = senses.iter().map(|(name, flag)| (name.as_str(), *flag, "2:1-3")).collect();
    named([
        ("flag-bits", x().requires(&bits).provides(&bits)),
        ("sense-bits", x().requires(&senses).dependencies(CONFLICTS, &senses)),
    ])
}

fn versions() -> Vec<Named> {
    let names: Vec<_> = (0..VERSIONS.len()).map(|at| format!("version{at}")).collect();
    let with = |flags| -> Vec<_> {
        names.iter().zip(VERSIONS).map(|(name, version)| (name.as_str(), flags, version)).collect()
    };
    named([("versions", x().provides(&with(EQUAL)).requires(&with(0)).dependencies(CONFLICTS, &with(EQUAL | 2)))])
}

/// What is left out of the requirements.
fn filtered() -> Vec<Named> {
    let repeated = [
        ("a", 0, ""),
        ("b", 0, ""),
        ("a", 0, ""),
        ("a", EQUAL, "1"),
        ("a", 0, ""),
        ("a", PRE, ""),
        ("b", 0, ""),
        ("a", PRE, ""),
        ("c", EQUAL, "1"),
        ("c", EQUAL, "0:1"),
        ("c", EQUAL, "1"),
        ("c", EQUAL | 2, "1"),
        ("c", EQUAL, "1-1"),
        ("c", EQUAL, "1"),
        ("d", PREUN, ""),
        ("d", 0, ""),
    ];
    let provided = [("p", 0, ""), ("q", EQUAL, "1"), ("r", EQUAL, "1:1-1"), ("s", 12, "1"), ("u", EQUAL, "0:1")];
    let met = [
        ("p", 0, ""),
        ("p", EQUAL, "1"),
        ("q", 0, ""),
        ("q", EQUAL, "1"),
        ("q", 12, "1"),
        ("q", EQUAL, "0:1"),
        ("r", EQUAL, "1:1-1"),
        ("r", EQUAL, "1:1"),
        ("s", 12, "1"),
        ("s", EQUAL, "1"),
        ("q", PRE | EQUAL, "1"),
        ("u", EQUAL, "1"),
        ("p", PRE, ""),
        ("p", 0, "1"),
    ];
    let rpmlib = [
        ("rpmlib(X)", RPMLIB | 10, "1"),
        ("rpmlib(X)", 0, ""),
        ("rpmlib", 0, ""),
        ("xrpmlib(", 0, ""),
        ("rpmlibfoo", 0, ""),
    ];
    let two_versions = [("p", EQUAL, "1"), ("p", EQUAL, "2")];
    named([
        ("repeated", x().requires(&repeated).provides(&repeated)),
        ("self-provided", x().provides(&provided).requires(&met)),
        ("self-provided-twice", x().provides(&two_versions).requires(&two_versions)),
        ("rpmlib", x().requires(&rpmlib).provides(&rpmlib).dependencies(CONFLICTS, &rpmlib)),
    ])
}

fn texts_and_lengths() -> Vec<Named> {
    let markup = [("a&b<c>\"d\"'e'", EQUAL, "1&<\">"), ("t\tn\nr\r", 0, "")];
    let others = [("ümläut", EQUAL, "ü"), ("", 0, ""), (" ", 0, ""), ("(rich and (deps or more >= 1:2))", 0, "")];
    let names = x().with(1049, texts(["a", "b"]));
    named([
        ("dependency-text", x().requires(&markup).provides(&others)),
        (
            "dependency-latin1",
            x().with(1049, texts([&b"caf\xe9"[..], b"x\xa9\xfc"]))
                .with(1048, numbers([0, EQUAL]))
                .with(1050, texts([&b""[..], b"\xe9\xa91"])),
        ),
        ("few-flags", names.clone().with(1048, numbers([EQUAL])).with(1050, texts(["1", "2"]))),
        ("few-versions", names.clone().with(1048, numbers([EQUAL, EQUAL])).with(1050, texts(["1"]))),
        ("names-only", names.clone()),
        ("no-versions", names.with(1048, numbers([EQUAL, EQUAL]))),
        ("one-text", x().with(1047, text("a")).with(1112, numbers([EQUAL])).with(1113, text("1"))),
    ])
}

fn weak() -> Vec<Named> {
    let old = x()
        .dependencies(OLD_SUGGESTS, &[("suggest", EQUAL, "1"), ("recommend", EQUAL | STRONG, "1"), ("same", 0, "")])
        .dependencies(OLD_ENHANCES, &[("enhance", EQUAL, "1"), ("supplement", EQUAL | STRONG, "1")]);
    let new = |package: RawRpm| {
        package
            .dependencies(RECOMMENDS, &[("new-recommend", EQUAL, "1"), ("strong", STRONG, "")])
            .dependencies(SUGGESTS, &[("new-suggest", EQUAL, "1"), ("same", 0, ""), ("strong", STRONG, "")])
            .dependencies(SUPPLEMENTS, &[("new-supplement", EQUAL, "1")])
            .dependencies(ENHANCES, &[("new-enhance", EQUAL, "1")])
    };
    named([("weak", new(x())), ("weak-old", old.clone()), ("weak-both", new(old))])
}

/// Control characters, which keep a package out wherever they would be told.
fn control() -> Vec<Named> {
    let kinds =
        [[1047, 1112, 1113], [1049, 1048, 1050], CONFLICTS, RECOMMENDS, SUPPLEMENTS, OLD_SUGGESTS, OLD_ENHANCES];
    let mut list = named([
        ("control-in-rpmlib", x().requires(&[("rpmlib(\x01)", 0, "")])),
        ("control-in-nonsense", x().requires(&[("a\x01", 0, "x:1")])),
        ("control-self-provided", x().requires(&[("a", 0, "\x01")]).provides(&[("a", 0, "")])),
    ]);
    for kind in kinds {
        let [name, ..] = kind;
        list.push((format!("control-name-{name}"), x().dependencies(kind, &[("a\x01", 0, "")])));
        list.push((format!("control-version-{name}"), x().dependencies(kind, &[("a", EQUAL, "1\x01")])));
        list.push((format!("control-unused-version-{name}"), x().dependencies(kind, &[("a", 0, "1\x01")])));
    }
    list
}
