//! The paths that the CDN is to forget.
//!
//! It keeps an object under the path that its URL function (`infra/url-function.js`) makes of the one that was asked for: that
//! of the object's key, without alias and `@<revision>/`. AWS advises to name the path that was asked for as well
//! (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-specifying-objects.html>); the addresses
//! that we hand out begin with the alias, so of each repository all below its alias is named, in one.
//!
//! What is paid is paths, of which one with a `*` is one, whatever it stands for: 1,000 a month are free, each more is half a cent.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::RepoPath;

use crate::Stale;

/// The tree that is public, and its alias.
const TREE: &str = "repos";
const ALIAS: &str = "r";

/// Of how many repositories one invalidation is. At most 15 paths with a `*` are in progress at once, and a repository
/// takes two (<https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/InvalidationLimits.html>).
pub(crate) const REPOSITORIES: usize = 7;

/// Up to how many paths of a repository are named each by itself. Above that it is all of the repository: clients fetch from
/// the store again what they had from an edge, and that costs less.
const EACH: usize = 10;

/// The paths of what is stale.
pub(crate) fn paths<'a>(stale: impl IntoIterator<Item = &'a Stale>) -> BTreeSet<String> {
    let mut of_each: BTreeMap<&RepoPath, Vec<&Stale>> = BTreeMap::new();
    for stale in stale {
        of_each.entry(&stale.repository).or_default().push(stale);
    }
    let of_one = |(repository, stale): (&RepoPath, Vec<&Stale>)| {
        let mut paths = each(&stale).unwrap_or_else(|| BTreeSet::from([all_below(TREE, repository)]));
        paths.insert(all_below(ALIAS, repository));
        paths
    };
    of_each.into_iter().flat_map(of_one).collect()
}

/// The path of each, if they are few, and no more than one of them has a `*`.
fn each(stale: &[&Stale]) -> Option<BTreeSet<String>> {
    let paths = stale.iter().map(|stale| stale.key.as_ref().map(|key| spelled(&format!("/{key}"))));
    let paths: BTreeSet<_> = paths.collect::<Option<_>>()?;
    let vague = paths.iter().filter(|path| path.ends_with('*')).count();
    (paths.len() <= EACH && vague <= 1).then_some(paths)
}

fn all_below(tree: &str, repository: &RepoPath) -> String {
    spelled(&format!("/{tree}/{repository}/*"))
}

/// A path as CloudFront wants it, up to the first character that has no spelling which is sure to be the right one; a `*`
/// stands for the rest.
///
/// What RFC 1738 calls unsafe is to be encoded, and nothing else is. The URL function encodes more than that, `+` above all;
/// and `~` it leaves, which CloudFront refuses in an invalidation, and in which `%7E` is not what is cached
/// (<https://github.com/aws/aws-sdk-js-v3/issues/4042>).
fn spelled(path: &str) -> String {
    let mut text = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => text.push(char::from(byte)),
            b' ' | b'"' | b'#' | b'%' | b'<' | b'>' | b'[' | b']' | b'^' | b'`' | b'{' | b'|' | b'}' | 0x80.. => {
                text += &format!("%{byte:02X}");
            }
            _ => {
                text.push('*');
                break;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TOP: &str = "repos/ceph/main/HEAD/centos/9/flavors/default";
    const ALL: &str = "/repos/ceph/main/HEAD/centos/9/flavors/default/*";
    const ALIASES: &str = "/r/ceph/main/HEAD/centos/9/flavors/default/*";

    fn file(key: &str) -> Stale {
        Stale {
            repository: "ceph/main/HEAD/centos/9/flavors/default".parse().expect("a path"),
            key: Some(key.to_owned()),
        }
    }

    fn named(names: &[&str]) -> Vec<Stale> {
        names.iter().map(|name| file(&format!("{TOP}/x86_64/{name}"))).collect()
    }

    fn sorted(mut paths: Vec<String>) -> Vec<String> {
        paths.sort();
        paths
    }

    #[test]
    fn what_is_public_and_by_which_names_is_what_the_cdn_says() {
        let rules: serde_json::Value =
            serde_json::from_str(include_str!("../../../infra/cdn-rules.json")).expect("JSON");
        assert_eq!(rules["public_prefix"], TREE);
        assert_eq!(rules["aliases"], serde_json::json!({ ALIAS: TREE }));
    }

    #[test]
    fn few_are_named_each_by_itself_and_once() {
        let expected = [&format!("/{TOP}/x86_64/a-1.x86_64.rpm"), &format!("/{TOP}/x86_64/b_2.deb"), ALIASES];
        let expected = sorted(expected.map(|path: &str| path.to_owned()).into());
        let stale = named(&["b_2.deb", "a-1.x86_64.rpm", "b_2.deb"]);
        assert_eq!(paths(&stale).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn many_of_a_repository_are_all_of_it() {
        let names: Vec<_> = (0..=EACH).map(|number| format!("a-{number}.rpm")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert_eq!(paths(&named(&names[1..])).len(), EACH + 1, "and the alias");
        assert_eq!(paths(&named(&names)), BTreeSet::from([ALL.to_owned(), ALIASES.to_owned()]));
        let whole = Stale { key: None, ..file("") };
        assert_eq!(paths(&[file(&format!("{TOP}/x86_64/a.rpm")), whole]).len(), 2);
    }

    #[test]
    fn a_character_of_which_nobody_can_be_sure_ends_a_path() {
        for (path, expected) in [
            ("/repos/hello_1.0~rc1_amd64.deb", "/repos/hello_1.0*"),
            ("/repos/libstdc++6.rpm", "/repos/libstdc*"),
            ("/repos/a^git.rpm", "/repos/a%5Egit.rpm"),
            ("/repos/a b%.rpm", "/repos/a%20b%25.rpm"),
            ("/repos/é.rpm", "/repos/%C3%A9.rpm"),
            ("/repos/*", "/repos/*"),
        ] {
            assert_eq!(spelled(path), expected);
        }
        assert_eq!(paths(&named(&["a~1.rpm", "b.rpm"])).len(), 3);
        assert_eq!(paths(&named(&["a~1.rpm", "b~1.rpm"])).len(), 2, "two with a star are too many");
    }

    proptest! {
        #[test]
        fn a_repository_takes_two_stars_and_no_more_paths_than_it_may(
            names in proptest::collection::vec("[a-z+~^é.]{1,8}", 1..30),
        ) {
            let stale: Vec<_> = names.iter().map(|name| file(&format!("{TOP}/x86_64/{name}"))).collect();
            let paths = paths(&stale);
            prop_assert!(paths.len() <= EACH + 1);
            prop_assert!(paths.iter().filter(|path| path.ends_with('*')).count() <= 2);
            prop_assert!(paths.iter().all(|path| !path[..path.len() - 1].contains('*') && path.is_ascii()));
            // What the URL function makes of each key is among them.
            for stale in &stale {
                let key = percent_encoding::utf8_percent_encode(stale.key.as_deref().unwrap_or_default(), CANONICAL);
                let cached = format!("/{key}");
                prop_assert!(
                    paths.iter().any(|path| path.strip_suffix('*').map_or(*path == cached, |top| cached.starts_with(top))),
                    "{cached} in {paths:?}"
                );
            }
        }
    }

    const CANONICAL: &percent_encoding::AsciiSet =
        &percent_encoding::NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
}
