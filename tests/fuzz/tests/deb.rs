//! Debian packages: the archive, the control member and what is in it, the paths of the data member.

mod support;

use colca_apt::{ArchivePath, ControlExtent, ForeignPackages, Fragment, Package, Paths};
use colca_fuzz::{Counted, check_words, fuzz};
use colca_model::Sha256;
use support::{
    raw_deb::{CONTROL, NAMES, archive, deb, file, packed, tar},
    sealed,
};
use tar::EntryType;

/// One package for each compression, with an ignored member and an odd length.
fn made() -> Vec<Vec<u8>> {
    let content = tar(&[file("./control", CONTROL), file("./md5sums", b"00  a\n")]);
    let mut made: Vec<_> = NAMES.iter().map(|name| deb(name, &packed(name, content.as_slice()))).collect();
    let data = packed("control.tar.gz", data_member().as_slice());
    let members: [(&str, &[u8]); 4] =
        [("debian-binary", b"2.0\n"), ("_x", b"odd"), ("control.tar", &content), ("data.tar.gz", &data)];
    made.push(archive(&members));
    made
}

fn data_member() -> Vec<u8> {
    let long = format!("./{}", "long/".repeat(40));
    tar(&[
        ("./usr/", EntryType::Directory, b""),
        file("./usr/a", b"content"),
        ("./usr/b", EntryType::Symlink, b""),
        ("././@LongLink", EntryType::GNULongName, long.as_bytes()),
        file("x", b"its name is above"),
        ("./pax", EntryType::XHeader, b"20 path=./usr/other\n"),
        file("y", b""),
    ])
}

/// What must hold of a package, whatever it says. Tells whether it is one.
fn examine(bytes: &[u8]) -> bool {
    let size = bytes.len() as u64;
    match ControlExtent::locate(bytes, size) {
        Ok(extent) => assert!(extent.needed() <= size, "{extent:?} of {size}"),
        Err(error) => check_words(&error),
    }
    let Ok(package) = Package::parse(bytes, size).inspect_err(check_words) else { return false };
    let fragment = Fragment::of_package(&package, "a.deb", size, Sha256::new([7; 32]));
    assert_eq!(Fragment::from_bytes(&fragment.to_bytes()).as_ref(), Ok(&fragment), "kept and read again");
    let path = ArchivePath::new("pool/a.deb").expect("a good path");
    let index = format!("{}\n", fragment.paragraph(&path));
    let mut listed = ForeignPackages::new("Packages", index.as_bytes()).expect("plain");
    let again = listed.next().expect("one").expect("what we publish is what we read of others");
    assert!(listed.next().is_none(), "one paragraph became several: {index}");
    let of = |package: &Package| {
        let [name, version, architecture] = [package.name(), package.version(), package.architecture()];
        (name.to_owned(), version.to_owned(), architecture.to_owned())
    };
    assert_eq!((of(&again.package), again.path, again.size), (of(&package), path, size));
    true
}

#[test]
fn packages() {
    fuzz("deb", made(), examine);
}

#[test]
fn control_members() {
    let long = tar(&[("./PaxHeaders/control", EntryType::XHeader, b"18 mtime=123456.7\n"), file("./control", CONTROL)]);
    fuzz("control-tar", vec![tar(&[file("./control", CONTROL), file("./postinst", b"#!\n")]), long], |bytes| {
        let content = sealed(bytes);
        let accepted = NAMES.map(|name| examine(&deb(name, &packed(name, content.as_slice()))));
        assert!(accepted.iter().all(|one| *one == accepted[0]), "{accepted:?}, by the compression");
        accepted[0]
    });
}

#[test]
fn control_files() {
    fuzz("control", vec![CONTROL.to_vec()], |bytes| examine(&deb("control.tar", &tar(&[file("control", bytes)]))));
}

#[test]
fn paths() {
    fuzz("data-tar", vec![data_member()], |bytes| {
        let content = sealed(bytes);
        let control = tar(&[file("control", CONTROL)]);
        for name in ["data.tar", "data.tar.gz"] {
            let data = packed(&name.replace("data", "control"), content.as_slice());
            let file = archive(&[("debian-binary", b"2.0\n"), ("control.tar", &control), (name, &data)]);
            let Ok(paths) = Paths::read(Counted::new(&file), file.len() as u64).inspect_err(check_words) else {
                return false;
            };
            assert_eq!(Paths::from_bytes(&paths.to_bytes()).as_ref(), Ok(&paths), "kept and read again");
            assert!(paths.iter().map(<[u8]>::len).sum::<usize>() <= content.len());
        }
        true
    });
}

#[test]
fn whole_packages() {
    fuzz("deb", made(), |bytes| Paths::read(Counted::new(bytes), bytes.len() as u64).inspect_err(check_words).is_ok());
}
