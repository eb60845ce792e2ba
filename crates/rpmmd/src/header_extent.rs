//! How much of a file must be read to have its headers, found from its first bytes.
//!
//! A package begins with the lead (96 bytes, of which only the first count), the signature header padded to
//! a multiple of 8 bytes, and the header; the payload follows. Each header says in its first 16 bytes how long
//! it is. Format: <https://rpm-software-management.github.io/rpm/manual/format_v4.html>.

use crate::Invalid;

/// Length of the lead.
pub(crate) const LEAD: u64 = 96;
/// What every package begins with.
const LEAD_MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];
/// The lead's type of signature: one in a header of its own, the only type since rpm 3.
const HEADER_SIGNATURE: [u8; 2] = [0, 5];
/// What each of the two headers begins with.
const HEADER_MAGIC: [u8; 3] = [0x8e, 0xad, 0xe8];
/// Magic, version, reserved bytes, number of entries, bytes of data.
pub(crate) const INTRO: usize = 16;
/// One entry of the index: tag, type, offset, count.
pub(crate) const ENTRY: usize = 16;

pub(crate) const SIGNATURE_HEADER: &str = "the signature header";
pub(crate) const HEADER: &str = "the header";

/// The most entries that rpm itself reads, of the header and of the signature header.
const MOST_ENTRIES: u32 = 0xffff;
const MOST_SIGNATURES: u32 = 32;
/// The most bytes of data, of either. rpm reads up to 256 MiB; real headers rarely have one, and whoever calls
/// holds them in memory.
const MOST_DATA: u32 = 64 * 1024 * 1024;

/// How much to ask for when even the start of the second header is not at hand: what holds 96 % of headers.
const GUESS: u64 = 64 * 1024;

/// Where the headers of a package are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeaderExtent {
    /// Where the header begins, in bytes from the start of the file. The signature header ends here.
    pub start: u64,
    /// Where the header ends and the payload begins; nothing if the bytes at hand do not tell yet.
    end: Option<u64>,
    /// The file's length.
    file_size: u64,
}

impl HeaderExtent {
    /// Reads the lengths out of `prefix`, the first bytes of a file of `file_size` bytes. 64 KiB are enough
    /// for nearly every package; a file shorter than that is given whole, and never less than 112 bytes.
    ///
    /// No length is believed beyond 64 MiB and the end of the file, and nothing is allocated.
    ///
    /// # Errors
    /// [`Invalid`] if this is not the start of a package, or its lengths cannot be true.
    pub fn locate(prefix: &[u8], file_size: u64) -> Result<Self, Invalid> {
        let lead = prefix.first_chunk::<{ LEAD as usize }>();
        if !prefix.starts_with(&LEAD_MAGIC) {
            return Err(Invalid::NotAnRpm);
        }
        let Some(lead) = lead else {
            return Err(Invalid::Truncated { part: "the lead", end: LEAD, size: file_size });
        };
        if !(3..=4).contains(&lead[4]) {
            return Err(Invalid::UnknownVersion { part: "the lead", version: lead[4] });
        }

        if lead[78..80] != HEADER_SIGNATURE {
            return Err(Invalid::Corrupt { part: "the lead", reason: "has an unknown type of signature".to_owned() });
        }

        let Some(signature) = length_at(prefix, LEAD, SIGNATURE_HEADER, file_size)? else {
            return Err(Invalid::Truncated { part: SIGNATURE_HEADER, end: LEAD + INTRO as u64, size: file_size });
        };
        let start = (LEAD + signature).next_multiple_of(8);
        let end = length_at(prefix, start, HEADER, file_size)?.map(|length| start + length);
        Ok(Self { start, end, file_size })
    }

    /// How many bytes from the start of the file must be at hand to read the package, or to ask again.
    ///
    /// If the bytes given to [`HeaderExtent::locate`] are fewer, fetch the rest and call it once more; if they
    /// are as many or more, the package can be parsed. Two rounds at most.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.end.unwrap_or_else(|| (self.start + GUESS).min(self.file_size))
    }

    /// Where the header ends, if the bytes given reached far enough to tell.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        self.end
    }
}

/// The length of the header at `start`, intro included; `None` if the prefix ends before its intro does.
fn length_at(prefix: &[u8], start: u64, part: &'static str, file_size: u64) -> Result<Option<u64>, Invalid> {
    let ends_at = |end: u64| Invalid::Truncated { part, end, size: file_size };
    if start + INTRO as u64 > file_size {
        return Err(ends_at(start + INTRO as u64));
    }
    let intro = usize::try_from(start).ok().and_then(|start| prefix.get(start..)?.first_chunk::<INTRO>());
    let Some(intro) = intro else {
        return Ok(None);
    };
    if !intro.starts_with(&HEADER_MAGIC) {
        return Err(Invalid::Corrupt { part, reason: "does not begin with the bytes 8e ad e8".to_owned() });
    }
    if intro[3] != 1 {
        return Err(Invalid::UnknownVersion { part, version: intro[3] });
    }
    if intro[4..8] != [0; 4] {
        return Err(Invalid::Corrupt { part, reason: "has something in its reserved bytes".to_owned() });
    }
    let [entries, data] = [u32_at(intro, 8), u32_at(intro, 12)];
    let most = if part == SIGNATURE_HEADER { MOST_SIGNATURES } else { MOST_ENTRIES };
    if entries > most {
        return Err(Invalid::TooLong { part, claimed: entries, unit: "entries", most });
    }
    if data > MOST_DATA {
        return Err(Invalid::TooLong { part, claimed: data, unit: "bytes of data", most: MOST_DATA });
    }
    let length = INTRO as u64 + u64::from(entries) * ENTRY as u64 + u64::from(data);
    if start + length > file_size {
        return Err(ends_at(start + length));
    }
    Ok(Some(length))
}

/// The big-endian number at `offset` of a header's intro or entry.
pub(crate) fn u32_at(bytes: &[u8; 16], offset: usize) -> u32 {
    let [a, b, c, d] = [0, 1, 2, 3].map(|place| bytes[offset + place]);
    u32::from_be_bytes([a, b, c, d])
}
