//! The parameters of a search: chacra's, which are exact, and ours.
//!
//! A value that no file can have, such as a name with a slash, is refused like any other that breaks a rule: whoever sends
//! one has made a mistake, and "nothing found" would hide it.

use std::collections::BTreeSet;
use std::str::FromStr;

use colca_api::ApiError;
use colca_model::Invalid;
use colca_store::{PageSize, PageToken, Search};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Every parameter there is, and what it means.
pub(crate) const PARAMETERS: [(&str, &str); 19] = [
    ("distro", "the distribution"),
    ("distro_version", "the version or codename of the distribution"),
    ("arch", "the architecture, as the uploader names it"),
    ("ref", "the branch or tag"),
    ("built_by", "who uploaded it"),
    ("size", "the length in bytes"),
    ("name", "the whole name of the file"),
    ("name-has", "a part of its name; like all texts, compared by case, and without wildcards"),
    ("sha1", "the commit"),
    ("project", "what is built"),
    ("flavor", "the variant of the build"),
    ("checksum", "the SHA-512 or SHA-256 of the file, in hex digits"),
    ("name-prefix", "what its name begins with"),
    ("size-min", "the least length in bytes"),
    ("size-max", "the greatest length in bytes"),
    (
        "created-after",
        "uploaded at this moment or after it, as RFC 3339 or YYYY-MM-DD (UTC); of replaced bytes, the new ones count",
    ),
    ("created-before", "uploaded before this moment"),
    ("limit", "how many files an answer holds at most, 1 to 1000; 100 if not given"),
    ("page-token", "where to go on: X-Next-Page-Token of an answer to the same search"),
];

const PAGE_TOKEN: &str = "page-token";

/// What may stand in a query as it is.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parameters of one request: each is known, none is there twice.
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// # Errors
    /// 400 in chacra's words for a parameter that there is not, in ours for one that is there twice.
    pub(crate) fn of(given: Vec<(String, String)>) -> colca_api::Result<Self> {
        if let Some((name, _)) = given.iter().find(|(name, _)| PARAMETERS.iter().all(|(known, _)| known != name)) {
            return Err(ApiError::Refused(format!("invalid query params: {name}")));
        }
        let mut seen = BTreeSet::new();
        if let Some((name, value)) = given.iter().find(|(name, _)| !seen.insert(name)) {
            return Err(Invalid::new(name, "must not be given twice", value).into());
        }
        Ok(Self(given))
    }

    /// What is searched for.
    pub(crate) fn search(&self) -> Result<Search, Invalid> {
        Ok(Search {
            project: self.parsed("project")?,
            git_ref: self.parsed("ref")?,
            sha1: self.parsed("sha1")?,
            distro: self.parsed("distro")?,
            distro_version: self.parsed("distro_version")?,
            flavor: self.parsed("flavor")?,
            arch: self.parsed("arch")?,
            built_by: self.parsed("built_by")?,
            filename: self.parsed("name")?,
            size: self.length("size")?,
            checksum: self.parsed("checksum")?,
            name_has: self.parsed("name-has")?,
            name_prefix: self.parsed("name-prefix")?,
            size_min: self.length("size-min")?,
            size_max: self.length("size-max")?,
            created_after: self.moment("created-after")?,
            created_before: self.moment("created-before")?,
        })
    }

    /// How much of it is to be shown.
    pub(crate) fn page_size(&self) -> Result<PageSize, Invalid> {
        Ok(self.parsed("limit")?.unwrap_or_default())
    }

    /// From where on.
    pub(crate) fn page_token(&self, search: &Search) -> Result<Option<PageToken>, Invalid> {
        self.get(PAGE_TOKEN).map(|token| PageToken::read(token, search)).transpose()
    }

    /// The query of the page after this one.
    pub(crate) fn with_page_token(&self, token: &str) -> String {
        let others = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = others.filter(|(name, _)| *name != PAGE_TOKEN).chain([(PAGE_TOKEN, token)]);
        let pairs = all.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, ESCAPED)));
        pairs.collect::<Vec<_>>().join("&")
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A type's own rules, said of the parameter.
    fn parsed<T: FromStr<Err = Invalid>>(&self, name: &str) -> Result<Option<T>, Invalid> {
        let parsed = self.get(name).map(str::parse).transpose();
        parsed.map_err(|invalid: Invalid| Invalid { field: name.to_owned(), ..invalid })
    }

    fn length(&self, name: &str) -> Result<Option<u64>, Invalid> {
        let parse = |text: &str| text.parse().map_err(|_| Invalid::new(name, "must be a whole number of bytes", text));
        self.get(name).map(parse).transpose()
    }

    fn moment(&self, name: &str) -> Result<Option<Timestamp>, Invalid> {
        let rule = "must be a moment, such as 2026-11-20T08:30:00Z, or a date, such as 2026-11-20";
        let read = |text: &str| moment(text).ok_or_else(|| Invalid::new(name, rule, text));
        self.get(name).map(read).transpose()
    }
}

/// A moment, or the first of a day in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    // A parser of dates would take a moment without a zone, too, and overlook the time.
    if text.len() != "2026-11-20".len() {
        return text.parse().ok();
    }
    let day: Date = text.parse().ok()?;
    TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> colca_api::Result<Parameters> {
        Parameters::of(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn good(pairs: &[(&str, &str)]) -> Parameters {
        parameters(pairs).unwrap_or_else(|error| panic!("{pairs:?}: {error:?}"))
    }

    /// The message, and the field if it names one.
    fn refused(pairs: &[(&str, &str)]) -> (String, Option<String>) {
        let error = match parameters(pairs) {
            Err(error) => error,
            Ok(parameters) => parameters.search().expect_err("a bad value").into(),
        };
        let body = error.body();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        (text("message").expect("every refusal has one"), text("field"))
    }

    #[test]
    fn reads_what_there_is() {
        let search = good(&[("name", "a+b.rpm"), ("size-min", "7"), ("created-after", "2026-11-20"), ("ref", "main")]);
        let expected = Search {
            filename: "a+b.rpm".parse().ok(),
            size_min: Some(7),
            created_after: "2026-11-20T00:00:00Z".parse().ok(),
            git_ref: "main".parse().ok(),
            ..Search::default()
        };
        assert_eq!(search.search(), Ok(expected));
        assert_eq!(good(&[]).search(), Ok(Search::default()));
    }

    #[test]
    fn names_the_parameter_that_is_wrong() {
        assert_eq!(refused(&[("ref", "a"), ("x", ""), ("y", "")]), ("invalid query params: x".to_owned(), None));
        for (pairs, field) in [
            (&[("ref", "a"), ("ref", "a")][..], "ref"),
            (&[("name", "a/b")], "name"),
            (&[("name-has", "")], "name-has"),
            (&[("built_by", "")], "built_by"),
            (&[("size", "-1")], "size"),
            (&[("size-max", "1.5")], "size-max"),
            (&[("checksum", "abc")], "checksum"),
        ] {
            assert_eq!(refused(pairs).1.as_deref(), Some(field), "{pairs:?}");
        }
    }

    #[test]
    fn moments_have_a_zone_and_days_are_those_of_utc() {
        for (text, second) in [
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T00:00:07Z", Some(7)),
            ("1970-01-01T01:00:07+01:00", Some(7)),
            ("1970-01-01T00:00:07", None),
            ("19700101", None),
            ("1970-13-01", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(moment(text), second.map(|second| Timestamp::from_second(second).expect("a moment")), "{text}");
        }
    }

    #[test]
    fn the_next_page_is_of_the_same_search() {
        let parameters = good(&[("name-has", "a&b=c d>"), ("page-token", "old"), ("limit", "7")]);
        assert_eq!(parameters.with_page_token("new"), "name-has=a%26b%3Dc%20d%3E&limit=7&page-token=new");
    }
}
