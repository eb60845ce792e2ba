//! What people do today where several CIs publish to one bucket, on the same S3 as we: what it loses, and what clients see.
//!
//! None of it is our code's concern; nothing here can be violated. Each way gets the same packages, from the same number of
//! CIs at once. Those of deb-s3 are imitations of its protocol, not the program.

mod packages_file;
mod sync;
mod way;

use colca_tests::{aws, unique};

use crate::{arguments::Arguments, course::Course, report::Report};
use packages_file::PackagesFile;
use sync::AwsSync;
use way::Way;

/// How many CIs publish at once.
const CIS: usize = 5;

/// How many packages each of them has.
const ROUNDS: usize = 8;

/// Runs the stage.
pub(crate) fn run(arguments: &Arguments, report: &mut Report) -> Result<(), String> {
    let bucket = unique::project("peers");
    aws::create_bucket(&bucket);
    let ways: [Box<dyn Way>; 4] = [
        Box::new(AwsSync::new(&bucket, true)),
        Box::new(AwsSync::new(&bucket, false)),
        Box::new(PackagesFile::new(&bucket, false)),
        Box::new(PackagesFile::new(&bucket, true)),
    ];
    let bound = arguments.bound / u32::try_from(ways.len()).expect("there are four");
    for way in ways {
        let course = Course::of(bound);
        way::measure(way.as_ref(), (CIS, ROUNDS), &course, report);
        course.verdict()?;
    }
    aws::delete_bucket(&bucket);
    Ok(())
}
