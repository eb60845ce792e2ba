//! `colca-serve` tells a statsd server what it measures. By itself: it takes messages that the functions would take otherwise.

use std::{fs, net::UdpSocket, time::Duration};

use colca_tests::{Repository, chacra, rpms, serve::Serve, upload::Package};

/// Takes datagrams until one contains `part`, or none comes for a while.
fn received(socket: &UdpSocket, all: &mut Vec<String>, part: &str) -> bool {
    let mut buffer = [0; 2048];
    while let Ok(length) = socket.recv(&mut buffer) {
        let datagram = String::from_utf8_lossy(&buffer[..length]).into_owned();
        let is_it = datagram.contains(part);
        all.push(datagram);
        if is_it {
            return true;
        }
    }
    false
}

/// Builds are shared with the function: some of them are ours.
const ROUNDS: usize = 30;

#[test]
fn a_statsd_server_is_told_in_the_names_of_chacra() {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_secs(3))).expect("a timeout");
    let address = socket.local_addr().expect("it is bound").to_string();
    let serve = Serve::start_with(&[("COLCA_STATSD", address.leak()), ("COLCA_STATSD_PREFIX", "a-key")]);
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("every machine has a name");
    let before = format!("a-key.{}.", host.trim().split('.').next().unwrap_or_default());

    let mut all = Vec::new();
    let is_told = (0..ROUNDS).any(|_| {
        let repository = Repository::new("statsd");
        let package = Package::read(&rpms::one(""));
        let directory = format!("{}{}", serve.address(), chacra::arch(&repository, "x86_64"));
        let _ = chacra::post(&directory, &package.filename, &package.bytes).expect(201);
        received(&socket, &mut all, &format!("{}.rocky.9.total:", repository.project))
    });
    assert!(is_told, "in {ROUNDS} rounds only: {all:#?}");
    let name = all.last().expect("it came").split(".total:").next().expect("a name").to_owned();
    assert!(name.starts_with(&format!("{before}chacra.asynch.rpm.create.rpm.repos.")), "{name}");
    assert!(
        all.iter().any(|datagram| datagram.starts_with(&format!("{name}.collection:")) && datagram.ends_with("|ms")),
        "{all:#?}"
    );
    assert!(received(&socket, &mut all, &format!("{name}:1|c")), "{all:#?}");
    assert!(all.iter().any(|datagram| *datagram == format!("{before}colca.uploads.rpm:1|c")), "{all:#?}");
}
