//! What is said of files that cannot be used, word for word: operators have nothing else to go by.

mod support;

use support::{check, refusal};

#[test]
fn unknown_keys_get_the_nearest_known_or_all_of_them() {
    check(&[
        ("repos.ceph.automatc = true", "repos.ceph.automatc: is not a known key; did you mean `automatic`?"),
        ("quiet = 5", "quiet: is not a known key; did you mean `quiet_seconds`?"),
        ("repo.ceph.disabled = true", "repo: is not a known key; did you mean `repos`?"),
        ("retention.keep_min = 5", "retention.keep_min: is not a known key; did you mean `keep_minimum`?"),
        (
            "retention.projects.ceph.ref.main.days = 1",
            "retention.projects.ceph.ref: is not a known key; did you mean `refs`?",
        ),
        (
            "retention.projects.ceph.refs.main.day = 1",
            "retention.projects.ceph.refs.main.day: is not a known key; did you mean `days`?",
        ),
        ("distributions.ceph.origin = \"x\"", "distributions.ceph.origin: is not a known key; did you mean `Origin`?"),
        (
            "distributions.ceph.validdays = 1",
            "distributions.ceph.validdays: is not a known key; did you mean `ValidDays`?",
        ),
        ("signing.key = [\"x\"]", "signing.key: is not a known key; did you mean `keys`?"),
        ("external.allowed = []", "external.allowed: is not a known key; did you mean `allow`?"),
        ("distros.centos = [\"9\"]", "distros.centos: is not a known key; known are enforce, known"),
        (
            "repos.ceph.polling_cycle = 5",
            "repos.ceph.polling_cycle: is not a known key; known are automatic, combined, disabled, external, \
             extras, quiet_seconds, signing",
        ),
        (
            "automatic = false",
            "automatic: is not a known key; known are api_url, callbacks, codenames, disable_unconfigured_repos, \
             distributions, distros, external, generic_versions, health, limits, quiet_seconds, repos, retention, signing",
        ),
    ]);
}

#[test]
fn wrong_types_are_shown_as_they_are_written() {
    check(&[
        ("quiet_seconds = \"5\"", "quiet_seconds: must be a whole number from 0 to 900, got \"5\""),
        ("quiet_seconds = 2.5", "quiet_seconds: must be a whole number from 0 to 900, got 2.5"),
        ("disable_unconfigured_repos = 1", "disable_unconfigured_repos: must be true or false, got 1"),
        ("retention.enabled = 2026-01-01", "retention.enabled: must be true or false, got 2026-01-01"),
        ("generic_versions = \"any\"", "generic_versions: must be a list of strings, got \"any\""),
        ("distros.known.centos = [8]", "distros.known.centos: must be a string in quotes, got 8"),
        ("distros.known = [\"centos\"]", "distros.known: must be a table, got a list"),
        ("repos.automatic = false", "repos.automatic: must be a table, got false"),
        ("repos.ceph.combined = {}", "repos.ceph.combined: must be a list of strings, got a table"),
        ("[[repos]]", "repos: must be a table, got a list"),
        ("retention.projects.ceph.refs.main = 30", "retention.projects.ceph.refs.main: must be a table, got 30"),
    ]);
}

#[test]
fn numbers_have_ranges() {
    check(&[
        ("quiet_seconds = 901", "quiet_seconds: must be a whole number from 0 to 900, got 901"),
        ("repos.ceph.quiet_seconds = -1", "repos.ceph.quiet_seconds: must be a whole number from 0 to 900, got -1"),
        ("retention.days = 0", "retention.days: must be a whole number from 1 to 36500, got 0"),
        (
            "retention.keep_minimum = 0xffffff",
            "retention.keep_minimum: must be a whole number from 0 to 100000, got 0xffffff",
        ),
        (
            "retention.projects.ceph.flavors.debug.days = 99999999999999999999",
            "retention.projects.ceph.flavors.debug.days: must be a whole number from 1 to 36500, got 99999999999999999999",
        ),
    ]);
}

#[test]
fn names_keep_the_rules_of_paths() {
    check(&[
        ("repos.\"a/b\" = {automatic = false}", "repos.\"a/b\": must not contain a slash or backslash, got \"a/b\""),
        ("repos.\"\" = {}", "repos.\"\": must not be empty, got \"\""),
        ("repos.\"a b\".disabled = 1", "repos.\"a b\".disabled: must be true or false, got 1"),
        ("repos.ceph.combined = [\".x\"]", "repos.ceph.combined: must not start with a dot, got \".x\""),
        ("repos.ceph.extras.\".x\".y = \"all\"", "repos.ceph.extras.\".x\": must not start with a dot, got \".x\""),
        (
            "repos.ceph.extras.all.\"@y\" = \"all\"",
            "repos.ceph.extras.all.\"@y\": must not start with @, which marks a snapshot, got \"@y\"",
        ),
        (
            "repos.ceph.extras.all.y = [\"a\\nb\"]",
            "repos.ceph.extras.all.y: must not contain control characters, got \"a\\nb\"",
        ),
        (
            "distros.known.\"c\\\\d\" = [\"9\"]",
            "distros.known.\"c\\\\d\": must not contain a slash or backslash, got \"c\\\\d\"",
        ),
        ("generic_versions = [\"\"]", "generic_versions: must not be empty, got \"\""),
        (
            "retention.projects.ceph.refs.\"a/b\" = {}",
            "retention.projects.ceph.refs.\"a/b\": must not contain a slash or backslash, got \"a/b\"",
        ),
        (
            "retention.projects.ceph.flavors.\".\" = {}",
            "retention.projects.ceph.flavors.\".\": must not start with a dot, got \".\"",
        ),
    ]);
    let long = "x".repeat(256);
    let shown = format!("{}…", "x".repeat(120));
    check(&[(
        &format!("repos.{long} = {{}}"),
        &format!("repos.{shown}: must not be longer than 255 bytes, got \"{shown}\""),
    )]);
}

#[test]
fn lists_and_words_that_would_do_nothing_or_too_much() {
    check(&[
        (
            "repos.ceph.extras.all.rook = \"main\"",
            "repos.ceph.extras.all.rook: must be a list of refs, or \"all\", got \"main\"",
        ),
        ("repos.ceph.extras.all.rook = []", "repos.ceph.extras.all.rook: must not be empty"),
        (
            "repos.ceph.extras.all.rook = [\"main\", \"all\"]",
            "repos.ceph.extras.all.rook: must be \"all\" without a list to mean every ref, got a list",
        ),
        ("distros.known.centos = []", "distros.known.centos: must not be empty"),
        (
            "distros.enforce = true",
            "distros.enforce: would refuse every upload, since [distros.known] names no distribution, got true",
        ),
    ]);
}

#[test]
fn what_is_not_toml() {
    check(&[
        ("quiet_seconds", "colca.toml: is not TOML: key with no value, expected `=`, got \"quiet_seconds\""),
        ("[repos.ceph", "colca.toml: is not TOML: unclosed table, expected `]`, got \"[repos.ceph\""),
        (
            "[repos.]",
            "colca.toml: is not TOML: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`, got \"[repos.]\"",
        ),
        (
            "combined = [\"jammy\" \"noble\"]",
            "colca.toml: is not TOML: missing comma between array elements, expected `,`, got \"combined = [\\\"jammy\\\" \\\"noble\\\"]\"",
        ),
    ]);
    for line in ["  quiet_seconds = five", "days =", "repos.ceph = {disabled = no}", "a = False", "a = [jammy]"] {
        let rule = "a value must be true, false, a number, a list or text in quotes";
        check(&[(line, &format!("colca.toml: is not TOML: {rule}, got {:?}", line.trim()))]);
    }
}

#[test]
fn everything_is_told_in_one_go_in_the_order_of_lines() {
    let text = "\
quiet_seconds = 1000
disable_unconfigured_repos = no

[repos.ceph]
automatic = \"yes\"
combined = [
    \"jammy\",
    22,
    \"a/b\",
]
disabeld = true
[repos.ceph]
disabled = true
[distros]
enforced = true
";
    let expected = "\
line 1: quiet_seconds: must be a whole number from 0 to 900, got 1000
line 2: colca.toml: is not TOML: a value must be true, false, a number, a list or text in quotes, got \"disable_unconfigured_repos = no\"
line 5: repos.ceph.automatic: must be true or false, got \"yes\"
line 8: repos.ceph.combined: must be a string in quotes, got 22
line 9: repos.ceph.combined: must not contain a slash or backslash, got \"a/b\"
line 11: repos.ceph.disabeld: is not a known key; did you mean `disabled`?
line 12: colca.toml: is not TOML: duplicate key, got \"[repos.ceph]\"
line 15: distros.enforced: is not a known key; did you mean `enforce`?";
    assert_eq!(refusal(text), expected);
    assert_eq!(refusal(&text.replace('\n', "\r\n")), expected);
}

#[test]
fn lines_are_counted_through_comments_and_strings_of_several_lines() {
    let text = "# größe\n\nquiet_seconds = '''\n\n'''\nrepos.ceph.disabled = 0";
    let expected = "line 3: quiet_seconds: must be a whole number from 0 to 900, got \"\\n\"\n\
                    line 6: repos.ceph.disabled: must be true or false, got 0";
    assert_eq!(refusal(text), expected);
}

#[test]
fn what_is_missing_at_the_end_is_told_on_the_last_line_that_says_something() {
    let expected = "line 2: colca.toml: is not TOML: unclosed array, expected `]`, got \"\\\"any\\\",\"";
    assert_eq!(refusal("generic_versions = [\n\"any\",\n\n\n"), expected);
}
