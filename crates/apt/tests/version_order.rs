//! Versions have the order that dpkg gives them.

use std::{cmp::Ordering, process::Command};

use colca_apt::compare_versions;
use proptest::prelude::*;

fn dpkg(left: &str, right: &str) -> Ordering {
    let is = |relation: &str| {
        let status = Command::new("dpkg").args(["--compare-versions", "--", left, relation, right]).output();
        status.expect("dpkg is installed").status.success()
    };
    match (is("lt"), is("gt")) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

/// Versions that Policy allows, of few characters, so that many are nearly the same.
fn version() -> impl Strategy<Value = String> {
    ("([01]:)?", "[0-2][0-2a.+~-]{0,5}", "(-[0-2a.+~]{1,3})?")
        .prop_map(|(epoch, upstream, revision)| format!("{epoch}{}{revision}", upstream.trim_end_matches('-')))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn is_that_of_dpkg((left, right) in (version(), version())) {
        prop_assert_eq!(compare_versions(&left, &right), dpkg(&left, &right), "{} {}", left, right);
    }
}

#[test]
fn is_that_of_dpkg_for_the_examples() {
    let versions = [
        "1.0~~", "1.0~", "1.0", "1.0-0", "0:1.0", "1.0-1~bpo", "1.0+b1", "1.00", "1.a", "1.+", "1:0", "01", "1-2-3",
        "1.0-00",
    ];
    for left in versions {
        for right in versions {
            assert_eq!(compare_versions(left, right), dpkg(left, right), "{left} {right}");
        }
    }
}
