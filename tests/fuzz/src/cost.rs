//! What one input may cost. Both are counted by the kernel, and neither depends on what else the machine does.

use std::fs;

/// The most processor time, in seconds. Programs without optimisation need a tenth of it for the longest inputs.
const MOST_SECONDS: f64 = 4.0;

/// The most memory of a whole test program, in MiB: all of its targets run side by side, and each may unpack 64 MiB of
/// text with a window of 128.
const MOST_MEMORY: u64 = 1024;

/// Runs it and counts.
///
/// # Panics
/// If it costs too much.
pub(crate) fn watched<T>(work: impl FnOnce() -> T) -> T {
    let answer = check_seconds(MOST_SECONDS, work);
    let memory = memory();
    assert!(memory <= MOST_MEMORY, "the process had {memory} MiB of memory, more than {MOST_MEMORY}");
    answer
}

fn check_seconds<T>(most: f64, work: impl FnOnce() -> T) -> T {
    let before = seconds();
    let answer = work();
    let took = seconds() - before;
    assert!(took <= most, "it took {took:.1} seconds of a processor, more than {most}");
    answer
}

/// The processor time of this thread, by proc(5): what `/proc/<pid>/schedstat` is of a process, in nanoseconds.
fn seconds() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    text.split(' ').next().and_then(|time| time.parse::<f64>().ok()).expect("a number") / 1e9
}

/// The most memory that this process ever had, in MiB.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn what_takes_too_long_is_noticed() {
        let work = || assert_eq!((0..3_000_000_u64).map(std::hint::black_box).max(), Some(2_999_999));
        let panicked = catch_unwind(|| check_seconds(0.001, work)).expect_err("it takes more than a millisecond");
        let said = panicked.downcast_ref::<String>().expect("words");
        assert!(said.ends_with("seconds of a processor, more than 0.001"), "{said}");
        check_seconds(MOST_SECONDS, work);
    }
}
