//! What commands cost, with all that they start.
//!
//! They run below a supervisor: this program once more, in a process that has done nothing else. It adopts whatever loses
//! its parent (`prctl(2)`, `PR_SET_CHILD_SUBREAPER`) and waits until nobody is left. Then the kernel has added up, at each
//! `wait(2)`, what the whole tree took: CPU time and the peak of memory in `getrusage(2)`, `RUSAGE_CHILDREN`, and bytes
//! in `/proc/self/io` (`proc(5)`), which includes the children that were waited for. So nothing is sampled, and nothing
//! that lives for a moment only is missed.

mod commands;
mod supervisor;

use serde::{Deserialize, Serialize};

pub(crate) use commands::Commands;
pub(crate) use supervisor::supervise;

/// What one step of work took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Seconds of CPU, user and system, of all processes.
    pub(crate) cpu: f64,
    /// Seconds from the start of the first process to the end of the last.
    pub(crate) wall: f64,
    /// The most memory that one of the processes had in use, in bytes; those of several are not added up.
    pub(crate) memory: u64,
    /// Bytes returned by calls like `read(2)`: files, pipes and terminals, from the page cache or not, but nothing mapped.
    pub(crate) read: u64,
    /// Bytes given to calls like `write(2)`, which may not have reached the disk.
    pub(crate) written: u64,
    /// Requests to S3, where there are any.
    pub(crate) s3_requests: Option<u64>,
    /// Requests to DynamoDB, where there are any.
    pub(crate) dynamodb_requests: Option<u64>,
}
