//! What the soak is asked for.

use std::time::Duration;

use crate::plant::Plant;

/// How it is called.
const USAGE: &str = "colca-soak [--seed 1] [--seconds 120] [--rounds 100] [--uploaders 64] \
                     [--only uploads|clients|peers] [--plant lost|checksum|mismatch]";

/// One part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Many upload at once while functions are killed.
    Uploads,
    /// dnf and apt read through caches that are stale.
    Clients,
    /// What people do today, on the same S3.
    Peers,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// What all choices follow from. What the machine does in between is not in it: a seed gives the same work, never the
    /// same schedule.
    pub(crate) seed: u64,
    /// When each stage begins nothing new any more.
    pub(crate) bound: Duration,
    /// How many rounds each uploader makes at most.
    pub(crate) rounds: usize,
    /// How many upload at once.
    pub(crate) uploaders: usize,
    /// The stages, in their order.
    pub(crate) stages: Vec<Stage>,
    /// What goes wrong on purpose.
    pub(crate) plant: Option<Plant>,
}

impl Arguments {
    /// Reads them; what is not said has a default.
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let all = vec![Stage::Uploads, Stage::Clients, Stage::Peers];
        let mut read =
            Self { seed: 1, bound: Duration::from_secs(120), rounds: 100, uploaders: 64, stages: all, plant: None };
        let mut words = words.into_iter();
        while let Some(option) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match option.as_str() {
                "--seed" => read.seed = value.parse().map_err(|_| refusal(&option, &value))?,
                "--seconds" => read.bound = Duration::from_secs(number(&option, &value)? as u64),
                "--rounds" => read.rounds = number(&option, &value)?,
                "--uploaders" => read.uploaders = number(&option, &value)?,
                "--plant" => read.plant = Some(Plant::read(&value).ok_or(USAGE)?),
                "--only" => read.stages.retain(|stage| format!("{stage:?}").to_lowercase() == value),
                _ => return Err(USAGE.to_owned()),
            }
        }
        if read.stages.is_empty() { Err(USAGE.to_owned()) } else { Ok(read) }
    }
}

fn number(option: &str, value: &str) -> Result<usize, String> {
    value.parse().ok().filter(|number| *number > 0).ok_or_else(|| refusal(option, value))
}

fn refusal(option: &str, value: &str) -> String {
    format!("{option} takes a number, not {value:?}\n{USAGE}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Arguments, Plant, Stage};

    #[test]
    fn arguments_are_read_or_refused() {
        let read = |text: &str| Arguments::read(text.split_whitespace().map(str::to_owned));
        assert_eq!(read("").unwrap().stages, [Stage::Uploads, Stage::Clients, Stage::Peers]);
        let some = read("--only peers --seed 0 --seconds 9 --rounds 2 --uploaders 3 --plant lost").unwrap();
        let bound = Duration::from_secs(9);
        let (stages, plant) = (vec![Stage::Peers], Some(Plant::Lost));
        assert_eq!(some, Arguments { seed: 0, bound, rounds: 2, uploaders: 3, stages, plant });
        for bad in ["--seed", "--seed x", "--rounds 0", "--only nothing", "--what 1", "--plant x"] {
            read(bad).unwrap_err();
        }
    }
}
