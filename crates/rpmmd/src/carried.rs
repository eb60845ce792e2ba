//! Metadata that a CI uploads beside its packages, checked when it comes in and published as it is.

use std::io::Read;

use colca_model::Invalid;
use colca_unpack::Compression;

use crate::{CarriedKind, Codec, MetadataFile, fault::Fault, module_index, packing::Packing, well_formed};

/// The longest text, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;
/// The longest compressed file, in bytes.
const LONGEST_PACKED: u64 = 16 * 1024 * 1024;

/// An uploaded metadata file that can be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    kind: CarriedKind,
    text: String,
}

impl Carried {
    /// The longest file that is looked at, in bytes; a compressed one may have a quarter of it.
    pub const LONGEST: u64 = LONGEST;

    /// Whether a file of this name is metadata, and which; see [`CarriedKind::of_name`].
    #[must_use]
    pub fn kind_of(filename: &str) -> Option<CarriedKind> {
        CarriedKind::of_name(filename)
    }

    /// Reads an uploaded file. How it is compressed is told from its first bytes.
    ///
    /// # Errors
    /// [`Invalid`] with the published name as the field, if the file is too long, cannot be unpacked, is not UTF-8, or
    /// is not what clients can read: `comps.xml` and `updateinfo.xml` must be well-formed XML with the root element
    /// `comps` or `updates` and without declarations of their own, `modules.yaml` YAML about modules.
    pub fn parse(kind: CarriedKind, bytes: &[u8]) -> Result<Self, Invalid> {
        let file = kind.file_name();
        let text = String::from_utf8(unpacked(file, bytes)?).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let shown = &bytes[at..bytes.len().min(at + 20)];
            Invalid::new(file, format!("must be UTF-8, which it is not at byte {at}"), shown.escape_ascii())
        })?;
        let checked = match kind {
            CarriedKind::Modules => module_index::check(&text),
            CarriedKind::Group => well_formed::check(&text, "comps"),
            CarriedKind::UpdateInfo => well_formed::check(&text, "updates"),
        };
        match checked {
            Ok(()) => Ok(Self { kind, text }),
            Err(fault) => Err(Fault::into_invalid(fault, file, &text)),
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> CarriedKind {
        self.kind
    }

    /// Its text, as it was uploaded.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The file to publish, and its bytes. The same text and codec give the same bytes, however it was compressed when it came in.
    #[must_use]
    pub fn file(&self, codec: Codec) -> (MetadataFile, Vec<u8>) {
        let mut packing = Packing::new(codec);
        packing.write(self.text.as_bytes());
        packing.finish(self.kind.into())
    }
}

fn unpacked(file: &str, bytes: &[u8]) -> Result<Vec<u8>, Invalid> {
    let size = bytes.len() as u64;
    let compression = Compression::of_bytes(bytes)
        .map_err(|name| Invalid::new(file, "must be compressed with gzip, xz or zstd if at all", name))?;
    if compression != Compression::None && size > LONGEST_PACKED {
        return Err(Invalid::new(file, format!("must not have more than {LONGEST_PACKED} bytes compressed"), size));
    }
    let mut text = Vec::new();
    let unpack = compression.unpack(bytes).and_then(|reader| reader.take(LONGEST + 1).read_to_end(&mut text));
    unpack.map_err(|error| Invalid::new(file, "must be a whole compressed file", error))?;
    if text.len() as u64 > LONGEST {
        let rule = format!("must not have more than {LONGEST} bytes uncompressed");
        return Err(Invalid::new(file, rule, format!("{size} bytes that hold more")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packed::packed;

    const COMPS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <!DOCTYPE comps PUBLIC \"-//Red Hat, Inc.//DTD Comps info//EN\" \"comps.dtd\">\n\
        <comps><group><id>gr\u{f6}\u{df}er</id></group></comps>\n";

    #[test]
    fn is_published_the_same_however_it_was_compressed() {
        let files = packed(COMPS.as_bytes()).map(|(_, bytes)| {
            let carried = Carried::parse(CarriedKind::Group, &bytes).expect("good");
            assert_eq!((carried.kind(), carried.text()), (CarriedKind::Group, COMPS));
            [Codec::Gzip, Codec::Zstd].map(|codec| carried.file(codec))
        });
        assert!(files.iter().all(|file| *file == files[0]));
        let [(gzip, bytes), (zstd, _)] = &files[0];
        let sha256 = <sha2::Sha256 as sha2::Digest>::digest(bytes);
        assert_eq!((gzip.size, &gzip.sha256.as_bytes()[..]), (bytes.len() as u64, &sha256[..]));
        assert_eq!(gzip.file_name(), format!("{}-comps.xml.gz", gzip.sha256));
        assert_eq!(zstd.file_name(), format!("{}-comps.xml.zst", zstd.sha256));
        assert_eq!((gzip.kind.name(), gzip.open_size), ("group", COMPS.len() as u64));
        assert_eq!(gzip.open_sha256, zstd.open_sha256);
    }

    #[test]
    fn each_kind_is_checked_as_what_it_is() {
        let texts = ["document: modulemd\n", COMPS, "<updates/>"];
        for kind in CarriedKind::ALL {
            for (at, text) in texts.into_iter().enumerate() {
                let carried = Carried::parse(kind, text.as_bytes());
                assert_eq!(carried.is_ok(), CarriedKind::ALL[at] == kind, "{kind:?} {text}");
            }
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let said = |bytes: &[u8]| Carried::parse(CarriedKind::UpdateInfo, bytes).expect_err("bad").to_string();
        assert_eq!(
            said(b"<updates>\n\xff</updates>"),
            r#"updateinfo.xml: must be UTF-8, which it is not at byte 10, got "\\xff</updates>""#
        );
        assert_eq!(
            said(b"<updates>\n<update></updates>"),
            "updateinfo.xml: must be well-formed XML (ill-formed document: expected `</update>`, but `</updates>` was found) \
             in line 2, got \"</updates>\""
        );
        assert_eq!(
            said(b"\x1f\x8b and then nothing"),
            "updateinfo.xml: must be a whole compressed file, got \"invalid gzip header\""
        );
        assert_eq!(said(b"BZh9"), "updateinfo.xml: must be compressed with gzip, xz or zstd if at all, got \"bzip2\"");
    }

    #[test]
    fn a_bomb_is_not_unpacked_beyond_the_limit() {
        let spaces = vec![b' '; usize::try_from(LONGEST).expect("fits") + 1];
        for (compression, bytes) in packed(&spaces) {
            let error = Carried::parse(CarriedKind::Group, &bytes).expect_err("too long");
            assert_eq!(error.rule, "must not have more than 67108864 bytes uncompressed", "{compression:?}");
        }
        let mut noise = b"\x28\xb5\x2f\xfd".to_vec();
        noise.resize(usize::try_from(LONGEST_PACKED).expect("fits") + 1, 0);
        let error = Carried::parse(CarriedKind::Group, &noise).expect_err("too long");
        assert_eq!(error.rule, "must not have more than 16777216 bytes compressed");
    }
}
