//! One package, as its headers describe it.

use colca_model::{Nevra, Sha256};

use crate::{
    Fragments, HeaderExtent, Invalid, control,
    dependencies::Dependency,
    filelists,
    files::Files,
    header::Header,
    header_extent::{HEADER, LEAD, SIGNATURE_HEADER},
    identity, integrity, other, primary, provides,
    tag::Tag,
};

/// Where a package lies, and what is known of its file and not of its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its path, relative to the directory that holds `repodata/`. Not encoded: the name as it is.
    pub href: String,
    /// Length of the file in bytes.
    pub size: u64,
    /// Digest of the file, which is also what the package is known by in all three metadata files.
    pub sha256: Sha256,
    /// When the file was put there, in seconds since 1970.
    pub file_time: i64,
}

/// A package that can be published.
#[derive(Debug, Clone)]
pub struct Package {
    pub(crate) signature: Header,
    pub(crate) header: Header,
    /// Where the header begins and ends in the file.
    pub(crate) header_range: (u64, u64),
    nevra: Nevra,
    /// The version under which it provides its own name.
    own_version: String,
    is_source: bool,
}

impl Package {
    /// Reads the first bytes of a file of `file_size` bytes: at least as many as [`HeaderExtent::needed`] says.
    ///
    /// # Errors
    /// [`Invalid`] if this is no package, is damaged, ends too early, or has in it what cannot be published.
    pub fn parse(bytes: &[u8], file_size: u64) -> Result<Self, Invalid> {
        let extent = HeaderExtent::locate(bytes, file_size)?;
        let (start, end) = (extent.start, extent.needed());
        let part = |from: u64, to: u64| {
            let [from, to] = [from, to].map(usize::try_from);
            bytes.get(from.ok()?..to.ok()?)
        };
        let (Some(signature), Some(header), Some(_)) = (part(LEAD, start), part(start, end), extent.end()) else {
            return Err(Invalid::Truncated { part: HEADER, end, size: bytes.len() as u64 });
        };
        let signature = Header::parse(signature, SIGNATURE_HEADER)?;
        let header = Header::parse(header, HEADER)?;
        integrity::check_signature(&signature, &header)?;
        integrity::check_digest(&signature, &header)?;
        integrity::check_payload(&signature, &header, (start, end), file_size)?;

        let is_source = header.has(Tag::SourcePackage);
        let nevra = identity::nevra(&header, is_source)?;
        let own_version = provides::own_version(&nevra, header.has(Tag::Epoch));
        let package = Self { signature, header, header_range: (start, end), nevra, own_version, is_source };
        Files::new(&package.header).check_length()?;
        control::check(&package)?;
        Ok(package)
    }

    /// Name, epoch, version, release and architecture; the latter is `src` for a source package.
    #[must_use]
    pub fn nevra(&self) -> &Nevra {
        &self.nevra
    }

    /// Whether it holds sources to build from, and not what was built.
    #[must_use]
    pub fn is_source(&self) -> bool {
        self.is_source
    }

    /// When it was built, in seconds since 1970; 0 if it does not say.
    #[must_use]
    pub fn build_time(&self) -> u64 {
        self.header.number(Tag::BuildTime).unwrap_or(0)
    }

    /// The directory of the repository that it belongs to: `SRPMS`, or its architecture.
    #[must_use]
    pub fn arch_dir(&self) -> &str {
        if self.is_source { "SRPMS" } else { &self.nevra.arch }
    }

    /// Its elements for the metadata files of the repository it lies in. The same package at the same place
    /// gives the same bytes.
    #[must_use]
    pub fn fragments(&self, location: &Location) -> Fragments {
        let files = Files::new(&self.header);
        Fragments {
            primary: primary::write(self, location, &files),
            filelists: filelists::write(self, location, &files),
            other: other::write(self, location),
        }
    }

    pub(crate) fn provides(&self) -> Vec<Dependency<'_>> {
        provides::provides(&self.header, &self.nevra.name, &self.own_version)
    }

    /// The file name of the source package that it was built from. A source package has none, and says nothing;
    /// what of another package that has none is told is rpm's word for it.
    pub(crate) fn source_rpm(&self) -> Option<&[u8]> {
        match self.header.string(Tag::SourceRpm) {
            None if !self.is_source && !self.header.has(Tag::SourceRpm) => Some(b"(none)"),
            name => name,
        }
    }

    /// Bytes its files take on disk.
    pub(crate) fn installed_size(&self) -> u64 {
        self.header.number(Tag::LongSize).or_else(|| self.header.number(Tag::Size)).unwrap_or(0)
    }

    /// Bytes of the payload without its compression.
    pub(crate) fn archive_size(&self) -> u64 {
        let long = self.signature.number(Tag::SignatureLongArchiveSize);
        let short = || self.signature.number(Tag::SIGNATURE_ARCHIVE_SIZE);
        let old = || self.header.number(Tag::ArchiveSize);
        long.or_else(short).or_else(old).unwrap_or(0)
    }
}
