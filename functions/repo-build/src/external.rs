//! Repositories elsewhere whose packages a repository lists as well.

use std::collections::{BTreeMap, BTreeSet};

use colca_model::RepositoryKind;
use colca_settings::WebDirectory;
use colca_upstream::{Listed, list};

use crate::assemble::Assembly;
use crate::failure::Failure;
use crate::shared::{Origin, Original};

/// What those of the repositories that are of that kind list, in the order of the configuration. They are in no distribution
/// but those of the repository that takes them.
pub(crate) async fn packages(assembly: &Assembly<'_>, kind: RepositoryKind) -> Result<Vec<Original>, Failure> {
    let (settings, path) = (&assembly.settings, assembly.path);
    let is_deb = kind == RepositoryKind::Deb;
    let architectures = if is_deb { settings.distribution(&path.project).architectures } else { None };
    let mut originals = BTreeMap::new();
    for external in settings.externals(path) {
        if external.codename.is_some() != is_deb {
            continue;
        }
        for listed in list(&assembly.builder.services, external, architectures.as_ref()).await? {
            let original = original(listed, &external.url);
            // Several list the same file: one copy is enough.
            let file = (original.arch.clone(), original.filename.clone(), original.sha256);
            originals.entry(file).or_insert(original);
        }
    }
    Ok(originals.into_values().collect())
}

/// A package, in the repository at this address.
fn original(listed: Listed, at: &WebDirectory) -> Original {
    let origin = Origin::Web(listed.address(at));
    let Listed { arch, filename, size, sha256, .. } = listed;
    Original { origin, arch, filename, size, sha256, codenames: BTreeSet::new() }
}
