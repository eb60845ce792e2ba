//! What was found, in three shapes: tables to read, JSON to keep, a chart to show.

mod chart;
mod findings;
mod goals;
mod ratios;
mod series;
mod table;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;

pub(crate) use findings::{Finding, Found};
pub(crate) use series::Series;

use crate::{
    failure::{At, Result},
    machine::Machine,
    synthetic::Format,
};

/// All of one bench.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    pub(crate) machine: Machine,
    /// The digest of the index that the packages were made from.
    pub(crate) index: String,
    pub(crate) runs: usize,
    pub(crate) series: Vec<Series>,
    pub(crate) findings: Vec<Finding>,
}

impl Results {
    /// The tables and the goals.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\nmedians of {} runs\n", self.machine.line(), self.runs);
        for format in [Format::Rpm, Format::Deb] {
            text += &table::text(&self.series, format);
        }
        text + &findings::text(&self.findings) + &goals::text(&self.series, &self.findings)
    }

    /// Writes `results.json`, `results.svg` and `results.md`, and says where.
    pub(crate) fn write(&self, folder: &Path) -> Result<[PathBuf; 3]> {
        fs::create_dir_all(folder).at(folder)?;
        let paths = ["results.json", "results.svg", "results.md"].map(|name| folder.join(name));
        let json = serde_json::to_string_pretty(&self).expect("numbers and strings");
        for (path, text) in paths.iter().zip([json, chart::svg(self), self.text()]) {
            fs::write(path, text).at(path)?;
        }
        Ok(paths)
    }
}
