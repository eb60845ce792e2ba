//! The programs by which others mirror a repository of apt: what they see of ours.

use std::fs;

use serde_json::json;

use crate::{createrepo::Scratch, gpg, tools};

/// What `aptly` mirrors of a repository signed by a known key: `name_version_arch` of every package, sorted. With
/// `sources_too`, source packages and those of the installer are mirrored as well, and their lists must be there.
///
/// # Panics
/// If it fails.
#[must_use]
#[track_caller]
pub fn aptly(url: &str, codename: &str, keys: &gpg::Home, sources_too: bool) -> Vec<String> {
    let scratch = Scratch::new();
    let configuration = json!({
        "rootDir": scratch.path(), "architectures": ["amd64"], "gpgProvider": "gpg2", "downloadConcurrency": 4,
    });
    let file = scratch.path().join("aptly.json");
    fs::write(&file, configuration.to_string()).expect("the working copy is writable");
    let (file, keyring) = (format!("-config={}", file.display()), format!("-keyring={}", keys.keyring().display()));
    let run = |arguments: &[&str]| {
        let home = format!("HOME={}", scratch.path().display());
        tools::output("env", [home.as_str(), "aptly", &file].into_iter().chain(arguments.iter().copied()))
    };
    let (sources, udebs) = (format!("-with-sources={sources_too}"), format!("-with-udebs={sources_too}"));
    run(&["mirror", "create", &sources, &udebs, &keyring, "ours", url, codename, "main"]);
    run(&["mirror", "update", &keyring, "ours"]);
    let shown = run(&["mirror", "show", "-with-packages", "ours"]);
    let (_, packages) = shown.split_once("\nPackages:\n").unwrap_or_else(|| panic!("no packages:\n{shown}"));
    let mut packages: Vec<_> = packages.lines().map(|line| line.trim().to_owned()).collect();
    packages.retain(|line| !line.is_empty());
    packages.sort();
    packages
}

/// What `reprepro update` takes from a repository signed by a known key, the newest version of each package: `list: name
/// version`, sorted. With `sources_too` as above.
///
/// # Panics
/// If it fails.
#[must_use]
#[track_caller]
pub fn reprepro(url: &str, codename: &str, keys: &gpg::Home, sources_too: bool) -> Vec<String> {
    let scratch = Scratch::new();
    let folder = scratch.path().join("conf");
    fs::create_dir(&folder).expect("the working copy is writable");
    let lists = match sources_too {
        true => "Components: main\nUDebComponents: main\nArchitectures: amd64 source\n",
        false => "Components: main\nArchitectures: amd64\n",
    };
    // It takes the end of a fingerprint, and not all of it.
    let fingerprint = keys.fingerprints(&keys.public()).remove(0).split_off(24);
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("the working copy is writable");
    write("distributions", format!("Codename: {codename}\n{lists}Update: ours\n"));
    write("updates", format!("Name: ours\nMethod: {url}\nSuite: {codename}\n{lists}VerifyRelease: {fingerprint}\n"));
    let (base, home) = (scratch.path().display().to_string(), keys.path().display().to_string());
    let run = |arguments: &[&str]| {
        // It fetches with apt's own programs, which look for a proxy here.
        let start = ["--unset=http_proxy", "reprepro", "--basedir", &base, "--gnupghome", &home];
        tools::output("env", start.into_iter().chain(arguments.iter().copied()))
    };
    run(&["update"]);
    let mut found: Vec<_> = run(&["list", codename]).lines().map(str::to_owned).collect();
    found.sort();
    found
}
