//! Packages as the `rpm` crate builds them, in formats 4 and 6.

use rpm::{BuildConfig, CompressionType, Dependency, FileOptions, PackageBuilder, Scriptlet};

/// Name and bytes of each.
pub(crate) fn packages() -> Vec<(String, Vec<u8>)> {
    let mut packages = Vec::new();
    for (format, config) in [("v4", BuildConfig::v4()), ("v6", BuildConfig::v6())] {
        let config = config.compression(CompressionType::None).source_date(1_700_000_000_u32);
        for (name, bytes) in [
            ("full", full(&config)),
            ("small", small(&config)),
            ("no-reserved-space", small(&config.reserved_space(None))),
        ] {
            packages.push((format!("{format}-{name}"), bytes));
        }
    }
    packages
}

/// The least that a package can be.
pub(crate) fn small(config: &BuildConfig) -> Vec<u8> {
    let mut builder = PackageBuilder::new("small", "1.0", "Apache-2.0", "noarch", "A small package");
    builder.using_config(*config);
    bytes(&mut builder)
}

fn full(config: &BuildConfig) -> Vec<u8> {
    let mut builder =
        PackageBuilder::new("full", "2.0~rc1", "MIT AND BSD", "x86_64", "A package with ümläuts & <signs>");
    builder
        .using_config(*config)
        .epoch(3)
        .release("4.el9")
        .description("All of it.\n\nIn two paragraphs.")
        .vendor("A vendor")
        .url("https://example.org/?a=1&b=2")
        .group("Development/Tools")
        .packager("A packager <packager@example.org>")
        .build_host("build.example.org")
        .requires(Dependency::greater_eq("other", "1:2.0-3"))
        .requires(Dependency::any("(rich if other)"))
        .requires(Dependency::script_pre("shadow-utils"))
        .requires(Dependency::script_preun("systemd"))
        .requires(Dependency::any("libc.so.6(GLIBC_2.34)(64bit)"))
        .requires(Dependency::any("libc.so.6(GLIBC_2.4)(64bit)"))
        .requires(Dependency::any("/usr/bin/full"))
        .provides(Dependency::eq("virtual", "1.0"))
        .conflicts(Dependency::less("old", "1.0"))
        .obsoletes(Dependency::less_eq("older", "1.0-1"))
        .recommends(Dependency::any("recommended"))
        .suggests(Dependency::any("suggested"))
        .supplements(Dependency::any("(supplemented and this)"))
        .enhances(Dependency::greater("enhanced", "5"))
        .pre_install_script(Scriptlet::new("true"))
        .add_changelog_entry("Some One <one@example.org> - 3:2.0-4", "- Newest", 1_700_000_000_u32)
        .add_changelog_entry("Some One <one@example.org> - 3:1.0-1", "- Older & <odd>", 1_600_000_000_u32);
    for file in [
        FileOptions::new("/usr/bin/full").permissions(0o755),
        FileOptions::new("/etc/full.conf").config().noreplace(),
        FileOptions::new("/usr/share/full/ümläut <&>"),
        FileOptions::new("/usr/share/doc/full/README").doc(),
    ] {
        builder.with_file_contents("content\n", file).expect("a file");
    }
    builder.with_dir_entry(FileOptions::dir("/usr/share/full")).expect("a directory");
    builder.with_symlink(FileOptions::symlink("/usr/sbin/full", "../bin/full")).expect("a link");
    builder.with_ghost(FileOptions::ghost("/var/log/full.log")).expect("a ghost");
    bytes(&mut builder)
}

fn bytes(builder: &mut PackageBuilder) -> Vec<u8> {
    let mut bytes = Vec::new();
    builder.build().expect("a package").write(&mut bytes).expect("writing to memory");
    bytes
}
