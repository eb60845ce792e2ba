//! Reading `primary.xml` of a repository that is not ours.
//!
//! Element by element as it is unpacked, so that a list of any length takes no more memory than its packages do.

use std::io::BufReader;

use colca_model::Invalid;
use colca_unpack::Compression;
use quick_xml::{Reader, events::Event};

use crate::{
    ForeignPackage,
    foreign_list::{ForeignList, Problem},
    metered::Metered,
};

const FILE: &str = "primary.xml";

/// The longest text, in bytes: some five times that of the largest distributions.
const LONGEST: u64 = 512 * 1024 * 1024;
/// The longest tag or piece of text in it, in bytes.
const LONGEST_PART: usize = 4 * 1024 * 1024;
/// How much is unpacked at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// The packages of another repository, from its `primary.xml` as it is served: with gzip, xz or zstd, or plain.
///
/// # Errors
/// [`Invalid`] if the file cannot be unpacked or is not a list of packages, is beyond 100,000 packages or 512 MiB, or
/// has a package that is not known by its SHA-256 or not at the repository's own address.
pub fn foreign_packages(primary: &[u8]) -> Result<Vec<ForeignPackage>, Invalid> {
    let compression = Compression::of_bytes(primary)
        .map_err(|name| Invalid::new(FILE, "must be compressed with gzip, xz or zstd if at all", name))?;
    let text = compression.unpack(primary).map_err(|error| Invalid::new(FILE, "must be readable", error))?;
    let text = BufReader::with_capacity(BUFFER, text);
    let mut reader = Reader::from_reader(Metered::new(text, LONGEST, LONGEST_PART));
    let mut list = ForeignList::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().next_part();
        let event = reader.read_event_into(&mut buffer);
        let added = match &event {
            Ok(Event::Eof) => break,
            Ok(event) => list.add(event),
            Err(error) => Err(Problem::Rule(unreadable(error))),
        };
        added.map_err(|problem| match problem {
            Problem::Rule(rule) => Invalid::new(FILE, rule, format!("byte {}", reader.buffer_position())),
            Problem::Package(invalid) => invalid,
        })?;
    }
    list.finish().ok_or_else(|| Invalid::new(FILE, "must have a whole element metadata", "none"))
}

fn unreadable(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Io(error) => format!("must be readable to its end ({error})"),
        error => format!("must be XML ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::packed::packed;

    fn package(number: u32) -> String {
        format!(
            "<package type=\"rpm\"><name>a&amp;b{number}</name><arch>noarch</arch><version epoch=\"0\" ver=\"1\" rel=\"1\"/>\
             <checksum type=\"sha256\" pkgid=\"YES\">{number:064x}</checksum><size package=\"7\" installed=\"8\" archive=\"9\"/>\
             <location href=\"a/{number}.rpm\"/><format><rpm:license>MIT</rpm:license><file>/name</file></format></package>\n"
        )
    }

    fn list(packages: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- by hand -->\n<metadata \
             xmlns=\"http://linux.duke.edu/metadata/common\" packages=\"99\">\n{packages}</metadata>\n"
        )
    }

    fn said(text: &str) -> String {
        foreign_packages(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn reads_every_compression_and_repeats_nothing() {
        let text = list(&[package(1), package(2), package(1)].concat());
        for (compression, bytes) in packed(text.as_bytes()) {
            let packages = foreign_packages(&bytes).expect("good");
            let read: Vec<_> = packages.iter().map(|package| (&*package.name, &*package.href, package.size)).collect();
            assert_eq!(read, [("a&b1", "a/1.rpm", 7), ("a&b2", "a/2.rpm", 7)], "{compression:?}");
        }
        assert_eq!(foreign_packages(list("").as_bytes()), Ok(vec![]));
    }

    #[test]
    fn refuses_what_is_no_list_of_packages_or_says_two_things() {
        let one = package(1);
        for (bad, rule) in [
            (String::new(), "must have a whole element metadata"),
            ("<filelists/>".to_owned(), "must have one root element, metadata"),
            ("text<metadata/>".to_owned(), "text beside the root element"),
            (list("").repeat(2), "must have one root element, metadata"),
            (list(&one).replace("</metadata>", ""), "must have a whole element metadata"),
            (list(&one).replace("</format>", ""), "must be XML"),
            (list(&one).replace("&amp;", "&other;"), "no known entity"),
            (
                format!("<!DOCTYPE metadata [<!ATTLIST location xml:base CDATA 'x'>]>{}", list(&one)),
                "must not have a DOCTYPE",
            ),
            (list(&one.replace("<arch>", "<name>b</name><arch>")), "must not say name twice"),
            (list(&one.replace("<location", "<location href=\"b.rpm\"/><location")), "must not say location twice"),
            (list(&one.replace("<name>", "<name><b/>")), "must not have elements in the fields"),
            (
                list(&one.replace("<name>", &format!("<name>{}", "x".repeat(4096)))),
                "must not have more than 4096 bytes",
            ),
            (list(&one.replace("<location", "<location xml:base=\"b\"")), "must be at the repository's own address"),
            (list(&format!("{one}{}", one.replace("0001", "0002"))), "must not be that of two packages"),
            (list(&"<a>".repeat(40)), "must not nest deeper than 32"),
            ("BZh91AY".to_owned(), "gzip, xz or zstd"),
        ] {
            let said = said(&bad);
            assert!(said.contains(rule), "{said} and not {rule}");
        }
        let bytes = [list(&one).as_bytes(), b"<!-- \xff -->"].concat();
        assert!(foreign_packages(&bytes).is_err_and(|error| error.rule.starts_with("must be XML")));
    }

    #[test]
    fn is_bounded_in_length_in_parts_and_in_packages() {
        let long = format!("<metadata a=\"{}\"/>", " ".repeat(LONGEST_PART));
        assert!(said(&long).contains("a part of it is too long"));

        let part = format!("<!--{}-->", " ".repeat(LONGEST_PART - 7)).into_bytes();
        let mut bomb = zstd::Encoder::new(Vec::new(), 1).expect("memory");
        bomb.write_all(b"<metadata>").expect("memory");
        (0..128).for_each(|_| bomb.write_all(&part).expect("memory"));
        let bomb = bomb.finish().expect("memory");
        assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
        let error = foreign_packages(&bomb).expect_err("more than half a gigabyte");
        assert_eq!(error.rule, "must be readable to its end (it is too long)");

        let many: String = (0..=100_000).map(package).collect();
        assert!(said(&list(&many)).contains("must not list more than 100000 packages"));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_text_never_panics(
            text in "(</?(metadata|package|name|arch|checksum|size|location)( (type|href|package)=\"[a-z0-9]*\")?/?>|&[a-z#0-9]{0,4};|.)*"
        ) {
            drop(foreign_packages(text.as_bytes()));
        }
    }
}
