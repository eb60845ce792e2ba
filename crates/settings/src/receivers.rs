//! How those are reached that we send something to by ourselves: the receiver of callbacks, and of pings.

use std::net::IpAddr;
use std::str::FromStr;

use colca_model::Invalid;
use ipnet::IpNet;

use crate::public_address::{is_public, may_be_metadata};
use crate::{Keys, Node, WebDirectory};

/// The most that are allowed though they are private.
const MOST_PRIVATE: usize = 100;

/// How receivers are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receivers {
    /// Whether they have to prove who they are.
    pub verify_ssl: bool,
    private: Vec<Private>,
}

impl Default for Receivers {
    fn default() -> Self {
        Self { verify_ssl: true, private: vec![] }
    }
}

impl Receivers {
    /// Two keys of a table.
    pub(crate) fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            verify_ssl: keys.take("verify_ssl").and_then(Node::boolean).unwrap_or(true),
            private: keys.take("allow_private").and_then(|node| node.ordered_names(MOST_PRIVATE)).unwrap_or_default(),
        }
    }

    /// Whether we may connect to an address that a host has. What is not public needs a word of the configuration; and an
    /// address where clouds keep what their machines must not tell needs that its network is named: whoever can change the
    /// name of a host must not get there.
    #[must_use]
    pub fn may_reach(&self, host: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        is_public(address) || self.private.iter().any(|private| private.permits(host, address))
    }

    /// Notes of an address that is written as a number that we would refuse to connect to it. What a name leads to is only
    /// known when something is sent.
    pub(crate) fn check(&self, url: &WebDirectory, node: &Node<'_>) {
        let (host, address) = (url.host(), url.address());
        if address.is_some_and(|address| !self.may_reach(&host, address)) {
            node.refuse("must not lead to a private address, unless allow_private of [callbacks] names it");
        }
    }
}

/// What may be reached though it is private.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Private {
    /// All addresses that a name leads to, but those of metadata; in lower case.
    Host(String),
    Network(IpNet),
}

impl Private {
    fn permits(&self, host: &str, address: IpAddr) -> bool {
        match self {
            Self::Host(name) => host.eq_ignore_ascii_case(name) && !may_be_metadata(address),
            Self::Network(network) => network.contains(&address),
        }
    }
}

impl FromStr for Private {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Network(address.into()));
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(Self::Network(network));
        }
        let is_label = |label: &str| {
            let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            matches!(label.len(), 1..=63) && label.bytes().all(is_inner)
        };
        // What ends in a number is an address to some.
        let ends_in_name =
            text.rsplit('.').next().is_some_and(|last| last.bytes().any(|byte| byte.is_ascii_alphabetic()));
        if text.len() <= 253 && ends_in_name && text.split('.').all(is_label) {
            return Ok(Self::Host(text.to_ascii_lowercase()));
        }
        Err(Invalid::new(
            "allow_private",
            "must be the name of a host, an address, or a network such as 10.1.0.0/16",
            text,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receivers(private: &[&str]) -> Receivers {
        let private = private.iter().map(|text| text.parse().unwrap_or_else(|error| panic!("{text}: {error}")));
        Receivers { private: private.collect(), ..Receivers::default() }
    }

    fn may(receivers: &Receivers, host: &str, address: &str) -> bool {
        receivers.may_reach(host, address.parse().expect("an address"))
    }

    #[test]
    fn without_a_word_only_the_public_is_reached() {
        let nobody = receivers(&[]);
        assert!(may(&nobody, "a.example", "93.184.216.34"));
        for address in ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fd00::1"] {
            assert!(!may(&nobody, "a.example", address), "{address}");
        }
    }

    #[test]
    fn a_network_is_reached_and_not_its_neighbours() {
        let some = receivers(&["10.1.0.0/16", "127.0.0.1", "fd00:1::/32"]);
        for (address, expected) in [
            ("10.1.2.3", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fd00:1::7", true),
            ("fd00:2::7", false),
        ] {
            assert_eq!(may(&some, "a.example", address), expected, "{address}");
        }
    }

    #[test]
    fn a_name_is_reached_wherever_it_leads_but_not_the_metadata_of_the_cloud() {
        let named = receivers(&["Shaman.internal"]);
        assert!(may(&named, "shaman.internal", "10.0.0.1") && may(&named, "SHAMAN.internal", "127.0.0.1"));
        assert!(!may(&named, "other.internal", "10.0.0.1"));
        for address in [
            "169.254.169.254",
            "fe80::1",
            "::ffff:169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
        ] {
            assert!(!may(&named, "shaman.internal", address), "{address}");
        }
        assert!(may(&receivers(&["169.254.169.254"]), "any.example", "169.254.169.254"));
    }

    #[test]
    fn refuses_what_is_none_of_them() {
        for bad in
            ["", "*", "10.0.0.0/33", "10.1", "1.2.3.4.5", "http://a.example/", "a.example:80", "a b", ".a", "a..b"]
        {
            assert!(bad.parse::<Private>().is_err(), "{bad:?}");
        }
    }
}
