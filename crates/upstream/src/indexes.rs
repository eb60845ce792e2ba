//! Which files of an apt repository elsewhere say what packages it has.

use std::collections::{BTreeMap, BTreeSet};

use colca_apt::NamedFile;
use colca_model::{Component, DebArchitecture};

/// The compressions of an index, the one that is read fastest first.
const ENDINGS: [&str; 4] = [".zst", ".gz", ".xz", ""];

/// The most indexes that are read, one for each component and architecture. Debian has some fifty.
const MOST_INDEXES: usize = 200;

/// The directory of packages for the installer, below their component.
const INSTALLER: &str = "/debian-installer";

/// The forms of each index that is wanted, the best one first. At least one of each component, and of each index.
pub(crate) fn indexes<'f>(
    files: &'f [NamedFile],
    components: &[Component],
    architectures: Option<&BTreeSet<DebArchitecture>>,
) -> Result<Vec<Vec<&'f NamedFile>>, String> {
    let mut found = BTreeMap::<_, BTreeMap<_, _>>::new();
    let mut lacking: BTreeSet<_> = components.iter().map(Component::as_str).collect();
    for file in files {
        let Some((component, architecture, rank)) = place(&file.name) else { continue };
        if !components.is_empty() && !components.iter().any(|wanted| wanted.as_str() == component) {
            continue;
        }
        lacking.remove(component);
        if is_wanted(architecture, architectures) {
            let directory = file.name.rsplit_once('/').map(|(directory, _)| directory);
            found.entry(directory).or_default().insert(rank, file);
        }
    }
    if let Some(component) = lacking.first() {
        return Err(format!("it names no Packages of the component {component}"));
    }
    match found.len() {
        0 => Err("it names no Packages that are wanted".to_owned()),
        count if count > MOST_INDEXES => Err(format!("it names {count} Packages; {MOST_INDEXES} is the most")),
        _ => Ok(found.into_values().map(|forms| forms.into_values().collect()).collect()),
    }
}

/// The component and architecture that an index is of, and where its compression is in [`ENDINGS`]; nothing for other files.
fn place(name: &str) -> Option<(&str, &str, usize)> {
    let (directory, file) = name.rsplit_once('/')?;
    let ending = file.strip_prefix("Packages")?;
    let rank = ENDINGS.iter().position(|known| *known == ending)?;
    let (component, of) = directory.rsplit_once('/')?;
    Some((component.strip_suffix(INSTALLER).unwrap_or(component), of.strip_prefix("binary-")?, rank))
}

/// Whether what is of this architecture is taken.
pub(crate) fn is_wanted(architecture: &str, architectures: Option<&BTreeSet<DebArchitecture>>) -> bool {
    let mut listed = architectures.into_iter().flatten();
    architectures.is_none() || architecture == "all" || listed.any(|listed| listed.as_str() == architecture)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::tests::sha256;

    #[test]
    fn is_bounded_in_indexes() {
        let all = |count: usize| {
            let name = |number| format!("main/binary-a{number}/Packages");
            (0..count).map(|number| NamedFile { name: name(number), size: 0, sha256: sha256(b"") }).collect::<Vec<_>>()
        };
        assert_eq!(indexes(&all(MOST_INDEXES), &[], None).map(|found| found.len()), Ok(MOST_INDEXES));
        assert!(indexes(&all(MOST_INDEXES + 1), &[], None).is_err_and(|why| why.contains("201")));
    }
}
