//! The runs of one step of work.

use serde::Serialize;

use crate::{
    measure::Measured,
    subject::{Subject, Work},
    synthetic::Format,
    us,
};

/// What one subject took for one step, in one of its ways, at one size.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Series {
    pub(crate) format: Format,
    pub(crate) packages: usize,
    pub(crate) subject: String,
    pub(crate) remark: String,
    pub(crate) work: Work,
    pub(crate) way: String,
    /// Of each value by itself: they need not be of the same run.
    pub(crate) median: Measured,
    pub(crate) min: Measured,
    pub(crate) max: Measured,
    pub(crate) runs: Vec<Measured>,
}

impl Series {
    /// Of at least one run.
    pub(crate) fn new(subject: &dyn Subject, packages: usize, work: Work, way: &str, runs: Vec<Measured>) -> Self {
        let [median, min, max] = summary(&runs);
        Self {
            format: subject.format(),
            packages,
            subject: subject.name(),
            remark: subject.remark().to_owned(),
            work,
            way: way.to_owned(),
            median,
            min,
            max,
            runs,
        }
    }

    /// Whether it is ours.
    pub(crate) fn is_ours(&self) -> bool {
        self.subject.starts_with(us::NAME)
    }
}

/// Of each subject at a size and some work the one with the least CPU, in the order of the subjects.
pub(crate) fn best(all: &[Series], format: Format, packages: usize, work: Work) -> Vec<&Series> {
    let mut best: Vec<&Series> = Vec::new();
    for one in all.iter().filter(|one| (one.format, one.packages, one.work) == (format, packages, work)) {
        match best.iter_mut().find(|other| other.subject == one.subject) {
            Some(other) if other.median.cpu <= one.median.cpu => {}
            Some(other) => *other = one,
            None => best.push(one),
        }
    }
    best
}

/// The sizes that a format was measured at, from the smallest.
pub(crate) fn sizes(all: &[Series], format: Format) -> Vec<usize> {
    let mut sizes: Vec<_> = all.iter().filter(|one| one.format == format).map(|one| one.packages).collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// Median, least and most.
fn summary(runs: &[Measured]) -> [Measured; 3] {
    [
        each(runs, |sorted| sorted[sorted.len() / 2]),
        each(runs, |sorted| sorted[0]),
        each(runs, |sorted| sorted[sorted.len() - 1]),
    ]
}

/// Chooses among the sorted values of each field; of an even number of runs the upper of the two in the middle, so that
/// nothing is said that was not measured.
fn each(runs: &[Measured], choose: impl Fn(&[f64]) -> f64) -> Measured {
    let of = |value: &dyn Fn(&Measured) -> f64| {
        let mut values: Vec<_> = runs.iter().map(value).collect();
        values.sort_unstable_by(f64::total_cmp);
        choose(&values)
    };
    let whole = |value: &dyn Fn(&Measured) -> u64| of(&|run| value(run) as f64) as u64;
    let some = |value: &dyn Fn(&Measured) -> Option<u64>| {
        runs.iter().all(|run| value(run).is_some()).then(|| whole(&|run| value(run).unwrap_or_default()))
    };
    Measured {
        cpu: of(&|run| run.cpu),
        wall: of(&|run| run.wall),
        memory: whole(&|run| run.memory),
        read: whole(&|run| run.read),
        written: whole(&|run| run.written),
        s3_requests: some(&|run| run.s3_requests),
        dynamodb_requests: some(&|run| run.dynamodb_requests),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A series of runs that took so much CPU.
    pub(crate) fn series(subject: &str, format: Format, packages: usize, work: Work, way: &str, cpu: &[f64]) -> Series {
        let run = |cpu: &f64| Measured {
            cpu: *cpu,
            wall: 2.0 * cpu,
            memory: 100_000_000,
            read: 1,
            written: 1,
            s3_requests: subject.starts_with(us::NAME).then_some(20),
            dynamodb_requests: subject.starts_with(us::NAME).then_some(3),
        };
        let runs: Vec<_> = cpu.iter().map(run).collect();
        let [median, min, max] = summary(&runs);
        Series {
            format,
            packages,
            subject: subject.to_owned(),
            remark: "unsigned".to_owned(),
            work,
            way: way.to_owned(),
            median,
            min,
            max,
            runs,
        }
    }

    #[test]
    fn the_median_is_in_the_middle_and_the_best_way_is_chosen() {
        let add = |subject, way, cpu: &[f64]| series(subject, Format::Rpm, 50, Work::Add, way, cpu);
        let all = [add("one", "slow", &[3.0, 9.0, 4.0]), add("one", "fast", &[2.0, 1.0, 7.0]), add("two", "", &[5.0])];
        assert_eq!((all[0].median.cpu, all[0].min.cpu, all[0].max.cpu), (4.0, 3.0, 9.0));
        let best = best(&all, Format::Rpm, 50, Work::Add);
        assert_eq!(best.iter().map(|one| one.way.as_str()).collect::<Vec<_>>(), ["fast", ""]);
        assert_eq!(all[0].median.s3_requests, None);
    }
}
