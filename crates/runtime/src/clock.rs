//! The real time, and real ids: the one place where they are made.

use colca_model::{Clock, Ids, UploadId};
use jiff::Timestamp;
use ulid::Ulid;

/// The time of the machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where time comes from")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// Ids of the present millisecond and 80 random bits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "this is where ids come from")]
    fn upload_id(&self) -> UploadId {
        Ulid::generate().to_string().parse().expect("a ULID prints as an upload id")
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the kernel gives random bytes");
        bytes
    }
}
