//! Repositories that are old: which they are, how they are purged, and how they come back.
//!
//! ```text
//! survey ─▶ plan: goes, or stays, and why ─▶ purge: purging ─▶ purged ─▶ (the grace is over)
//!                                                  │  somebody   │ somebody asks
//!                                                  ▼  came       ▼
//!                                            restore: restoring ─▶ restored
//! ```
//!
//! A purge takes the files out of the catalog and keeps what it takes to enter them again; their objects stay for the grace period, as
//! those of any deleted file do. All of it goes on from wherever it stopped: `reap` comes every minute, and does as much as it has time for.

mod page;
mod plan;
mod purge;
mod put_back;
mod round;
mod run;
mod survey;

pub use page::{Cursor, Page, page};
pub use plan::{Fate, Reason};
pub use round::{NotRestorable, go_on, is_over, is_restorable, restore};
pub use survey::{Contents, Planned, contents};
