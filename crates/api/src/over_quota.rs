//! What is answered to a user whose bytes of the day are used up.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Value, json};

/// More bytes than a user may upload on this day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverQuota {
    /// The name of the user.
    pub user: String,
    /// How many bytes they may upload in a day.
    pub limit: u64,
    /// How many of them are used.
    pub used: u64,
    /// How many they asked for.
    pub asked: u64,
    /// When they asked.
    pub now: Timestamp,
    /// When the day ends.
    pub ends: Timestamp,
}

impl OverQuota {
    /// The numbers, for programs.
    pub(crate) fn body(&self) -> Value {
        let Self { limit, used, asked, ends, .. } = self;
        json!({
            "message": self.to_string(), "field": "size", "rule": self.rule(), "value": asked.to_string(),
            "limit": limit, "used": used, "asked": asked, "ends": ends, "retry_after": self.retry_after(),
        })
    }

    /// After how many seconds it is worth another try: whoever waits for so long does not come before midnight.
    pub(crate) fn retry_after(&self) -> i64 {
        (self.ends.as_second() - self.now.as_second()).max(1)
    }
}

impl OverQuota {
    fn rule(&self) -> String {
        let Self { user, limit, used, .. } = self;
        format!("must be within the {limit} bytes that {user} may upload in a day, of which {used} are used")
    }
}

impl fmt::Display for OverQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { asked, ends, .. } = self;
        write!(f, "size: {}, got {asked}; the day ends at {ends}", self.rule())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::RETRY_AFTER;
    use axum::response::IntoResponse;

    use super::*;
    use crate::ApiError;

    fn at(now: &str) -> OverQuota {
        let moment = |text: &str| text.parse().expect("a moment");
        let (now, ends) = (moment(now), moment("2026-07-02T00:00:00Z"));
        OverQuota { user: "ci".to_owned(), limit: 1000, used: 900, asked: 101, now, ends }
    }

    #[test]
    fn says_how_much_there_is_and_until_when() {
        let expected = json!({
            "message": "size: must be within the 1000 bytes that ci may upload in a day, of which 900 are used, got 101; \
                        the day ends at 2026-07-02T00:00:00Z",
            "field": "size",
            "rule": "must be within the 1000 bytes that ci may upload in a day, of which 900 are used",
            "value": "101",
            "limit": 1000,
            "used": 900,
            "asked": 101,
            "ends": "2026-07-02T00:00:00Z",
            "retry_after": 43200,
        });
        assert_eq!(at("2026-07-01T12:00:00Z").body(), expected);
    }

    #[test]
    fn whoever_waits_as_told_comes_on_the_next_day() {
        for (now, seconds) in [
            ("2026-07-01T00:00:00Z", "86400"),
            ("2026-07-01T23:59:58.001Z", "2"),
            ("2026-07-01T23:59:59.999Z", "1"),
            ("2026-07-02T00:00:03Z", "1"),
        ] {
            let answer = ApiError::from(at(now)).into_response();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()[RETRY_AFTER]),
                (429, &seconds.parse().expect("ASCII"))
            );
        }
    }
}
