//! Whom we dare to connect to. An address is looked up once, checked, and connected to: whoever answers for its name cannot
//! say one thing to the check and another to the connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::vec;

use colca_settings::Receivers;
use tokio::net::lookup_host;

/// Nobody we may connect to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{host} leads to {address}, which is private, and allow_private of [callbacks] does not name it")]
    Private { host: String, address: IpAddr },
    #[error("the name {0} leads nowhere")]
    Nowhere(String),
    #[error("the name {host} cannot be looked up: {error}")]
    Unknown { host: String, error: io::Error },
}

/// Checks a host that is written as an address: those are never looked up.
pub(crate) fn check_literal(receivers: &Receivers, host: &str) -> Result<(), Refused> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(address) if !receivers.may_reach(host, address) => Err(Refused::Private { host: host.to_owned(), address }),
        _ => Ok(()),
    }
}

/// The addresses of a host that we may connect to.
pub(crate) async fn look_up(receivers: &Receivers, host: &str) -> Result<vec::IntoIter<SocketAddr>, Refused> {
    let found = lookup_host((host, 0)).await;
    let found = found.map_err(|error| Refused::Unknown { host: host.to_owned(), error })?;
    Ok(permitted(receivers, host, found.collect())?.into_iter())
}

fn permitted(receivers: &Receivers, host: &str, found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
    let first = found.first().map(SocketAddr::ip).ok_or_else(|| Refused::Nowhere(host.to_owned()))?;
    let permitted: Vec<_> = found.into_iter().filter(|address| receivers.may_reach(host, address.ip())).collect();
    if permitted.is_empty() { Err(Refused::Private { host: host.to_owned(), address: first }) } else { Ok(permitted) }
}

#[cfg(test)]
mod tests {
    use colca_settings::Settings;

    use super::*;

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect("an address"), 0)).collect()
    }

    #[test]
    fn of_several_addresses_only_the_public_are_left() {
        let nobody = Receivers::default();
        let mixed = addresses(&["127.0.0.1", "93.184.216.34", "::1", "2606:2800:21f::1", "169.254.169.254"]);
        let left = permitted(&nobody, "a.example", mixed).expect("some are public");
        assert_eq!(left, addresses(&["93.184.216.34", "2606:2800:21f::1"]));
        let error = permitted(&nobody, "a.example", addresses(&["10.0.0.1", "::1"])).expect_err("none is");
        assert_eq!(
            error.to_string(),
            "a.example leads to 10.0.0.1, which is private, and allow_private of [callbacks] does not name it"
        );
        assert!(permitted(&nobody, "a.example", vec![]).is_err());
    }

    #[test]
    fn addresses_that_are_written_out_are_checked_however_they_are_written() {
        for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "[fd00:ec2::254]", "0.0.0.0"] {
            assert!(check_literal(&Receivers::default(), host).is_err(), "{host}");
        }
        for host in ["93.184.216.34", "[2606:2800:21f::1]", "a.example"] {
            assert!(check_literal(&Receivers::default(), host).is_ok(), "{host}");
        }
    }

    #[tokio::test]
    async fn this_machine_is_found_by_its_name_and_refused_unless_it_is_allowed() {
        assert!(matches!(look_up(&Receivers::default(), "localhost").await, Err(Refused::Private { .. })));
        let allowed = Settings::parse("callbacks.allow_private = [\"localhost\"]").expect("a good file");
        assert!(look_up(allowed.receivers(), "localhost").await.is_ok_and(|found| found.len() > 0));
    }
}
