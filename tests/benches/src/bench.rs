//! One bench: all sizes, formats, subjects and steps.

use std::path::Path;

use crate::{
    arguments::Arguments,
    failure::Result,
    index::Index,
    machine::Machine,
    measure::Measured,
    peers,
    report::{Finding, Results, Series},
    subject::{Subject, Work},
    synthetic::{Data, Store},
    us::{self, Stillness},
};

/// Runs it in a folder that keeps its packages for the next one. After the runs of each size, and after each thing that is found
/// out then, `each` gets what there is so far: more may take an hour, or fail.
pub(crate) fn run(
    arguments: &Arguments,
    folder: &Path,
    mut each: impl FnMut(&Results) -> Result<()>,
) -> Result<Results> {
    eprintln!("reading the index of this machine's release");
    let index = Index::of_this_machine(&folder.join("index"))?;
    let machine = Machine::this();
    let mut results =
        Results { machine, index: index.digest.clone(), runs: arguments.runs, series: vec![], findings: vec![] };
    let mut still = Stillness::begin();
    for format in &arguments.formats {
        let store = Store::new(&index, *format, &folder.join("packages"));
        for count in &arguments.packages {
            eprintln!("{count} {}s: making what is not there yet", format.ending());
            let data = store.data(*count)?;
            let mut subjects = subjects(&data, *count <= arguments.peers_at_most, &folder.join("subjects"))?;
            results.series.extend(one_size(arguments, &data, &mut subjects)?);
            each(&results)?;
            for subject in &mut subjects {
                subject.afterwards(&data, &mut still, &mut |found| {
                    results.findings.push(Finding { format: data.format, packages: data.packages.len(), found });
                    each(&results)
                })?;
            }
        }
    }
    Ok(results)
}

/// The runs of all subjects take turns: what else the machine does meanwhile then hits all of them alike.
fn one_size(arguments: &Arguments, data: &Data, subjects: &mut [Box<dyn Subject>]) -> Result<Vec<Series>> {
    let count = data.packages.len();
    let mut steps = Vec::new();
    for subject in subjects {
        eprintln!("{count} {}s: preparing {}", data.format.ending(), subject.name());
        subject.prepare(data)?;
        let todo = Work::ALL.into_iter().flat_map(|work| subject.ways(work).into_iter().map(move |way| (work, way)));
        let todo: Vec<_> = todo.map(|(work, way)| (work, way, Vec::new())).collect();
        steps.push((subject, todo));
    }
    for run in 1..=arguments.runs {
        for (subject, todo) in &mut steps {
            if run == 2 {
                keep_best_ways(todo);
            }
            eprintln!("{count} {}s: {}, run {run} of {}", data.format.ending(), subject.name(), arguments.runs);
            for (work, way, measured) in todo {
                measured.push(subject.step(data, *work, way)?);
            }
        }
    }
    let series = |subject: &dyn Subject, (work, way, runs): (Work, &'static str, Vec<Measured>)| {
        Series::new(subject, count, work, way, runs)
    };
    let series = steps
        .into_iter()
        .flat_map(|(subject, todo)| todo.into_iter().map(|step| series(subject.as_ref(), step)).collect::<Vec<_>>());
    Ok(series.collect())
}

/// What else a subject could have done is not tried again: the tables show the best of its ways.
fn keep_best_ways(todo: &mut Vec<(Work, &'static str, Vec<Measured>)>) {
    let cpu = |runs: &[Measured]| runs.iter().map(|run| run.cpu).sum::<f64>();
    let best = |of: Work| {
        let all = todo.iter().filter(|(work, ..)| *work == of);
        all.min_by(|one, other| cpu(&one.2).total_cmp(&cpu(&other.2))).map(|(_, way, _)| (of, *way))
    };
    let best: Vec<_> = Work::ALL.into_iter().filter_map(best).collect();
    todo.retain(|(work, way, _)| best.contains(&(*work, *way)));
}

fn subjects(data: &Data, with_peers: bool, folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let mut subjects = us::all(data.format, data.packages.len(), folder)?;
    if with_peers {
        subjects.extend(peers::all(data.format, folder)?);
    }
    Ok(subjects)
}
