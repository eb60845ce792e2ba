//! Why a file is refused.

/// A file that is not something we can publish. Its text is meant for whoever uploaded it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// It does not begin like an archive.
    #[error("not a Debian package: it does not begin with the line !<arch> of an ar archive")]
    NotADeb,

    /// A format that nobody reads any more, or not yet.
    #[error("debian-binary says format {version}, where only 2.x is known")]
    UnknownVersion {
        /// The version it claims, quoted.
        version: String,
    },

    /// The archive has something else where a member is due.
    #[error("the archive has the member {name} where {expected} is due")]
    UnexpectedMember {
        /// The member's name, quoted.
        name: String,
        /// What deb(5) demands there.
        expected: &'static str,
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

    /// The file goes on after its last member.
    #[error("{part} ends at byte {end}, but the file has {size} bytes: nothing may follow it")]
    Trailing {
        /// The last member.
        part: &'static str,
        /// Where it ends, in bytes from the start of the file.
        end: u64,
        /// The file's length in bytes.
        size: u64,
    },

    /// A length that no package has in earnest.
    #[error("{part} has more than the {most} bytes that are read")]
    TooLong {
        /// What is too long.
        part: &'static str,
        /// The limit.
        most: u64,
    },

    /// The bytes contradict themselves or their format.
    #[error("corrupt: {part} {reason}")]
    Corrupt {
        /// A part of the file.
        part: &'static str,
        /// What is wrong, as the rest of a sentence.
        reason: String,
    },

    /// A field without which a package has no identity.
    #[error("{part} has no {field}")]
    Missing {
        /// What should have it.
        part: &'static str,
        /// The field.
        field: &'static str,
    },

    /// A field that is there twice, so that readers could disagree about it.
    #[error("{part} has the field {field} twice")]
    Twice {
        /// What has it.
        part: &'static str,
        /// The field, as it is written the second time.
        field: String,
    },

    /// A field, or a line of a file, that breaks a rule.
    #[error(transparent)]
    Value(#[from] colca_model::Invalid),
}

/// The start of some bytes, quoted, with everything unprintable escaped.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 100;
    let (start, rest) = bytes.split_at_checked(SHOWN).unwrap_or((bytes, &[]));
    format!("\"{}\"{}", start.escape_ascii(), if rest.is_empty() { "" } else { "…" })
}
