//! Work that keeps a thread busy.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does work that takes long and waits for nothing. What else the process has to do goes on meanwhile on other threads, where
/// there are any.
pub fn busy<T>(work: impl FnOnce() -> T) -> T {
    match Handle::current().runtime_flavor() {
        // As in a simulation, which has one thread so that all of it can be told again.
        RuntimeFlavor::CurrentThread => work(),
        _ => tokio::task::block_in_place(work),
    }
}
