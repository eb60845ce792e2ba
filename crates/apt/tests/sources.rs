//! Indexes of source packages say what those of `dpkg-scansources` and `apt-ftparchive` say, and what `dpkg-source` and
//! `dpkg-genchanges` write is read, with a signature of `gpg` and without.

mod support;

use std::{fs, path::Path};

use colca_apt::{ArchivePath, Changes, Dsc, Fragment, Kind, Layout};
use colca_model::{Component, Filename};
use support::{
    paragraphs::{Paragraph, assert_same, read},
    published::publish,
    scratch::Scratch,
    source::build,
    tool::output,
};

fn dsc(directory: &Path, name: &str) -> Dsc {
    Dsc::parse(&fs::read(directory.join(name)).expect("it was built")).expect("a good .dsc")
}

#[test]
fn say_what_the_reference_tools_say() {
    let scratch = Scratch::new("sources");
    let pool = scratch.path().join("pool");
    fs::create_dir_all(&pool).expect("a temporary directory");
    let built = [build(&pool, "hello+x", "1:1.0~rc1-1", "net"), build(&pool, "extra", "2-1", "contrib/net")];
    let path = ArchivePath::new("pool").expect("a good path");
    let fragments = built.map(|name| {
        let filename = Filename::new(name.clone()).expect("a good name");
        Fragment::of_source(&dsc(&pool, &name), &filename).expect("a good source package")
    });

    let components: Vec<_> = ["main", "contrib"].into_iter().flat_map(Component::new).collect();
    let published = publish(&Layout::new(&components, &[]), fragments.iter().map(|fragment| (fragment, &path)));
    let ours = |index: &str| -> Vec<Paragraph> { read(&published.texts[index]) };
    let by_apt = read(&output(scratch.path(), "apt-ftparchive", &["sources", "pool"]));
    let by_dpkg = read(&output(scratch.path(), "dpkg-scansources", &["pool"]));
    assert_eq!((by_apt.len(), by_dpkg.len()), (2, 2));
    for (index, name) in [("main/source/Sources", "hello+x"), ("contrib/source/Sources", "extra")] {
        let ours = ours(index);
        assert_eq!(ours.len(), 1, "{index}");
        let theirs = |list: &[Paragraph]| list.iter().find(|other| other["package"] == name).cloned().expect("there");
        let mut by_apt = theirs(&by_apt);
        // It takes the argument as it is.
        by_apt.entry("directory".to_owned()).and_modify(|directory| *directory = directory.replace("pool/", "pool"));
        assert_same(&ours[0], &by_apt, &[], &["checksums-sha512"]);
        assert_same(&ours[0], &theirs(&by_dpkg), &[], &[]);
    }
    for fragment in fragments {
        assert_eq!((fragment.kind, fragment.files.len()), (Kind::Source, 2));
        assert_eq!(Fragment::from_bytes(&fragment.to_bytes()), Ok(fragment));
    }
}

/// A key for one test, in a directory of its own.
fn sign(scratch: &Scratch, name: &str) -> Vec<u8> {
    let home = scratch.path().join("gnupg");
    fs::create_dir_all(&home).expect("a temporary directory");
    output(scratch.path(), "chmod", &["700", "gnupg"]);
    let gpg = |arguments: &[&str]| {
        let common = ["--homedir", "gnupg", "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""];
        output(scratch.path(), "gpg", &[&common, arguments].concat())
    };
    gpg(&["--quick-generate-key", "Test <a@example.org>", "ed25519", "sign", "never"]);
    gpg(&["--clearsign", "--output", "signed", name]);
    let signed = fs::read(scratch.path().join("signed")).expect("gpg wrote it");
    output(scratch.path(), "gpgconf", &["--homedir", "gnupg", "--kill", "all"]);
    signed
}

#[test]
fn a_signature_changes_nothing_but_the_file_s_own_digests() {
    let scratch = Scratch::new("signed");
    let name = build(scratch.path(), "hello", "1.0-1", "net");
    let plain = dsc(scratch.path(), &name);
    let bytes = sign(&scratch, &name);
    let signed = Dsc::parse(&bytes).expect("a good .dsc");
    assert_eq!((plain.control(), plain.files()), (signed.control(), signed.files()));
    assert_ne!(plain.sha256(), signed.sha256());
    for cut in 1..bytes.len() {
        assert!(
            Dsc::parse(&bytes[..bytes.len() - cut]).is_err() || bytes[bytes.len() - cut..].trim_ascii().is_empty(),
            "{cut}"
        );
    }
    let more = [&bytes[..], b"\nFiles:\n 00 1 x\n"].concat();
    assert!(Dsc::parse(&more).expect_err("more").to_string().contains("goes on after its signature"));
}

#[test]
fn a_changes_file_names_what_was_uploaded() {
    let scratch = Scratch::new("changes");
    build(scratch.path(), "hello", "1:1.0-1", "contrib/net");
    let tree = scratch.path().join("hello-1.0");
    let text = output(&tree, "dpkg-genchanges", &["-S", "-q"]);
    let changes = Changes::parse(text.as_bytes()).expect("a good .changes");
    assert_eq!((changes.source(), changes.version()), ("hello", "1:1.0-1"));
    let names: Vec<_> = changes.files().iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["hello_1.0-1.dsc", "hello_1.0.orig.tar.gz", "hello_1.0-1.debian.tar.xz"]);
    for file in changes.files() {
        let bytes = fs::read(scratch.path().join(&file.name)).expect("it was built");
        assert_eq!(file.size, bytes.len() as u64);
    }
    assert_eq!(changes.control().get("Distribution"), Some("unstable"));
}
