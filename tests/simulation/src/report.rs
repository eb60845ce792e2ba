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
}

impl Report {
    pub(crate) fn add(&mut self, ending: Ending) {
        self.stories += 1;
        for (name, count) in &ending.counts {
            *self.counts.entry(name).or_default() += count;
        }
        if !ending.violations.is_empty() {
            self.bad.push(ending);
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
