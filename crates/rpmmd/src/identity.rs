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

/// Name, version or release.
fn part(bytes: Option<&[u8]>, field: &'static str) -> Result<String, Invalid> {
    let bytes = bytes.filter(|bytes| !bytes.is_empty()).ok_or(Invalid::Missing { field })?;
    let refuse = |rule| Invalid::Identity { field, rule, value: shown(bytes) };
    let text = str::from_utf8(bytes).map_err(|_| refuse("must be UTF-8"))?;
    check_part(text).map_err(refuse)?;
    Ok(text.to_owned())
}

/// The rules of names, versions and releases, which `rpmbuild` keeps too.
pub(crate) fn check_part(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("must not be empty");
    }
    if text.len() > LONGEST {
        return Err("must not be longer than 255 bytes");
    }
    if text.contains('/') {
        return Err("must not contain a slash");
    }
    if text.contains("..") {
        return Err("must not contain two dots in a row");
    }
    if text.chars().any(|character| character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')) {
        return Err("must not contain control characters");
    }
    Ok(())
}

fn arch(header: &Header) -> Result<String, Invalid> {
    let field = "architecture";
    let text = part(header.string(Tag::Arch), field)?;
    check_arch(&text).map_err(|rule| Invalid::Identity { field, rule, value: shown(text.as_bytes()) })?;
    Ok(text)
}

/// The rules of architectures, which name directories beside `repodata`.
pub(crate) fn check_arch(text: &str) -> Result<(), &'static str> {
    check_part(text)?;
    let word = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
    if !word || text == "repodata" {
        return Err("must be letters, digits and underscores, and not the word repodata");
    }
    Ok(())
}

/// The start of a value, quoted, with everything unprintable escaped.
fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 100;
    let (start, rest) = bytes.split_at_checked(SHOWN).unwrap_or((bytes, &[]));
    format!("\"{}\"{}", start.escape_ascii(), if rest.is_empty() { "" } else { "…" })
}
