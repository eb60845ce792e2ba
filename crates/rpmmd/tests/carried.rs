//! Uploaded metadata in our `repomd.xml` beside the same in that of `createrepo_c` and `modifyrepo_c`.

mod support;

use std::{collections::BTreeMap, fs};

use colca_model::Sha256;
use colca_rpmmd::{Carried, CarriedKind, Codec, MetadataFile, MetadataKind, Repomd, RepomdEntry, repomd};
use support::{reference, scratch::Scratch};

const COMPS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE comps PUBLIC "-//Red Hat, Inc.//DTD Comps info//EN" "comps.dtd">
<comps>
  <group>
    <id>tools</id>
    <name>Tools &amp; more</name>
    <name xml:lang="de">Werkzeuge für alle</name>
    <packagelist><packagereq type="mandatory">hello</packagereq></packagelist>
  </group>
</comps>
"#;
const UPDATES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<updates>
  <update from="updates@example.org" status="stable" type="security" version="1">
    <id>EX-2026-1</id>
    <title>hello</title>
    <issued date="2026-01-01 00:00:00"/>
    <pkglist><collection short="ex"><name>ex</name>
      <package name="hello" version="1" release="1" epoch="0" arch="x86_64"><filename>hello-1-1.x86_64.rpm</filename></package>
    </collection></pkglist>
  </update>
</updates>
"#;
const MODULES: &str = "---\ndocument: modulemd\nversion: 2\ndata:\n  name: tools\n  stream: \"1\"\n  version: 20260101\n\
    \x20 context: deadbeef\n  arch: x86_64\n  summary: Tools\n  description: >-\n    All of them.\n  license:\n    module: [MIT]\n...\n";

fn texts() -> [(CarriedKind, &'static str); 3] {
    [(CarriedKind::Modules, MODULES), (CarriedKind::Group, COMPS), (CarriedKind::UpdateInfo, UPDATES)]
}

/// What is said of a list of no packages; the digests stand for any others.
fn without_packages(kind: MetadataKind, codec: Codec) -> MetadataFile {
    let digest = Sha256::new([kind as u8; 32]);
    MetadataFile { kind: kind.into(), codec, size: 1, sha256: digest, open_size: 2, open_sha256: digest }
}

/// Our entry file of a repository without packages that carries all three.
fn ours(codec: Codec) -> (Repomd, Vec<MetadataFile>) {
    let mut files = MetadataKind::ALL.map(|kind| without_packages(kind, codec)).to_vec();
    for (kind, text) in texts() {
        let (file, bytes) = Carried::parse(kind, text.as_bytes()).expect("good").file(codec);
        assert_eq!(file.size, bytes.len() as u64);
        files.push(file);
    }
    let hrefs: Vec<_> = files.iter().map(|file| format!("repodata/{}", file.file_name())).collect();
    let named: Vec<_> = hrefs.iter().map(String::as_str).zip(&files).collect();
    let bytes = repomd(5, 1_700_000_000, &named);
    assert_eq!(repomd(5, 1_700_000_000, &named), bytes, "the same input gives the same bytes");
    (Repomd::parse(&bytes).expect("our own file"), files)
}

fn by_kind(repomd: Repomd) -> BTreeMap<String, RepomdEntry> {
    repomd.entries.into_iter().map(|entry| (entry.kind.clone(), entry)).collect()
}

#[test]
fn the_entries_are_those_that_createrepo_c_and_modifyrepo_c_write() {
    for (codec, compression) in [(Codec::Gzip, "gz"), (Codec::Zstd, "zstd")] {
        let scratch = Scratch::new("carried");
        for (kind, text) in texts() {
            scratch.write(kind.file_name(), text.as_bytes());
        }
        let theirs = by_kind(reference::carrying(scratch.path(), compression));
        let (repomd, files) = ours(codec);
        let ours = by_kind(repomd);
        assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
        for (kind, their) in &theirs {
            let our = &ours[kind];
            // White space between packages is as each likes it; what is carried is the same to the byte.
            if CarriedKind::ALL.iter().any(|carried| carried.name() == kind) {
                assert_eq!((our.open_sha256, our.open_size), (their.open_sha256, their.open_size), "{kind}");
            }
            assert_eq!((&our.checksum_type, &our.base), (&their.checksum_type, &their.base), "{kind}");
            // What is compressed differs with the compressor; what the file is called differs with that alone.
            let named = |entry: &RepomdEntry| {
                let sha256 = entry.sha256.expect("a SHA-256").to_string();
                entry.href.replace(&sha256, "<sha256>")
            };
            assert_eq!(named(our), named(their), "{kind}");
        }
        for file in &files {
            let entry = &ours[file.kind.name()];
            assert_eq!((entry.sha256, entry.size), (Some(file.sha256), Some(file.size)));
        }
    }
}

#[test]
fn what_they_compressed_is_read_and_published_like_the_text_itself() {
    for compression in ["gz", "xz", "zstd"] {
        let scratch = Scratch::new("compressed");
        for (kind, text) in texts() {
            scratch.write(kind.file_name(), text.as_bytes());
        }
        let theirs = by_kind(reference::carrying(scratch.path(), compression));
        for (kind, text) in texts() {
            let path = scratch.path().join(&theirs[kind.name()].href);
            let bytes = fs::read(&path).expect("a file that repomd.xml names");
            assert_ne!(bytes, text.as_bytes(), "{} is compressed", path.display());
            let name = path.file_name().expect("a name").to_str().expect("UTF-8").split_once('-').expect("a digest").1;
            assert_eq!(Carried::kind_of(name), Some(kind), "{name}");
            let carried = Carried::parse(kind, &bytes).expect("good");
            assert_eq!(carried, Carried::parse(kind, text.as_bytes()).expect("good"));
            assert_eq!(carried.text(), text);
        }
    }
}
