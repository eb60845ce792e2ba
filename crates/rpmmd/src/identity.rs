//! The parts of a package's identity: they become paths and XML, so they are refused rather than mended.

use colca_model::{Evr, Nevra};

use crate::{Invalid, header::Header, tag::Tag};

/// The longest part, in bytes: what file systems allow for one name.
const LONGEST: usize = 255;

/// All parts of a package's identity.
pub(crate) fn nevra(header: &Header, is_source: bool) -> Result<Nevra, Invalid> {
    let name = part(header.string(Tag::Name), "name")?;
    let version = part(header.string(Tag::Version), "version")?;
    let release = part(header.string(Tag::Release), "release")?;
    let arch = arch(header)?;
    // Two epochs are as good as none.
    let epoch = header.number(Tag::Epoch).filter(|_| header.count(Tag::Epoch) == 1);
    let epoch = epoch.and_then(|epoch| u32::try_from(epoch).ok()).unwrap_or(0);
    let evr = Evr { epoch, version, release };
    Ok(Nevra { name, evr, arch: if is_source { "src".to_owned() } else { arch } })
}

/// Name, version or release, with the rules that `rpmbuild` keeps too.
fn part(bytes: Option<&[u8]>, field: &'static str) -> Result<String, Invalid> {
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or(Invalid::Missing { field })?;
    let refuse = |rule| Err(Invalid::Identity { field, rule, value: shown(bytes) });
    let Ok(text) = str::from_utf8(bytes) else {
        return refuse("must be UTF-8");
    };
    if text.len() > LONGEST {
        return refuse("must not be longer than 255 bytes");
    }
    if text.contains('/') {
        return refuse("must not contain a slash");
    }
    if text.contains("..") {
        return refuse("must not contain two dots in a row");
    }
    if text.chars().any(|character| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')) {
        return refuse("must not contain control characters");
    }
    Ok(text.to_owned())
}

/// The architecture, which names a directory beside `repodata`.
fn arch(header: &Header) -> Result<String, Invalid> {
    let text = part(header.string(Tag::Arch), "architecture")?;
    let word = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !word || text == "repodata" {
        let rule = "must be letters, digits and underscores, and not the word repodata";
        return Err(Invalid::Identity { field: "architecture", rule, value: shown(text.as_bytes()) });
    }
    Ok(text)
}

/// The start of a value, quoted, with everything unprintable escaped.
fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 100;
    let (start, rest) = bytes.split_at_checked(SHOWN).unwrap_or((bytes, &[]));
    format!("\"{}\"{}", start.escape_ascii(), if rest.is_empty() { "" } else { "…" })
}
