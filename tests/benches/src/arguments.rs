//! What `./tests/bench` is asked for.

use crate::{
    failure::{Result, wrong},
    synthetic::Format,
};

/// How it is called.
const USAGE: &str = "./tests/bench [--packages 1000,10000,100000] [--runs 5] [--only rpm|deb] [--peers-at-most 10000]";

/// What is benched.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// Sizes of repositories, each at least 10.
    pub(crate) packages: Vec<usize>,
    /// How often each step is repeated.
    pub(crate) runs: usize,
    /// Which kinds of packages.
    pub(crate) formats: Vec<Format>,
    /// The largest repository that the peers, too, have to publish.
    pub(crate) peers_at_most: usize,
}

impl Arguments {
    /// Reads them; what is not said has a default.
    pub(crate) fn read(words: impl IntoIterator<Item = String>) -> Result<Self> {
        let mut read = Self {
            packages: vec![1000, 10_000, 100_000],
            runs: 5,
            formats: vec![Format::Rpm, Format::Deb],
            peers_at_most: 10_000,
        };
        let mut words = words.into_iter();
        while let Some(option) = words.next() {
            let Some(value) = words.next() else { return wrong(USAGE) };
            match option.as_str() {
                "--packages" => {
                    read.packages = value.split(',').map(|one| number(&option, one, 10)).collect::<Result<_>>()?
                }
                "--runs" => read.runs = number(&option, &value, 1)?,
                "--peers-at-most" => read.peers_at_most = number(&option, &value, 0)?,
                "--only" => read.formats.retain(|format| format.ending() == value),
                _ => return wrong(USAGE),
            }
        }
        read.packages.sort_unstable();
        read.packages.dedup();
        if read.formats.is_empty() { wrong(USAGE) } else { Ok(read) }
    }
}

fn number(option: &str, value: &str, least: usize) -> Result<usize> {
    match value.parse() {
        Ok(number) if number >= least => Ok(number),
        _ => wrong(format_args!("{option} takes numbers from {least}, not {value:?}\n{USAGE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use crate::synthetic::Format;

    #[test]
    fn arguments_are_read_or_refused() {
        let read = |text: &str| Arguments::read(text.split_whitespace().map(str::to_owned));
        assert_eq!(read("").unwrap().packages, [1000, 10_000, 100_000]);
        let some = read("--only deb --packages 300,50 --runs 1 --peers-at-most 0").unwrap();
        let expected = Arguments { packages: vec![50, 300], runs: 1, formats: vec![Format::Deb], peers_at_most: 0 };
        assert_eq!(some, expected);
        for bad in ["--packages", "--packages 9", "--packages 10,", "--runs 0", "--only raw", "--what 1"] {
            read(bad).unwrap_err();
        }
    }
}
