//! Kills processes of functions at random.

use std::{thread, time::Duration};

use colca_tests::{functions, random::Random};

use crate::course::Course;

/// Whom it looks for, the more often the more there is to break.
const VICTIMS: [&str; 8] = ["ingest", "ingest", "repo-build", "repo-build", "repo-build", "upload", "curate", "reap"];

/// The longest time between two, in milliseconds.
const PAUSE: usize = 2000;

/// Kills until nobody uploads any more: how many it killed.
pub(crate) fn kill(mut random: Random, uploading: &Course, course: &Course) -> usize {
    let mut killed = 0;
    while uploading.goes_on() && course.goes_on() {
        let victims = functions::processes(VICTIMS[random.below(VICTIMS.len())]);
        if !victims.is_empty() && functions::kill(victims[random.below(victims.len())]) {
            killed += 1;
        }
        thread::sleep(Duration::from_millis(random.below(PAUSE) as u64));
    }
    killed
}
