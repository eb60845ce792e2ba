//! How much of a file must be read to have its control member, found from its first bytes.
//!
//! A package is an `ar` archive of three members: `debian-binary` with the format's version, `control.tar` and
//! `data.tar`, the latter two mostly compressed. Members between them whose names begin with `_` are to be ignored.
//! Format: deb(5), <https://manpages.debian.org/deb.5>.

use colca_unpack::Compression;

use crate::{
    Invalid,
    archive::{HEADER, MAGIC, Member},
    invalid::shown,
};

const VERSION: &str = "debian-binary";
pub(crate) const CONTROL: &str = "the control member";
pub(crate) const DATA: &str = "the data member";

/// What the data member may be called. It is the client's to unpack, so this list is longer than the other.
const DATA_NAMES: [&str; 6] =
    ["data.tar", "data.tar.gz", "data.tar.xz", "data.tar.zst", "data.tar.bz2", "data.tar.lzma"];

/// The longest version, which takes four bytes as long as it is 2.0. More lines may follow it some day.
const MOST_VERSION: u64 = 4 * 1024;
/// The longest control member: whoever calls holds it in memory. Real ones have some KiB, seldom some hundred.
const MOST_CONTROL: u64 = 16 * 1024 * 1024;
/// The most that members to be ignored may take together, for the same reason.
const MOST_IGNORED: u64 = 1024 * 1024;

/// How much to ask for when the next header is not at hand.
const GUESS: u64 = 64 * 1024;

/// Where the control member of a package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ControlExtent {
    needed: u64,
    /// Nothing if the bytes at hand do not tell yet.
    members: Option<(Location, Data)>,
}

/// Where the control member lies in the file, and how it is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) compression: Compression,
}

/// Where the data member lies in the file, and what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) name: &'static str,
}

impl ControlExtent {
    /// Reads the members' headers out of `prefix`, the first bytes of a file of `size` bytes. 64 KiB are enough for
    /// nearly every package; a file shorter than that is given whole.
    ///
    /// No length is believed beyond 16 MiB and the end of the file, and nothing is allocated. The header of the data
    /// member is read as well: its length must end with the file, so that a package that was cut off is refused.
    ///
    /// # Errors
    /// [`Invalid`] if this is not the start of a package, or its lengths cannot be true.
    pub fn locate(prefix: &[u8], size: u64) -> Result<Self, Invalid> {
        let within = usize::try_from(size).map_or(prefix.len(), |size| size.min(prefix.len()));
        let prefix = &prefix[..within];
        let magic = &prefix[..prefix.len().min(MAGIC.len())];
        if size < MAGIC.len() as u64 || !MAGIC.starts_with(magic) {
            return Err(Invalid::NotADeb);
        }
        let mut headers = Headers { prefix, size, offset: MAGIC.len() as u64, ignored: 0 };
        let asks = |needed: u64| Ok(Self { needed: needed.min(size), members: None });

        let Some(version) = headers.next(VERSION)? else {
            return asks(headers.offset + GUESS);
        };
        if version.name != VERSION.as_bytes() {
            return Err(unexpected(&version, "debian-binary"));
        }
        if version.length > MOST_VERSION {
            return Err(Invalid::TooLong { part: VERSION, most: MOST_VERSION });
        }
        let Some(text) = part(prefix, version.start, version.end()) else {
            return asks(headers.offset + GUESS);
        };
        check_version(text)?;

        let Some(control) = headers.next_required(CONTROL)? else {
            return asks(headers.offset + GUESS);
        };
        let compression = control.name.strip_prefix(b"control.tar").and_then(Compression::of_ending);
        let Some(compression) = compression else {
            return Err(unexpected(&control, "control.tar, alone or with .gz, .xz or .zst,"));
        };
        if control.length > MOST_CONTROL {
            return Err(Invalid::TooLong { part: CONTROL, most: MOST_CONTROL });
        }

        let Some(data) = headers.next_required(DATA)? else {
            // Mostly the header we miss is the one right behind, and all that we miss.
            let exactly = headers.offset == control.next();
            return asks(headers.offset + if exactly { HEADER as u64 } else { GUESS });
        };
        let Some(name) = DATA_NAMES.into_iter().find(|name| name.as_bytes() == data.name) else {
            return Err(unexpected(&data, "data.tar, alone or with .gz, .xz, .zst, .bz2 or .lzma,"));
        };
        if data.next() != size {
            return Err(Invalid::Trailing { part: DATA, end: data.next(), size });
        }
        let control = Location { start: control.start, end: control.end(), compression };
        let located = Data { start: data.start, end: data.end(), name };
        Ok(Self { needed: data.start, members: Some((control, located)) })
    }

    /// How many bytes from the start of the file must be at hand to read the package, or to ask again.
    ///
    /// If the bytes given to [`ControlExtent::locate`] are fewer, fetch the rest and call it once more; if they are as
    /// many or more, the package can be parsed. Never more than the file has, nor than 18 MiB; and two rounds, unless
    /// there are members to be ignored.
    #[must_use]
    pub fn needed(&self) -> u64 {
        self.needed
    }

    /// Where the control member is, if the bytes given reached far enough to tell.
    pub(crate) fn control(&self) -> Option<Location> {
        self.members.map(|(control, _)| control)
    }

    /// Where the data member is, likewise.
    pub(crate) fn data(&self) -> Option<Data> {
        self.members.map(|(_, data)| data)
    }
}

/// Goes from header to header.
struct Headers<'a> {
    prefix: &'a [u8],
    size: u64,
    /// Where the next header is.
    offset: u64,
    /// How many bytes the members took that were passed over.
    ignored: u64,
}

impl<'a> Headers<'a> {
    /// The next member; `None` if its header is not at hand.
    fn next(&mut self, part: &'static str) -> Result<Option<Member<'a>>, Invalid> {
        let member = Member::at(self.prefix, self.offset, part, self.size)?;
        if let Some(member) = &member {
            self.offset = member.next();
        }
        Ok(member)
    }

    /// The next member that is not to be ignored.
    fn next_required(&mut self, part: &'static str) -> Result<Option<Member<'a>>, Invalid> {
        loop {
            let before = self.offset;
            match self.next(part)? {
                Some(member) if member.name.starts_with(b"_") => self.ignored += member.next() - before,
                other => return Ok(other),
            }
            if self.ignored > MOST_IGNORED {
                return Err(Invalid::TooLong { part: "what stands between the members", most: MOST_IGNORED });
            }
        }
    }
}

fn unexpected(member: &Member<'_>, expected: &'static str) -> Invalid {
    Invalid::UnexpectedMember { name: shown(member.name), expected }
}

/// The bytes between two places of the file, if they are at hand.
pub(crate) fn part(bytes: &[u8], from: u64, to: u64) -> Option<&[u8]> {
    let [from, to] = [from, to].map(usize::try_from);
    bytes.get(from.ok()?..to.ok()?)
}

/// The first line says the version; others may follow and have no meaning yet. A minor version may grow without
/// harm, a major one says that readers must stop.
fn check_version(text: &[u8]) -> Result<(), Invalid> {
    let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let minor = line.strip_prefix(b"2.").filter(|minor| !minor.is_empty());
    if minor.is_some_and(|minor| minor.iter().all(u8::is_ascii_digit)) {
        return Ok(());
    }
    Err(Invalid::UnknownVersion { version: shown(line) })
}
