//! Which distributions there are, so that a typing error does not become a repository.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::{Distro, DistroVersion, Invalid};

use crate::Node;
use crate::keys::nearest;

/// The most versions that a message lists.
const LISTED: usize = 20;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Distros {
    enforce: bool,
    known: BTreeMap<Distro, BTreeSet<DistroVersion>>,
}

impl Distros {
    pub(crate) fn read(node: Node<'_>) -> Self {
        node.keys(|keys| {
            let known = keys.take("known").map(|node| node.by_name(|versions| versions.some_names()));
            let known: BTreeMap<_, _> = known.unwrap_or_default();
            let enforce = keys.take("enforce").and_then(|node| {
                if node.as_bool() == Some(true) && known.is_empty() {
                    node.refuse("would refuse every upload, since [distros.known] names no distribution");
                }
                node.boolean()
            });
            Self { enforce: enforce.unwrap_or(false), known }
        })
    }

    pub(crate) fn check(&self, distro: &Distro, version: &DistroVersion) -> Result<(), Invalid> {
        if !self.enforce {
            return Ok(());
        }
        let Some(versions) = self.known.get(distro) else {
            let near = nearest(distro.as_str(), self.known.keys().map(Distro::as_str));
            let such_as = near.map(|(near, _)| format!(", such as {near}")).unwrap_or_default();
            return Err(Invalid::new("distro", format!("must be a known distribution{such_as}"), distro));
        };
        if versions.contains(version) {
            return Ok(());
        }
        let listed: Vec<_> = versions.iter().take(LISTED).map(DistroVersion::as_str).collect();
        let more = if versions.len() > LISTED { ", …" } else { "" };
        let rule = format!("must be a known version of {distro} ({}{more})", listed.join(", "));
        Err(Invalid::new("distro_version", rule, version))
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    fn check(text: &str, distro: &str, version: &str) -> String {
        let settings = Settings::parse(text).expect("a good file");
        let (distro, version) = (distro.parse().expect("a distro"), version.parse().expect("a version"));
        settings.check_distro(&distro, &version).map_or_else(|invalid| invalid.to_string(), |()| String::new())
    }

    #[test]
    fn where_enforced_an_unknown_one_is_refused_and_told_what_is_known() {
        let file = r#"
            distros.enforce = true
            distros.known = { centos = ["9", "8"], ubuntu = ["jammy", "noble"] }
        "#;
        for (distro, version, expected) in [
            ("centos", "9", ""),
            ("ubuntu", "noble", ""),
            ("cetnos", "9", r#"distro: must be a known distribution, such as centos, got "cetnos""#),
            ("Ubuntu", "noble", r#"distro: must be a known distribution, such as ubuntu, got "Ubuntu""#),
            ("centos", "7", r#"distro_version: must be a known version of centos (8, 9), got "7""#),
            ("ubuntu", "9", r#"distro_version: must be a known version of ubuntu (jammy, noble), got "9""#),
            ("centos", "universal", ""),
            ("windows", "any", ""),
        ] {
            assert_eq!(check(file, distro, version), expected);
        }
    }

    #[test]
    fn a_long_list_of_versions_is_cut() {
        let versions: Vec<_> = (10..40).map(|version| version.to_string()).collect();
        let file = format!("distros = {{ enforce = true, known.fedora = {versions:?} }}");
        let message = check(&file, "fedora", "9");
        assert!(message.ends_with(r#", 28, 29, …), got "9""#), "{message}");
    }

    #[test]
    fn where_not_enforced_everything_passes() {
        assert_eq!(check("distros.known.centos = [\"9\"]", "cetnos", "7"), "");
        assert_eq!(check("", "cetnos", "7"), "");
    }
}
