//! How much is done at once. A function ends after fifteen minutes, and has the memory that template.yaml gives it.

use jiff::SignedDuration;

/// How many files a piece has at most: one page of a listing.
pub(crate) const PIECE: usize = 1000;

/// After this long a piece begins with no more files.
pub(crate) const TIME: SignedDuration = SignedDuration::from_mins(4);

/// How many files are taken in together: as many headers may be in memory.
pub(crate) const TOGETHER: usize = 32;

/// How many files are fetched, and then taken in, together; and how many of them at once.
pub(crate) const FETCHED_TOGETHER: usize = 16;
pub(crate) const FETCHED_AT_ONCE: usize = 8;

/// How many bytes these have together, unless one alone has more.
pub(crate) const FETCHED_BYTES: u64 = 1024 * 1024 * 1024;

/// How long they are waited for: what has come by then is taken in.
pub(crate) const FETCHING: SignedDuration = SignedDuration::from_mins(8);

/// The largest file that is fetched, in bytes: nine million bytes a second bring it in time.
pub(crate) const LARGEST_FETCHED: u64 = 4 * 1024 * 1024 * 1024;

/// When it looks after one that met trouble: when its queue has given up its message.
pub(crate) const AFTER_TROUBLE: SignedDuration = SignedDuration::from_mins(80);

/// An import of which no piece is done for this long has failed.
pub(crate) const STUCK: SignedDuration = SignedDuration::from_hours(48);
