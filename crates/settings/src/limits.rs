//! How many bytes each user may upload in a day.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use colca_model::Invalid;

use crate::Node;

/// What a limit may be: up to a pebibyte, which is as good as none.
const BYTES: RangeInclusive<u64> = 1..=1 << 50;

/// The longest name of a user, in bytes.
const LONGEST: usize = 255;

/// `[limits]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    bytes_per_day: Option<u64>,
    users: BTreeMap<UserName, u64>,
}

/// The name of an account, or of the user of the deployment, which may be whatever Basic credentials can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct UserName(String);

impl Limits {
    pub(crate) fn read(node: Node<'_>) -> Self {
        node.keys(|keys| Self {
            bytes_per_day: keys.take("bytes_per_day").and_then(|node| node.whole(BYTES)),
            users: keys.take("users").map(|node| node.by_name(|node| node.whole(BYTES))).unwrap_or_default(),
        })
    }

    /// The users that have a limit of their own.
    pub(crate) fn users(&self) -> impl Iterator<Item = &str> {
        self.users.keys().map(Borrow::borrow)
    }

    /// What counts for a user.
    pub(crate) fn of(&self, user: &str) -> Option<u64> {
        self.users.get(user).copied().or(self.bytes_per_day)
    }
}

impl FromStr for UserName {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        let is_good = (1..=LONGEST).contains(&name.len()) && !name.chars().any(|c| c == ':' || c.is_control());
        if is_good {
            return Ok(Self(name.to_owned()));
        }
        let rule = format!("must be the name of a user: 1 to {LONGEST} bytes without colons and control characters");
        Err(Invalid::new("user", rule, name))
    }
}

impl Borrow<str> for UserName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use crate::Settings;

    fn limit(text: &str, user: &str) -> Option<u64> {
        Settings::parse(text).unwrap_or_else(|problems| panic!("{problems}")).bytes_per_day(user)
    }

    #[test]
    fn without_a_word_nobody_is_limited() {
        for text in ["", "[limits]", "[limits.users]", "limits = { users = {} }"] {
            assert_eq!(limit(text, "colca"), None, "{text}");
        }
    }

    #[test]
    fn what_is_said_of_a_user_counts_and_else_what_is_said_of_all() {
        let users = "[limits.users]\nci-ceph = 5_000_000_000_000\n\"Colca CI\" = 1\n";
        let all = format!("[limits]\nbytes_per_day = 0x10\n{users}");
        for (user, with_all, without) in [
            ("ci-ceph", Some(5_000_000_000_000), Some(5_000_000_000_000)),
            ("Colca CI", Some(1), Some(1)),
            ("ci-cep", Some(16), None),
            ("colca", Some(16), None),
        ] {
            assert_eq!((limit(&all, user), limit(users, user)), (with_all, without), "{user}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let number = "must be a whole number from 1 to 1125899906842624";
        for (line, expected) in [
            ("limits.bytes_per_day = 0", format!("limits.bytes_per_day: {number}, got 0")),
            ("limits.bytes_per_day = -1", format!("limits.bytes_per_day: {number}, got -1")),
            ("limits.bytes_per_day = \"5G\"", format!("limits.bytes_per_day: {number}, got \"5G\"")),
            (
                "limits.bytes_per_day = 1125899906842625",
                format!("limits.bytes_per_day: {number}, got 1125899906842625"),
            ),
            ("limits.users.ci = 1.5", format!("limits.users.ci: {number}, got 1.5")),
            ("limits.users = [\"ci\"]", "limits.users: must be a table, got a list".to_owned()),
            (
                "limits.users.\"a:b\" = 1",
                "limits.users.\"a:b\": must be the name of a user: 1 to 255 bytes without colons and control characters, \
                 got \"a:b\""
                    .to_owned(),
            ),
            (
                "limits.bytes_a_day = 1",
                "limits.bytes_a_day: is not a known key; did you mean `bytes_per_day`?".to_owned(),
            ),
            ("limits.ci = 1", "limits.ci: is not a known key; known are bytes_per_day, users".to_owned()),
            ("limits = 5", "limits: must be a table, got 5".to_owned()),
        ] {
            let problems = Settings::parse(line).expect_err(line).to_string();
            assert_eq!(problems, format!("line 1: {expected}"), "{line}");
        }
    }
}
