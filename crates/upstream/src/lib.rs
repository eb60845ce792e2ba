//! Repositories elsewhere on the web: what they list, and their packages, each compared with the checksum that leads to it.

mod deb;
mod error;
mod file;
mod indexes;
mod listed;
mod lists;
mod rpm;

pub use error::Unfetched;
pub use listed::Listed;
pub use lists::{fetch, list, list_for, pin};
