//! Telling others what becomes of repositories, and that we are well: whom we dare to connect to, how they know that it is
//! us, and when it is tried again.

mod backoff;
mod guard;
mod sender;
mod signature;

pub use backoff::wait_before;
pub use sender::{Sender, Unsent};
