//! The figures: a table to read, JSON to keep.

use std::{fs, path::PathBuf, time::Duration};

use colca_tests::stack::root;
use serde::Serialize;
use serde_json::Value;

/// All that a run found out.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    seed: u64,
    tables: Vec<Table>,
}

/// The figures of one stage.
#[derive(Debug, Serialize)]
pub(crate) struct Table {
    title: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    what: String,
    figure: Value,
}

impl Report {
    /// An empty one.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, tables: vec![] }
    }

    /// Adds a table; what it gets later is in it.
    pub(crate) fn table(&mut self, title: &str) -> &mut Table {
        self.tables.push(Table { title: title.to_owned(), rows: vec![] });
        self.tables.last_mut().expect("just pushed")
    }

    /// In Markdown.
    pub(crate) fn text(&self) -> String {
        self.tables.iter().map(Table::text).collect::<String>() + &format!("\nseed {}\n", self.seed)
    }

    /// Writes it as JSON, and says where.
    ///
    /// # Panics
    /// If that cannot be written.
    pub(crate) fn write(&self) -> PathBuf {
        let path = root().join("target/faults/soak.json");
        fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("the working copy is writable");
        let json = serde_json::to_string_pretty(self).expect("numbers and strings");
        fs::write(&path, json).expect("the working copy is writable");
        path
    }
}

impl Table {
    /// Adds a figure.
    pub(crate) fn row(&mut self, what: &str, figure: impl Into<Value>) {
        self.rows.push(Row { what: what.to_owned(), figure: figure.into() });
    }

    /// Adds what half and what 99 of a hundred stay below, in seconds.
    pub(crate) fn times(&mut self, what: &str, mut times: Vec<Duration>) {
        times.sort_unstable();
        for part in [50, 99] {
            if let Some(time) = times.get((times.len() * part / 100).min(times.len().saturating_sub(1))) {
                self.row(&format!("{what}, p{part}, s"), (time.as_secs_f64() * 10.0).round() / 10.0);
            }
        }
    }

    fn text(&self) -> String {
        let rows = self.rows.iter().map(|Row { what, figure }| {
            let figure = figure.as_str().map_or_else(|| figure.to_string(), str::to_owned);
            format!("| {what} | {figure} |\n")
        });
        format!("\n| {} | |\n|---|--:|\n{}", self.title, rows.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Report;

    #[test]
    fn a_table_is_markdown() {
        let mut report = Report::new(7);
        let table = report.table("uploads");
        table.row("lost", 0);
        table.times("listed after", (1..=100).map(Duration::from_secs).collect());
        table.times("nothing", vec![]);
        let expected = "\n| uploads | |\n|---|--:|\n| lost | 0 |\n| listed after, p50, s | 51.0 |\n\
                        | listed after, p99, s | 100.0 |\n\nseed 7\n";
        assert_eq!(report.text(), expected);
    }
}
