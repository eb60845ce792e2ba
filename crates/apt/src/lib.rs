//! Debian packages: from the first bytes of a `.deb`, `.ddeb` or `.udeb` to what it says of itself.
//!
//! Bytes in, values out: no network, no clock, no file system, and no more memory than the limits named here allow.
//!
//! ```text
//! first bytes ─▶ ControlExtent ─▶ Package ─▶ Control
//! ```

mod archive;
mod bounded;
mod compression;
mod control;
mod control_member;
mod deb_extent;
mod identity;
mod invalid;
mod package;

pub use control::Control;
pub use deb_extent::ControlExtent;
pub use invalid::Invalid;
pub use package::Package;
