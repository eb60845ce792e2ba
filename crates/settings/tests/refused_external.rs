//! What is said of repositories elsewhere that cannot be used, word for word.

use colca_settings::Settings;

const GOOD: [(&str, &str); 6] = [
    ("url", "\"https://a.example/el9/\""),
    ("sha256", "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\""),
    ("codename", "\"jammy\""),
    ("components", "[\"main\"]"),
    ("distro", "\"ubuntu\""),
    ("versions", "[\"22.04\"]"),
];

/// The refusal of a good table with one value replaced, or without it if that is empty.
fn refusal(allow: &str, key: &str, value: &str) -> String {
    let mut text = format!("external.allow = {allow}\n[[repos.ceph.external]]\n");
    let replaced = [(key, value)];
    let others = GOOD.into_iter().filter(|(other, _)| *other != key);
    for (key, value) in others.chain(replaced).filter(|(_, value)| !value.is_empty()) {
        text += &format!("{key} = {value}\n");
    }
    Settings::parse(&text).map_or_else(|problems| problems.to_string(), |_| String::new())
}

const ALLOW: &str = "[\"https://a.example/\"]";

#[test]
fn what_is_missing_or_wrong_is_named() {
    assert_eq!(refusal(ALLOW, "refs", "\"all\""), "");
    for (key, value, expected) in [
        ("url", "", "line 2: repos.ceph.external: must have the key `url`"),
        ("sha256", "", "line 2: repos.ceph.external: must have the key `sha256`"),
        ("distro", "", "line 2: repos.ceph.external: must have the key `distro`"),
        ("versions", "", "line 2: repos.ceph.external: must have the key `versions`"),
        ("sha256", "\"abc\"", "line 8: repos.ceph.external.sha256: must be 64 hex digits, got \"abc\""),
        (
            "codename",
            "\"Jammy\"",
            "line 8: repos.ceph.external.codename: must consist of lower-case letters, digits and . + -, got \"Jammy\"",
        ),
        (
            "codename",
            "",
            "line 5: repos.ceph.external.components: is only for an apt repository, which has a codename, got a list",
        ),
        ("components", "[]", "line 8: repos.ceph.external.components: must not be empty"),
        ("versions", "[]", "line 8: repos.ceph.external.versions: must not be empty"),
        ("refs", "\"main\"", "line 9: repos.ceph.external.refs: must be a list of refs, or \"all\", got \"main\""),
        ("ref", "\"main\"", "line 9: repos.ceph.external.ref: is not a known key; did you mean `refs`?"),
    ] {
        assert_eq!(refusal(ALLOW, key, value), expected, "{key} = {value}");
    }
}

#[test]
fn addresses_are_absolute_plain_and_allowed() {
    for (allow, url, rule) in [
        ("[]", "https://a.example/", "needs an address above it in allow of [external], which has none"),
        (ALLOW, "https://b.example/", "must begin with one of the addresses in allow of [external]"),
        (ALLOW, "http://a.example/", "must begin with one of the addresses in allow of [external]"),
        (ALLOW, "https://a.example.org/", "must begin with one of the addresses in allow of [external]"),
        (ALLOW, "https://a.example/el9", "must end with a slash"),
        (ALLOW, "https://a.example@b.example/", "must not contain a user or a password"),
        ("[\"https://a.example/el9/\"]", "https://a.example/el9/../", "must be written https://a.example/"),
    ] {
        let expected = format!("line 8: repos.ceph.external.url: {rule}, got {url:?}");
        assert_eq!(refusal(allow, "url", &format!("{url:?}")), expected);
    }
    let refused = Settings::parse("external.allow = [\"https://a.example/el\"]").expect_err("no directory");
    assert_eq!(refused.to_string(), "line 1: external.allow: must end with a slash, got \"https://a.example/el\"");
}

#[test]
fn it_is_a_list_of_some_tables() {
    for (value, rule) in [
        ("\"https://a.example/\"", "must be a list of tables, each headed [[repos.<project>.external]]"),
        ("{}", "must be a list of tables, each headed [[repos.<project>.external]]"),
        ("[1]", "must be a table"),
    ] {
        let refused = Settings::parse(&format!("repos.ceph.external = {value}")).expect_err(value);
        let got = if value == "{}" { "a table" } else { value.trim_matches(['[', ']']) };
        assert_eq!(refused.to_string(), format!("line 1: repos.ceph.external: {rule}, got {got}"));
    }
    let table = GOOD.map(|(key, value)| format!("{key} = {value}")).join(", ");
    let file =
        |count| format!("external.allow = {ALLOW}\nrepos.ceph.external = [{}]", format!("{{{table}}},").repeat(count));
    assert!(Settings::parse(&file(20)).is_ok());
    let refused = Settings::parse(&file(21)).expect_err("one too many");
    assert_eq!(refused.to_string(), "line 2: repos.ceph.external: must not name more than 20, got a list");
}
