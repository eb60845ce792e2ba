//! Real packages of Debian or Ubuntu: what this machine's own sources offer, fetched by apt and kept.

use std::{fs, path::Path};

use crate::{deb822::Paragraph, stack::root, tools, upload::Package};

/// Larger ones are not fetched; the limit is in bytes.
const LARGEST: u64 = 20_000;

/// So many different packages, the same as long as the sources offer the same.
///
/// # Panics
/// If apt does not know that many, or cannot fetch them: with what it said.
#[must_use]
pub fn packages(count: usize) -> Vec<Package> {
    let folder = root().join(".localstack/test-debian");
    for below in ["lists/partial", "cache/archives/partial", "debs"] {
        fs::create_dir_all(folder.join(below)).expect("the working copy is writable");
    }
    let lock = fs::File::create(folder.join("lock")).expect("the working copy is writable");
    lock.lock().expect("the file system knows locks");
    let chosen = choose(&folder, count);
    if let Err(first) = fetch(&folder, &chosen) {
        // The lists may be so old that their packages are gone.
        let update = apt(&folder, &["apt-get", "update"]).unwrap_or_else(|error| error);
        let chosen = choose(&folder, count);
        fetch(&folder, &chosen).unwrap_or_else(|error| {
            panic!("apt cannot fetch {count} packages from this machine's sources:\n{first}\n{update}\n{error}")
        });
        return chosen.iter().map(|package| read(&folder, package)).collect();
    }
    chosen.iter().map(|package| read(&folder, package)).collect()
}

/// Small packages in the order of their checksums, which is one without any order.
fn choose(folder: &Path, count: usize) -> Vec<Paragraph> {
    let available = || apt(folder, &["apt-cache", "dumpavail"]).unwrap_or_else(|error| panic!("apt-cache: {error}"));
    let mut text = available();
    let mut update = String::new();
    if text.is_empty() {
        update = apt(folder, &["apt-get", "update"]).unwrap_or_else(|error| error);
        text = available();
    }
    // The fields that are asked for below; the others of a whole distribution take long to read.
    let wanted = ["Package:", "Version:", "Architecture:", "Size:", "SHA256:", "Filename:"];
    let short = |paragraph: &str| -> String {
        let lines = paragraph.lines().filter(|line| wanted.iter().any(|field| line.starts_with(field)));
        lines.map(|line| format!("{line}\n")).collect()
    };
    let mut small: Vec<_> = text
        .split("\n\n")
        .map(short)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| Paragraph::one(&paragraph))
        .filter(|package| {
            package.find("Size").and_then(|size| size.parse().ok()).is_some_and(|size: u64| size <= LARGEST)
        })
        .filter(|package| package.find("SHA256").is_some())
        .collect();
    small.sort_by_cached_key(|package| package.get("SHA256").to_owned());
    small.dedup_by_key(|package| package.get("Package").to_owned());
    assert!(small.len() >= count, "apt knows {} small packages, {count} are needed:\n{update}", small.len());
    small.truncate(count);
    small
}

/// Fetches those that are not there yet.
fn fetch(folder: &Path, chosen: &[Paragraph]) -> Result<(), String> {
    let missing: Vec<_> = chosen.iter().filter(|package| !folder.join("debs").join(file(package)).exists()).collect();
    let names = missing
        .iter()
        .map(|package| format!("{}:{}={}", package.get("Package"), arch_to_ask(package), package.get("Version")));
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    let arguments: Vec<_> = ["apt-get", "download"].into_iter().chain(names.iter().map(String::as_str)).collect();
    apt(folder, &arguments)?;
    let absent = missing.iter().find(|package| !folder.join("debs").join(file(package)).exists());
    absent.map_or(Ok(()), |package| Err(format!("{} was not fetched", package.identity())))
}

/// apt asks for what fits every machine under the machine's own architecture.
fn arch_to_ask(package: &Paragraph) -> String {
    match package.get("Architecture") {
        "all" => tools::output("dpkg", ["--print-architecture"]).trim().to_owned(),
        arch => arch.to_owned(),
    }
}

/// The name that `apt-get download` gives to a file.
fn file(package: &Paragraph) -> String {
    let version = package.get("Version").replace(':', "%3a");
    format!("{}_{version}_{}.deb", package.get("Package"), package.get("Architecture"))
}

fn read(folder: &Path, package: &Paragraph) -> Package {
    let path = folder.join("debs").join(file(package));
    let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    // Its name on Debian's own servers has no epoch.
    let filename = package.get("Filename").rsplit('/').next().expect("a path has a last part").to_owned();
    let found = Package { filename, arch: package.get("Architecture").to_owned(), bytes };
    assert_eq!(found.sha256(), package.get("SHA256"), "{} is not what it should be: delete it", path.display());
    found
}

/// apt with the sources and keys of this machine, and lists of its own.
fn apt(folder: &Path, command: &[&str]) -> Result<String, String> {
    let option = |name: &str, below: &str| format!("-oDir::{name}={}", folder.join(below).display());
    let options = [
        option("State::lists", "lists"),
        option("Cache", "cache"),
        "-oAPT::Sandbox::User=root".to_owned(),
        "-oAcquire::Languages=none".to_owned(),
        "-oAPT::Get::List-Cleanup=false".to_owned(),
    ];
    let change = format!("--chdir={}", folder.join("debs").display());
    let (program, arguments) = command.split_first().expect("a program");
    let start = [change.as_str(), program];
    let all = start.into_iter().chain(options.iter().map(String::as_str)).chain(arguments.iter().copied());
    let output = tools::run("env", all);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() { Ok(out.into_owned()) } else { Err(format!("{command:.2?}: {out}{err}")) }
}
