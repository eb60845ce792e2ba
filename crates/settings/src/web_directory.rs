//! Addresses of repositories on the web.

use std::net::IpAddr;

use colca_model::{Invalid, checked_text};
use url::{Host, Url};

/// The longest address, in bytes.
const LONGEST: usize = 500;

checked_text!(
    /// The address of a directory on the web, in its normal form: absolute, of http or https, without user, query and
    /// fragment, ending with a slash. So one begins with another only if it lies below it.
    ///
    /// http is allowed: what is fetched is pinned by its checksum, and people have mirrors in their own networks.
    WebDirectory,
    check
);

fn check(text: &str) -> Result<(), Invalid> {
    let refuse = |rule: &str| Err(Invalid::new("url", rule, text));
    if text.len() > LONGEST {
        return refuse("must not be longer than 500 bytes");
    }
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = url else {
        return refuse("must be an address of http or https, such as https://download.example.org/el9/");
    };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("must not contain a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("must not contain a query or a fragment");
    }
    let path = url.path().to_ascii_lowercase();
    if path.contains("%2f") || path.contains("%5c") {
        return refuse("must not contain an encoded slash or backslash");
    }
    if !path.ends_with('/') {
        return refuse("must end with a slash");
    }
    if url.as_str() != text {
        return refuse(&format!("must be written {url}"));
    }
    Ok(())
}

impl WebDirectory {
    /// The address of a file below it.
    #[must_use]
    pub fn file(&self, path: &str) -> String {
        format!("{}{path}", self.as_str())
    }

    /// The host, as a name or an address, and its port if it is none that goes without saying: `a.example:8443`.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        self.url().port().map_or_else(|| self.host(), |port| format!("{}:{port}", self.host()))
    }

    /// The host; an address of IPv6 in brackets.
    #[must_use]
    pub fn host(&self) -> String {
        self.url().host_str().unwrap_or_default().to_owned()
    }

    /// The address of the host, if it is written as one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self.url().host()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    fn url(&self) -> Url {
        Url::parse(&self.0).expect("it was parsed when it was made")
    }

    /// The archive that it is a distribution of, and the name of that, if it is one: `https://host/debian/dists/bookworm/`.
    #[must_use]
    pub fn distribution(&self) -> Option<(Self, &str)> {
        let (archive, distribution) = self.as_str().rsplit_once("/dists/")?;
        Some((Self(format!("{archive}/")), distribution.trim_end_matches('/')))
    }

    /// Whether it is the other one, or lies below it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.as_str().starts_with(other.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distribution_lies_below_its_archive() {
        let url = WebDirectory::new("https://a.example/debian/dists/bookworm/").expect("good");
        let archive = WebDirectory::new("https://a.example/debian/").expect("good");
        assert_eq!(url.distribution(), Some((archive.clone(), "bookworm")));
        assert_eq!(archive.distribution(), None);
    }

    #[test]
    fn takes_addresses_in_their_normal_form() {
        for good in [
            "https://download.example.org/",
            "https://download.example.org:8443/el9/x86_64/",
            "http://127.0.0.1:8000/a%20b/",
            "http://[::1]/c++/~me/",
        ] {
            assert_eq!(WebDirectory::new(good).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn refuses_whatever_could_lead_elsewhere_than_it_seems() {
        let long = format!("https://a.example/{}/", "x".repeat(500));
        let no_address = "must be an address of http or https, such as https://download.example.org/el9/";
        for (bad, rule) in [
            ("", no_address),
            ("download.example.org/el9/", no_address),
            ("ftp://download.example.org/", no_address),
            ("file:///etc/", no_address),
            ("https:///", no_address),
            ("https://user@a.example/", "must not contain a user or a password"),
            ("https://:secret@a.example/", "must not contain a user or a password"),
            ("https://a.example/?", "must not contain a query or a fragment"),
            ("https://a.example/#top/", "must not contain a query or a fragment"),
            ("https://a.example/el9", "must end with a slash"),
            ("https://a.example/el9/..%2F../", "must not contain an encoded slash or backslash"),
            ("https://a.example/el9/..%5c/", "must not contain an encoded slash or backslash"),
            ("https://a.example/el9/../", "must be written https://a.example/"),
            ("https://a.example/el9/%2e%2E/", "must be written https://a.example/"),
            ("https://a.example\\el9/", "must be written https://a.example/el9/"),
            ("https://a.example", "must be written https://a.example/"),
            ("HTTPS://A.example:443/", "must be written https://a.example/"),
            ("http://2130706433/", "must be written http://127.0.0.1/"),
            ("https://a.example/ /", "must be written https://a.example/%20/"),
            (" https://a.example/\n", "must be written https://a.example/"),
            (&long, "must not be longer than 500 bytes"),
        ] {
            assert_eq!(WebDirectory::new(bad).expect_err(bad).rule, rule, "{bad:?}");
        }
    }

    #[test]
    fn only_what_lies_below_is_within() {
        let directory = |text: &str| WebDirectory::new(text).expect("an address");
        let allowed = directory("https://a.example/el9/");
        for (text, expected) in [
            ("https://a.example/el9/", true),
            ("https://a.example/el9/x86_64/", true),
            ("https://a.example/el90/", false),
            ("https://a.example/", false),
            ("http://a.example/el9/", false),
            ("https://a.example.org/el9/", false),
        ] {
            assert_eq!(directory(text).is_within(&allowed), expected, "{text}");
        }
        assert_eq!(allowed.file("repodata/repomd.xml"), "https://a.example/el9/repodata/repomd.xml");
    }
}
