//! The process below which everything that is measured runs.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
    time::Instant,
};

use nix::{
    errno::Errno,
    sys::{
        prctl::set_child_subreaper,
        resource::{Usage, UsageWho, getrusage},
        time::TimeValLike,
        wait::wait,
    },
};

use super::{Commands, Measured};
use crate::failure::{At, Failure, Result};

/// Runs the commands that a file names, and writes what they took into another.
pub(crate) fn supervise(mut arguments: impl Iterator<Item = String>) -> Result<ExitCode> {
    let (Some(asked), Some(answered)) = (arguments.next(), arguments.next()) else {
        return Err(Failure::Wrong("supervise COMMANDS MEASURED".to_owned()));
    };
    let text = fs::read(&asked).at(&asked)?;
    let commands: Commands = serde_json::from_slice(&text).map_err(|error| Failure::Wrong(error.to_string()))?;
    let Some(measured) = run(&commands)? else { return Ok(ExitCode::FAILURE) };
    fs::write(&answered, serde_json::to_vec(&measured).expect("numbers")).at(&answered)?;
    Ok(ExitCode::SUCCESS)
}

/// Nothing if one of them fails; it has said why.
fn run(commands: &Commands) -> Result<Option<Measured>> {
    set_child_subreaper(true).map_err(|error| Failure::Wrong(format!("PR_SET_CHILD_SUBREAPER: {error}")))?;
    let (io, usage, begin) = (Io::so_far()?, usage()?, Instant::now());
    for script in &commands.scripts {
        let mut command = Command::new(&script.program);
        command.args(&script.arguments).current_dir(&commands.folder);
        if let Some(path) = &script.output {
            command.stdout(fs::File::create(path).at(path)?);
        }
        let status = command.status().at(&script.program)?;
        if !status.success() {
            eprintln!("{} {:?}: {status}", script.program.display(), script.arguments);
            return Ok(None);
        }
    }
    // Whoever was left behind is a child of this process by now.
    while wait() != Err(Errno::ECHILD) {}
    let (wall, ended, io_ended) = (begin.elapsed(), self::usage()?, Io::so_far()?);
    let cpu = |usage: &Usage| (usage.user_time() + usage.system_time()).num_microseconds();
    Ok(Some(Measured {
        cpu: (cpu(&ended) - cpu(&usage)) as f64 / 1e6,
        wall: wall.as_secs_f64(),
        memory: u64::try_from(ended.max_rss()).unwrap_or(0) * 1024,
        read: io_ended.read - io.read,
        written: io_ended.written - io.written,
        s3_requests: None,
        dynamodb_requests: None,
    }))
}

fn usage() -> Result<Usage> {
    getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| Failure::Wrong(format!("getrusage: {error}")))
}

/// Of this process and of the children that it has waited for.
struct Io {
    read: u64,
    written: u64,
}

impl Io {
    fn so_far() -> Result<Self> {
        let path = Path::new("/proc/self/io");
        let text = fs::read_to_string(path).at(path)?;
        let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        match (field("rchar:"), field("wchar:")) {
            (Some(read), Some(written)) => Ok(Self { read, written }),
            _ => Err(Failure::Wrong(format!("{} counts no bytes:\n{text}", path.display()))),
        }
    }
}
