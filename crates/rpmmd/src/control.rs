//! Control characters, which would make the metadata of the whole repository unreadable: XML 1.0 has no way to
//! write them. `createrepo_c` 1.2 leaves out a package that has one in what would be told of it, and so do we.

use crate::{Invalid, Package, changelog, files::Files, requires::requires, tag::Tag, text::has_control};

/// What is told of every package as it stands, with the names people know it by.
const TEXTS: [(&str, &[Tag]); 12] = [
    ("summary", &[Tag::Summary]),
    ("description", &[Tag::Description]),
    ("build host", &[Tag::BuildHost]),
    ("vendor", &[Tag::Vendor]),
    ("license", &[Tag::License]),
    ("packager", &[Tag::Packager]),
    ("group", &[Tag::Group]),
    ("URL", &[Tag::Url]),
    ("source package", &[Tag::SourceRpm]),
    ("file list", &[Tag::DirNames, Tag::BaseNames, Tag::OldFileNames]),
    ("provides", &[Tag::ProvideName, Tag::ProvideVersion]),
    (
        "dependencies",
        &[
            Tag::ConflictName,
            Tag::ConflictVersion,
            Tag::ObsoleteName,
            Tag::ObsoleteVersion,
            Tag::SuggestName,
            Tag::SuggestVersion,
            Tag::EnhanceName,
            Tag::EnhanceVersion,
            Tag::RecommendName,
            Tag::RecommendVersion,
            Tag::SupplementName,
            Tag::SupplementVersion,
            Tag::OldSuggestsName,
            Tag::OldSuggestsVersion,
            Tag::OldEnhancesName,
            Tag::OldEnhancesVersion,
        ],
    ),
];

/// Refuses a package of which something would be told that cannot be.
pub(crate) fn check(package: &Package) -> Result<(), Invalid> {
    let header = &package.header;
    let refuse = |field| Err(Invalid::Control { field });
    let anywhere = |tags: &[Tag]| tags.iter().any(|tag| has_control(header.value(*tag)));
    for (field, tags) in TEXTS {
        if anywhere(tags) {
            return refuse(field);
        }
    }
    // Of these not everything is told, so that it pays to look twice.
    let requirements = [Tag::RequireName, Tag::RequireVersion];
    if anywhere(&requirements) {
        let told = requires(header, &Files::new(header), &package.provides());
        if told.iter().any(|required| has_control(required.name) || has_control(required.version)) {
            return refuse("requires");
        }
    }
    let changelog = [Tag::ChangelogName, Tag::ChangelogText];
    if anywhere(&changelog) {
        let told = changelog::latest(header);
        if told.iter().any(|entry| has_control(entry.author) || has_control(entry.text)) {
            return refuse("changelog");
        }
    }
    Ok(())
}
