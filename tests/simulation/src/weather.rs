//! What goes wrong, and how often.

use std::fmt;
use std::time::Duration;

use crate::chance::Chance;
use crate::cloud::{Answer, Ask};

/// What becomes of a call.
#[derive(Debug, Clone)]
pub(crate) enum Fate {
    /// It is done and answered.
    Done,
    /// The service does nothing, and says so.
    Refused(Answer),
    /// It is done, and nobody hears of it.
    Unheard,
    /// Nobody hears of it, and it is done after so long.
    Late(Duration),
    /// The process that asked dies before the service hears of it.
    KilledBefore,
    /// It is done, and the process that asked dies.
    KilledAfter,
    /// It is done, and the process that asked stands still for so long, as one that its host has put to sleep.
    Frozen(Duration),
}

/// In a word or two, for whoever replays a story.
impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Refused(answer) => write!(f, "refused with {}", answer.status),
            Self::Unheard => f.write_str("done and not heard of"),
            Self::Late(after) => write!(f, "not heard of, and done after {after:?}"),
            Self::KilledBefore => f.write_str("the last of its process, which nobody hears"),
            Self::KilledAfter => f.write_str("done, and the last of its process"),
            Self::Frozen(time) => write!(f, "done, and heard of when its process wakes up after {time:?}"),
        }
    }
}

/// The longest time a process stands still, in milliseconds: long enough for others to take its lease, and to end what they began.
pub(crate) const FROZEN: u64 = 120_000;

/// The longest time after which a call is done that nobody hears of, in milliseconds: long enough for others to take the lease of who
/// asked, and to end what he began.
pub(crate) const LATE: u64 = 120_000;

/// The odds of one story: each is once in so many calls, and never if 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Odds {
    refused: u64,
    unheard: u64,
    late: u64,
    killed: u64,
    slow: u64,
    frozen: u64,
    /// How far the clocks of processes are from the true time at most, in milliseconds.
    pub(crate) skew: u64,
}

impl Odds {
    /// Nothing goes wrong any more.
    pub(crate) const CALM: Self = Self { refused: 0, unheard: 0, late: 0, killed: 0, slow: 0, frozen: 0, skew: 0 };

    /// Those of a story: some have one kind of trouble, some have all.
    pub(crate) fn of(chance: &Chance) -> Self {
        let odds = |chance: &Chance, often: u64| *chance.pick(&[0, often, often * 4, often * 16]);
        Self {
            refused: odds(chance, 15),
            unheard: odds(chance, 20),
            late: odds(chance, 20),
            killed: odds(chance, 25),
            slow: odds(chance, 20),
            frozen: odds(chance, 150),
            skew: *chance.pick(&[0, 500, 5_000, 60_000]),
        }
    }

    /// What becomes of a call.
    pub(crate) fn fate(&self, chance: &Chance, ask: &Ask) -> Fate {
        // See `delay`.
        let late = if makes_entry(ask) { 0 } else { self.late };
        if chance.one_in(self.refused) {
            return Fate::Refused(refusal(chance, ask));
        }
        if chance.one_in(self.unheard) {
            return Fate::Unheard;
        }
        if chance.one_in(late) {
            return Fate::Late(Duration::from_millis(chance.below(*chance.pick(&[100, 5_000, 20_000, LATE]))));
        }
        if chance.one_in(self.killed) {
            return if chance.one_in(2) { Fate::KilledBefore } else { Fate::KilledAfter };
        }
        if chance.one_in(self.frozen) {
            return Fate::Frozen(Duration::from_millis(chance.below(FROZEN)));
        }
        Fate::Done
    }

    /// How long a call takes, there or back; some hang.
    ///
    /// Only the first entry file of a name is made at once or not at all: nobody can tell S3 that a file may be made as long as
    /// a lease is held, so one that is made after its repository was deleted stays until it is swept.
    pub(crate) fn delay(&self, chance: &Chance, ask: &Ask) -> Duration {
        let most = if makes_entry(ask) {
            12
        } else if chance.one_in(self.slow * 20) {
            20_000
        } else if chance.one_in(self.slow) {
            3_000
        } else {
            12
        };
        Duration::from_millis(chance.below(most))
    }
}

/// Whether a call makes a file of which there is to be none yet, as the first entry file is.
fn makes_entry(ask: &Ask) -> bool {
    ask.method == "PUT" && ask.header("if-none-match").is_some() && ask.header("x-amz-copy-source").is_none()
}

/// How a service says that it did nothing.
fn refusal(chance: &Chance, ask: &Ask) -> Answer {
    let none = serde_json::json!({});
    match ask.target().and_then(|target| target.split_once('.')) {
        Some(("DynamoDB_20120810", _)) => {
            let codes = [
                (400, "ProvisionedThroughputExceededException"),
                (400, "ThrottlingException"),
                (400, "RequestLimitExceeded"),
                (500, "InternalServerError"),
            ];
            let (status, code) = chance.pick(&codes);
            Answer::refusal(*status, code, none)
        }
        Some(_) => Answer::refusal(500, "InternalFailure", none),
        None => {
            let is_conditional = ask.header("if-match").or(ask.header("if-none-match")).is_some();
            let answers_early = ask.header("x-amz-copy-source").is_some() || ask.query.contains_key("uploadId");
            match chance.below(4) {
                // What takes long is answered before it is done; only the body says that it was not.
                0 if answers_early && ask.method != "DELETE" => {
                    Answer { status: 200, ..Answer::s3_error(500, "InternalError") }
                }
                1 if is_conditional => Answer::s3_error(409, "ConditionalRequestConflict"),
                2 => Answer::s3_error(500, "InternalError"),
                _ => Answer::s3_error(503, "SlowDown"),
            }
        }
    }
}
