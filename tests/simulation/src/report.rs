//! What came of all stories.

use std::fmt;

use serde_json::{Value, json};

use crate::story::Ending;
use crate::world::Counts;

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
        self.stories > 0 && self.bad.is_empty()
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
        for Ending { seed, violations, .. } in &self.bad {
            writeln!(f, "\nVIOLATED in the story of seed {seed} (again: ./tests/faults --seed {seed}):")?;
            violations.iter().try_for_each(|what| writeln!(f, "- {what}"))?;
        }
        Ok(())
    }
}
