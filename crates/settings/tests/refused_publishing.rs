//! What is said of codenames, distributions and keys that cannot be used, word for word.

mod support;

use support::{check, refusal};

#[test]
fn codenames_that_contradict_what_is_known_or_each_other() {
    check(&[
        ("codenames.ubuntu.\"22.04\" = \"noble\"", "codenames.ubuntu.\"22.04\": is known to be jammy, got \"noble\""),
        ("codenames.ubuntu.jammy = \"noble\"", "codenames.ubuntu.jammy: is known to be jammy, got \"noble\""),
        (
            "codenames.mint = { 21 = \"vera\", vera = \"vanessa\" }",
            "codenames.mint.21: must not be a version that has another codename, got \"vera\"",
        ),
        (
            "codenames.Ubuntu = {}",
            "codenames.Ubuntu: must be written ubuntu, which stands for every spelling, got \"Ubuntu\"",
        ),
        ("codenames.mint.21 = 21", "codenames.mint.21: must be a string in quotes, got 21"),
        (
            "codenames.mint.21 = \"Vera\"",
            "codenames.mint.21: must consist of lower-case letters, digits and . + -, got \"Vera\"",
        ),
        ("codenames.mint.21 = \"..\"", "codenames.mint.21: must begin with a letter or a digit, got \"..\""),
        ("codenames.\"a/b\" = {}", "codenames.\"a/b\": must not contain a slash or backslash, got \"a/b\""),
        ("codenames = [\"jammy\"]", "codenames: must be a table, got a list"),
    ]);
}

#[test]
fn combined_versions_that_nobody_has() {
    check(&[
        (
            "repos.ceph.combined = [\"jammy\", \"nobel\"]",
            "repos.ceph.combined: must be a known version or codename such as noble; [codenames] can name others, \
             got \"nobel\"",
        ),
        (
            "repos.ceph.combined = [\"universal\"]",
            "repos.ceph.combined: must be a known version or codename such as xenial; [codenames] can name others, \
             got \"universal\"",
        ),
        (
            &format!("repos.ceph.combined = {:?}", ["jammy"; 101]),
            "repos.ceph.combined: must not name more than 100, got a list",
        ),
    ]);
}

#[test]
fn distributions_that_would_break_a_release_file() {
    let field = |key: &str, value: &str| format!("distributions.ceph.{key} = {value}");
    for (key, value, rule) in [
        ("Label", "\"a\\nSuite: b\"", "must be one line without control characters, got \"a\\nSuite: b\""),
        ("Version", "1.0", "must be a string in quotes, got 1.0"),
        ("Description", "\" x\"", "must not begin or end with a blank, got \" x\""),
        ("Suite", "\"Stable\"", "must consist of lower-case letters, digits and . + -, got \"Stable\""),
        ("Suite", "\"a/b\"", "must consist of lower-case letters, digits and . + -, got \"a/b\""),
        ("Components", "[]", "must not be empty"),
        ("Components", "\" \"", "must not be empty"),
        ("Components", "1", "must be a list of strings, got 1"),
        ("Components", "[\"main contrib\"]", "must consist of letters, digits and . + - _, got \"main contrib\""),
        ("Components", "\"main updates/main\"", "must consist of letters, digits and . + - _, got \"updates/main\""),
        ("Components", "\"main by-hash\"", "is the name of something else in dists/, got \"by-hash\""),
        ("Components", "\"main main\"", "must be named only once, got \"main\""),
        ("Components", "[\"main\", \"main\"]", "must be named only once, got \"main\""),
        (
            "Architectures",
            "\"x86_64\"",
            "must consist of lower-case letters, digits and -, as dpkg spells it (amd64, arm64), got \"x86_64\"",
        ),
        (
            "Architectures",
            "\"amd64 all\"",
            "must not name all or any: packages for all stand in the list of each architecture, got \"amd64 all\"",
        ),
        ("NotAutomatic", "\"yes\"", "must be true or false, got \"yes\""),
        ("ButAutomaticUpgrades", "true", "needs NotAutomatic = true, got true"),
        ("ValidDays", "3651", "must be a whole number from 0 to 3650, got 3651"),
        (
            "Contents",
            "\".gz .bz2\"",
            "must be true, for a Contents-<arch>.gz of each component, or false, got \".gz .bz2\"",
        ),
        ("DebIndices", "\".\"", "must be left out: Packages is always written as .gz and .zst, got \".\""),
        ("UDebIndices", "\".\"", "must be left out: Packages is always written as .gz and .zst, got \".\""),
        ("DscIndices", "\".\"", "must be left out: Sources is always written as .gz and .zst, got \".\""),
        (
            "Codename",
            "\"jammy\"",
            "must be left out: each repository has that of its version, see [codenames], got \"jammy\"",
        ),
        ("SignWith", "true", "must be left out: keys are named in [signing], got true"),
        ("ValidFor", "\"7d\"", "must be left out: ValidDays says how many days, got \"7d\""),
    ] {
        check(&[(&field(key, value), &format!("distributions.ceph.{key}: {rule}"))]);
    }
    let (long, shown) = ("é".repeat(201), "é".repeat(120));
    check(&[(
        &field("Origin", &format!("{long:?}")),
        &format!("distributions.ceph.Origin: must not be longer than 200 characters, got \"{shown}…\""),
    )]);
    let many = (0..33).map(|number| format!("c{number}")).collect::<Vec<_>>();
    let rule = "distributions.defaults.Components: must not name more than 32";
    check(&[
        (&format!("distributions.defaults.Components = {many:?}"), &format!("{rule}, got a list")),
        (
            &format!("distributions.defaults.Components = {:?}", many.join(" ")),
            &format!("{rule}, got \"{}…\"", &many.join(" ")[..120]),
        ),
        ("distributions.ceph = 1", "distributions.ceph: must be a table, got 1"),
        ("distributions = []", "distributions: must be a table, got a list"),
        (
            "distributions = { defaults.NotAutomatic = true, ceph = { NotAutomatic = false, ButAutomaticUpgrades = true } }",
            "distributions.ceph.ButAutomaticUpgrades: needs NotAutomatic = true, got true",
        ),
        ("repos.defaults = {}", "repos.defaults: is reserved; what stands for all projects stands outside of [repos]"),
    ]);
}

#[test]
fn signing_without_keys_or_with_odd_ones() {
    check(&[
        ("signing.packages = true", "signing.packages: needs a key in keys, got true"),
        ("signing = { keys = [], packages = true }", "signing.packages: needs a key in keys, got true"),
        ("repos.ceph.signing.packages = true", "repos.ceph.signing.packages: needs a key in keys, got true"),
        ("signing.keys = \"release\"", "signing.keys: must be a list of strings, got \"release\""),
        ("signing.keys = [\"a\", \"b\", \"a\"]", "signing.keys: must be named only once, got \"a\""),
        ("signing.keys = [\"a\", \"b\", \"c\", \"d\", \"e\"]", "signing.keys: must not name more than 4, got a list"),
        (
            "signing.keys = [\"../../x\"]",
            "signing.keys: must consist of lower-case letters, digits and . _ -, got \"../../x\"",
        ),
    ]);
    let text = "signing.keys = [\"a\"]\nrepos.ceph.signing = { keys = [], packages = true }";
    assert_eq!(refusal(text), "line 2: repos.ceph.signing.packages: needs a key in keys, got true");
}
