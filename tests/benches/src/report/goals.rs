//! What is to be reached, and whether it was.

use super::{
    findings::{Finding, Found, middle},
    series::{Series, best, sizes},
};
use crate::{
    measure::Measured,
    peers::WITHOUT_CONTENTS,
    subject::Work,
    synthetic::Format::{self, Deb, Rpm},
};

/// The size that most goals are about.
const SIZE: usize = 10_000;

/// The size that others are compared with.
const BASE: usize = 1000;

/// A bound, and what was found.
struct Goal {
    what: String,
    bound: Bound,
    found: Option<f64>,
}

enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

/// All of them, one a line.
pub(super) fn text(all: &[Series], findings: &[Finding]) -> String {
    let mut text = "\ngoals\n\n| what | goal | found | |\n|---|---|---|---|\n".to_owned();
    for Goal { what, bound, found } in goals(all, findings) {
        let (sign, limit) = match bound {
            Bound::AtLeast(limit) => (">=", limit),
            Bound::AtMost(limit) => ("<=", limit),
        };
        let verdict = match (found, bound) {
            (None, _) => "not measured",
            (Some(found), Bound::AtLeast(limit)) if found >= limit => "reached",
            (Some(found), Bound::AtMost(limit)) if found <= limit => "reached",
            _ => "MISSED",
        };
        let found = found.map_or("-".to_owned(), |found| format!("{found:.2}"));
        text += &format!("| {what} | {sign} {limit} | {found} | {verdict} |\n");
    }
    text
}

fn goals(all: &[Series], findings: &[Finding]) -> Vec<Goal> {
    let ours = |format, packages, work, field| take(all, format, packages, work, "colca", field);
    // Without the lists of files, which nobody waits for.
    let publish = |format, packages, field: fn(&Measured) -> Option<f64>| {
        let best = best(all, format, packages, Work::Add);
        best.into_iter().filter(|one| one.is_ours()).filter_map(|one| field(&one.median)).min_by(f64::total_cmp)
    };
    let theirs = |format, work, name| take(all, format, SIZE, work, name, cpu);
    let bare = best(all, Deb, SIZE, Work::Add).into_iter();
    let mut bare = bare.filter(|one| one.subject.starts_with("reprepro") && one.subject.ends_with(WITHOUT_CONTENTS));
    let bare = bare.next().map(|one| one.median.cpu);
    let over = |value: Option<f64>, base: Option<f64>| Some(value? / base?);
    let added = |format| ours(format, SIZE, Work::Add, cpu);
    // Of the goal it is a hundred thousand; the largest there is shows where it goes.
    let largest = |format| sizes(all, format).pop().filter(|size| *size > BASE);
    let growth = |format| over(publish(format, largest(format)?, cpu), publish(format, BASE, cpu));
    let grown = |format: Format| {
        let size = largest(format).unwrap_or(100_000);
        format!("{} +1: CPU at {size} over CPU at {BASE}", format.ending())
    };
    let mega = |value: Option<f64>| value.map(|bytes| bytes / 1e6);
    let most = |field: fn(&Measured) -> Option<f64>, signed: fn(&Found) -> Option<f64>| {
        let of = |format| sizes(all, format).into_iter().filter_map(move |size| publish(format, size, field));
        let signed = findings.iter().filter_map(|finding| signed(&finding.found));
        of(Rpm).chain(of(Deb)).chain(signed).max_by(f64::total_cmp)
    };
    let found = |format, of: fn(&Found) -> Option<f64>| {
        let of_format = findings.iter().filter(move |finding| finding.format == format);
        of_format.filter_map(|finding| of(&finding.found)).max_by(f64::total_cmp)
    };
    let single = |found: &Found| if let Found::OverSingleStream(ratio) = found { Some(*ratio) } else { None };
    let installable = |found: &Found| if let Found::Installable(seconds) = found { middle(seconds) } else { None };
    let trips = |found: &Found| if let Found::RoundTrips(number) = found { Some(*number as f64) } else { None };
    let s3 = |found: &Found| if let Found::Signed { s3, .. } = found { Some(*s3 as f64) } else { None };
    let dynamodb =
        |found: &Found| if let Found::Signed { dynamodb, .. } = found { Some(*dynamodb as f64) } else { None };
    let headers = findings.iter().find_map(|finding| match finding.found {
        Found::Headers(bytes) if finding.packages == SIZE => Some(bytes as f64),
        _ => None,
    });
    let at_least = |what: &str, limit, found| Goal { what: what.to_owned(), bound: Bound::AtLeast(limit), found };
    let at_most = |what: &str, limit, found| Goal { what: what.to_owned(), bound: Bound::AtMost(limit), found };
    let cold = over(ours(Rpm, SIZE, Work::Cold, cpu), theirs(Rpm, Work::Cold, "createrepo_c"));
    vec![
        at_least(
            "rpm +1 at 10,000: CPU of createrepo_c over ours",
            25.0,
            over(theirs(Rpm, Work::Add, "createrepo_c"), added(Rpm)),
        ),
        at_least(
            "deb +1 at 10,000, with Contents: CPU of aptly with Contents over ours",
            20.0,
            over(theirs(Deb, Work::Add, "aptly"), added(Deb)),
        ),
        at_least(
            "deb +1 at 10,000, without: CPU of aptly with Contents over ours",
            20.0,
            over(theirs(Deb, Work::Add, "aptly"), publish(Deb, SIZE, cpu)),
        ),
        at_least(
            "deb +1 at 10,000, without: CPU of reprepro with Contents over ours",
            10.0,
            over(theirs(Deb, Work::Add, "reprepro"), publish(Deb, SIZE, cpu)),
        ),
        at_least(
            "deb +1 at 10,000, without: CPU of reprepro without over ours",
            10.0,
            over(bare, publish(Deb, SIZE, cpu)),
        ),
        at_most(&grown(Rpm), 2.0, growth(Rpm)),
        at_most(&grown(Deb), 2.0, growth(Deb)),
        at_most("cold 10,000 rpms: CPU over createrepo_c's", 0.6, cold),
        at_most(
            "cold 10,000 rpms: bytes read over those of the headers",
            2.0,
            over(ours(Rpm, SIZE, Work::Cold, |one| Some(one.read as f64)), headers),
        ),
        at_most("rpm +1 at 100,000: memory in MB", 128.0, mega(publish(Rpm, 100_000, memory))),
        at_most("deb +1 at 100,000: memory in MB", 128.0, mega(publish(Deb, 100_000, memory))),
        at_most("cold 10,000 rpms: memory in MB", 200.0, mega(ours(Rpm, SIZE, Work::Cold, memory))),
        at_most("rpm metadata over single streams, same codec and level", 1.02, found(Rpm, single)),
        at_most("deb metadata over single streams, same codec and level", 1.02, found(Deb, single)),
        at_most("+1 at any size: requests to S3", 24.0, most(|one| Some(one.s3_requests? as f64), s3)),
        at_most(
            "+1 at any size: round trips to S3, one after the other",
            6.0,
            found(Rpm, trips).into_iter().chain(found(Deb, trips)).max_by(f64::total_cmp),
        ),
        at_most(
            "+1 at any size: requests to DynamoDB",
            12.0,
            most(|one| Some(one.dynamodb_requests? as f64), dynamodb),
        ),
        at_most("upload of an rpm to installable at 10,000, p50 in s", 2.0, found(Rpm, installable)),
        at_most("upload of a deb to installable at 10,000, p50 in s", 2.0, found(Deb, installable)),
    ]
}

/// Of the subjects of a name the one that takes least, with `Contents` where there are any.
fn take(
    all: &[Series],
    format: Format,
    packages: usize,
    work: Work,
    name: &str,
    field: fn(&Measured) -> Option<f64>,
) -> Option<f64> {
    let best = best(all, format, packages, work);
    let of_name = best.iter().filter(|one| one.subject.starts_with(name) && !one.subject.ends_with(WITHOUT_CONTENTS));
    of_name.filter_map(|one| field(&one.median)).min_by(f64::total_cmp)
}

fn cpu(measured: &Measured) -> Option<f64> {
    Some(measured.cpu)
}

fn memory(measured: &Measured) -> Option<f64> {
    Some(measured.memory as f64)
}

#[cfg(test)]
mod tests {
    use super::{super::series::tests::series, *};

    #[test]
    fn goals_are_reached_missed_or_not_measured() {
        let add = |subject: &str, format, packages, cpu| series(subject, format, packages, Work::Add, "", &[cpu]);
        let all = [
            add("colca", Rpm, 1000, 0.1),
            add("colca", Rpm, 10_000, 0.1),
            add("colca", Rpm, 100_000, 0.3),
            add("createrepo_c 0.17.3", Rpm, 10_000, 4.0),
            add("createrepo_c 1.2.5", Rpm, 10_000, 2.6),
            add("colca", Deb, 10_000, 0.1),
            add("colca, no Contents", Deb, 10_000, 0.05),
            add("aptly 1.5.0", Deb, 10_000, 1.9),
            add("aptly 1.5.0, no Contents", Deb, 10_000, 0.2),
        ];
        let finding = |found| Finding { format: Deb, packages: SIZE, found };
        let text = text(
            &all,
            &[
                finding(Found::OverSingleStream(1.01)),
                finding(Found::Installable(vec![1.0, 3.0])),
                finding(Found::RoundTrips(7)),
                finding(Found::Signed { s3: 25, dynamodb: 4 }),
            ],
        );
        for line in [
            "| rpm +1 at 10,000: CPU of createrepo_c over ours | >= 25 | 26.00 | reached |",
            "| deb +1 at 10,000, with Contents: CPU of aptly with Contents over ours | >= 20 | 19.00 | MISSED |",
            "| deb +1 at 10,000, without: CPU of aptly with Contents over ours | >= 20 | 38.00 | reached |",
            "| deb +1 at 10,000, without: CPU of reprepro with Contents over ours | >= 10 | - | not measured |",
            "| rpm +1: CPU at 100000 over CPU at 1000 | <= 2 | 3.00 | MISSED |",
            "| rpm +1 at 100,000: memory in MB | <= 128 | 100.00 | reached |",
            "| +1 at any size: requests to S3 | <= 24 | 25.00 | MISSED |",
            "| +1 at any size: requests to DynamoDB | <= 12 | 4.00 | reached |",
            "| deb metadata over single streams, same codec and level | <= 1.02 | 1.01 | reached |",
            "| upload of a deb to installable at 10,000, p50 in s | <= 2 | 3.00 | MISSED |",
            "| +1 at any size: round trips to S3, one after the other | <= 6 | 7.00 | MISSED |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
