//! What the stack's own log says of the calls that the functions made.

use std::{
    fs::File,
    io::{BufRead, BufReader, Seek, SeekFrom},
    path::PathBuf,
};

use colca_tests::stack::root;

/// A place in the log.
#[derive(Debug)]
pub(crate) struct Log(u64);

impl Log {
    /// What is logged from now on.
    pub(crate) fn from_now() -> Self {
        Self(path().metadata().map_or(0, |data| data.len()))
    }

    /// How many calls of S3 and of DynamoDB met that somebody else had been faster. The second has a condition failed in
    /// half the calls that are meant to find out whether something is there.
    pub(crate) fn counts(&self) -> [(&'static str, usize); 2] {
        let mut counts = [("S3 412, If-Match and If-None-Match", 0), ("DynamoDB conditions that did not hold", 0)];
        let Ok(mut file) = File::open(path()) else { return counts };
        if file.seek(SeekFrom::Start(self.0)).is_err() {
            return counts;
        }
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            if line.contains("AWS s3.") && line.contains("=> 412") {
                counts[0].1 += 1;
            } else if line.contains("ConditionalCheckFailed") || line.contains("(TransactionCanceled") {
                counts[1].1 += 1;
            }
        }
        counts
    }
}

fn path() -> PathBuf {
    root().join(".localstack/logs/localstack-runtime.log")
}
