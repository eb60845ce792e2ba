//! An upload: what was asked for, and what became of it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Arch, Filename, Invalid, RepoPath, Sha256, Sha512};

crate::checked_text!(
    /// The id of an upload: a ULID, 26 characters that sort by time (<https://github.com/ulid/spec>).
    UploadId,
    |text| {
        let good = |c: u8| c.is_ascii_digit() || (c.is_ascii_uppercase() && !b"ILOU".contains(&c));
        if text.len() == 26 && text.bytes().all(good) {
            return Ok(());
        }
        Err(Invalid::new("upload_id", "must be the 26 characters of a ULID", text))
    }
);

/// Crockford's alphabet.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl UploadId {
    /// The id that these 128 bits stand for.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(bytes);
        let digit = |place: u32| char::from(DIGITS[usize::try_from((bits >> (5 * place)) & 31).unwrap_or(0)]);
        Self((0..26).rev().map(digit).collect())
    }

    /// The moment it begins with; `None` for one that no clock will ever show.
    #[must_use]
    pub fn moment(&self) -> Option<Timestamp> {
        let milliseconds = self.to_bytes()[..6].iter().fold(0_i64, |bits, byte| (bits << 8) | i64::from(*byte));
        Timestamp::from_millisecond(milliseconds).ok()
    }

    /// The 128 bits that its characters stand for, in the same order.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 16] {
        let digit = |c: u8| DIGITS.iter().position(|digit| *digit == c).unwrap_or(0) as u128;
        self.as_str().bytes().fold(0_u128, |bits, c| (bits << 5) | digit(c)).to_be_bytes()
    }

    /// The same 128 bits as the trace id under which everything is logged that is done for the upload: 32 lower-case hexadecimal
    /// digits (<https://www.w3.org/TR/trace-context/#trace-id>), from the ticket to the revision that publishes it.
    #[must_use]
    pub fn trace_id(&self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.to_bytes()))
    }
}

/// What an uploader asks a ticket for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadRequest {
    /// The repository the file is to appear in.
    pub repository: RepoPath,
    /// The architecture as the uploader names it.
    pub arch: Arch,
    /// The name of the file.
    pub filename: Filename,
    /// Its length in bytes.
    pub size: u64,
    /// Its SHA-256, which S3 or the ingest function verifies.
    pub sha256: Sha256,
    /// Its SHA-512, if the uploader wants that verified and listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha512: Option<Sha512>,
    /// Whether other bytes under the same name may be replaced.
    pub force: bool,
}

/// How far an upload has come. Only `Pending` changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum UploadState {
    /// The bytes have not arrived, or were not looked at yet.
    Pending,
    /// The file is in the catalog.
    Registered {
        /// What the uploader may want to know, for example that the file's name differs from its header's.
        notes: Vec<String>,
    },
    /// The file was refused and is not kept.
    Rejected {
        /// Why, in words for the uploader.
        reason: String,
    },
}

/// An upload, from its ticket to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// What was asked for.
    pub request: UploadRequest,
    /// How far it has come.
    #[serde(flatten)]
    pub state: UploadState,
    /// The user who asked.
    pub built_by: String,
    /// When the ticket was given.
    pub created_at: Timestamp,
    /// The multipart upload behind it, if the file is too large for a single PUT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Multipart>,
}

impl Upload {
    /// Until when its bytes may begin to arrive: a single PUT in the hour its URL works, parts in six days.
    #[must_use]
    pub fn open_until(&self) -> Timestamp {
        let open = if self.multipart.is_some() { SignedDuration::from_hours(6 * 24) } else { URL_LIFETIME };
        self.created_at + open
    }
}

/// How long a signed URL works at most. The credentials of a Lambda function, which sign it, outlive an hour.
pub const URL_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// The multipart upload that S3 keeps for a large file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Multipart {
    /// The id that S3 gave it.
    pub id: String,
    /// The length of every part but the last, in bytes.
    pub part_size: u64,
}

const MIB: u64 = 1024 * 1024;

impl Multipart {
    /// Files above this many bytes are uploaded in parts.
    pub const ABOVE: u64 = 64 * MIB;

    /// The largest file S3 can hold: 5 TiB.
    pub const LARGEST: u64 = 5 * 1024 * 1024 * MIB;

    /// 32 MiB, or as much as keeps the number of parts below 1,100: one answer must be able to name them all,
    /// and S3 allows 5 GiB a part.
    #[must_use]
    pub fn part_size_for(size: u64) -> u64 {
        size.div_ceil(1100).next_multiple_of(MIB).max(32 * MIB)
    }

    /// The parts of a file of `size` bytes: number (from 1) and length in bytes.
    pub fn parts(part_size: u64, size: u64) -> impl Iterator<Item = (i32, u64)> {
        let count = size.div_ceil(part_size);
        (1..).zip(0..count).map(move |(number, index)| (number, part_size.min(size - index * part_size)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_128_bits_that_sort_as_they_do() {
        let bytes = |id: &str| id.parse::<UploadId>().expect("a ULID").to_bytes();
        // As other implementations have it.
        assert_eq!(bytes("01ARZ3NDEKTSV4RRFFQ69G5FAV"), 0x0156_3e3a_b5d3_d676_4c61_efb9_9302_bd5b_u128.to_be_bytes());
        assert_eq!(bytes("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), [0xff; 16]);
        for id in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "00000000000000000000000000"] {
            assert_eq!(UploadId::from_bytes(bytes(id)).as_str(), id);
        }
        assert!(bytes("01BX5ZZKBKACTAV9WEVGEMMVRZ") < bytes("01BX5ZZKBKACTAV9WEVGEMMVS0"));
    }

    #[test]
    fn ids_begin_with_a_moment() {
        let moment = |id: &str| id.parse::<UploadId>().expect("a ULID").moment();
        // As other implementations have it.
        assert_eq!(moment("01ARZ3NDEKTSV4RRFFQ69G5FAV"), "2016-07-30T23:54:10.259Z".parse().ok());
        assert_eq!(moment("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), None);
    }

    #[test]
    fn ids_are_trace_ids_too() {
        let id: UploadId = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
        assert_eq!(id.trace_id(), "01563e3ab5d3d6764c61efb99302bd5b");
    }

    #[test]
    fn ids_are_ulids() {
        assert!("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse::<UploadId>().is_ok());
        for bad in ["", "01arz3ndektsv4rrffq69g5fav", "01ARZ3NDEKTSV4RRFFQ69G5FA", "../../../../../etc/passwd1"] {
            assert!(bad.parse::<UploadId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn parts_cover_the_file_and_keep_the_limits_of_s3() {
        for size in [Multipart::ABOVE + 1, 100 * MIB, 6 * 1024 * MIB + 7, Multipart::LARGEST] {
            let part_size = Multipart::part_size_for(size);
            let parts: Vec<_> = Multipart::parts(part_size, size).collect();
            assert_eq!(parts.iter().map(|part| part.1).sum::<u64>(), size);
            assert!(parts.len() <= 1100 && (5 * MIB..=5 * 1024 * MIB).contains(&part_size));
            assert_eq!(parts.iter().map(|part| part.0).max(), i32::try_from(parts.len()).ok());
        }
    }

    #[test]
    fn the_state_is_written_flat() {
        let state = UploadState::Rejected { reason: "not an rpm".to_owned() };
        let json = serde_json::to_string(&state).expect("plain data");
        assert_eq!(json, r#"{"state":"rejected","reason":"not an rpm"}"#);
    }
}
