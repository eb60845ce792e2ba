//! What source packages of Debian consist of. Of files that are called so only those are taken that a `.dsc` of the same directory
//! names: whatever else lies there need not be for the public.

use std::collections::HashMap;

use colca_apt::{Dsc, MOST_DSC, NamedFile};
use colca_runtime::Services;
use colca_store::ListedObject;

/// What the `.dsc` files name that were read so far, by what their keys begin with.
#[derive(Default)]
pub(crate) struct Sources(HashMap<String, Vec<NamedFile>>);

impl Sources {
    /// A file as a `.dsc` beside it names it; nothing if none does.
    pub(crate) async fn named(
        &mut self,
        services: &Services,
        bucket: &str,
        object: &ListedObject,
    ) -> colca_store::Result<Option<NamedFile>> {
        let key = object.key.path();
        let name = key.rsplit('/').next().unwrap_or_default();
        let Some(package) = source_of(name) else { return Ok(None) };
        let beginning = format!("{}{package}_", key.strip_suffix(name).unwrap_or_default());
        if !self.0.contains_key(&beginning) {
            let named = read(services, bucket, &beginning).await?;
            self.0.insert(beginning.clone(), named);
        }
        let mut named = self.0[&beginning].iter().filter(|file| file.name == name).peekable();
        let first = named.peek().copied();
        Ok(named.find(|file| file.size == object.size).or(first).cloned())
    }
}

/// What all `.dsc` files name whose keys begin so.
async fn read(services: &Services, bucket: &str, beginning: &str) -> colca_store::Result<Vec<NamedFile>> {
    let mut named = Vec::new();
    for object in services.objects.list_all(bucket, beginning).await? {
        let key = object.key.path();
        let is_beside = !key[beginning.len()..].contains('/');
        if !is_beside || !key.ends_with(".dsc") || object.size > MOST_DSC {
            continue;
        }
        // One that is no good is refused when its turn comes.
        if let Some((bytes, _)) = services.objects.read(&object.key).await?
            && let Ok(dsc) = Dsc::parse(&bytes)
        {
            named.extend_from_slice(dsc.files());
        }
    }
    Ok(named)
}

/// The source package that a file is of, if `dpkg-source` calls files so: `hello_1.0.orig.tar.gz`, `hello_1.0-1.debian.tar.xz`,
/// `hello_1.0-1.diff.gz`, and signatures of the first (<https://manpages.debian.org/dpkg-source.1>).
fn source_of(name: &str) -> Option<&str> {
    let name = name.strip_suffix(".asc").unwrap_or(name);
    let (package, rest) = name.split_once('_')?;
    let is_good = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"+.-".contains(&c);
    let is_named = package.len() > 1 && package.bytes().all(is_good);
    let is_packed = ["gz", "xz", "bz2", "lzma", "zst"].iter().any(|ending| rest.ends_with(&format!(".tar.{ending}")));
    (is_named && (is_packed || rest.ends_with(".diff.gz"))).then_some(package)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_source_packages_consist_of() {
        for good in
            ["hello_1.0.orig.tar.gz", "hello_1.0.orig.tar.gz.asc", "hello_1.0-1.debian.tar.xz", "hello_1.diff.gz"]
        {
            assert_eq!(source_of(good), Some("hello"), "{good}");
        }
        assert_eq!(source_of("a+b_1.diff.gz"), Some("a+b"));
        for bad in ["hello-1.0.tar.gz", "Packages.gz", "repomd.xml.asc", "hello_1.0.changes", "Hello_1.tar.gz"] {
            assert_eq!(source_of(bad), None, "{bad}");
        }
    }
}
