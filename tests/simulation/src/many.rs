//! Many stories, on all processors, until the time is over or one of them ends badly.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use crate::arguments::Arguments;
use crate::report::Report;
use crate::story::{Ending, tell};

/// Tells them, and adds up what came of them.
pub(crate) fn many(arguments: Arguments) -> Report {
    let begun = Instant::now();
    let next = AtomicU64::new(0);
    let is_over = AtomicBool::new(false);
    let report = Mutex::new(Report::default());
    let work = || {
        while !is_over.load(Ordering::Relaxed) && begun.elapsed() < arguments.time {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= arguments.most {
                return;
            }
            let seed = arguments.first + number;
            let ending = listen(seed);
            is_over.fetch_or(!ending.violations.is_empty(), Ordering::Relaxed);
            report.lock().expect("nobody panics here").add(ending);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut report = report.into_inner().expect("nobody panics here");
    report.is_told_alike(listen(arguments.first));
    report.seconds = begun.elapsed().as_secs();
    report
}

/// Has a story told. A panic of what is simulated ends it badly, and not the others.
fn listen(seed: u64) -> Ending {
    with_room(move || tell(seed)).unwrap_or_else(|panic| Ending {
        seed,
        violations: vec![format!("it panicked: {}", said(&*panic))],
        counts: Default::default(),
    })
}

/// Does something in a thread with room for functions that nobody optimized.
pub(crate) fn with_room<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> thread::Result<T> {
    thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread").join()
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("something that is no text")
}
