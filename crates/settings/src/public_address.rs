//! Which addresses belong to the public Internet. Everything else is somebody's own: this machine, its network, the services
//! that a cloud gives its machines.
//!
//! By the registries of special addresses: <https://www.iana.org/assignments/iana-ipv4-special-registry/> and
//! <https://www.iana.org/assignments/iana-ipv6-special-registry/>.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What is not public of IPv4.
const SPECIAL_V4: [Ipv4Net; 15] = [
    v4([0, 0, 0, 0], 8),        // this host; Linux connects to itself
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // shared by carriers; metadata of Alibaba
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // services of Azure for its machines
    v4([169, 254, 0, 0], 16),   // link-local; metadata of AWS, Google and Azure
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // protocols; metadata of Oracle
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // relays of 6to4
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 3),      // multicast, reserved, broadcast
];

/// What can be public of IPv6 at all.
const GLOBAL_V6: Ipv6Net = v6([0x2000, 0], 3);

/// What is not public within that.
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6([0x2001, 0], 23),      // protocols, such as Teredo, which holds an IPv4 address
    v6([0x2001, 0x0db8], 32), // documentation
    v6([0x2002, 0], 16),      // 6to4, which holds an IPv4 address
    v6([0x3ffe, 0], 16),      // an experiment that is over
    v6([0x3fff, 0], 20),      // documentation
];

const fn v4([a, b, c, d]: [u8; 4], length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6([a, b]: [u16; 2], length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

/// Whether an address belongs to the public Internet. Of an address of IPv6 that stands for one of IPv4 that one counts.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address) && !SPECIAL_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// What clouds tell their machines, secrets among it, beside what is of the link: so says [`SPECIAL_V4`].
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];

/// That of AWS, <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html>, of Oracle,
/// <https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm>, and of Google,
/// <https://cloud.google.com/compute/docs/metadata/querying-metadata>.
const METADATA_V6: [Ipv6Net; 3] = [v6([0xfd00, 0x0ec2], 32), v6([0xfd00, 0x00c1], 32), v6([0xfd20, 0x00ce], 32)];

/// Whether a cloud may tell its machines there what nobody else is to know: any address that only neighbours on the same wire
/// have, and some others.
pub(crate) fn may_be_metadata(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local() || METADATA_V4.contains(&address),
        IpAddr::V6(address) => {
            address.is_unicast_link_local() || METADATA_V6.iter().any(|network| network.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_ours_is_not_public() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd00:c1::a9fe:a9fe",
            "fd20:ce::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_public(address(text)), "{text}");
        }
    }

    #[test]
    fn what_the_world_uses_is() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.1",
            "172.15.255.255",
            "172.32.0.1",
            "192.167.255.255",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2600:1f18::1",
            "2a00:1450::1",
            "3ffd::1",
        ] {
            assert!(is_public(address(text)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_way_to_write_an_ipv4_address_in_ipv6_hides_it(bytes: [u8; 4]) {
            let hidden = Ipv4Addr::from(bytes);
            let [a, b, c, d] = bytes.map(u16::from);
            let (high, low) = (a << 8 | b, c << 8 | d);
            prop_assert_eq!(is_public(hidden.to_ipv6_mapped().into()), is_public(hidden.into()));
            for other in [
                Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert!(!is_public(other.into()), "{}", other);
            }
        }

        #[test]
        fn the_standard_library_calls_nothing_private_that_we_call_public(bits: u32) {
            let it = Ipv4Addr::from(bits);
            let special = it.is_private() || it.is_loopback() || it.is_link_local() || it.is_multicast()
                || it.is_broadcast() || it.is_documentation() || it.is_unspecified();
            prop_assert!(!(special && is_public(it.into())), "{}", it);
        }
    }
}
