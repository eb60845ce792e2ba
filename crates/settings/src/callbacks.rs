//! Who is told what becomes of repositories, and that we are well.

use std::time::Duration;

use crate::{Keys, Node, Receivers, Settings, WebDirectory};

/// How long it takes before a callback is tried again, in seconds: by itself, and at the most.
const RETRY: u32 = 10;
const LONGEST_RETRY: u32 = 600;

/// How often somebody is told that we are well, in seconds: by itself, at the least and at the most. The sweeper that does
/// it comes once a minute.
const FREQUENCY: u32 = 300;
const FREQUENCIES: std::ops::RangeInclusive<u32> = 60..=86_400;

/// How often a ping that failed is tried again at once: by itself, and at the most.
const PING_RETRIES: u32 = 3;
const MOST_PING_RETRIES: u32 = 5;

/// Who is told what becomes of repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callbacks<'s> {
    /// Events of a project go to the directory of its name below this.
    pub url: &'s WebDirectory,
    /// Where others find our API.
    pub api_url: &'s WebDirectory,
    /// How long it takes before one that failed is tried again for the first time.
    pub retry: Duration,
}

/// Who is told that we are well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pings {
    /// Where, our name included.
    pub url: String,
    /// How often.
    pub frequency: Duration,
    /// How often one that failed is tried again at once.
    pub retries: u32,
}

/// `[callbacks]`, `[health]` and `api_url`, which both need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    api_url: Option<WebDirectory>,
    url: Option<WebDirectory>,
    retry: u32,
    receivers: Receivers,
    ping_url: Option<WebDirectory>,
    ping_frequency: u32,
    ping_retries: u32,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            api_url: None,
            url: None,
            retry: RETRY,
            receivers: Receivers::default(),
            ping_url: None,
            ping_frequency: FREQUENCY,
            ping_retries: PING_RETRIES,
        }
    }
}

impl Told {
    pub(crate) fn read(keys: &mut Keys<'_>) -> Self {
        let mut told = Self { api_url: keys.take("api_url").and_then(|node| node.name()), ..Self::default() };
        if let Some(callbacks) = keys.take("callbacks") {
            callbacks.keys(|keys| {
                told.receivers = Receivers::read(keys);
                told.url = keys.take("url").and_then(|node| told.receiver(&node));
                let retry = keys.take("retry_seconds").and_then(|node| node.whole(0..=LONGEST_RETRY));
                told.retry = retry.unwrap_or(RETRY);
            });
        }
        if let Some(health) = keys.take("health") {
            health.keys(|keys| {
                told.ping_url = keys.take("ping_url").and_then(|node| told.receiver(&node));
                let frequency = keys.take("ping_frequency").and_then(|node| node.whole(FREQUENCIES));
                let retries = keys.take("ping_retries").and_then(|node| node.whole(0..=MOST_PING_RETRIES));
                told.ping_frequency = frequency.unwrap_or(FREQUENCY);
                told.ping_retries = retries.unwrap_or(PING_RETRIES);
            });
        }
        told
    }

    /// The address of one, who is told where we are, and whom we can reach.
    fn receiver(&self, node: &Node<'_>) -> Option<WebDirectory> {
        let url: WebDirectory = node.name()?;
        if self.api_url.is_none() {
            node.refuse("needs api_url, which stands before all tables: where others find this API");
        }
        self.receivers.check(&url, node);
        Some(url)
    }
}

impl Settings {
    /// Who is told what becomes of repositories; none if nobody.
    #[must_use]
    pub fn callbacks(&self) -> Option<Callbacks<'_>> {
        let Told { url, api_url, retry, .. } = &self.told;
        let (url, api_url) = (url.as_ref()?, api_url.as_ref()?);
        Some(Callbacks { url, api_url, retry: Duration::from_secs((*retry).into()) })
    }

    /// Who is told that we are well; none if nobody.
    #[must_use]
    pub fn pings(&self) -> Option<Pings> {
        let Told { ping_url, api_url, .. } = &self.told;
        Some(Pings {
            url: ping_url.as_ref()?.file(&format!("{}/", api_url.as_ref()?.host_and_port())),
            frequency: Duration::from_secs(self.told.ping_frequency.into()),
            retries: self.told.ping_retries,
        })
    }

    /// How both are reached.
    #[must_use]
    pub fn receivers(&self) -> &Receivers {
        &self.told.receivers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "api_url = \"https://colca.example.org:8443/v1/\"\n";

    fn problems(text: &str) -> Vec<(String, String)> {
        let problems = Settings::parse(text).expect_err("a bad file").0;
        problems.into_iter().map(|problem| (problem.field, problem.rule)).collect()
    }

    #[test]
    fn nobody_is_told_without_a_word() {
        for text in ["", "[callbacks]\n[health]", API, "[callbacks]\nverify_ssl = false\n[health]\nping_retries = 0"] {
            let settings = Settings::parse(text).expect("a good file");
            assert_eq!((settings.callbacks(), settings.pings()), (None, None), "{text}");
        }
    }

    #[test]
    fn tells_where_and_how() {
        let text = format!(
            "{API}[callbacks]\nurl = \"https://shaman.example.org/api/repos/\"\n\
             [health]\nping_url = \"https://shaman.example.org/api/nodes/\"\nping_frequency = 60\n"
        );
        let settings = Settings::parse(&text).expect("a good file");
        let callbacks = settings.callbacks().expect("somebody");
        assert_eq!(callbacks.url.as_str(), "https://shaman.example.org/api/repos/");
        assert_eq!(callbacks.api_url.as_str(), "https://colca.example.org:8443/v1/");
        assert_eq!(callbacks.retry, Duration::from_secs(10));
        let pings = settings.pings().expect("somebody");
        assert_eq!(pings.url, "https://shaman.example.org/api/nodes/colca.example.org:8443/");
        assert_eq!((pings.frequency, pings.retries), (Duration::from_secs(60), 3));
        assert!(settings.receivers().verify_ssl);
    }

    #[test]
    fn a_receiver_must_be_told_where_we_are() {
        let rule = "needs api_url, which stands before all tables: where others find this API";
        for (table, key) in [("callbacks", "url"), ("health", "ping_url")] {
            let text = format!("[{table}]\n{key} = \"https://a.example/\"");
            assert_eq!(problems(&text), [(format!("{table}.{key}"), rule.to_owned())]);
        }
    }

    #[test]
    fn an_address_that_is_private_is_refused_unless_it_is_allowed() {
        let rule = "must not lead to a private address, unless allow_private of [callbacks] names it";
        for host in
            ["127.0.0.1", "169.254.169.254", "10.0.0.1", "[::1]", "[fd00:ec2::254]", "[::ffff:7f00:1]", "0.0.0.0"]
        {
            let text =
                format!("{API}[callbacks]\nurl = \"http://{host}:8000/\"\n[health]\nping_url = \"http://{host}/\"");
            let fields = ["callbacks.url", "health.ping_url"].map(|field| (field.to_owned(), rule.to_owned()));
            assert_eq!(problems(&text), fields, "{host}");
        }
        let text = "[callbacks]\nurl = \"http://127.0.0.1:8000/\"\nallow_private = [\"127.0.0.0/8\"]\n\
                    [health]\nping_url = \"http://127.0.0.1:8000/\"";
        let settings = Settings::parse(&format!("{API}{text}")).expect("a good file");
        assert!(settings.callbacks().is_some() && settings.pings().is_some());
    }

    #[test]
    fn says_what_is_wrong_with_the_rest() {
        for (line, rule) in [
            ("callbacks.retry_seconds = 601", "must be a whole number from 0 to 600"),
            ("health.ping_frequency = 59", "must be a whole number from 60 to 86400"),
            ("health.ping_retries = 6", "must be a whole number from 0 to 5"),
            ("callbacks.verify_ssl = \"no\"", "must be true or false"),
            (
                "callbacks.allow_private = [\"10.0.0.0/40\"]",
                "must be the name of a host, an address, or a network such as 10.1.0.0/16",
            ),
            (
                "callbacks.key = \"secret\"",
                "is not a known key; known are allow_private, retry_seconds, url, verify_ssl",
            ),
        ] {
            let found = problems(line);
            assert_eq!(found.iter().map(|(_, rule)| rule.as_str()).collect::<Vec<_>>(), [rule], "{line}");
        }
    }
}
