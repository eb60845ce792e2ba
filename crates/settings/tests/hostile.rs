//! Any text gets an answer of bounded length, and none brings the reader down.

use colca_settings::Settings;
use proptest::prelude::*;

const LONGEST: usize = 256 * 1024;

/// What stands in a good file, so that pieces of it get past the first checks.
const PIECES: &[&str] = &[
    "quiet_seconds",
    "repos",
    "ceph",
    "automatic",
    "extras",
    "all",
    "combined",
    "distros",
    "known",
    "enforce",
    "retention",
    "projects",
    "refs",
    "days",
    "limits",
    "bytes_per_day",
    "users",
    "codenames",
    "ubuntu",
    "\"22.04\"",
    "\"jammy\"",
    "distributions",
    "defaults",
    "Components",
    "\"main contrib\"",
    "ButAutomaticUpgrades",
    "Suite",
    "signing",
    "keys",
    "packages",
    "external",
    "allow",
    "url",
    "\"https://a.example/\"",
    "sha256",
    "versions",
    ".",
    "=",
    " = ",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    ",",
    "\n",
    "\r\n",
    "#",
    "\"",
    "'",
    "\"\"\"",
    "true",
    "false",
    "0",
    "-1",
    "99999999999999999999",
    "1e9",
    "nan",
    "\\u0000",
    "é",
    "\u{feff}",
    "2026-01-01",
];

/// Refused or not, the answer is one that somebody can read, and names lines that are there.
fn is_answered(text: &str) {
    if let Err(problems) = Settings::parse(text) {
        assert!((1..=101).contains(&problems.0.len()), "{} problems", problems.0.len());
        let lines = text.lines().count().max(1);
        for problem in &problems.0 {
            assert!(problem.line.is_none_or(|line| (1..=lines).contains(&line)), "{problem}");
            assert!(problem.to_string().len() < 6000 && !problem.field.is_empty(), "{problem}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        is_answered(&text);
    }

    #[test]
    fn any_pieces_of_a_file_are_answered(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        is_answered(&pieces.concat());
    }
}

#[test]
fn the_largest_texts_are_answered() {
    for piece in [
        "]\n",
        "=",
        "\"\n",
        "a=1\n",
        "[a]\n",
        "[[a]]\n",
        "a=1 ",
        "[",
        "{a=",
        "a.",
        "a=[",
        "[repos.a.extras.b]\n",
        "\r",
        "\n",
        "repos.\u{0}.a=1\n",
        "é",
    ] {
        is_answered(&piece.repeat(LONGEST / piece.len()));
        is_answered(&format!("a={}", piece.repeat((LONGEST - 2) / piece.len())));
    }
    let keys: String = (0..LONGEST / 8).map(|key| format!("{key:x}=1\n")).collect();
    is_answered(&keys);
    is_answered(&format!("[repos.{}]\n{}", "x".repeat(LONGEST / 2), &keys[..LONGEST / 3]));
}

/// What is looked up in one another: a reader that did so entry by entry would take hours.
#[test]
fn the_largest_tables_are_answered() {
    let names: String = (0..LONGEST / 20).map(|name| format!("a{name:x}=\"a{name:x}\"\n")).collect();
    let combined: Vec<_> = (0..150).map(|name| format!("x{name}")).collect();
    is_answered(&format!("[codenames.x]\n{names}[repos.ceph]\ncombined = {combined:?}\n"));
    for list in ["signing.keys", "external.allow", "distributions.defaults.Components", "repos.ceph.external"] {
        is_answered(&format!("{list} = [{}]", "\"https://a.example/\",".repeat(LONGEST / 30)));
        is_answered(&format!("{list} = \"{}\"", "a b ".repeat(LONGEST / 5)));
    }
}

#[test]
fn a_text_above_the_limit_is_not_read() {
    let comment = |length: usize| format!("#{}", "x".repeat(length - 1));
    assert_eq!(Settings::parse(&comment(LONGEST)), Ok(Settings::default()));
    let problems = Settings::parse(&comment(LONGEST + 1)).expect_err("one byte too long");
    assert_eq!(problems.to_string(), "colca.toml: must not be longer than 256 KiB, got 262145 bytes");
}

#[test]
fn of_very_many_problems_the_first_hundred_are_told() {
    let text: String = (0..150).map(|key| format!("key_{key} = 1\n")).collect();
    let problems = Settings::parse(&text).expect_err("unknown keys");
    assert_eq!(problems.0.len(), 101);
    assert_eq!(problems.0[99].line, Some(100));
    assert_eq!(problems.0[100].to_string(), "colca.toml: has 50 more problems");
}
