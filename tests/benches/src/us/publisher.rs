//! The program that does our work (`tests/benches/publisher`), a process for each piece of it.

use std::{
    env, fs,
    io::Write,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use colca_tests::Repository;
use serde_json::Value;

use crate::{
    failure::{At, Failure, Result, wrong},
    measure::{Commands, Measured},
    synthetic::Placed,
};

/// The variable with its path.
const PROGRAM: &str = "COLCA_PUBLISHER";

/// The program, and the repository that it works on.
pub(super) struct Publisher {
    program: PathBuf,
    folder: PathBuf,
    repository: String,
    /// Where S3 is, if not where the stack has it.
    s3: Option<String>,
}

/// What it logged of its work.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Logged {
    /// The packages of the last revision.
    pub(super) packages: Option<u64>,
    pub(super) dynamodb: u64,
    pub(super) s3: u64,
    /// The most calls of S3 of which each began after the one before had been answered.
    pub(super) s3_in_turn: u64,
    /// Whether packages are still to be read for their files.
    pub(super) unread: bool,
    received: u64,
    sent: u64,
}

impl Publisher {
    /// The program as `./tests/bench` has built it, with a folder for what it logs.
    #[expect(clippy::disallowed_methods, reason = "only ./tests/bench knows what it has built, and says it so")]
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let Some(program) = env::var_os(PROGRAM).map(PathBuf::from) else {
            return wrong(format_args!("{PROGRAM} is not set: ./tests/bench does that"));
        };
        fs::create_dir_all(folder).at(folder)?;
        Ok(Self { program, folder: folder.to_owned(), repository: String::new(), s3: None })
    }

    /// The same for a repository.
    pub(super) fn of(&self, repository: &Repository) -> Self {
        let repository = repository.prefix().trim_start_matches("repos/").to_owned();
        Self { program: self.program.clone(), folder: self.folder.clone(), repository, s3: None }
    }

    /// The same with S3 elsewhere.
    pub(super) fn with_s3(&self, address: SocketAddr) -> Self {
        let (program, folder, repository) = (self.program.clone(), self.folder.clone(), self.repository.clone());
        Self { program, folder, repository, s3: Some(format!("http://{address}")) }
    }

    /// Does some work that nobody measures, with files if it is about any.
    pub(super) fn run<'a>(&self, work: &str, files: impl IntoIterator<Item = &'a Placed>) -> Result<Logged> {
        self.run_with(work, &[], files)
    }

    /// The same, with more to say.
    pub(super) fn run_with<'a>(
        &self,
        work: &str,
        words: &[&str],
        files: impl IntoIterator<Item = &'a Placed>,
    ) -> Result<Logged> {
        let log = self.folder.join("unmeasured.log");
        let output = fs::File::create(&log).at(&log)?;
        let mut command = Command::new(&self.program);
        command.args([work, &self.repository]).args(words).stdin(Stdio::piped());
        if let Some(s3) = &self.s3 {
            command.env("AWS_ENDPOINT_URL_S3", s3);
        }
        let mut child = command.stdout(output.try_clone().at(&log)?).stderr(output).spawn().at(&self.program)?;
        let mut lines = String::new();
        files.into_iter().for_each(|(_, path)| lines += &format!("{}\n", path.display()));
        let written = child.stdin.take().map_or(Ok(()), |mut input| input.write_all(lines.as_bytes()));
        let status = child.wait().at(&self.program)?;
        if !status.success() {
            let (program, printed) = (format!("{} {work}", self.program.display()), fs::read_to_string(&log).at(&log)?);
            return Err(Failure::Program { program, status, printed });
        }
        written.at(&self.program)?;
        Ok(Logged::read(&fs::read_to_string(&log).at(&log)?))
    }

    /// Does pieces of work one after the other, and adds up what they took and what the services were asked.
    pub(super) fn measure(&self, works: &[&[&str]]) -> Result<(Measured, Logged)> {
        let commands = works.iter().fold(Commands::new(&self.folder), |commands, work| {
            let (name, rest) = work.split_first().expect("a word at least");
            commands.then(&self.program, [name, self.repository.as_str()].iter().chain(rest).copied())
        });
        let measured = commands.measure()?;
        let log = self.folder.join("bench.log");
        let logged = Logged::read(&fs::read_to_string(&log).at(&log)?);
        let measured = Measured {
            read: logged.received,
            written: logged.sent,
            s3_requests: Some(logged.s3),
            dynamodb_requests: Some(logged.dynamodb),
            ..measured
        };
        Ok((measured, logged))
    }
}

impl Logged {
    /// Adds up all lines that count something.
    fn read(log: &str) -> Self {
        let mut all = Self::default();
        for line in log.lines() {
            let Ok(line) = serde_json::from_str::<Value>(line) else { continue };
            let number = |name: &str| line.get(name).or_else(|| line.get("fields")?.get(name))?.as_u64();
            all.packages = number("packages").or(all.packages);
            all.unread |= line.get("unread").is_some();
            let counted = [
                (&mut all.dynamodb, "dynamodb"),
                (&mut all.s3, "s3"),
                (&mut all.s3_in_turn, "s3_in_turn"),
                (&mut all.received, "s3_received"),
                (&mut all.sent, "s3_sent"),
            ];
            for (sum, name) in counted {
                *sum += number(name).unwrap_or(0);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Logged;

    #[test]
    fn all_lines_count() {
        let log = "no JSON\n{\"fields\":{\"packages\":11,\"s3\":1}}\n{\"s3\":2,\"dynamodb\":3,\"s3_received\":40}\n";
        let logged = Logged::read(log);
        assert_eq!((logged.packages, logged.s3, logged.dynamodb, logged.received), (Some(11), 3, 3, 40));
    }
}
