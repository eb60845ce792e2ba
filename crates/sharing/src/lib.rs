//! Which repositories list files of which others, as the configuration says: extras, combined and generic versions.
//!
//! [`sources`] asks whose files a repository lists, [`takers`] asks the other way round: which repositories are to be built
//! again when one has changed. The two must agree, so each rule stands in [`rules`] once, and both ask it.

mod rules;
mod sources;
mod takers;
mod versions;

pub use sources::{Source, sources};
pub use takers::takers;
