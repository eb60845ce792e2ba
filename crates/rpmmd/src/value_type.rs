//! Of what type the values of tags are, which rpm checks before it believes a header.

use crate::{Invalid, header_extent::SIGNATURE_HEADER};

/// The format's numbers of types.
pub(crate) const INT16: u32 = 3;
pub(crate) const INT32: u32 = 4;
pub(crate) const INT64: u32 = 5;
pub(crate) const STRING: u32 = 6;
pub(crate) const BIN: u32 = 7;
pub(crate) const STRING_ARRAY: u32 = 8;
pub(crate) const I18N_STRING: u32 = 9;

/// What a tag may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Allowed {
    /// Strings of whichever of the three types.
    Text,
    /// Exactly this type.
    Only(u32),
    /// We do not read it.
    Anything,
}

/// Checks the type of one value of the header or the signature header.
pub(crate) fn check(part: &'static str, tag: u32, kind: u32) -> Result<(), Invalid> {
    let corrupt = |reason| Err(Invalid::Corrupt { part, reason });
    let allowed = if part == SIGNATURE_HEADER { in_signature_header(tag) } else { in_header(tag) };
    if part != SIGNATURE_HEADER && belongs_to_signature_header(tag) {
        return corrupt(format!("has tag {tag}, which belongs into the signature header"));
    }
    let fine = match allowed {
        Allowed::Text => is_text(kind),
        Allowed::Only(only) => kind == only,
        Allowed::Anything => true,
    };
    if fine { Ok(()) } else { corrupt(format!("has a value of type {kind} for tag {tag}")) }
}

pub(crate) fn is_text(kind: u32) -> bool {
    matches!(kind, STRING | STRING_ARRAY | I18N_STRING)
}

/// Bytes of one value, for types that have a fixed one.
pub(crate) fn width(kind: u32) -> Option<usize> {
    match kind {
        1 | 2 | BIN => Some(1),
        INT16 => Some(2),
        INT32 => Some(4),
        INT64 => Some(8),
        _ => None,
    }
}

/// rpm copies the values of the signature header beside those of the header under numbers of their own, and
/// takes a header that has these already for an attempt to forge them.
fn belongs_to_signature_header(tag: u32) -> bool {
    matches!(tag, 257 | 259 | 261 | 262 | 267..=271 | 273)
}

fn in_signature_header(tag: u32) -> Allowed {
    match tag {
        1000 | 1007 => Allowed::Only(INT32),
        270 | 271 => Allowed::Only(INT64),
        269 | 273 => Allowed::Only(STRING),
        1004 => Allowed::Only(BIN),
        _ => Allowed::Anything,
    }
}

fn in_header(tag: u32) -> Allowed {
    match tag {
        // Name to release, summary and description, build host.
        1000..=1002 | 1004 | 1005 | 1007 => Allowed::Text,
        // Vendor, license, packager, group, URL, architecture, source package's name.
        1011 | 1014..=1016 | 1020 | 1022 | 1044 => Allowed::Text,
        // Epoch, build time, size, archive size, source package's mark, changelog's times.
        1003 | 1006 | 1009 | 1046 | 1080 | 1106 => Allowed::Only(INT32),
        // Names and digests of files, and of their directories; changelog's authors and texts.
        1027 | 1035 | 1117 | 1118 | 1081 | 1082 => Allowed::Text,
        1030 => Allowed::Only(INT16),
        // Flags of files, indexes of directories.
        1037 | 1116 => Allowed::Only(INT32),
        // Flags of dependencies, old and new.
        1048 | 1053 | 1112 | 1114 | 1158 | 1161 | 5048 | 5051 | 5054 | 5057 => Allowed::Only(INT32),
        // Names and versions of dependencies.
        1047 | 1049 | 1050 | 1054 | 1055 | 1090 | 1113 | 1115 => Allowed::Text,
        1156 | 1157 | 1159 | 1160 | 5046 | 5047 | 5049 | 5050 | 5052 | 5053 | 5055 | 5056 => Allowed::Text,
        5009 => Allowed::Only(INT64),
        _ => Allowed::Anything,
    }
}
