//! From bytes in the incoming bucket to a file in the catalog.
//!
//! All ways in end here: the file that came by a signed URL and was verified, the file that came through us, and those that lay
//! elsewhere already.
//!
//! ```text
//! contents ─▶ place ─▶ register ─▶ announce: levels, repository, build asked for
//!    └──────────┴──────────┴─▶ refused, with a reason, and nothing kept
//! ```

mod announce;
mod claim;
mod contents;
mod import;
mod notes;
mod place;
mod refusal;
mod register;
mod registration;
mod reject;
mod restore;
mod sign;
mod source_files;
mod tidy_up;
mod together;
mod wake;

pub use announce::{announce, announce_all, announce_end, note_unannounced};
pub use contents::{Contents, SOURCE, Subject, check_archive};
pub use import::{FoundFile, Outcome, take_in_all};
pub use place::note_superseded;
pub use refusal::{Refusal, Rejection};
pub use register::{Taken, Way, take_in};
pub use registration::keep_fragments;
pub use reject::reject;
pub use restore::{Restored, restore};
pub use sign::{Signed, sign};
pub use source_files::{Missing, find_sources};
pub use tidy_up::tidy_up;
