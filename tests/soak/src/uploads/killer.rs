//! Kills processes of functions at random.

use std::{
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use colca_tests::{functions, random::Random};

use super::hands::Hands;
use crate::course::Course;

/// Whom it looks for, the more often the more there is to break.
const VICTIMS: [&str; 8] = ["ingest", "ingest", "repo-build", "repo-build", "repo-build", "upload", "curate", "reap"];

/// The longest time between two.
const PAUSE: Duration = Duration::from_secs(5);

/// How many uploads come to an end between two, at most: a fast machine kills more. A killed `ingest` takes up to ten uploads
/// with it.
const UPLOADS: usize = 16;

/// Kills until nobody uploads any more: how many it killed.
pub(crate) fn kill(mut random: Random, hands: &Hands, uploading: &Course, course: &Course) -> usize {
    let mut killed = 0;
    while uploading.goes_on() && course.goes_on() {
        let victims = functions::processes(VICTIMS[random.below(VICTIMS.len())]);
        if !victims.is_empty() && functions::kill(victims[random.below(victims.len())]) {
            killed += 1;
        }
        let (since, before) = (Instant::now(), hands.done.load(Ordering::Relaxed));
        let uploads = random.below(UPLOADS + 1) as u64;
        while uploading.goes_on() && since.elapsed() < PAUSE && hands.done.load(Ordering::Relaxed) < before + uploads {
            thread::sleep(Duration::from_millis(20));
        }
    }
    killed
}
