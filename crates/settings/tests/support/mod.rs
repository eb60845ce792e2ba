//! What the tests of refusals share.

use colca_settings::Settings;

/// What is said of a file that cannot be used; of a good one, what was read.
pub(crate) fn refusal(text: &str) -> String {
    Settings::parse(text).map_or_else(|problems| problems.to_string(), |settings| format!("{settings:?}"))
}

/// Each is a file of one line and the one problem in it.
pub(crate) fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(refusal(text), format!("line 1: {expected}"), "{text}");
    }
}
