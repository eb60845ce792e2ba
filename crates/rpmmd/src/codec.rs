//! How the metadata files of a repository are compressed.

use std::io::{self, Write};

use flate2::{GzBuilder, write::GzEncoder};

/// A compression of metadata files. One repository uses one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// Read by everything since yum.
    Gzip,
    /// Smaller and faster, for systems new enough.
    Zstd,
}

/// The levels at which the two are about equally fast; higher ones cost more time than they save bytes.
const GZIP_LEVEL: u32 = 6;
const ZSTD_LEVEL: i32 = 3;

impl Codec {
    /// The file name's ending, without a dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zstd => "zst",
        }
    }

    /// What the systems that use a repository can read: zstd where their package manager surely knows it, gzip
    /// for all others and wherever we cannot tell.
    ///
    /// The limits: libsolv reads zstd since 0.7.0, which Fedora has had since 30; it is compiled out of it on
    /// Enterprise Linux 8 and back in from 9 on; openSUSE Leap and SLE have a recent enough one from 15.4 on.
    /// <https://fedoraproject.org/wiki/Changes/createrepo_c_1.0.0>,
    /// <https://github.com/rpm-software-management/dnf/issues/2094>.
    #[must_use]
    pub fn for_distribution(distro: &str, version: &str) -> Self {
        let distro = distro.to_ascii_lowercase();
        let version = version.to_ascii_lowercase();
        let mut numbers = version
            .trim_start_matches(|character: char| !character.is_ascii_digit())
            .split(|character: char| !character.is_ascii_digit())
            .map_while(|number| number.parse::<u32>().ok());
        let major = numbers.next();
        let minor = numbers.next().unwrap_or(0);
        let at_least = |from: (u32, u32)| major.is_some_and(|major| (major, minor) >= from);

        let zstd = match distro.as_str() {
            "centos" | "centos-stream" | "centosstream" | "rhel" | "redhat" | "rocky" | "rockylinux" | "alma"
            | "almalinux" | "oracle" | "oraclelinux" | "ol" | "el" | "epel" => at_least((9, 0)),
            "fedora" => version == "rawhide" || at_least((30, 0)),
            "opensuse-tumbleweed" => true,
            "opensuse" if version == "tumbleweed" => true,
            // Before Leap took over the numbers of SLE it counted 42.1 to 42.3.
            "opensuse" | "opensuse-leap" | "leap" => at_least((15, 4)) && major < Some(42),
            "sle" | "sles" | "sled" => at_least((15, 4)),
            _ => false,
        };
        if zstd { Self::Zstd } else { Self::Gzip }
    }
}

/// A compressor of either kind over a writer. The same bytes in give the same bytes out: no time, no file name.
pub(crate) enum Encoder<W: Write> {
    Gzip(GzEncoder<W>),
    Zstd(zstd::Encoder<'static, W>),
}

impl<W: Write> Encoder<W> {
    pub(crate) fn new(codec: Codec, writer: W) -> io::Result<Self> {
        Ok(match codec {
            Codec::Gzip => Self::Gzip(GzBuilder::new().write(writer, flate2::Compression::new(GZIP_LEVEL))),
            Codec::Zstd => Self::Zstd(zstd::Encoder::new(writer, ZSTD_LEVEL)?),
        })
    }

    pub(crate) fn finish(self) -> io::Result<W> {
        match self {
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Gzip(encoder) => encoder.write(bytes),
            Self::Zstd(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Gzip(encoder) => encoder.flush(),
            Self::Zstd(encoder) => encoder.flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_unknown_systems_get_gzip() {
        for (distro, version) in [
            ("centos", "7"),
            ("centos", "8"),
            ("rhel", "8.10"),
            ("rocky", "8"),
            ("almalinux", "8"),
            ("oracle", "8"),
            ("fedora", "29"),
            ("opensuse", "15.3"),
            ("opensuse", "42.3"),
            ("sles", "12.5"),
            ("amazon", "2023"),
            ("something", "99"),
            ("rocky", "unknown"),
            ("", ""),
        ] {
            assert_eq!(Codec::for_distribution(distro, version), Codec::Gzip, "{distro} {version}");
        }
    }

    #[test]
    fn new_systems_get_zstd() {
        for (distro, version) in [
            ("centos", "9"),
            ("centos", "stream9"),
            ("rocky", "9"),
            ("AlmaLinux", "9.4"),
            ("rhel", "10"),
            ("fedora", "41"),
            ("fedora", "rawhide"),
            ("opensuse", "tumbleweed"),
            ("opensuse-leap", "15.6"),
            ("opensuse", "16.0"),
            ("sles", "15.5"),
        ] {
            assert_eq!(Codec::for_distribution(distro, version), Codec::Zstd, "{distro} {version}");
        }
    }
}
