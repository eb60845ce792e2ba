//! What came of all stories.

use std::fmt;

use serde_json::{Value, json};

use crate::story::Ending;
use crate::world::Counts;

/// Of so many stories some have each kind of trouble.
const MANY: u64 = 50;

/// What goes wrong on purpose, and what users do, as it is counted.
const TROUBLES: [&str; 14] = [
    "clocks that jumped",
    "conditions that did not hold",
    "deletions",
    "frozen",
    "killed",
    "late",
    "messages delivered again after they were deleted",
    "messages delivered twice",
    "messages that came late",
    "overtaken",
    "refused",
    "sent through us",
    "unheard",
    "uploads",
];

/// Figures, and what went wrong.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) seconds: u64,
    stories: u64,
    counts: Counts,
    /// The endings that were bad.
    bad: Vec<Ending>,
    /// The ending of the story with the lowest number.
    first: Option<Ending>,
}

impl Report {
    pub(crate) fn add(&mut self, ending: Ending) {
        self.stories += 1;
        for (name, count) in &ending.counts {
            *self.counts.entry(name).or_default() += count;
        }
        if self.first.as_ref().is_none_or(|first| ending.seed < first.seed) {
            self.first = Some(ending.clone());
        }
        if !ending.violations.is_empty() {
            self.bad.push(ending);
        }
    }

    /// The first story, told once more, must end as it did: else no seed could be replayed.
    pub(crate) fn is_told_alike(&mut self, again: Ending) {
        if let Some(first) = self.first.take_if(|first| first.seed == again.seed && *first != again) {
            let violations = vec![format!("it was told in another way: {:?}, then {:?}", first.counts, again.counts)];
            self.bad.push(Ending { violations, ..again });
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.stories > 0 && self.bad.is_empty() && self.missing().next().is_none()
    }

    /// What never went wrong in many stories: what they say of it is worth nothing.
    fn missing(&self) -> impl Iterator<Item = &'static str> {
        let are_many = self.stories >= MANY;
        TROUBLES.into_iter().filter(move |trouble| are_many && self.counts.get(trouble).is_none_or(|count| *count == 0))
    }

    pub(crate) fn json(&self) -> Value {
        let bad: Vec<_> =
            self.bad.iter().map(|ending| json!({"seed": ending.seed, "violations": ending.violations})).collect();
        json!({"seconds": self.seconds, "stories": self.stories, "counts": self.counts, "bad": bad})
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| simulated, {} s | |\n|---|---:|\n| stories | {} |", self.seconds, self.stories)?;
        for (name, count) in &self.counts {
            writeln!(f, "| {name} | {count} |")?;
        }
        writeln!(f, "| stories that ended badly | {} |", self.bad.len())?;
        if self.stories < MANY {
            writeln!(
                f,
                "\nNOT CHECKED: whether there was each kind of trouble, which fewer than {MANY} stories need not have."
            )?;
        }
        for trouble in self.missing() {
            writeln!(f, "\nIN VAIN: {} stories, and there is nothing that was counted as {trouble:?}", self.stories)?;
        }
        for Ending { seed, violations, .. } in &self.bad {
            writeln!(
                f,
                "\nVIOLATED in the story of seed {seed} (again: ./tests/faults --only simulation --seed {seed}):"
            )?;
            violations.iter().try_for_each(|what| writeln!(f, "- {what}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_stories_in_which_something_never_went_wrong_are_not_good() {
        let tell = |stories: u64, counts: &Counts| {
            let mut report = Report::default();
            (0..stories).for_each(|seed| report.add(Ending { seed, violations: vec![], counts: counts.clone() }));
            report
        };
        let all: Counts = TROUBLES.into_iter().map(|trouble| (trouble, 1)).collect();
        assert!(tell(MANY, &all).is_good() && tell(1, &Counts::new()).is_good() && !tell(0, &all).is_good());
        for trouble in TROUBLES {
            let mut others = all.clone();
            others.insert(trouble, 0);
            let report = tell(MANY, &others);
            assert!(!report.is_good() && report.to_string().contains(&format!("{trouble:?}")), "{report}");
        }
    }
}
