//! What to simulate.

use std::time::Duration;

/// How long a run takes where nothing is said about it.
const STANDARD: Duration = Duration::from_secs(180);

/// Which stories are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The first seed.
    pub(crate) first: u64,
    /// How many there are at most.
    pub(crate) most: u64,
    /// After so long no other story begins.
    pub(crate) time: Duration,
}

impl Arguments {
    /// `--seconds N`, `--minutes N`, `--hours N`: how long; `--first N`: the first seed; `--runs N`: how many seeds at most;
    /// `--seed N`: that one alone.
    ///
    /// # Errors
    /// Says which argument is wrong.
    pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self { first: 1, most: u64::MAX, time: STANDARD };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a number"))?;
            let number: u64 = value.parse().map_err(|_| format!("{name} needs a whole number, got {value:?}"))?;
            match name.as_str() {
                "--seconds" => read.time = Duration::from_secs(number),
                "--minutes" => read.time = Duration::from_secs(60 * number),
                "--hours" => read.time = Duration::from_secs(3600 * number),
                "--first" => read.first = number,
                "--runs" => read.most = number,
                "--seed" => (read.first, read.most) = (number, 1),
                _ => return Err(format!("{name} is none of --seconds, --minutes, --hours, --first, --runs, --seed")),
            }
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Arguments, String> {
        Arguments::parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_seed_is_a_run_of_one() {
        let arguments = parse("--hours 2 --seed 13").expect("good arguments");
        assert_eq!((arguments.first, arguments.most, arguments.time), (13, 1, Duration::from_secs(7200)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(parse("--runs"), Err("--runs needs a number".to_owned()));
        assert_eq!(parse("--runs x"), Err("--runs needs a whole number, got \"x\"".to_owned()));
        assert!(parse("--days 1").expect_err("no such argument").contains("--days"));
    }
}
