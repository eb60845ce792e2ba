//! How long it takes from asking for a ticket until clients find the package: the whole way, through the functions that are
//! deployed.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use colca_tests::{Repository, aws, stack, upload};

use crate::{
    failure::{At, Result, wrong},
    synthetic::{Data, Format, Placed},
};

/// How many uploads are timed, after one that is not: its functions have yet to start.
const UPLOADS: usize = 11;

/// How long each is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at the entry file; each costs the stack some of the time that is measured.
const PAUSE: Duration = Duration::from_millis(20);

/// Seconds of each upload, sorted, and the packages that were added meanwhile.
pub(super) fn uploads<'a>(repository: &Repository, data: &'a Data) -> Result<(Vec<f64>, &'a [Placed])> {
    let Some(packages) = data.more.get(..=UPLOADS) else {
        return wrong(format_args!("{} packages are needed besides {}", UPLOADS + 1, data.packages.len()));
    };
    let mut seconds = Vec::new();
    for package in packages {
        seconds.push(one(repository, data.format, package)?);
    }
    let mut seconds = seconds.split_off(1);
    seconds.sort_by(f64::total_cmp);
    Ok((seconds, packages))
}

fn one(repository: &Repository, format: Format, (made, path): &Placed) -> Result<f64> {
    let bytes = fs::read(path).at(path)?;
    let arch = made.arch.clone();
    let package = upload::Package { filename: made.file.clone(), arch, bytes };
    let entry = entry(repository, format);
    let before = aws::object(stack().store(), &entry);
    let begin = Instant::now();
    let ticket = upload::ticket(&package.request(repository)).expect(201).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let id = upload::text(&ticket["upload_id"]);
    loop {
        let now = aws::object(stack().store(), &entry);
        let seconds = begin.elapsed();
        // It may have been published without this package: segments are merged when nobody asks for anything.
        if now != before && upload::state(id)["published"] == true {
            return Ok(seconds.as_secs_f64());
        }
        if seconds > PATIENCE {
            return wrong(format_args!("{} is not published after {} s", made.file, PATIENCE.as_secs()));
        }
        thread::sleep(PAUSE);
    }
}

/// What clients look at first.
fn entry(repository: &Repository, format: Format) -> String {
    match format {
        Format::Rpm => format!("{}/repodata/repomd.xml", repository.prefix()),
        Format::Deb => format!("{}/dists/{}/Release", repository.prefix(), super::CODENAME),
    }
}
