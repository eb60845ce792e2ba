//! Exceptions to what [`Codec::for_distribution`] chooses.

use std::str::FromStr;

use crate::Codec;

/// Which codec the repositories of which distribution use, where that is not left to us. Written
/// `distro/version=codec`, separated by commas; `*` stands for any, and the first rule that fits counts:
/// `centos/9=gz, fedora/*=zst`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodecRules(Vec<Rule>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    distro: String,
    version: String,
    codec: Codec,
}

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("codec rules: must be distro/version=gz or distro/version=zst, separated by commas, got {0:?}")]
pub struct NotARule(String);

impl CodecRules {
    /// The codec of a repository: by the first rule that fits, else by what its systems can read.
    #[must_use]
    pub fn codec(&self, distro: &str, version: &str) -> Codec {
        let fits = |pattern: &str, value: &str| pattern == "*" || pattern.eq_ignore_ascii_case(value);
        let rule = self.0.iter().find(|rule| fits(&rule.distro, distro) && fits(&rule.version, version));
        rule.map_or_else(|| Codec::for_distribution(distro, version), |rule| rule.codec)
    }
}

impl FromStr for CodecRules {
    type Err = NotARule;

    fn from_str(text: &str) -> Result<Self, NotARule> {
        let rules = text.split(',').map(str::trim).filter(|rule| !rule.is_empty());
        rules.map(|rule| read(rule).ok_or_else(|| NotARule(rule.to_owned()))).collect::<Result<_, _>>().map(Self)
    }
}

fn read(rule: &str) -> Option<Rule> {
    let (names, codec) = rule.split_once('=')?;
    let (distro, version) = names.split_once('/')?;
    let codec = [Codec::Gzip, Codec::Zstd].into_iter().find(|known| known.extension() == codec)?;
    let good = |name: &str| !name.is_empty() && !name.contains('/');
    (good(distro) && good(version)).then(|| Rule { distro: distro.to_owned(), version: version.to_owned(), codec })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_counts_and_without_one_the_distribution_decides() {
        let rules: CodecRules = "centos/9=gz, fedora/*=gz,*/8=zst".parse().expect("three good rules");
        for (distro, version, codec) in [
            ("centos", "9", Codec::Gzip),
            ("CentOS", "10", Codec::Zstd),
            ("fedora", "44", Codec::Gzip),
            ("rocky", "8", Codec::Zstd),
            ("rocky", "7", Codec::Gzip),
        ] {
            assert_eq!(rules.codec(distro, version), codec, "{distro} {version}");
        }
        assert_eq!("".parse(), Ok(CodecRules::default()));
    }

    #[test]
    fn says_which_rule_cannot_be_read() {
        for bad in ["centos=gz", "centos/9", "centos/9=xz", "/9=gz", "a/b/c=gz"] {
            let error = format!("*/*=zst, {bad}").parse::<CodecRules>().expect_err(bad);
            assert!(error.to_string().ends_with(&format!("got {bad:?}")), "{error}");
        }
    }
}
