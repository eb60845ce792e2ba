//! The same as the reference programs say of the same packages: `apt-ftparchive`, `dpkg-scanpackages`, `aptly`, `reprepro`.

use colca_tests::{
    Repository, apt, aws, deb822, debian, debs, debs::Deb, dists::Dists, ftparchive, gpg, keys, mirrors, stack, upload,
};
use upload::Package;

/// What dpkg-deb can make, as far as it shows in a list.
fn odd() -> Vec<Package> {
    let deb = |name: &str| Deb::new(name, "1.0-1");
    let mut all: Vec<_> = ["gzip", "xz", "zstd", "none"]
        .map(|compression| deb(&format!("of-{compression}")).compression(compression).build())
        .into();
    let long = (0..400).map(|number| format!("package-{number} (>= {number})")).collect::<Vec<_>>().join(", ");
    let relations = deb("relations")
        .field("Depends", &long)
        .field("Pre-Depends", "libc6 (>= 2.34)")
        .field("Recommends", "a-b | c++ (<< 2~)")
        .field("Breaks", "old (<= 1:0.9)")
        .field("Provides", "virtual (= 1.0), other-virtual")
        .field("Multi-Arch", "same");
    all.extend([
        relations.build(),
        deb("fields")
            .field("Homepage", "https://example.com/?a=b#c")
            .field("Original-Maintainer", "x <x@example.com>")
            .build(),
        deb("essential")
            .field("Essential", "yes")
            .field("Priority", "required")
            .field("Section", "non-free/misc")
            .build(),
        deb("own-field").field("X-Build-Of", "4711").field("Installed-Size", "17").field("Tag", "a::b, c::d").build(),
        deb("lines").field("Description", "one\n two\n  verbatim\n .\n größe, 倉庫 and ✓\n : # odd").build(),
        deb("built-of").field("Source", "other-source (1:2.0-1)").build(),
        Deb::new("epoch", "7:1.0~rc1+git20260105.0123456-0ubuntu1~22.04").arch("all").build(),
    ]);
    all
}

#[test]
fn our_lists_say_what_the_reference_programs_say() {
    let repository = Repository::of("reference", "ubuntu", "22.04");
    let packages = odd();
    upload::publish_all(&repository, &packages);
    let dists = Dists::of(&repository, "jammy").expect("published");
    deb822::assert_same_content(dists.packages("amd64"), &ftparchive::packages(&packages));
    deb822::assert_same_content(dists.packages("amd64"), &ftparchive::scanned(&packages));
    dists.check_pool("amd64", |path| aws::object(stack().store(), &format!("{}/{path}", repository.prefix())));
}

#[test]
fn hundreds_of_real_packages_are_what_apt_ftparchive_says() {
    let repository = Repository::of("real", "debian", "12");
    let _signing = keys::sign(&[&repository]);
    let packages = debian::packages(320);
    upload::publish_all(&repository, &packages);
    let dists = Dists::of(&repository, "bookworm").expect("published");
    let arch = packages.iter().map(|package| package.arch.as_str()).find(|arch| *arch != "all").unwrap_or("amd64");
    assert_eq!(dists.packages(arch).len(), packages.len());
    deb822::assert_same_content(dists.packages(arch), &ftparchive::packages(&packages));

    let root = apt::Root::with(&repository.file("repo.sources"));
    root.update();
    if arch == "amd64" {
        let mut names: Vec<_> = dists.packages(arch).iter().map(|package| package.get("Package").to_owned()).collect();
        names.sort();
        assert_eq!(root.names().iter().filter(|name| names.contains(name)).count(), names.len(), "apt misses some");
    }
    assert_eq!(repository.object().expect("published")["packages"], packages.len());
}

#[test]
fn aptly_and_reprepro_see_every_package() {
    let repository = Repository::of("mirrored", "ubuntu", "22.04");
    let signing = keys::sign(&[&repository]);
    let mut files = debs::source("hello", "1:1.0-1");
    files.extend([
        Deb::new("hello", "1:1.0-1").build(),
        Deb::new("hello", "1:1.0~rc1+b1-1").build(),
        Deb::new("hello-doc", "1.0-1").arch("all").build(),
        Deb::new("hello-udeb", "1.0-1").ending("udeb").build(),
    ]);
    upload::publish_all(&repository, &files);
    let _ = Dists::wait_for(&repository, "jammy", "main/source/Sources", 1);
    let reader = gpg::Home::with(&[&signing.key.public()]);
    let url = format!("{}/{}/", stack().cdn(), repository.prefix());

    let seen = mirrors::aptly(&url, "jammy", &reader, true);
    let expected = [
        "hello-doc_1.0-1_all",
        "hello-udeb_1.0-1_amd64",
        "hello_1:1.0-1_amd64",
        "hello_1:1.0-1_source",
        "hello_1:1.0~rc1+b1-1_amd64",
    ];
    assert_eq!(seen, expected);
    // Of several versions it takes the newest.
    let seen = mirrors::reprepro(&url, "jammy", &reader, true);
    let expected = [
        "jammy|main|amd64: hello 1:1.0-1",
        "jammy|main|amd64: hello-doc 1.0-1",
        "jammy|main|source: hello 1:1.0-1",
        "u|jammy|main|amd64: hello-udeb 1.0-1",
    ];
    assert_eq!(seen, expected);
}
