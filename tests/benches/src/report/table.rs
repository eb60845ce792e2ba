//! One table a format and size.

use std::collections::BTreeMap;

use super::{
    ratios::{base, ratio},
    series::{Series, best, sizes},
};
use crate::{subject::Work, synthetic::Format};

/// All tables of a format.
pub(crate) fn text(all: &[Series], format: Format) -> String {
    sizes(all, format).into_iter().map(|packages| one(all, format, packages)).collect()
}

fn one(all: &[Series], format: Format, packages: usize) -> String {
    let mut rows = vec![
        ["work", "subject", "CPU s", "CPU x", "wall s", "memory MB", "read MB", "written MB", "S3", "DynamoDB", "way"]
            .map(str::to_owned),
    ];
    let mut remarks = BTreeMap::new();
    for work in Work::ALL {
        let best = best(all, format, packages, work);
        let base = base(&best);
        for one in best {
            remarks.insert(&one.subject, &one.remark);
            let median = &one.median;
            let requests = |some: Option<u64>| some.map_or("-".to_owned(), |number| number.to_string());
            rows.push([
                work.title().to_owned(),
                one.subject.clone(),
                format!("{:.3}", median.cpu),
                ratio(median.cpu, base),
                format!("{:.3}", median.wall),
                mega(median.memory),
                mega(median.read),
                mega(median.written),
                requests(median.s3_requests),
                requests(median.dynamodb_requests),
                one.way.clone(),
            ]);
        }
    }
    let mut text = format!("\n{packages} {}s\n\n", format.ending());
    let widths: Vec<_> =
        (0..rows[0].len()).map(|place| rows.iter().map(|row| row[place].len()).max().unwrap_or(0)).collect();
    let line: Vec<_> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let rows = rows.iter().map(<[_; 11]>::as_slice);
    for row in rows.clone().take(1).chain([line.as_slice()]).chain(rows.skip(1)) {
        text += "|";
        for (place, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Words to the left, numbers to the right.
            text +=
                &if matches!(place, 0 | 1 | 10) { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") };
        }
        text += "\n";
    }
    text += "\n";
    remarks.iter().for_each(|(subject, remark)| text += &format!("{subject}: {remark}\n"));
    text
}

fn mega(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::{super::series::tests::series, *};

    #[test]
    fn a_table_compares_with_us() {
        let add = |subject, cpu| series(subject, Format::Deb, 50, Work::Add, "", &[cpu]);
        let text = text(&[add("colca", 0.5), add("other", 2.0)], Format::Deb);
        let row = |subject: &str| {
            let line = text.lines().find(|line| line.contains(subject)).unwrap();
            line.split('|').map(str::trim).map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(row("| other")[1..7], ["+1", "other", "2.000", "4.0", "4.000", "100.0"]);
        assert_eq!(row("| colca")[3..11], ["0.500", "1.0", "1.000", "100.0", "0.0", "0.0", "20", "3"]);
        assert!(text.contains("\nother: unsigned\n"));
    }
}
