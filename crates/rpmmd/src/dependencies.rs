//! What a package provides, requires, conflicts with and so on.

use crate::{header::Header, tag::Tag};

/// The three parallel tags of one kind of dependency: names, flags, versions.
pub(crate) type Tags = [Tag; 3];

pub(crate) const PROVIDES: Tags = [Tag::ProvideName, Tag::ProvideFlags, Tag::ProvideVersion];
pub(crate) const REQUIRES: Tags = [Tag::RequireName, Tag::RequireFlags, Tag::RequireVersion];
pub(crate) const CONFLICTS: Tags = [Tag::ConflictName, Tag::ConflictFlags, Tag::ConflictVersion];
pub(crate) const OBSOLETES: Tags = [Tag::ObsoleteName, Tag::ObsoleteFlags, Tag::ObsoleteVersion];
pub(crate) const SUGGESTS: Tags = [Tag::SuggestName, Tag::SuggestFlags, Tag::SuggestVersion];
pub(crate) const ENHANCES: Tags = [Tag::EnhanceName, Tag::EnhanceFlags, Tag::EnhanceVersion];
pub(crate) const RECOMMENDS: Tags = [Tag::RecommendName, Tag::RecommendFlags, Tag::RecommendVersion];
pub(crate) const SUPPLEMENTS: Tags = [Tag::SupplementName, Tag::SupplementFlags, Tag::SupplementVersion];
/// SUSE's weak dependencies from before rpm 4.12; a flag told the strong ones from the weak ones.
const OLD_SUGGESTS: Tags = [Tag::OldSuggestsName, Tag::OldSuggestsFlags, Tag::OldSuggestsVersion];
const OLD_ENHANCES: Tags = [Tag::OldEnhancesName, Tag::OldEnhancesFlags, Tag::OldEnhancesVersion];

/// Bits of a dependency's flags, as rpm numbers them.
const LESS: u64 = 1 << 1;
const GREATER: u64 = 1 << 2;
const EQUAL: u64 = 1 << 3;
const COMPARISON: u64 = 0b1111;
const STRONG: u64 = 1 << 27;

/// One dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Dependency<'a> {
    pub(crate) name: &'a [u8],
    /// rpm's flags as they are.
    pub(crate) flags: u64,
    /// `[epoch:]version[-release]`, or nothing.
    pub(crate) version: &'a [u8],
}

/// Epoch, version and release as the metadata tells them; what is empty is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Evr<'a> {
    pub(crate) epoch: &'a [u8],
    pub(crate) version: &'a [u8],
    pub(crate) release: &'a [u8],
}

impl<'a> Dependency<'a> {
    /// The comparison, as the metadata spells it; `None` for a dependency on whatever version.
    pub(crate) fn comparison(&self) -> Option<&'static str> {
        const LESS_OR_EQUAL: u64 = LESS | EQUAL;
        const GREATER_OR_EQUAL: u64 = GREATER | EQUAL;
        match self.flags & COMPARISON {
            LESS => Some("LT"),
            GREATER => Some("GT"),
            EQUAL => Some("EQ"),
            LESS_OR_EQUAL => Some("LE"),
            GREATER_OR_EQUAL => Some("GE"),
            _ => None,
        }
    }

    /// The parts of the version; the epoch is 0 if a version does not have one.
    pub(crate) fn evr(&self) -> Evr<'a> {
        if self.version.is_empty() {
            return Evr { epoch: b"", version: b"", release: b"" };
        }
        let (epoch, rest) = match split_at(self.version, b':') {
            Some((b"", rest)) => (&b"0"[..], rest),
            Some((epoch, rest)) => (epoch, rest),
            None => (&b"0"[..], self.version),
        };
        let (version, release) = split_at(rest, b'-').unwrap_or((rest, b""));
        Evr { epoch, version, release }
    }

    /// Whether what stands before the colon is a number, be it with a sign or leading space.
    fn has_sane_epoch(&self) -> bool {
        let Some((epoch, _)) = split_at(self.version, b':') else {
            return true;
        };
        let epoch = epoch.trim_ascii_start();
        let digits = epoch.strip_prefix(b"-").or_else(|| epoch.strip_prefix(b"+")).unwrap_or(epoch);
        digits.iter().all(u8::is_ascii_digit)
    }
}

fn split_at(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, text)?;
    Some((&text[..at], &text[at + 1..]))
}

/// All dependencies of one kind, in the header's order, as far as all three tags go; without those that name
/// nothing or whose version makes no sense.
pub(crate) fn dependencies(header: &Header, tags: Tags) -> impl Iterator<Item = Dependency<'_>> {
    let [names, flags, versions] = tags;
    let parts = header.strings(names).zip(header.numbers(flags)).zip(header.strings(versions));
    let all = parts.map(|((name, flags), version)| Dependency { name, flags, version });
    all.filter(|dependency| !dependency.name.is_empty() && dependency.has_sane_epoch())
}

/// All weak dependencies of one kind: those of today, then those under the tags of old.
pub(crate) fn weak(header: &Header, tags: Tags) -> impl Iterator<Item = Dependency<'_>> {
    let (old, strong) = match tags {
        SUGGESTS => (Some(OLD_SUGGESTS), false),
        RECOMMENDS => (Some(OLD_SUGGESTS), true),
        ENHANCES => (Some(OLD_ENHANCES), false),
        SUPPLEMENTS => (Some(OLD_ENHANCES), true),
        _ => (None, false),
    };
    let old = old.into_iter().flat_map(|tags| dependencies(header, tags));
    dependencies(header, tags).chain(old.filter(move |dependency| (dependency.flags & STRONG != 0) == strong))
}
