//! Whether a package is whole, as far as its headers tell.

use sha1::Digest;

use crate::{
    Invalid,
    header::Header,
    header_extent::{HEADER, SIGNATURE_HEADER},
    tag::Tag,
};

/// Length of an MD5 in bytes.
const MD5: usize = 16;

/// Checks the two headers against each other, as rpm does before it believes the signature header.
pub(crate) fn check_signature(signature: &Header, header: &Header) -> Result<(), Invalid> {
    let corrupt = |reason: &str| Err(Invalid::Corrupt { part: SIGNATURE_HEADER, reason: reason.to_owned() });
    if signature.has(Tag::SIGNATURE_MD5) && signature.count(Tag::SIGNATURE_MD5) != MD5 {
        return corrupt("has an MD5 that is not 16 bytes long");
    }
    if signature.has(Tag::SIGNATURE_ARCHIVE_SIZE) && header.has(Tag::ArchiveSize) {
        return corrupt("has a payload's length, and so has the header");
    }
    Ok(())
}

/// Checks that the file is as long as its headers say. Bytes after the payload are let pass.
///
/// Up to format 4 the signature header has the length of header and payload; in format 6 the header has that
/// of the payload. A package may have neither.
pub(crate) fn check_payload(
    signature: &Header,
    header: &Header,
    (start, end): (u64, u64),
    file_size: u64,
) -> Result<(), Invalid> {
    let whole = signature.number(Tag::SignatureLongSize).or_else(|| signature.number(Tag::SIGNATURE_SIZE));
    let whole = whole.map(|length| start.saturating_add(length));
    let payload = header.number(Tag::PayloadSize).map(|length| end.saturating_add(length));
    match whole.max(payload) {
        Some(end) if end > file_size => Err(Invalid::Truncated { part: "the payload", end, size: file_size }),
        _ => Ok(()),
    }
}

/// Checks the header against the strongest digest of it that the signature header has. Packages from before
/// rpm 4.0 have none, and pass.
pub(crate) fn check_digest(signature: &Header, header: &Header) -> Result<(), Invalid> {
    if !header.is_one_region() {
        return Ok(());
    }
    let (name, expected, actual) = if let Some(expected) = signature.string(Tag::SignatureSha256) {
        ("SHA-256", expected, hex(&sha2::Sha256::digest(header.bytes())))
    } else if let Some(expected) = signature.string(Tag::SignatureSha1) {
        ("SHA-1", expected, hex(&sha1::Sha1::digest(header.bytes())))
    } else {
        return Ok(());
    };
    if expected.eq_ignore_ascii_case(actual.as_bytes()) {
        return Ok(());
    }
    Err(Invalid::Corrupt { part: HEADER, reason: format!("does not have the {name} that the signature header gives") })
}

fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;

    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        // Writing to a string has nothing to fail at.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
