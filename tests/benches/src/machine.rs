//! The machine that figures come from.

use std::{fs, thread};

use serde::Serialize;

/// What figures depend on.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    /// In bytes.
    pub(crate) memory: u64,
    pub(crate) kernel: String,
    pub(crate) distribution: String,
}

impl Machine {
    /// This one; what cannot be told is empty or 0.
    pub(crate) fn this() -> Self {
        let memory = field("/proc/meminfo", "MemTotal:").trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0);
        Self {
            processor: field("/proc/cpuinfo", "model name").trim_start_matches([':', '\t', ' ']).to_owned(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            memory: memory * 1024,
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            distribution: field("/etc/os-release", "PRETTY_NAME=").trim_matches('"').to_owned(),
        }
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        let Self { processor, cores, memory, kernel, distribution } = self;
        format!("{distribution}, Linux {kernel}, {cores} cores of {processor}, {} GB", memory.div_ceil(1_000_000_000))
    }
}

fn field(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
}
