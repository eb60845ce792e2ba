//! We ourselves, as a subject beside the others: a builder as a process of its own (`tests/benches/publisher`), over S3 and
//! DynamoDB as `./localstack/up` deployed them. Its start and its connections count; what the services take does not, which
//! in the cloud are somebody else's machines.

mod clients;
mod far;
mod headers;
mod installable;
mod publisher;
mod size;
mod stillness;

use std::path::Path;

use colca_tests::{
    Repository,
    keys::Key,
    section::{Section, signed_by},
    stack,
};
use publisher::{Logged, Publisher};
pub(crate) use stillness::Stillness;

use crate::{
    failure::{At, Result, wrong},
    measure::Measured,
    peers::WITHOUT_CONTENTS,
    report::Found,
    subject::{Finder, Subject, Work},
    synthetic::{Data, Format, Placed},
};

/// What the names of our subjects begin with.
pub(crate) const NAME: &str = "colca";

/// The distribution of our archives.
const CODENAME: &str = "bookworm";

/// The most packages whose `Contents` are made: that reads a list of each.
const CONTENTS_AT_MOST: usize = 10_000;

/// The most packages that are imported: for more of them nobody else's figures are there.
const IMPORTED_AT_MOST: usize = 10_000;

/// At which size uploads are timed.
const UPLOADED_AT: usize = 10_000;

struct Colca {
    format: Format,
    contents: bool,
    publisher: Publisher,
    repository: Repository,
    /// What the configuration says of it.
    section: Option<Section>,
    /// How many packages were taken from the middle so far: what was put back stands at the end.
    taken: usize,
    /// Where in the bucket the packages lie that an import takes in.
    prefix: Option<String>,
}

/// Ourselves; for debs with `Contents` and without.
pub(crate) fn all(format: Format, packages: usize, folder: &Path) -> Result<Vec<Box<dyn Subject>>> {
    let mut all: Vec<Box<dyn Subject>> = Vec::new();
    let is_made = format == Format::Deb && packages <= CONTENTS_AT_MOST;
    for contents in [true, false].into_iter().filter(|contents| is_made || !contents) {
        let name = if contents { "with-contents" } else { format.ending() };
        let publisher = Publisher::new(&folder.join(NAME).join(name))?;
        let repository = repository(format);
        all.push(Box::new(Colca { format, contents, publisher, repository, section: None, taken: 0, prefix: None }));
    }
    Ok(all)
}

/// A new one, with one directory of metadata for all architectures, as the others write it.
fn repository(format: Format) -> Repository {
    match format {
        Format::Rpm => Repository::of("bench-rpm", "opensuse", "15.6"),
        Format::Deb => Repository::of("bench-deb", "debian", CODENAME),
    }
}

impl Subject for Colca {
    fn name(&self) -> String {
        let is_less = self.format == Format::Deb && !self.contents;
        if is_less { format!("{NAME}{WITHOUT_CONTENTS}") } else { NAME.to_owned() }
    }

    fn format(&self) -> Format {
        self.format
    }

    fn remark(&self) -> &'static str {
        "unsigned, with a snapshot of each revision; read and written: from and to S3, whose own work is not counted"
    }

    /// What is there without metadata are files in a bucket: they are imported, then published.
    fn ways(&self, work: Work) -> Vec<&'static str> {
        if work == Work::Cold && self.prefix.is_none() { vec![] } else { vec![""] }
    }

    fn prepare(&mut self, data: &Data) -> Result<()> {
        self.repository = repository(self.format);
        let (project, contents) = (&self.repository.project, self.contents);
        let section =
            format!("[repos.{project}]\nquiet_seconds = 0\n[distributions.{project}]\nContents = {contents}\n");
        self.section = Some(Section::add(&section));
        self.publisher = self.publisher.of(&self.repository);
        if !self.contents && data.packages.len() <= IMPORTED_AT_MOST {
            let prefix = format!("import/{project}/");
            self.publisher.run_with("bring", &[&prefix], &data.packages)?;
            self.prefix = Some(prefix);
        }
        self.taken = 0;
        self.publisher.run("register", &data.packages)?;
        if self.contents {
            // They are read for their files.
            self.publisher.run("put", data.packages.iter().chain([&data.added, &data.newer]))?;
        }
        self.publish()?;
        // As the stack does a minute after a publish that filled segments: it has another one asked for as long as there is
        // something to do.
        while self.publisher.run("merge", [])?.packages.is_some() {}
        Ok(())
    }

    fn step(&mut self, data: &Data, work: Work, _: &str) -> Result<Measured> {
        let count = data.packages.len();
        if let (Work::Cold, Some(prefix)) = (work, &self.prefix) {
            let publisher = self.publisher.of(&repository(self.format));
            let (measured, logged) = publisher.measure(&[&["import", prefix], &["publish"]])?;
            return self.checked(measured, logged, work, count);
        }
        self.taken += 1;
        let middle = &data.packages[(count / 2 + self.taken) % count];
        let (out, into): (&[&Placed], &[&Placed]) = match work {
            Work::Cold => return wrong("there is nothing to import"),
            Work::Add => (&[], &[&data.added]),
            Work::Replace => (&[middle], &[&data.newer]),
            Work::Delete => (&[middle], &[]),
            Work::Readd => {
                self.change(&[middle], &[])?;
                self.publish()?;
                (&[], &[middle])
            }
        };
        self.change(out, into)?;
        let (measured, logged) = self.publisher.measure(self.works())?;
        if work != Work::Readd {
            self.change(into, out)?;
            self.publish()?;
        }
        self.checked(measured, logged, work, count)
    }

    fn afterwards(&mut self, data: &Data, still: &mut Stillness, found: Finder<'_>) -> Result<()> {
        found(Found::OverSingleStream(size::over_single_stream(&self.repository, self.format)?))?;
        if !self.contents {
            let taken = self.add_signed(data)?;
            found(Found::Signed { s3: taken.s3, dynamodb: taken.dynamodb })?;
            found(Found::RoundTrips(taken.s3_in_turn))?;
        }
        if self.prefix.is_some() && self.format == Format::Rpm {
            found(Found::Headers(headers::bytes(data)?))?;
        }
        let sample = clients::sample(data);
        self.publisher.run("put", sample.iter().copied())?;
        found(Found::Clients(clients::check(&self.repository, data, &sample)?))?;
        if data.packages.len() == UPLOADED_AT && !self.contents {
            let (seconds, added) = still.delivering(|| installable::uploads(&self.repository, data))?;
            found(Found::Installable(seconds))?;
            let mut all = data.clone();
            all.packages.extend_from_slice(added);
            found(Found::Clients(clients::check(&self.repository, &all, &sample)?))?;
        }
        self.section = None;
        Ok(())
    }
}

impl Colca {
    fn checked(&self, measured: Measured, logged: Logged, work: Work, count: usize) -> Result<Measured> {
        if logged.unread {
            return wrong(format_args!("{} has not read all packages for {}", self.name(), work.title()));
        }
        if logged.packages == Some(work.leaves(count) as u64) {
            return Ok(measured);
        }
        wrong(format_args!("{} lists {:?} packages after {}", self.name(), logged.packages, work.title()))
    }

    /// What it takes to publish one package more while a key signs, with an S3 so far away that calls which have to wait for
    /// one another can be told from those that need not.
    fn add_signed(&self, data: &Data) -> Result<Logged> {
        let service = stack().get("AWS_ENDPOINT_URL").trim_start_matches("http://").trim_end_matches('/');
        let far = self.publisher.with_s3(far::far(service).at(service)?);
        let key = Key::generate("bench", "ed25519");
        let signing = Section::add(&signed_by(&self.repository, &[&key.name]));
        // Who signs is new to the first revision.
        self.change(&[], &[&data.added])?;
        self.publish()?;
        self.change(&[&data.added], &[])?;
        self.publish()?;
        self.change(&[], &[&data.added])?;
        let taken = far.run("publish", [])?;
        drop(signing);
        self.change(&[&data.added], &[])?;
        self.publish()?;
        Ok(taken)
    }

    /// With lists of files the packages are published first, then the lists are made, then published too.
    fn works(&self) -> &'static [&'static [&'static str]] {
        if self.contents { &[&["publish"], &["contents"], &["publish"]] } else { &[&["publish"]] }
    }

    fn publish(&self) -> Result<()> {
        for work in self.works().iter().flat_map(|work| *work) {
            // One message reads packages for a while, and asks for the next.
            while self.publisher.run(work, [])?.unread {}
        }
        Ok(())
    }

    fn change(&self, out: &[&Placed], into: &[&Placed]) -> Result<()> {
        if !out.is_empty() {
            self.publisher.run("unregister", out.iter().copied())?;
        }
        if !into.is_empty() {
            self.publisher.run("register", into.iter().copied())?;
        }
        Ok(())
    }
}
