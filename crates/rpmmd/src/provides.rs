//! What a package provides, itself included.

use colca_model::Nevra;

use crate::{
    dependencies::{Dependency, PROVIDES, dependencies},
    header::Header,
    tag::Tag,
};

const EQUAL: u64 = 1 << 3;

/// The version under which a package provides its own name: `[epoch:]version-release`.
pub(crate) fn own_version(nevra: &Nevra, has_epoch: bool) -> String {
    let evr = &nevra.evr;
    let epoch = if has_epoch { format!("{}:", evr.epoch) } else { String::new() };
    format!("{epoch}{}-{}", evr.version, evr.release)
}

/// Everything that a package provides. Before rpm 4.0 packages did not list themselves, and flags and versions
/// could be left out: rpm adds these when it reads such a package.
pub(crate) fn provides<'a>(header: &'a Header, name: &'a str, own_version: &'a str) -> Vec<Dependency<'a>> {
    if header.has_region() {
        return dependencies(header, PROVIDES).collect();
    }
    let mut all: Vec<_> = if header.has(Tag::ProvideVersion) {
        dependencies(header, PROVIDES).collect()
    } else {
        let names = header.strings(Tag::ProvideName);
        names.map(|name| Dependency { name, flags: 0, version: b"" }).collect()
    };
    let own = Dependency { name: name.as_bytes(), flags: EQUAL, version: own_version.as_bytes() };
    // rpm looks at the first of several too late to find it, and lists it twice.
    let looked_at = if all.len() > 1 { &all[1..] } else { &all[..] };
    if !looked_at.contains(&own) {
        all.push(own);
    }
    all
}
