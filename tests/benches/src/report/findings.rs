//! What was found out once, when all runs had ended.

use serde::Serialize;

use crate::synthetic::Format;

/// Something about a repository of ours.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Finding {
    pub(crate) format: Format,
    pub(crate) packages: usize,
    pub(crate) found: Found,
}

/// What it is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Found {
    /// What clients made of it.
    Clients(String),
    /// The size of its metadata over that of the same text in single streams.
    OverSingleStream(f64),
    /// Seconds from asking for a ticket until clients find the package, sorted.
    Installable(Vec<f64>),
    /// The calls that publishing one package more takes while a key signs.
    Signed { s3: u64, dynamodb: u64 },
    /// How many of those of S3 have to wait for one another.
    RoundTrips(u64),
    /// The bytes of the headers of all packages.
    Headers(u64),
}

/// One line each.
pub(super) fn text(all: &[Finding]) -> String {
    let mut text = "\nafter the runs\n\n".to_owned();
    for Finding { format, packages, found } in all {
        let words = match found {
            Found::Clients(words) => words.clone(),
            Found::OverSingleStream(ratio) => format!("metadata take {ratio:.4} of what single streams would"),
            Found::Installable(seconds) => format!(
                "{} uploads were installable after {:.2} s to {:.2} s, p50 {:.2} s",
                seconds.len(),
                seconds.first().unwrap_or(&0.0),
                seconds.last().unwrap_or(&0.0),
                middle(seconds).unwrap_or(0.0),
            ),
            Found::Signed { s3, dynamodb } => {
                format!("+1, signed, takes {s3} calls of S3 and {dynamodb} of DynamoDB")
            }
            Found::RoundTrips(number) => format!("+1 takes {number} round trips to S3, one after the other"),
            Found::Headers(bytes) => format!("headers have {:.1} MB", *bytes as f64 / 1e6),
        };
        text += &format!("{packages} {}s: {words}\n", format.ending());
    }
    text
}

/// The one in the middle of sorted values.
pub(super) fn middle(sorted: &[f64]) -> Option<f64> {
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_a_sentence() {
        let finding = |found| Finding { format: Format::Deb, packages: 50, found };
        let all = [finding(Found::Installable(vec![1.0, 2.0, 9.0])), finding(Found::OverSingleStream(1.01))];
        let text = text(&all);
        assert!(text.contains("50 debs: 3 uploads were installable after 1.00 s to 9.00 s, p50 2.00 s\n"), "{text}");
        assert!(text.contains("50 debs: metadata take 1.0100 of"), "{text}");
    }
}
