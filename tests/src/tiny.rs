//! Small packages made in memory, thousands a second: the same parameters give the same bytes. Archives are made by hand
//! (`man deb`, `man 5 ar`, POSIX ustar).

use std::sync::OnceLock;

use crate::{
    rpm_header::{Rpm, kind, tag},
    rpms,
    upload::Package,
};

/// An rpm for every machine that installs nothing; other texts give other bytes under the same name.
#[must_use]
pub fn rpm(name: &str, version: &str, text: &str) -> Package {
    static MODEL: OnceLock<Rpm> = OnceLock::new();
    let mut rpm = MODEL.get_or_init(|| Rpm::parse(&Package::read(&rpms::one("corpus-bare")).bytes)).clone();
    for (tag, text) in [
        (tag::NAME, name),
        (tag::VERSION, version),
        (tag::RELEASE, "1"),
        (tag::SUMMARY, text),
        (tag::SOURCE, "tiny.src.rpm"),
    ] {
        rpm.header.set_text(tag, text.as_bytes());
    }
    let strings = |text: &str| [text.as_bytes(), b"\0"].concat();
    rpm.header.set(tag::PROVIDE_NAMES, kind::STRING_ARRAY, 1, strings(name));
    rpm.header.set(tag::PROVIDE_VERSIONS, kind::STRING_ARRAY, 1, strings(&format!("{version}-1")));
    rpm.header.set(tag::PROVIDE_FLAGS, kind::INT32, 1, EQUAL.to_be_bytes().to_vec());
    Package::new(&format!("{name}-{version}-1.noarch.rpm"), rpm.write())
}

/// `RPMSENSE_EQUAL`.
const EQUAL: u32 = 8;

/// A deb for amd64 that installs nothing; other texts give other bytes under the same name.
#[must_use]
pub fn deb(name: &str, version: &str, text: &str) -> Package {
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Colca Tests <tests@example.com>\n\
         Section: misc\nPriority: optional\nDescription: {text}\n"
    );
    let filename = format!("{name}_{version}_amd64.deb");
    Package { filename, arch: "amd64".to_owned(), bytes: of_control(control.as_bytes()) }
}

/// A package with this control file and no files.
pub(crate) fn of_control(control: &[u8]) -> Vec<u8> {
    of_control_tar(&tar(&[("./control", control)]))
}

/// A package with the archive of its control files as it is.
pub(crate) fn of_control_tar(control: &[u8]) -> Vec<u8> {
    let packed = |bytes: &[u8]| zstd::encode_all(bytes, 1).expect("memory can be written");
    ar(&[
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.zst", packed(control)),
        ("data.tar.zst", packed(&tar(&[]))),
    ])
}

/// An `ar` archive.
pub(crate) fn ar(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"!<arch>\n".to_vec();
    for (name, member) in members {
        bytes.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, member.len()).bytes());
        bytes.extend(member);
        bytes.extend(&b"\n"[..member.len() % 2]);
    }
    bytes
}

/// A `tar` archive.
pub(crate) fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, contents) in files {
        let mut header = [0; 512];
        let size = format!("{:011o}\0", contents.len());
        for (at, field) in
            [(0, *name), (100, "0000644\0"), (108, "0000000\0"), (116, "0000000\0"), (124, size.as_str())]
        {
            header[at..at + field.len()].copy_from_slice(field.as_bytes());
        }
        for (at, field) in [(136, "00000000000\0"), (148, "        "), (156, "0"), (257, "ustar\x0000")] {
            header[at..at + field.len()].copy_from_slice(field.as_bytes());
        }
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(*contents);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{deb, rpm};
    use crate::{
        createrepo::{self, Scratch},
        tools,
    };

    #[test]
    fn tools_read_what_is_made_by_hand() {
        let scratch = Scratch::new();
        let path = scratch.path().join("good.deb");
        fs::write(&path, deb("tiny", "1.0", "a test").bytes).expect("writable");
        let shown = tools::output("dpkg-deb", ["--info".as_ref(), path.as_os_str()]);
        assert!(shown.contains("Package: tiny"), "{shown}");
        let package = rpm("tiny", "1.0", "a test");
        let read = createrepo::metadata(std::slice::from_ref(&package));
        assert_eq!(read.names(), ["tiny"]);
        assert_ne!(package.bytes, rpm("tiny", "1.0", "another").bytes);
        let path = scratch.path().join(&package.filename);
        fs::write(&path, &package.bytes).expect("writable");
        let shown = tools::output("rpm", ["-qp", "--provides", "--nosignature", &path.display().to_string()]);
        assert_eq!(shown.trim(), "tiny = 1.0-1");
        tools::output("rpmkeys", ["--checksig", &path.display().to_string()]);
    }
}
