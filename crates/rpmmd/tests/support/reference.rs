//! Running `createrepo_c`, and reading what it says.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use colca_rpmmd::Repomd;

use super::{scratch::Scratch, xml_tree::Element};

const INSTALL: &str = "this test needs createrepo_c 1.2 (Debian's 0.17 is too old): \
    `pip install createrepo-c==1.2.5`, and put it on PATH or name it in CREATEREPO_C";

/// The elements of one package in primary, filelists and other.
pub(crate) type Trees = [Element; 3];

/// The `createrepo_c` to compare with: the one named by CREATEREPO_C, else that of PATH.
#[expect(clippy::disallowed_methods, reason = "a test has no settings but the environment")]
fn program() -> PathBuf {
    let program = env::var_os("CREATEREPO_C").map_or_else(|| PathBuf::from("createrepo_c"), PathBuf::from);
    let output = Command::new(&program).arg("--version").output();
    let version = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    assert!(version.contains("Version: 1."), "{INSTALL}; {} says {version:?}", program.display());
    program
}

/// What `createrepo_c` says of the packages it accepts in a directory, by their place in it.
pub(crate) fn describe(packages: &Path) -> BTreeMap<String, Trees> {
    let scratch = Scratch::new("reference");
    let out = scratch.path();
    let mut command = Command::new(program());
    command.arg("--quiet").arg("--general-compress-type=gz").arg("--outputdir").arg(out).arg(packages);
    let output = command.output().expect("createrepo_c starts");
    let [primary, filelists, other] = ["primary", "filelists", "other"].map(|kind| read(out, kind));

    let id = |element: &Element| element.child("checksum").map(|sum| sum.text.clone()).unwrap_or_default();
    let find = |root: &Element, id: &str| {
        let found = root.children.iter().find(|package| package.attribute("pkgid") == id);
        found.cloned().unwrap_or_else(|| panic!("{id} is not in {}", root.name))
    };
    let described = primary.children.iter().map(|package| {
        let href = package.child("location").expect("a location").attribute("href").to_owned();
        (href, [package.clone(), find(&filelists, &id(package)), find(&other, &id(package))])
    });
    let described: BTreeMap<_, _> = described.collect();
    eprintln!("createrepo_c: {}", String::from_utf8_lossy(&output.stderr));
    described
}

/// Indexes a directory with further options; gives the entry file.
pub(crate) fn index(directory: &Path, options: &[&str]) -> Repomd {
    run(Command::new(program()).arg("--quiet").args(options).arg(directory));
    let bytes = fs::read(directory.join("repodata/repomd.xml")).expect("createrepo_c wrote repomd.xml");
    Repomd::parse(&bytes).expect("a good repomd.xml")
}

/// Indexes a directory without packages, with the groups, modules and advisories that lie in it.
pub(crate) fn carrying(directory: &Path, compression: &str) -> Repomd {
    let groups = directory.join("comps.xml");
    let groups = groups.to_str().expect("a UTF-8 path");
    index(directory, &["--general-compress-type", compression, "--groupfile", groups]);
    let program = program().with_file_name("modifyrepo_c");
    for file in ["modules.yaml", "updateinfo.xml"] {
        let mut command = Command::new(&program);
        run(command.arg("--compress-type").arg(compression).arg(directory.join(file)).arg(directory.join("repodata")));
    }
    let bytes = fs::read(directory.join("repodata/repomd.xml")).expect("modifyrepo_c wrote repomd.xml");
    Repomd::parse(&bytes).expect("a good repomd.xml")
}

fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{error}: {command:?}; {INSTALL}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn read(out: &Path, kind: &str) -> Element {
    use std::io::Read;

    let files = fs::read_dir(out.join("repodata")).expect("createrepo_c wrote repodata");
    let mut paths = files.map(|file| file.expect("a readable directory").path());
    let path = paths.find(|path| path.to_string_lossy().ends_with(&format!("-{kind}.xml.gz")));
    let file = fs::File::open(path.unwrap_or_else(|| panic!("createrepo_c wrote no {kind}"))).expect("opens");
    let mut xml = Vec::new();
    flate2::read::MultiGzDecoder::new(file).read_to_end(&mut xml).expect("decompresses");
    Element::parse(&xml)
}
