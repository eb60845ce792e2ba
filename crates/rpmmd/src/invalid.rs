//! Why a file is refused as a package.

/// A file that is not a package we can publish. Its text is meant for whoever uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It does not begin like an rpm.
    #[error("not an rpm: it does not begin with the bytes ed ab ee db of an rpm lead")]
    NotAnRpm,

    /// A format of rpm that nobody reads any more, or not yet.
    #[error("{part} has version {version}, which is not known")]
    UnknownVersion {
        /// The lead, the signature header or the header.
        part: &'static str,
        /// The version it claims.
        version: u8,
    },

    /// The file ends before what its headers announce.
    #[error("truncated: {part} ends at byte {end}, but the file has {size} bytes")]
    Truncated {
        /// What does not fit.
        part: &'static str,
        /// Where it would end, in bytes from the start of the file.
        end: u64,
        /// The file's length in bytes.
        size: u64,
    },

    /// A length that no package has in earnest.
    #[error("{part} claims {claimed} {unit}, more than the {most} that are read")]
    TooLong {
        /// The signature header or the header.
        part: &'static str,
        /// What the header says.
        claimed: u32,
        /// What is counted: entries or bytes.
        unit: &'static str,
        /// The limit.
        most: u32,
    },

    /// A short list of long directories can make a file list many times as long as the header.
    #[error("the file list has {size} bytes, more than the {most} that are published")]
    FileList {
        /// Length of all paths together.
        size: u64,
        /// The limit.
        most: u64,
    },

    /// The bytes contradict themselves.
    #[error("corrupt: {part} {reason}")]
    Corrupt {
        /// The signature header or the header.
        part: &'static str,
        /// What is wrong, as the rest of a sentence.
        reason: String,
    },

    /// A field without which a package has no identity.
    #[error("the header has no {field}")]
    Missing {
        /// The field, as rpm spec files call it.
        field: &'static str,
    },

    /// A name, version, release or architecture that would not survive as part of a path or of XML.
    #[error("{field} {rule}, got {value}")]
    Identity {
        /// The field, as rpm spec files call it.
        field: &'static str,
        /// The rule it breaks, as half a sentence.
        rule: &'static str,
        /// The value, quoted, with everything unprintable escaped.
        value: String,
    },

    /// Control characters in a text that the metadata must tell.
    #[error("control characters in the {field}, which repository metadata cannot hold")]
    Control {
        /// What holds it, as people call it.
        field: &'static str,
    },
}
