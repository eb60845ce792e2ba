//! Indexes of binary packages say what those of `dpkg-scanpackages` and `apt-ftparchive` say.

mod support;

use std::fs;

use colca_apt::{ArchivePath, ForeignPackages, Fragment, Kind, Layout, Package};
use colca_model::Sha256;
use sha2::Digest;
use support::{
    dpkg::{CONTROL, build},
    paragraphs::{assert_same, read},
    published::publish,
    scratch::Scratch,
    tool::output,
};

/// A package with everything that could be mistaken for what an index adds.
const ODD: &str = "\
Section: contrib/net
package: hello-x
Source: hello (1:1.0)
VERSION: 1:1.0~rc1+b1
Architecture: all
Maintainer: Maintainers <a@example.org>
Filename: /etc/passwd
Size: 9
MD5Sum: 00
sha256: 11
Status: install ok installed
X-Own: of its own
Empty:
Tag: a::b, c::d,
 e::f
Description: short
 long
 .
   verbatim
Homepage: https://example.org
";

fn fragment(file: &[u8], name: &str) -> Fragment {
    let package = Package::parse(file, file.len() as u64).expect("a good package");
    let sha256 = Sha256::new(sha2::Sha256::digest(file).into());
    Fragment::of_package(&package, name, file.len() as u64, sha256)
}

/// Packages in a pool: several versions, an old and a new one of each architecture, with all that names may have.
fn pool(scratch: &Scratch) -> Vec<(ArchivePath, Fragment)> {
    let plain = |name: &str, version: &str, architecture: &str| {
        format!(
            "Package: {name}\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: a <a@example.org>\n\
             Depends: libc6\nDescription: of {name}\n"
        )
    };
    let packages = [
        ("pool/main/c/ceph/ceph-common_19.2.0-1noble+b1_amd64.deb", CONTROL.to_owned()),
        ("pool/contrib/h/hello/hello-x_1.0~rc1+b1_all.deb", ODD.to_owned()),
        ("pool/main/g/g++-x/g++-x_1.9_amd64.deb", plain("g++-x", "1.9", "amd64")),
        ("pool/main/g/g++-x/g++-x_1.10_amd64.deb", plain("g++-x", "1.10", "amd64")),
        ("pool/main/g/g++-x/g++-x_1.10~rc1_amd64.deb", plain("g++-x", "1.10~rc1", "amd64")),
        ("pool/main/g/g++-x/g++-x_0.1_amd64.deb", plain("g++-x", "1:0.1", "amd64")),
    ];
    fs::create_dir_all(scratch.path().join("pool")).expect("a temporary directory");
    let store = |(path, control): (&str, String)| {
        let file = build(&control, &[], &[]);
        support::dpkg::write(&scratch.path().join(path), &file);
        (ArchivePath::new(path).expect("a good path"), fragment(&file, path))
    };
    packages.into_iter().map(store).collect()
}

#[test]
fn say_what_the_reference_tools_say() {
    let scratch = Scratch::new("packages");
    let packages = pool(&scratch);
    let published = publish(&Layout::new(&[], &[]), packages.iter().map(|(path, fragment)| (fragment, path)));
    let ours = read(&published.texts["main/binary-amd64/Packages"]);

    let by_apt = read(&output(scratch.path(), "apt-ftparchive", &["packages", "pool"]));
    let by_dpkg = read(&output(scratch.path(), "dpkg-scanpackages", &["--multiversion", "pool"]));
    assert_eq!((ours.len(), by_apt.len(), by_dpkg.len()), (6, 6, 6));
    for paragraph in &ours {
        let theirs = |list: &[support::paragraphs::Paragraph]| {
            list.iter().find(|other| other["filename"] == paragraph["filename"]).cloned().expect("they have it too")
        };
        let more = ["md5sum", "sha1", "sha512"];
        assert_same(paragraph, &theirs(&by_apt), &[], &more);
        // dpkg drops what is empty and keeps what it wrote itself into its own records.
        assert_same(paragraph, &theirs(&by_dpkg), &["empty"], &[&more[..], &["status"]].concat());
    }
}

#[test]
fn a_paragraph_is_written_in_this_form() {
    let fragment = fragment(&build(ODD, &[], &[]), "x.deb");
    let path = ArchivePath::new("pool/contrib/h/hello/x y+~.deb").expect("a good path");
    let text = fragment.paragraph(&path);
    let size = text.lines().find_map(|line| line.strip_prefix("Size: ")).expect("a size");
    let expected = format!(
        "Package: hello-x\nSection: contrib/net\nSource: hello (1:1.0)\nVERSION: 1:1.0~rc1+b1\nArchitecture: all\n\
         Maintainer: Maintainers <a@example.org>\nX-Own: of its own\nEmpty:\nTag: a::b, c::d,\n e::f\n\
         Filename: pool/contrib/h/hello/x y+~.deb\nSize: {size}\nSHA256: {}\n\
         Description: short\n long\n .\n   verbatim\nHomepage: https://example.org\n",
        fragment.sha256
    );
    assert_eq!(text, expected);
    assert_eq!(fragment.source, "hello");
    assert_eq!(fragment.section.as_deref(), Some("contrib/net"));
    assert_eq!(Fragment::from_bytes(&fragment.to_bytes()), Ok(fragment));
}

#[test]
fn the_name_or_the_control_file_tells_a_udeb() {
    let control = "Package: aa\nVersion: 1\nArchitecture: all\n";
    for (more, name, kind) in [
        ("", "aa_1_all.deb", Kind::Deb),
        ("", "aa_1_all.ddeb", Kind::Deb),
        ("", "a/aa_1_all.UDEB", Kind::Udeb),
        ("Package-Type: udeb\n", "aa_1_all.deb", Kind::Udeb),
        ("Package-Type: deb\n", "aa_1_all.deb", Kind::Deb),
    ] {
        assert_eq!(
            fragment(&build(&format!("{control}{more}"), &[], &["--nocheck"]), name).kind,
            kind,
            "{name} {more}"
        );
    }
}

#[test]
fn what_another_archive_lists_makes_the_same_paragraphs() {
    let scratch = Scratch::new("foreign");
    let packages = pool(&scratch);
    for (program, arguments) in
        [("apt-ftparchive", ["packages", "./pool"]), ("dpkg-scanpackages", ["--multiversion", "."])]
    {
        let index = output(scratch.path(), program, &arguments);
        scratch.write("Packages", index.as_bytes());
        output(scratch.path(), "xz", &["--keep", "--force", "Packages"]);
        output(scratch.path(), "gzip", &["--keep", "--force", "Packages"]);
        for name in ["Packages", "Packages.xz", "Packages.gz"] {
            let bytes = fs::read(scratch.path().join(name)).expect("it was written");
            let foreign =
                ForeignPackages::new(&format!("main/binary-amd64/{name}"), bytes.as_slice()).expect("a good name");
            let foreign: Vec<_> = foreign.collect::<Result<_, _>>().expect("all are good");
            assert_eq!(foreign.len(), packages.len(), "{program} {name}");
            for found in foreign {
                let (path, known) = packages.iter().find(|(path, _)| *path == found.path).expect("it is one of ours");
                let made = Fragment::of_package(&found.package, found.path.as_str(), found.size, found.sha256);
                assert_eq!((&made.name, &made.version, made.sha256), (&known.name, &known.version, known.sha256));
                let (made, known) = (read(&made.paragraph(path)), read(&known.paragraph(path)));
                assert_same(&made[0], &known[0], &[], &["empty"]);
            }
        }
    }
}
