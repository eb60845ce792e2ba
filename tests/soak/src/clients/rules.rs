//! Which files are entry files, by the rules of the CDN.

use std::fs;

use colca_tests::stack::root;
use serde_json::Value;

/// The patterns of their paths.
#[derive(Debug)]
pub(crate) struct Rules(Vec<String>);

impl Rules {
    /// Those of `infra/cdn-rules.json`.
    ///
    /// # Panics
    /// If that is not as it describes itself.
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(root().join("infra/cdn-rules.json")).expect("it stands there");
        let rules: Value = serde_json::from_str(&text).expect("JSON");
        let paths = rules["kinds"]["entry"]["paths"].as_array().expect("a list of patterns");
        Self(paths.iter().map(|path| path.as_str().expect("a pattern").to_owned()).collect())
    }

    /// Whether a path is one of an entry file. Those below `@<revision>/` are never written again, but no rule says so.
    pub(crate) fn is_entry(&self, path: &str) -> bool {
        self.0.iter().any(|pattern| fits(pattern, path))
    }
}

/// Whether a path fits a pattern: a star is any characters, slashes too.
fn fits(pattern: &str, path: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::Rules;

    #[test]
    fn entry_files_are_known() {
        let rules = Rules::read();
        for path in [
            "/repos/a/noarch/repodata/repomd.xml",
            "/repos/a/noarch/mirrorlist",
            "/r/a/noarch/mirrorlist",
            "/repos/a/dists/bookworm/InRelease",
            "/repos/a/dists/bookworm/main/binary-amd64/Packages.gz",
            "/repos/a/@3/noarch/repodata/repomd.xml.asc",
        ] {
            assert!(rules.is_entry(path), "{path}");
        }
        for path in ["/repos/a/noarch/repodata/1-primary.xml.zst", "/repos/a/pool/a.deb", "/repos/a/mirrorlist/b"] {
            assert!(!rules.is_entry(path), "{path}");
        }
    }
}
