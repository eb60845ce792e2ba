//! What an apt repository elsewhere lists.

use std::collections::{BTreeMap, BTreeSet};

use colca_apt::{ForeignPackage, ForeignPackages, NamedFile, PublishedRelease};
use colca_model::{Codename, DebArchitecture, Invalid};
use colca_runtime::{Web, WebError};
use colca_settings::{External, WebDirectory};

use crate::error::Unfetched;
use crate::file::{Expected, ExternalFile};
use crate::indexes::{indexes, is_wanted};
use crate::listed::{LONGEST_ENTRY, LONGEST_LIST, Listed, MOST, encode_plain, unusable};

/// Fetches the entry file, which must be the one that is pinned, and the lists that it names: of the components that are
/// wanted and, if there are some only, of these architectures.
pub(crate) async fn list(
    web: &Web,
    external: &External,
    codename: &Codename,
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Listed>, Unfetched> {
    let entry = external.entry_file();
    let pinned = Expected { size: None, sha256: external.sha256, by: "what is pinned has" };
    let release = ExternalFile::get(web, &entry, LONGEST_ENTRY, pinned).await?.read().await?;
    let release = PublishedRelease::parse(&release).map_err(|invalid| unusable(&entry, invalid))?;
    let indexes = indexes(&release.files, &external.components, architectures);
    let indexes = indexes.map_err(|why| unusable(&entry, why))?;

    let mut all = BTreeMap::new();
    for forms in indexes {
        let (url, name, bytes) = fetch(web, external, codename, &forms).await?;
        let (at, wanted) = (external.url.clone(), architectures.cloned());
        // Unpacking keeps a thread busy; the lease is renewed meanwhile on another.
        let read = tokio::task::spawn_blocking(move || read(&at, &name, &bytes, wanted.as_ref()));
        for package in read.await.map_err(Unfetched::panicked)?.map_err(|why| unusable(&url, why))? {
            add(&mut all, package).map_err(|why| unusable(&url, why))?;
        }
    }
    Ok(all.into_values().collect())
}

/// Adds a package. Those for all architectures are in the index of each, so that the same one may come again.
fn add(all: &mut BTreeMap<String, Listed>, package: Listed) -> Result<(), Invalid> {
    match all.get(package.path()) {
        Some(other) if *other == package => {}
        Some(other) => return Err(Invalid::new("Filename", "must not be that of two packages", other.path())),
        None if all.len() == MOST => {
            let rule = format!("must not list more than {MOST} packages together with those before");
            return Err(Invalid::new("index", rule, package.path()));
        }
        None => drop(all.insert(package.path().to_owned(), package)),
    }
    Ok(())
}

/// The first form that is there, with its address and its name. A Release file may name some that are not.
async fn fetch(
    web: &Web,
    external: &External,
    codename: &Codename,
    forms: &[&NamedFile],
) -> Result<(String, String, Vec<u8>), Unfetched> {
    let mut forms = forms.iter().peekable();
    loop {
        let NamedFile { name, size, sha256 } = forms.next().expect("an index has one form at least");
        let url = external.url.file(&format!("dists/{codename}/{}", encode_plain(name)));
        let expected = Expected { size: Some(*size), sha256: *sha256, by: "Release says" };
        match ExternalFile::get(web, &url, LONGEST_LIST, expected).await {
            Ok(file) => return Ok((url, name.clone(), file.read().await?)),
            Err(WebError::Refused { .. }) if forms.peek().is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The packages of an index that are wanted.
fn read(
    at: &WebDirectory,
    name: &str,
    bytes: &[u8],
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Listed>, colca_apt::Invalid> {
    let mut listed = Vec::new();
    for package in ForeignPackages::new(name, bytes)? {
        let ForeignPackage { package, path, size, sha256 } = package?;
        if !is_wanted(package.architecture(), architectures) {
            continue;
        }
        let package = Listed::new(encode_plain(path.as_str()), at, package.architecture(), size, sha256)?;
        if !package.filename.is_deb() {
            return Err(Invalid::new("Filename", "must be that of a .deb, .ddeb or .udeb", path).into());
        }
        if listed.len() == MOST {
            return Err(Invalid::new("index", format!("must not list more than {MOST} packages"), name).into());
        }
        listed.push(package);
    }
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use colca_model::Sha256;

    use super::*;
    use crate::file::tests::{Server, external, sha256};

    fn package(name: &str, architecture: &str) -> String {
        format!(
            "Package: {name}\nVersion: 1:1+b1\nArchitecture: {architecture}\nMaintainer: A <a@example.com>\n\
             Description: a\nFilename: pool/{name}_1%3a1+b1_{architecture}.deb\nSize: 7\nSHA256: {}\n\n",
            "ab".repeat(32)
        )
    }

    fn gz(text: &str) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).expect("memory");
        packed.finish().expect("memory")
    }

    /// An archive: its Release names all of these indexes, and only those that are `there` can be fetched.
    struct Archive {
        server: Server,
        pinned: Sha256,
    }

    impl Archive {
        fn of(indexes: &[(&str, &[u8])], there: impl Fn(&str) -> bool) -> Self {
            let lines = indexes.iter().map(|(name, bytes)| format!(" {} {} {name}\n", sha256(bytes), bytes.len()));
            let lines: String = lines.collect();
            Self::with(&format!("Date: Sat, 10 Sep 2022 09:00:00 UTC\nSHA256:\n{lines}"), indexes, there)
        }

        fn with(release: &str, indexes: &[(&str, &[u8])], there: impl Fn(&str) -> bool) -> Self {
            let files = indexes.iter().filter(|(name, _)| there(name));
            let files = files.map(|(name, bytes)| (format!("dists/stable/{name}"), bytes.to_vec()));
            let entry = ("dists/stable/Release".to_owned(), release.as_bytes().to_vec());
            Self { server: Server::of(files.chain([entry])), pinned: sha256(release.as_bytes()) }
        }

        async fn list(&self, components: &str, architectures: &[&str]) -> Result<Vec<Listed>, Unfetched> {
            let components = format!("codename = \"stable\"\ncomponents = \"{components}\"");
            let more = if components.ends_with("\"\"") { "codename = \"stable\"" } else { &components };
            let external = external(&self.server.url, self.pinned, more);
            let named = architectures.iter().map(|name| DebArchitecture::new(*name).expect("a good name"));
            let named: BTreeSet<_> = named.collect();
            let codename = external.codename.as_ref().expect("it has one");
            list(&Web::default(), &external, codename, (!named.is_empty()).then_some(&named)).await
        }

        async fn names(&self, components: &str, architectures: &[&str]) -> Vec<String> {
            let listed = self.list(components, architectures).await.expect("good");
            listed.into_iter().map(|listed| listed.filename.to_string().replace("_1%3a1+b1_", " ")).collect()
        }
    }

    #[tokio::test]
    async fn lists_the_packages_of_all_indexes_once() {
        let both = package("aa", "amd64") + &package("bb", "all");
        let other = package("aa", "arm64") + &package("bb", "all");
        let archive = Archive::of(
            &[
                ("main/binary-amd64/Packages", both.as_bytes()),
                ("main/binary-arm64/Packages", other.as_bytes()),
                ("main/source/Sources", b"none of ours"),
                ("main/Contents-amd64", b"nor that"),
                ("Packages", b"nor that, without a component"),
            ],
            |_| true,
        );
        assert_eq!(archive.names("", &[]).await, ["aa amd64.deb", "aa arm64.deb", "bb all.deb"]);
        let asked = ["Release", "main/binary-amd64/Packages", "main/binary-arm64/Packages"];
        assert_eq!(archive.server.asked(), asked.map(|name| format!("dists/stable/{name}")));

        let external = external(&archive.server.url, archive.pinned, "codename = \"stable\"");
        let first = archive.list("", &[]).await.expect("good").swap_remove(0);
        let url = format!("{}pool/aa_1%253a1%2Bb1_amd64.deb", archive.server.url);
        assert_eq!((first.address(&external.url), first.filename.as_str()), (url, "aa_1%3a1+b1_amd64.deb"));
        assert_eq!((first.arch.as_str(), first.size, first.sha256), ("amd64", 7, Sha256::new([0xab; 32])));
    }

    #[tokio::test]
    async fn only_the_components_and_architectures_that_are_wanted_are_fetched() {
        let texts = ["main", "test", "other"].map(|name| {
            let all = package(name, "all");
            [all.clone() + &package(name, "amd64"), all.clone() + &package(name, "arm64"), all]
        });
        let [[amd64, arm64, all], [test, ..], [other, ..]] = &texts;
        let installer = package("installer", "amd64");
        let archive = Archive::of(
            &[
                ("main/binary-amd64/Packages", amd64.as_bytes()),
                ("main/binary-arm64/Packages", arm64.as_bytes()),
                ("main/binary-all/Packages", all.as_bytes()),
                ("main/debian-installer/binary-amd64/Packages", installer.as_bytes()),
                ("updates/test/binary-amd64/Packages", test.as_bytes()),
                ("other/binary-amd64/Packages", other.as_bytes()),
            ],
            |_| true,
        );
        let main = ["installer amd64.deb", "main all.deb", "main amd64.deb"];
        assert_eq!(archive.names("main", &["amd64", "source"]).await, main);
        assert!(!archive.server.asked().iter().any(|path| path.contains("arm64") || path.contains("other")));
        assert_eq!(archive.names("main other", &["arm64"]).await, ["main all.deb", "main arm64.deb"]);
        assert_eq!(archive.names("", &["amd64"]).await.len(), 7);
        for (components, said) in [("main lacking", "no Packages of the component lacking"), ("test", "component test")]
        {
            let failure = archive.list(components, &[]).await.expect_err(said);
            assert!(failure.is_final() && failure.to_string().contains(said), "{failure}");
        }
        let failure = archive.list("other", &["arm64"]).await.expect_err("only amd64");
        assert!(failure.to_string().contains("no Packages that are wanted"), "{failure}");
    }

    #[tokio::test]
    async fn takes_the_form_that_is_read_fastest_of_those_that_are_there() {
        let text = package("aa", "amd64");
        let [zst, gz] = [zstd::encode_all(text.as_bytes(), 1).expect("memory"), gz(&text)];
        let name = |ending: &str| format!("main/binary-amd64/Packages{ending}");
        let forms = [("", text.as_bytes()), (".xz", b"unread"), (".gz", &gz), (".zst", &zst), (".bz2", b"unknown")];
        let forms = forms.map(|(ending, bytes)| (name(ending), bytes));
        let indexes = forms.each_ref().map(|(name, bytes)| (name.as_str(), *bytes));
        for (there, asked) in [
            (&[".zst", ".gz", ""][..], &[".zst"][..]),
            (&[".gz", ""], &[".zst", ".gz"]),
            (&[""], &[".zst", ".gz", ".xz", ""]),
        ] {
            let is_there =
                |name: &str| there.iter().any(|ending| name == format!("main/binary-amd64/Packages{ending}"));
            let archive = Archive::of(&indexes, is_there);
            assert_eq!(archive.names("", &[]).await, ["aa amd64.deb"]);
            let asked: Vec<_> = asked.iter().map(|ending| format!("dists/stable/{}", name(ending))).collect();
            assert_eq!(archive.server.asked()[1..], asked);
        }
        let failure = Archive::of(&indexes, |_| false).list("", &[]).await.expect_err("nothing is there");
        assert!(failure.is_final() && failure.to_string().contains("Packages cannot be fetched"), "{failure}");
    }

    #[tokio::test]
    async fn says_which_file_is_not_what_it_should_be() {
        let (good, index) = (package("aa", "amd64"), "main/binary-amd64/Packages");
        let date = "Date: Sat, 10 Sep 2022 09:00:00 UTC\nSHA256:\n";
        let release = |text: &str| format!("{date} {} {} {index}\n", sha256(text.as_bytes()), text.len());
        let twice = good.clone() + &good.replace(&"ab".repeat(32), &"cd".repeat(32));
        for (release, text, file, said) in [
            (release(&good), good.replace("1:1", "1:2"), index, "Release says SHA-256"),
            (release(&twice), twice, index, "must not be that of two packages"),
            (release("Package: aa\n"), "Package: aa\n".to_owned(), index, "has no Filename"),
            (release(&good.replace(".deb", ".rpm")), good.replace(".deb", ".rpm"), index, "must be that of a .deb"),
            (release(&good.replace("pool/", "../")), good.replace("pool/", "../"), index, "must be relative"),
            (date.replace("Date", "Day"), good.clone(), "Release", "has no Date"),
            (date.to_owned(), good.clone(), "Release", "names no Packages"),
            (" ".repeat((4 << 20) + 1), good.clone(), "Release", "has more than 4194304 bytes"),
        ] {
            let archive = Archive::with(&release, &[(index, text.as_bytes())], |_| true);
            let failure = archive.list("", &[]).await.expect_err(said);
            let text = failure.to_string();
            assert!(failure.is_final() && text.contains(said), "{text} and not {said}");
            assert!(text.starts_with(&format!("{}dists/stable/{file}", archive.server.url)), "{text}");
        }
    }
}
