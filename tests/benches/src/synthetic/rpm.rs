//! An rpm of a recipe, by the `rpm` crate.

use rpm::{BuildConfig, CompressionWithLevel, FileOptions, PackageBuilder};

use super::{Made, Recipe, TIME, dependency, version::Version};
use crate::failure::{Failure, Result};

const PACKAGER: &str = "Colca Benches <benches@example.com>";

/// What a change is said to be: some of these, so that changelogs are of the length that they have.
const CHANGES: [&str; 5] = [
    "- Rebuilt against the new compiler",
    "- New upstream release; see NEWS for what it breaks\n- Drop the patches that it has applied",
    "- Fix the build where there is no network",
    "- Do not start the service while it is being upgraded (#1234567)",
    "- Split the documentation off, since few want it",
];

/// Its bytes, and what it is called.
pub(crate) fn build(recipe: &Recipe) -> Result<(Made, Vec<u8>)> {
    let field = |name| recipe.control.field(name);
    let (name, version) = (field("Package"), Version::of(field("Version")));
    let arch = match field("Architecture") {
        "all" => "noarch",
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        other => other,
    };
    let summary = field("Description").lines().next().unwrap_or_default();
    let mut builder = PackageBuilder::new(name, &version.rpm_version(), "GPL-2.0-or-later AND MIT", arch, summary);
    builder
        .using_config(BuildConfig::v4().compression(CompressionWithLevel::Zstd(1)).source_date(TIME))
        .epoch(version.epoch.unwrap_or(0))
        .release(version.rpm_release())
        .description(format!("{summary}.\n\nThis package is part of {}.", field("Section")))
        .vendor("Colca Benches")
        .packager(PACKAGER)
        .group(field("Section"))
        .url(field("Homepage"))
        .build_host("build.example.com");
    relations(&mut builder, recipe);
    changelog(&mut builder, recipe);
    let failed = |error: rpm::Error| Failure::Wrong(format!("{name}: {error}"));
    let mut filling = recipe.filling();
    for path in &recipe.paths {
        let permissions = if path.contains("bin/") { 0o755 } else { 0o644 };
        let options = FileOptions::new(format!("/{path}")).permissions(permissions);
        let options = if path.starts_with("etc/") { options.config().noreplace() } else { options };
        let content = [recipe.content(path).into_bytes(), std::mem::take(&mut filling)].concat();
        builder.with_file_contents(content, options).map_err(failed)?;
    }
    let mut bytes = Vec::new();
    builder.build().and_then(|package| package.write(&mut bytes)).map_err(failed)?;
    let version = format!("{}-{}", version.rpm_version(), version.rpm_release());
    let file = format!("{name}-{version}.{arch}.rpm");
    Ok((Made { file, name: name.to_owned(), version, arch: arch.to_owned() }, bytes))
}

fn relations(builder: &mut PackageBuilder, recipe: &Recipe) {
    let of = |name| dependency::all(recipe.control.field(name));
    of("Pre-Depends").chain(of("Depends")).for_each(|one| _ = builder.requires(one));
    of("Recommends").for_each(|one| _ = builder.recommends(one));
    of("Suggests").for_each(|one| _ = builder.suggests(one));
    of("Enhances").for_each(|one| _ = builder.enhances(one));
    of("Provides").for_each(|one| _ = builder.provides(one));
    of("Conflicts").chain(of("Breaks")).for_each(|one| _ = builder.conflicts(one));
    of("Replaces").for_each(|one| _ = builder.obsoletes(one));
}

fn changelog(builder: &mut PackageBuilder, recipe: &Recipe) {
    let mut random = recipe.random();
    let mut time = TIME;
    for number in (0..=random.below(12)).rev() {
        let change = CHANGES[random.below(CHANGES.len())];
        builder.add_changelog_entry(format!("{PACKAGER} - 1.{number}-1"), change, time);
        time -= 86_400 * (1 + u32::try_from(random.below(200)).expect("it is below 200"));
    }
}
