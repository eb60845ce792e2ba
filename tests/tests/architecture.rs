//! The rules of ARCHITECTURE.md about who may depend on whom, and what may stand where.

use std::{collections::BTreeMap, fs};

use colca_tests::{functions, stack::root, tools};
use serde_json::Value;

/// The direct dependencies of each member that end up in its library or program, without those of its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"].map(String::from);
    let manifest = root().join("Cargo.toml").display().to_string();
    let metadata = tools::output("cargo", arguments.into_iter().chain([manifest]));
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list");
    let member = |package: &Value| {
        let dependencies = package["dependencies"].as_array().expect("a list").iter();
        let used = dependencies.filter(|dependency| dependency["kind"] != "dev");
        let names = used.map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
        (package["name"].as_str().expect("a name").to_owned(), names.collect())
    };
    packages.iter().map(member).collect()
}

/// The members of a folder by their package names.
fn members(folder: &str) -> Vec<String> {
    let manifests = fs::read_dir(root().join(folder))
        .expect("it stands there")
        .map(|entry| entry.expect("readable").path().join("Cargo.toml"));
    let named = |text: String| {
        text.lines().find_map(|line| line.strip_prefix("name = ")).map(|name| name.trim_matches('"').to_owned())
    };
    manifests
        .filter(|path| path.exists())
        .map(|path| named(fs::read_to_string(path).expect("readable")).expect("a name"))
        .collect()
}

#[test]
fn the_model_does_no_io() {
    let dependencies = dependencies();
    for refused in ["tokio", "ureq", "axum", "http", "lambda_runtime", "lambda_http", "zstd", "flate2"] {
        assert!(!dependencies["colca-model"].iter().any(|name| name == refused), "colca-model depends on {refused}");
    }
    assert!(
        !dependencies["colca-model"].iter().any(|name| name.starts_with("colca-")),
        "colca-model stands below all others"
    );
}

#[test]
fn formats_know_no_service() {
    let dependencies = dependencies();
    let services = ["tokio", "ulid", "rand", "axum", "lambda_runtime", "colca-store", "colca-runtime", "colca-api"];
    for format in [
        "colca-unpack",
        "colca-rpmmd",
        "colca-apt",
        "colca-segments",
        "colca-signing",
        "colca-settings",
        "colca-accounts",
    ] {
        for name in services {
            assert!(!dependencies[format].iter().any(|dependency| dependency == name), "{format} depends on {name}");
        }
    }
}

#[test]
fn only_store_and_runtime_know_aws() {
    for (package, names) in dependencies() {
        // The simulation stands in for what AWS answers.
        if !matches!(package.as_str(), "colca-store" | "colca-runtime" | "colca-simulation") {
            let aws: Vec<_> = names.iter().filter(|name| name.starts_with("aws-")).collect();
            assert!(aws.is_empty(), "{package} depends on {aws:?}; only colca-store and colca-runtime may");
        }
    }
}

#[test]
fn crates_stand_in_their_order() {
    let dependencies = dependencies();
    let allowed: [(&str, &[&str]); 17] = [
        ("colca-model", &[]),
        ("colca-unpack", &[]),
        ("colca-rpmmd", &["colca-model", "colca-unpack"]),
        ("colca-segments", &["colca-model"]),
        ("colca-apt", &["colca-model", "colca-unpack", "colca-segments"]),
        ("colca-signing", &["colca-model"]),
        ("colca-settings", &["colca-model"]),
        ("colca-accounts", &["colca-model"]),
        ("colca-store", &["colca-model", "colca-segments", "colca-accounts", "colca-signing"]),
        ("colca-runtime", &["colca-model", "colca-settings", "colca-signing", "colca-store"]),
        ("colca-sharing", &["colca-model", "colca-settings", "colca-store", "colca-runtime"]),
        (
            "colca-upstream",
            &["colca-model", "colca-rpmmd", "colca-apt", "colca-settings", "colca-store", "colca-runtime"],
        ),
        (
            "colca-intake",
            &[
                "colca-model",
                "colca-rpmmd",
                "colca-apt",
                "colca-settings",
                "colca-signing",
                "colca-store",
                "colca-runtime",
                "colca-sharing",
            ],
        ),
        ("colca-retention", &["colca-model", "colca-settings", "colca-store", "colca-runtime", "colca-intake"]),
        ("colca-revisions", &["colca-model", "colca-rpmmd", "colca-apt", "colca-store", "colca-runtime"]),
        ("colca-callbacks", &["colca-model", "colca-settings", "colca-store", "colca-runtime"]),
        ("colca-api", &["colca-model", "colca-settings", "colca-accounts", "colca-store", "colca-runtime"]),
    ];
    for (package, below) in allowed {
        for name in dependencies[package].iter().filter(|name| name.starts_with("colca-")) {
            assert!(below.contains(&name.as_str()), "{package} depends on {name}");
        }
    }
    let known: Vec<_> = allowed.iter().map(|(package, _)| (*package).to_owned()).collect();
    let unknown: Vec<_> = members("crates").into_iter().filter(|member| !known.contains(member)).collect();
    assert!(unknown.is_empty(), "say in this test what {unknown:?} may depend on");
}

#[test]
fn whoever_logs_is_heard() {
    let code = fs::read_to_string(root().join("crates/runtime/src/logging.rs")).expect("the code");
    let dependencies = dependencies();
    for package in members("crates").into_iter().chain(members("functions")) {
        let logs = dependencies[&package].iter().any(|name| name == "tracing");
        let name = package.replace('-', "_");
        assert!(
            !logs || code.contains(&format!("    \"{name}\",\n")),
            "{package} logs, and logging.rs does not name it"
        );
    }
}

#[test]
fn no_function_depends_on_another_and_no_crate_on_a_function() {
    let functions = members("functions");
    for (package, names) in dependencies() {
        let used: Vec<_> = names.iter().filter(|name| functions.contains(name)).collect();
        // One mounts them all, one measures one, one runs them in bad weather.
        let may = ["colca-serve", "colca-publisher", "colca-simulation"].contains(&package.as_str());
        assert!(used.is_empty() || may, "{package} depends on the function {used:?}");
    }
}

#[test]
fn nothing_but_what_tests_or_measures_depends_on_the_tests() {
    for (package, names) in dependencies() {
        if ["colca-benches", "colca-simulation", "colca-soak"].contains(&package.as_str()) {
            continue;
        }
        assert!(!names.iter().any(|name| name == "colca-tests"), "{package} depends on colca-tests");
    }
}

#[test]
fn a_function_starts_in_25_lines() {
    for folder in functions::ALL {
        let path = root().join("functions").join(folder).join("src/main.rs");
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(
            text.lines().count() <= 25,
            "{} is longer than 25 lines: what it does belongs into lib.rs",
            path.display()
        );
    }
}

#[test]
fn every_function_of_the_template_has_its_folder() {
    let template = fs::read_to_string(root().join("template.yaml")).expect("the template stands at the root");
    for folder in functions::ALL {
        assert!(template.contains(&format!("functions/{folder}")), "template.yaml does not build functions/{folder}");
    }
    let code = template.lines().filter(|line| line.trim_start().starts_with("CodeUri:")).count();
    assert_eq!(code, functions::ALL.len(), "one function, one folder: add the new one to colca_tests::functions::ALL");
}

#[test]
fn files_have_one_subject() {
    let listed = tools::output(
        "git",
        ["-C", &root().display().to_string(), "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
    );
    for file in listed.lines() {
        let lines = fs::read_to_string(root().join(file)).map_or(0, |text| text.lines().count());
        assert!(lines <= 350, "{file} has {lines} lines: above 350 there are two subjects in it");
    }
}

#[test]
fn the_tests_that_the_threat_model_names_are_there() {
    let arguments = ["ls-files", "--cached", "--others", "--exclude-standard", "*.rs", "*.py"];
    let listed = tools::output("git", ["-C", &root().display().to_string()].into_iter().chain(arguments));
    let code: String = listed.lines().filter_map(|file| fs::read_to_string(root().join(file)).ok()).collect();
    let text = fs::read_to_string(root().join("docs/security.md")).expect("it stands there");
    let is_test = |word: &&str| {
        word.matches('_').count() >= 2
            && word.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
    };
    let names: Vec<_> = text.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(names.len() > 10, "{names:?}");
    for name in names {
        let there = code.contains(&format!("fn {name}(")) || code.contains(&format!("def {name}("));
        assert!(there, "docs/security.md names {name}, which is no test");
    }
}
