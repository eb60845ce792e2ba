//! What people write: the configuration, and the accounts as they are kept.

use colca_accounts::Accounts;
use colca_fuzz::{check_words, fuzz};
use colca_settings::Settings;

/// The longest answer to a configuration, in bytes: a hundred problems, each with its value shortened.
const LONGEST_ANSWER: usize = 256 * 1024;

#[test]
fn configurations() {
    let ours = include_bytes!("../../../infra/colca.toml");
    // Its examples are comments.
    let text = str::from_utf8(ours).expect("UTF-8").lines();
    let examples: String = text.map(|line| format!("{}\n", line.trim_start_matches(['#', ' ']))).collect();
    fuzz("settings", vec![ours.to_vec(), examples.into_bytes()], |bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        match Settings::parse(text) {
            Ok(settings) => {
                assert_eq!(Settings::parse(text).as_ref(), Ok(&settings));
                true
            }
            Err(problems) => {
                assert!(!problems.0.is_empty() && problems.to_string().len() <= LONGEST_ANSWER);
                problems.0.iter().for_each(check_words);
                false
            }
        }
    });
}

#[test]
fn accounts() {
    let json = br#"{"accounts": [{"name": "ci", "created": "2026-01-01T00:00:00Z", "scopes": ["upload:ceph*", "read"],
        "secrets": [{"id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "hash": "sha256:0011223344556677889900112233445566778899001122334455667788990011", "created": "2026-01-01T00:00:00Z"}]}]}"#;
    fuzz("accounts", vec![json.to_vec(), br#"{"accounts": []}"#.to_vec()], |bytes| {
        let Ok(text) = str::from_utf8(bytes) else { return false };
        let Ok(accounts) = Accounts::parse(text).inspect_err(check_words) else { return false };
        assert_eq!(Accounts::parse(&accounts.to_json()).as_ref(), Ok(&accounts), "written, and read again");
        true
    });
}
