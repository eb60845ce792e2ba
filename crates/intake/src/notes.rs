//! What is worth telling an uploader, but no reason to refuse.

use colca_model::{Upload, UploadRequest};

use crate::contents::Contents;

/// How a package differs from what its ticket says of it.
pub(crate) fn notes(upload: &Upload, contents: &Contents) -> Vec<String> {
    match contents {
        Contents::Rpm(package) => {
            differences(&upload.request, &package.nevra().file_name(), package.arch_dir(), package.is_source())
        }
        Contents::Deb(package, _) => {
            let usual = deb_name(package.name(), package.version(), Some(package.architecture()));
            other_name(&upload.request, &usual).into_iter().collect()
        }
        Contents::Source(fragment) => {
            other_name(&upload.request, &deb_name(&fragment.name, &fragment.version, None)).into_iter().collect()
        }
        Contents::Carried | Contents::File => vec![],
    }
}

/// What is noted of a Debian package whose file is not called as `dpkg-deb` would have called it: the version stands in the
/// name without its epoch.
fn other_name(request: &UploadRequest, usual: &str) -> Option<String> {
    let given = request.filename.as_str();
    let ending = given.rsplit_once('.').map_or("", |(_, ending)| ending);
    let usual = format!("{usual}.{ending}");
    (usual != given).then(|| format!("the file is named {given}, its control file says {usual}"))
}

/// What a file of Debian's is called by itself, but for its ending.
fn deb_name(name: &str, version: &str, architecture: Option<&str>) -> String {
    let version = version.split_once(':').map_or(version, |(_, version)| version);
    let architecture = architecture.map(|architecture| format!("_{architecture}"));
    format!("{name}_{version}{}", architecture.unwrap_or_default())
}

/// What a ticket says and a header does not: `usual` is what `rpmbuild` would have named the file, `directory` where it
/// is published.
fn differences(request: &UploadRequest, usual: &str, directory: &str, is_source: bool) -> Vec<String> {
    let mut notes = vec![];
    let name = request.filename.as_str();
    // A source package without its sources is told from others by its file name alone.
    if usual != name && !(is_source && name.replace(".nosrc.rpm", ".src.rpm") == usual) {
        notes.push(format!("the file is named {name}, its header says {usual}"));
    }
    if directory != request.arch.as_str() && !is_source {
        notes.push(format!("it was uploaded as {}, its header says {directory}: published there", request.arch));
    }
    notes
}

#[cfg(test)]
mod tests {
    use colca_model::{Arch, Filename, Sha256};

    use super::*;

    fn request(arch: &str, filename: &str) -> UploadRequest {
        UploadRequest {
            repository: "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a good path"),
            arch: Arch::new(arch).expect("a good name"),
            filename: Filename::new(filename).expect("a good name"),
            size: 1,
            sha256: Sha256::new([0; 32]),
            sha512: None,
            force: false,
        }
    }

    #[test]
    fn what_is_as_the_ticket_says_is_not_worth_a_note() {
        let of =
            |arch, name, usual, directory, is_source| differences(&request(arch, name), usual, directory, is_source);
        assert!(of("noarch", "a-1-1.noarch.rpm", "a-1-1.noarch.rpm", "noarch", false).is_empty());
        assert!(of("source", "a-1-1.src.rpm", "a-1-1.src.rpm", "SRPMS", true).is_empty());
        assert!(of("source", "a-1-1.nosrc.rpm", "a-1-1.src.rpm", "SRPMS", true).is_empty());
    }

    #[test]
    fn another_name_or_directory_is() {
        let renamed = differences(&request("noarch", "b.rpm"), "a-1-1.noarch.rpm", "noarch", false);
        assert_eq!(renamed, ["the file is named b.rpm, its header says a-1-1.noarch.rpm"]);
        let renamed = differences(&request("source", "b-1-1.nosrc.rpm"), "a-1-1.src.rpm", "SRPMS", true);
        assert_eq!(renamed, ["the file is named b-1-1.nosrc.rpm, its header says a-1-1.src.rpm"]);
        let moved = differences(&request("x86_64", "a-1-1.noarch.rpm"), "a-1-1.noarch.rpm", "noarch", false);
        assert_eq!(moved, ["it was uploaded as x86_64, its header says noarch: published there"]);
    }
}
