//! Those who publish packages on a file system.

mod aptly;
mod archive;
mod createrepo;
mod ftparchive;
mod reprepro;
mod state;

use std::path::Path;

pub(crate) use archive::WITHOUT_CONTENTS;

use crate::{failure::Result, subject::Subject, synthetic::Format};

/// All that there are for a format, each working in a folder of its own.
pub(crate) fn all(format: Format, folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    Ok(match format {
        Format::Rpm => createrepo::all(folder)?,
        Format::Deb => {
            [aptly::all(folder)?, reprepro::all(folder)?, ftparchive::all(folder)?].into_iter().flatten().collect()
        }
    })
}
