//! A client's eyes: all metadata, over and over, through the CDN.

use colca_tests::random::Random;

use super::ledger::Ledger;
use crate::{
    course::{Course, lock},
    shelf::{From, Shelf},
};

/// Reads until it is over. Each file is checked, and the bytes of one package of each repository.
pub(crate) fn read(shelves: &[Shelf], ledger: &Ledger, course: &Course) {
    let mut random = Random::new(1);
    while course.goes_on() {
        for shelf in shelves {
            let Some(listed) = shelf.listed(From::Cdn) else { continue };
            *lock(&ledger.read) += 1;
            ledger.seen(listed.keys());
            if let Some((sha256, listed)) = listed.iter().nth(random.below(listed.len().max(1))) {
                shelf.check_bytes(From::Cdn, sha256, listed);
            }
        }
        course.pause(std::time::Duration::from_secs(1));
    }
}
