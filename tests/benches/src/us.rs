//! We ourselves, as a subject beside the others: a builder as a process of its own (`tests/benches/publisher`), over S3 and
//! DynamoDB as `./localstack/up` deployed them. Its start and its connections count; what the services take does not, which
//! in the cloud are somebody else's machines.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    failure::{At, Result, wrong},
    measure::{Commands, Measured},
    programs,
    subject::{Subject, Work},
    synthetic::{Data, Format, Placed},
};

/// What the names of our subjects begin with.
pub(crate) const NAME: &str = "colca";

/// The variable with the path of the builder.
const PROGRAM: &str = "COLCA_PUBLISHER";

/// How many files are registered by one process.
const AT_ONCE: usize = 500;

struct Colca {
    format: Format,
    program: PathBuf,
    folder: PathBuf,
    repository: String,
    /// How many packages were taken from the middle so far: what was put back stands at the end.
    taken: usize,
}

/// Ourselves.
#[expect(clippy::disallowed_methods, reason = "only ./tests/bench knows what it has built, and says it so")]
pub(crate) fn all(format: Format, folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let Some(program) = env::var_os(PROGRAM).map(PathBuf::from) else {
        return wrong(format_args!("{PROGRAM} is not set: ./tests/bench does that"));
    };
    let folder = folder.join(NAME).join(format.ending());
    fs::create_dir_all(&folder).at(&folder)?;
    let repository = String::new();
    Ok(vec![Box::new(Colca { format, program, folder, repository, taken: 0 })])
}

impl Subject for Colca {
    fn name(&self) -> String {
        match self.format {
            Format::Rpm => NAME.to_owned(),
            Format::Deb => format!("{NAME}, no Contents"),
        }
    }

    fn format(&self) -> Format {
        self.format
    }

    fn remark(&self) -> &'static str {
        "unsigned, with a snapshot of each revision; the CPU of S3 and DynamoDB is not counted"
    }

    /// What is there without metadata are files in a bucket, which an import has to register first.
    fn ways(&self, work: Work) -> Vec<&'static str> {
        if work == Work::Cold { vec![] } else { vec![""] }
    }

    fn prepare(&mut self, data: &Data) -> Result<()> {
        let random = Path::new("/proc/sys/kernel/random/uuid");
        let random = fs::read_to_string(random).at(random)?;
        // One directory of metadata for all architectures, as the others write it.
        let version = match self.format {
            Format::Rpm => "opensuse/15.5",
            Format::Deb => "debian/12",
        };
        let (format, count) = (self.format.ending(), data.packages.len());
        self.repository =
            format!("bench-{format}-{count}-{}/main/{}/{version}/flavors/default", random.trim(), "0".repeat(40));
        self.taken = 0;
        for some in data.packages.chunks(AT_ONCE) {
            self.run("register", some)?;
        }
        self.run("publish", &[])
    }

    fn step(&mut self, data: &Data, work: Work, _: &str) -> Result<Measured> {
        let count = data.packages.len();
        self.taken += 1;
        let middle = data.packages[(count / 2 + self.taken) % count].clone();
        let (out, into) = match work {
            Work::Cold => return wrong("an import is not measured"),
            Work::Add => (vec![], vec![data.added.clone()]),
            Work::Replace => (vec![middle], vec![data.newer.clone()]),
            Work::Delete => (vec![middle], vec![]),
        };
        self.change(&out, &into)?;
        let measured = Commands::new(&self.folder).then(&self.program, ["publish", &self.repository]).measure()?;
        let measured = self.counted(measured, work.leaves(count))?;
        self.change(&into, &out)?;
        self.run("publish", &[])?;
        Ok(measured)
    }
}

impl Colca {
    fn change(&self, out: &[Placed], into: &[Placed]) -> Result<()> {
        if !out.is_empty() {
            self.run("unregister", out)?;
        }
        if into.is_empty() { Ok(()) } else { self.run("register", into) }
    }

    fn run(&self, work: &str, files: &[Placed]) -> Result<()> {
        let paths = files.iter().map(|(_, path)| path);
        let mut command = Command::new(&self.program);
        programs::printed(command.args([work, &self.repository]).args(paths)).map(drop)
    }

    /// What the builder logged: how many packages it listed, and what it asked of the services.
    fn counted(&self, measured: Measured, expected: usize) -> Result<Measured> {
        let path = self.folder.join("bench.log");
        let log = fs::read_to_string(&path).at(&path)?;
        let number = |name: &str| {
            let (_, rest) = log.rsplit_once(&format!("\"{name}\":"))?;
            rest.split(|character: char| !character.is_ascii_digit()).next()?.parse::<u64>().ok()
        };
        if number("packages") != Some(expected as u64) {
            return wrong(format_args!("{} lists other than {expected} packages:\n{log}", self.name()));
        }
        Ok(Measured { s3_requests: number("s3"), dynamodb_requests: number("dynamodb"), ..measured })
    }
}
