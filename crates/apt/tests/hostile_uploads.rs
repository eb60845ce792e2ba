//! `.dsc` and `.changes` files that no tool writes: each is refused with a word on what is wrong.

use colca_apt::{Changes, Dsc, Fragment, MOST_DSC};
use colca_model::Filename;
use proptest::prelude::*;

const MD5: &str = "0123456789abcdef0123456789abcdef";

/// A good `.dsc` of one file.
fn dsc() -> String {
    format!(
        "Format: 3.0 (quilt)\nSource: hello\nBinary: hello, hello-doc\nArchitecture: any all\nVersion: 1.0-1\n\
         Checksums-Sha256:\n {MD5}{MD5} 3 hello_1.0.orig.tar.gz\nFiles:\n {MD5} 3 hello_1.0.orig.tar.gz\n"
    )
}

/// A good `.changes` of one file.
fn changes() -> String {
    format!(
        "Format: 1.8\nSource: hello (1.0-1)\nArchitecture: amd64\nVersion: 1.0-1+b1\nDistribution: unstable\n\
         Checksums-Sha256:\n {MD5}{MD5} 3 hello_1.0.deb\nFiles:\n {MD5} 3 net optional hello_1.0.deb\n"
    )
}

fn refusals(spoil: impl Fn(String) -> String) -> [String; 2] {
    let (dsc, changes) = (spoil(dsc()), spoil(changes()));
    [
        Dsc::parse(dsc.as_bytes()).expect_err(&dsc).to_string(),
        Changes::parse(changes.as_bytes()).expect_err(&changes).to_string(),
    ]
}

fn without(text: &str, field: &str) -> String {
    let lines = text.split_inclusive('\n').filter(|line| !line.starts_with(&format!("{field}: ")));
    let text: String = lines.collect();
    // A field of lists goes with its lines.
    match text.split_once(&format!("{field}:\n")) {
        None => text,
        Some((before, after)) => {
            let rest = after.split_inclusive('\n').skip_while(|line| line.starts_with(' '));
            format!("{before}{}", rest.collect::<String>())
        }
    }
}

#[test]
fn the_files_to_spoil_are_good() {
    let good = Dsc::parse(dsc().as_bytes()).expect("good");
    assert_eq!((good.name(), good.version(), good.files().len()), ("hello", "1.0-1", 1));
    let good = Changes::parse(changes().as_bytes()).expect("good");
    assert_eq!((good.source(), good.version(), good.files().len()), ("hello", "1.0-1+b1", 1));
}

#[test]
fn what_is_missing() {
    for field in ["Format", "Source", "Version", "Checksums-Sha256"] {
        let expected = ["dsc", "changes"].map(|what| format!("the .{what} has no {field}"));
        assert_eq!(refusals(|text| without(&text, field)), expected);
    }
    for field in ["Architecture", "Distribution"] {
        let error = Changes::parse(without(&changes(), field).as_bytes()).expect_err(field);
        assert_eq!(error.to_string(), format!("the .changes has no {field}"));
    }
    // What is not needed to publish may be missing.
    for field in ["Binary", "Architecture", "Files"] {
        Dsc::parse(without(&dsc(), field).as_bytes()).expect(field);
    }
}

#[test]
fn names_that_climb() {
    for name in ["../hello", "/etc/passwd", "a/b", "..", ".", ".hidden", "a\\b", "-rf", "größe", "%2e%2e%2fa"] {
        for error in refusals(|text| text.replace("hello_1.0.orig.tar.gz", name).replace("hello_1.0.deb", name)) {
            assert!(
                error.starts_with("Files: must name files") || error.starts_with("Checksums-Sha256: must name files"),
                "{error}"
            );
        }
    }
    for (field, bad) in [("Source", "../hello"), ("Version", "1/../..")] {
        let spoil = |text: String| {
            let line = text.lines().find(|line| line.starts_with(&format!("{field}: "))).expect("a field").to_owned();
            text.replace(&line, &format!("{field}: {bad}"))
        };
        for error in refusals(spoil) {
            assert!(error.starts_with(&format!("{field}: must ")), "{error}");
        }
    }
}

#[test]
fn fields_paragraphs_and_files_that_are_there_twice() {
    assert_eq!(
        refusals(|text| format!("{text}source: other\n")),
        ["the .dsc has the field source twice", "the .changes has the field source twice"]
    );
    for error in refusals(|text| format!("{text}\nSource: other\n")) {
        assert!(error.contains("begins a second paragraph"), "{error}");
    }
    let twice = |text: String| {
        let lines =
            text.split_inclusive('\n').map(|line| if line.starts_with(' ') { line.repeat(2) } else { line.to_owned() });
        lines.collect()
    };
    for error in refusals(twice) {
        assert!(error.contains("must name each file once"), "{error}");
    }
    let error = Dsc::parse(dsc().replace("Binary: hello,", "Binary: ../x,").as_bytes()).expect_err("no name");
    assert!(error.to_string().starts_with("Binary: must be of"), "{error}");
}

#[test]
fn lists_that_do_not_agree() {
    for spoil in [
        ("3 hello_1.0.orig.tar.gz\nFiles", "4 hello_1.0.orig.tar.gz\nFiles"),
        ("3 hello_1.0.orig.tar.gz\nFiles", "3 other\nFiles"),
    ] {
        let error = Dsc::parse(dsc().replace(spoil.0, spoil.1).as_bytes()).expect_err(spoil.1);
        assert!(error.to_string().starts_with("Files: must name the same files"), "{error}");
    }
}

#[test]
fn too_long() {
    let most = usize::try_from(MOST_DSC).expect("small");
    let pad = |text: String| format!("{text}X:{}\n", " .".repeat(most / 2));
    let expected =
        ["dsc", "changes"].map(|what| format!("the .{what} has more than the {MOST_DSC} bytes that are read"));
    assert_eq!(refusals(pad), expected);
    // As many lines as fit, all of one list.
    let lines: String = (0..most / 80).map(|number| format!(" {MD5}{MD5} 1 f{number}\n")).collect();
    let text = format!("{}Checksums-Sha256:\n{lines}", without(&without(&dsc(), "Files"), "Checksums-Sha256"));
    let files = Dsc::parse(text.as_bytes()).expect("good").files().len();
    assert_eq!(files, most / 80);
}

#[test]
fn a_dsc_that_names_itself() {
    let read = Dsc::parse(dsc().as_bytes()).expect("good");
    for (name, good) in [("hello_1.0-1.dsc", true), ("hello_1.0.orig.tar.gz", false), ("a b.dsc", false)] {
        let filename = Filename::new(name).expect("a name of a file");
        assert_eq!(Fragment::of_source(&read, &filename).is_ok(), good, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_accepted_keeps_the_rules(
        damage in prop::collection::vec((any::<prop::sample::Index>(), "[ -~\n]{0,3}"), 1..4), which: bool,
    ) {
        let mut text = if which { dsc() } else { changes() };
        for (at, piece) in damage {
            let at = at.index(text.len());
            text.replace_range(at..(at + piece.len()).min(text.len()), &piece);
        }
        let files = if which {
            Dsc::parse(text.as_bytes()).map(|dsc| dsc.files().to_vec())
        } else {
            Changes::parse(text.as_bytes()).map(|changes| changes.files().to_vec())
        };
        for file in files.unwrap_or_default() {
            prop_assert!(!file.name.contains('/') && !file.name.starts_with('.'), "{}", file.name);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        drop(Dsc::parse(&bytes));
        drop(Changes::parse(&bytes));
        let signed = [b"-----BEGIN PGP SIGNED MESSAGE-----\n", &bytes[..]].concat();
        drop(Dsc::parse(&signed));
    }
}
