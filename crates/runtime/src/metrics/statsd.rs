//! Numbers for a statsd server, under the names that chacra uses: a dashboard that somebody made for chacra goes on to work.
//! For each build that published something, with `P.D.V` for project, distribution and its version:
//!
//! ```text
//! [PREFIX.]HOST.chacra.asynch.rpm.create.rpm.repos.P.D.V.collection:12|ms     until it was known what is to be listed
//! [PREFIX.]HOST.chacra.asynch.rpm.create.rpm.repos.P.D.V.total:80|ms
//! [PREFIX.]HOST.chacra.asynch.rpm.create.rpm.repos.P.D.V:1|c
//! ```
//!
//! and `debian.create.deb` for Debian. chacra measures nothing else; what else we measure goes under `[PREFIX.]HOST.colca`.

use std::fmt::Display;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Once;
use std::time::Duration;

use cadence::{Counted, Gauged, MetricError, MetricResult, StatsdClient, Timed, UdpMetricSink};
use colca_model::{RepoPath, RepositoryKind};
use tracing::warn;

use super::emf::{kind_name, phase_name, queue_name};
use super::{Build, BuildEnd, Measured};
use crate::Phase;

/// Where the numbers go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatsdAddress {
    /// Host and port, UDP.
    pub server: String,
    /// What stands before all names, for servers that tell their users apart by it; mostly empty.
    pub prefix: String,
}

/// The server cannot be found.
#[derive(Debug, thiserror::Error)]
#[error(
    "COLCA_STATSD: must be the host and port of a statsd server, for example localhost:8125, got {server:?}: {reason}"
)]
pub struct StatsdError {
    server: String,
    reason: MetricError,
}

/// Sends a datagram for each number.
pub(super) struct Statsd {
    client: StatsdClient,
    warned: Once,
}

impl Statsd {
    pub(super) fn new(address: &StatsdAddress) -> Result<Self, StatsdError> {
        let failed = |reason| StatsdError { server: address.server.clone(), reason };
        let server = find(&address.server).map_err(|error| failed(error.into()))?;
        let socket = socket_for(server).map_err(|error| failed(error.into()))?;
        let sink = UdpMetricSink::from(server, socket).map_err(failed)?;
        let client = StatsdClient::from_sink(&prefix(&address.prefix, &host()), sink);
        Ok(Self { client, warned: Once::new() })
    }

    /// A datagram that cannot be sent is lost, as any may be. Of the first a warning tells.
    pub(super) fn tell(&self, measured: Measured<'_>) {
        match measured {
            Measured::Registered { kind, files, bytes } => {
                let kind = kind_name(kind);
                self.count(format_args!("colca.uploads.{kind}"), files);
                self.count(format_args!("colca.uploaded_bytes.{kind}"), bytes);
            }
            Measured::Rejected { reason, files } => self.count(format_args!("colca.rejects.{reason}"), files),
            Measured::Taken { queue, ages } => {
                ages.iter().for_each(|age| self.time(format_args!("colca.queue_age.{}", queue_name(queue)), *age));
            }
            Measured::Built(build) => self.built(build),
            Measured::KeyExpires { key, days } => {
                self.sent(self.client.gauge(&format!("colca.key_days_left.{}", part(key)), days));
            }
            Measured::CdnTold { refusals } => {
                self.sent(self.client.gauge("colca.cdn_refusals", u64::from(refusals)));
            }
        }
    }

    fn built(&self, build: &Build<'_>) {
        for (phase, took) in build.phases {
            self.time(format_args!("colca.build.{}", phase_name(*phase)), *took);
        }
        build.lags.iter().for_each(|lag| self.time("colca.publish_lag", *lag));
        let BuildEnd::Published { kind, .. } = build.end else { return };
        let Some(name) = chacra_name(kind, build.repository) else { return };
        let collected = build.phases.iter().filter(|(phase, _)| *phase == Phase::Read).map(|(_, took)| *took).sum();
        self.time(format_args!("{name}.collection"), collected);
        self.time(format_args!("{name}.total"), build.took());
        self.count(name, 1);
    }

    fn time(&self, name: impl Display, took: Duration) {
        self.sent(self.client.time(&name.to_string(), took));
    }

    fn count(&self, name: impl Display, count: u64) {
        self.sent(self.client.count(&name.to_string(), count));
    }

    /// Only the first failure is told: where one number cannot go, mostly none can, and there are many.
    fn sent<T>(&self, result: MetricResult<T>) {
        if let Err(error) = result {
            self.warned.call_once(|| {
                warn!(%error, "A number could not be sent to the statsd server; of others that cannot, nothing is told");
            });
        }
    }
}

/// The address of a server.
fn find(server: &str) -> io::Result<SocketAddr> {
    let addresses: Vec<_> = server.to_socket_addrs()?.collect();
    preferred(&addresses).ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it has no address"))
}

/// One with IPv4 if there is any. `localhost` often has one of each, and statsd listens at that of IPv4 if nobody says otherwise;
/// a datagram to the other would be lost, and nobody would hear of it.
fn preferred(addresses: &[SocketAddr]) -> Option<SocketAddr> {
    addresses.iter().find(|address| address.is_ipv4()).or(addresses.first()).copied()
}

/// From where datagrams go to such an address: a socket for IPv4 reaches none of IPv6.
fn socket_for(server: SocketAddr) -> io::Result<UdpSocket> {
    let own = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(own)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// What chacra calls a build of a repository; it knows no raw ones.
fn chacra_name(kind: RepositoryKind, RepoPath { project, distro, distro_version, .. }: &RepoPath) -> Option<String> {
    let create = match kind {
        RepositoryKind::Rpm => "rpm.create.rpm",
        RepositoryKind::Deb => "debian.create.deb",
        RepositoryKind::Raw => return None,
    };
    let [project, distro, version] = [project.as_str(), distro.as_str(), distro_version.as_str()].map(part);
    Some(format!("chacra.asynch.{create}.repos.{project}.{distro}.{version}"))
}

/// What this machine is called.
fn host() -> String {
    hostname::get().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first part of the name of this machine, after what the server wants to have before it.
fn prefix(before: &str, host: &str) -> String {
    let host = part(host.split('.').next().unwrap_or_default());
    if before.is_empty() { host } else { format!("{}.{host}", before.trim_end_matches('.')) }
}

/// A part of a name. What statsd reads as the end of one is written as `_`; a dot stays, as it does in chacra.
fn part(text: &str) -> String {
    text.replace([':', '|', '@', '#'], "_")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What a server hears.
    fn heard(prefix: &str, measured: &[Measured<'_>], datagrams: usize) -> Vec<String> {
        heard_by(&UdpSocket::bind("127.0.0.1:0").expect("a free port"), prefix, measured, datagrams)
    }

    fn heard_by(server: &UdpSocket, prefix: &str, measured: &[Measured<'_>], datagrams: usize) -> Vec<String> {
        server.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
        let at = server.local_addr().expect("it is bound").to_string();
        let statsd = Statsd::new(&StatsdAddress { server: at, prefix: prefix.to_owned() }).expect("loopback is there");
        measured.iter().for_each(|measured| statsd.tell(*measured));
        let mut buffer = [0; 1024];
        let mut heard =
            || server.recv(&mut buffer).map(|length| String::from_utf8_lossy(&buffer[..length]).into_owned());
        (0..datagrams).map(|_| heard().expect("a datagram")).collect()
    }

    /// The form of each is that of python-statsd 3.0.0, which chacra uses: `Timer('a').intermediate('collection')` sends
    /// `a.collection:10.1|ms`, its `stop()` sends `a.total:23.8|ms`, `Counter('a') + 1` sends `a:1|c`.
    #[test]
    fn a_build_has_the_names_of_chacra() {
        let repository = "ceph/main/HEAD/ubuntu/22.04/flavors/default".parse().expect("a good path");
        let phases = [(Phase::Read, Duration::from_millis(12)), (Phase::Commit, Duration::from_millis(68))];
        let end = BuildEnd::Published { kind: RepositoryKind::Deb, packages: 7 };
        let build = Build { repository: &repository, end, phases: &phases, lags: &[Duration::from_secs(2)] };
        let host = prefix("", &host());
        let chacra = format!("a-key.{host}.chacra.asynch.debian.create.deb.repos.ceph.ubuntu.22.04");
        let expected = [
            format!("a-key.{host}.colca.build.ReadTime:12|ms"),
            format!("a-key.{host}.colca.build.CommitTime:68|ms"),
            format!("a-key.{host}.colca.publish_lag:2000|ms"),
            format!("{chacra}.collection:12|ms"),
            format!("{chacra}.total:80|ms"),
            format!("{chacra}:1|c"),
        ];
        assert_eq!(heard("a-key", &[Measured::Built(&build)], expected.len()), expected);
    }

    #[test]
    fn what_chacra_does_not_measure_has_names_of_ours() {
        let host = prefix("", &host());
        let measured = [
            Measured::Registered { kind: RepositoryKind::Rpm, files: 2, bytes: 1000 },
            Measured::Rejected { reason: "checksum", files: 1 },
            Measured::KeyExpires { key: "release", days: -0.5 },
            Measured::CdnTold { refusals: 3 },
        ];
        let expected = [
            "uploads.rpm:2|c",
            "uploaded_bytes.rpm:1000|c",
            "rejects.checksum:1|c",
            "key_days_left.release:-0.5|g",
            "cdn_refusals:3|g",
        ];
        assert_eq!(heard("", &measured, expected.len()), expected.map(|number| format!("{host}.colca.{number}")));
    }

    /// All others here have a server with IPv4.
    #[test]
    fn a_server_with_ipv6_hears_it_as_well() {
        let server = match UdpSocket::bind("[::1]:0") {
            Ok(server) => server,
            Err(error) => {
                // EAFNOSUPPORT and EADDRNOTAVAIL of Linux.
                assert!(matches!(error.raw_os_error(), Some(97 | 99)), "{error:?}");
                // Not `eprintln!`, of which nobody sees anything when a test passes.
                let said = writeln!(io::stderr(), "NOT CHECKED: statsd with IPv6. This machine has no [::1]: {error}");
                return said.expect("standard error is there");
            }
        };
        let expected = format!("{}.colca.cdn_refusals:3|g", prefix("", &host()));
        assert_eq!(heard_by(&server, "", &[Measured::CdnTold { refusals: 3 }], 1), [expected]);
    }

    #[test]
    fn of_the_addresses_of_a_server_one_with_ipv4_is_preferred() {
        let [six, four, other] = ["[::1]:8125", "127.0.0.1:8125", "127.0.0.2:8125"].map(|at| at.parse().expect("good"));
        assert_eq!(preferred(&[six, four, other]), Some(four));
        assert_eq!(preferred(&[four, six]), Some(four));
        assert_eq!((preferred(&[six]), preferred(&[])), (Some(six), None));
    }

    #[test]
    fn it_warns_if_something_cannot_be_sent() {
        let server = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let at = server.local_addr().expect("it is bound").to_string();
        // Nothing can be sent to port 0.
        for (server, warned) in [(at, false), ("127.0.0.1:0".to_owned(), true)] {
            let statsd = Statsd::new(&StatsdAddress { server, prefix: String::new() }).expect("loopback is there");
            (0..3).for_each(|refusals| statsd.tell(Measured::CdnTold { refusals }));
            assert_eq!(statsd.warned.is_completed(), warned);
        }
    }

    #[test]
    fn no_name_ends_where_it_should_not() {
        assert_eq!(prefix("", "builder1.example.org"), "builder1");
        assert_eq!(prefix("a-key.", "builder1"), "a-key.builder1");
        let repository = "a:b/main/HEAD/x|y/1@2/flavors/default".parse().expect("a good path");
        let name = chacra_name(RepositoryKind::Rpm, &repository).expect("chacra has those");
        assert_eq!(name, "chacra.asynch.rpm.create.rpm.repos.a_b.x_y.1_2");
        assert_eq!(chacra_name(RepositoryKind::Raw, &repository), None);
    }

    #[test]
    fn a_server_that_cannot_be_found_is_named() {
        let address = StatsdAddress { server: "localhost".to_owned(), prefix: String::new() };
        let error = Statsd::new(&address).err().expect("there is no port").to_string();
        assert!(error.starts_with("COLCA_STATSD: must be") && error.contains("got \"localhost\""), "{error}");
    }
}
