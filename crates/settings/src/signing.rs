//! Which keys sign what is published.

use std::collections::BTreeSet;

use colca_model::{KeyName, Project};

use crate::{Node, Settings};

/// The most keys that sign at once: two overlap in a rotation.
const MOST: usize = 4;

/// How the repositories of a project are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signing<'s> {
    /// The keys, in the order of their signatures; none if the repositories are not signed.
    pub keys: &'s [KeyName],
    /// Whether the headers of rpms are signed as well. Never without a key.
    pub packages: bool,
}

/// What one table says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SigningRules {
    keys: Option<Vec<KeyName>>,
    packages: Option<bool>,
}

impl SigningRules {
    /// `standard` is what counts where this table says nothing.
    pub(crate) fn read(node: Node<'_>, standard: &Self) -> Self {
        node.keys(|keys| {
            let names: Option<Vec<KeyName>> = keys.take("keys").and_then(|node| node.ordered_names(MOST));
            let has_key = names.as_ref().or(standard.keys.as_ref()).is_some_and(|names| !names.is_empty());
            let packages = keys.take("packages").and_then(|node| {
                if node.as_bool() == Some(true) && !has_key {
                    node.refuse("needs a key in keys");
                }
                node.boolean()
            });
            Self { keys: names, packages }
        })
    }
}

impl Settings {
    /// How the repositories of the project are signed. Without a word about it they are not.
    #[must_use]
    pub fn signing(&self, project: &Project) -> Signing<'_> {
        let own = self.repos.get(project).map(|project| &project.signing);
        let keys = own.and_then(|own| own.keys.as_deref()).or(self.signing.keys.as_deref()).unwrap_or_default();
        let packages = own.and_then(|own| own.packages).or(self.signing.packages).unwrap_or(false);
        Signing { keys, packages: packages && !keys.is_empty() }
    }

    /// All keys that the file names.
    #[must_use]
    pub fn key_names(&self) -> BTreeSet<&KeyName> {
        let rules = [&self.signing].into_iter().chain(self.repos.values().map(|project| &project.signing));
        rules.flat_map(|rules| rules.keys.iter().flatten()).collect()
    }

    /// Where the file names a key, if it does: the name of a project, or none if for all.
    #[must_use]
    pub fn names_key(&self, name: &KeyName) -> Option<Option<&Project>> {
        let names = |rules: &SigningRules| rules.keys.iter().flatten().any(|key| key == name);
        if names(&self.signing) {
            return Some(None);
        }
        self.repos.iter().find(|(_, project)| names(&project.signing)).map(|(project, _)| Some(project))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signing(text: &str, project: &str) -> (Vec<String>, bool) {
        let settings = Settings::parse(text).expect("a good file");
        let signing = settings.signing(&project.parse().expect("a project"));
        (signing.keys.iter().map(ToString::to_string).collect(), signing.packages)
    }

    fn by(keys: &[&str], packages: bool) -> (Vec<String>, bool) {
        (keys.iter().map(ToString::to_string).collect(), packages)
    }

    #[test]
    fn a_project_is_signed_as_the_file_says_but_for_what_it_says_itself() {
        let text = r#"
            signing = { keys = ["new", "old"], packages = true }
            repos.own = { signing.keys = ["own"] }
            repos.headers = { signing.packages = false }
            repos.unsigned = { signing.keys = [] }
            repos.silent = { automatic = true }
        "#;
        assert_eq!(signing(text, "other"), by(&["new", "old"], true));
        assert_eq!(signing(text, "silent"), by(&["new", "old"], true));
        assert_eq!(signing(text, "own"), by(&["own"], true));
        assert_eq!(signing(text, "headers"), by(&["new", "old"], false));
        assert_eq!(signing(text, "unsigned"), by(&[], false));
    }

    #[test]
    fn tells_where_a_key_is_named() {
        let text = "signing = { keys = [\"new\"] }\nrepos.own = { signing.keys = [\"own\"] }";
        let settings = Settings::parse(text).expect("a good file");
        let named = |key: &str| {
            let named = settings.names_key(&key.parse().expect("a name"));
            named.map(|project| project.map(ToString::to_string))
        };
        assert_eq!(named("new"), Some(None));
        assert_eq!(named("own"), Some(Some("own".to_owned())));
        assert_eq!(named("other"), None);
    }

    #[test]
    fn without_a_key_nothing_is_signed() {
        assert_eq!(signing("", "ceph"), by(&[], false));
        let text = "repos.ceph.signing = { packages = true, keys = [\"own\"] }";
        assert_eq!(signing(text, "ceph"), by(&["own"], true));
        assert_eq!(signing(text, "rook"), by(&[], false));
    }
}
