//! How many bytes each user has uploaded on a day, counted where that is limited. A counter for each user and day, and no other
//! fact hangs on it: one that is lost, or has counted something twice, is forgotten with its day.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::Jobs;
use crate::table::{held, key, number};
use crate::{Error, Result};

const SECONDS: i64 = 24 * 60 * 60;

/// How long a counter is kept after its day: whoever counts may go by a clock that is behind.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A day from midnight to midnight of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(i64);

impl Day {
    /// The day that a moment is of.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.as_second().div_euclid(SECONDS))
    }

    /// When it is over.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Self(self.0 + 1).begin()
    }

    fn begin(self) -> Timestamp {
        // Only the last of the year 9999 has no next.
        Timestamp::from_second(self.0 * SECONDS).unwrap_or(Timestamp::MAX)
    }
}

impl fmt::Display for Day {
    /// As a date: `2026-07-01`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.begin().strftime("%Y-%m-%d"))
    }
}

#[derive(Deserialize)]
struct Counter {
    bytes: u64,
}

impl Jobs {
    /// Counts `bytes` for a user, unless they are more than `limit` leaves of the day. `false` if they are; then nothing is
    /// counted. A call that was done and unheard is made again by the SDK, and counts twice: rarely, and for one day.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn charge(&self, user: &str, day: Day, bytes: u64, limit: u64) -> Result<bool> {
        // A condition of DynamoDB cannot add, so it is told how much may have been used before.
        let Some(before) = limit.checked_sub(bytes) else { return Ok(false) };
        let key = key(&partition(user), &day.to_string());
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key));
        let request = request.update_expression("SET expires = :expires ADD #bytes :bytes");
        let request = request.condition_expression("attribute_not_exists(#bytes) OR #bytes <= :before");
        let request = request.expression_attribute_names("#bytes", "bytes");
        let request = request.expression_attribute_values(":bytes", number(bytes));
        let request = request.expression_attribute_values(":before", number(before));
        let request = request.expression_attribute_values(":expires", number((day.end() + KEPT).as_second()));
        held(request.send().await.map_err(|error| Error::sdk(format!("count {bytes} bytes for {user}"), error)))
    }

    /// Takes back what was counted for a user, unless the counter is gone. As with [`Jobs::charge`], rarely twice.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn give_back(&self, user: &str, day: Day, bytes: u64) -> Result<()> {
        let key = key(&partition(user), &day.to_string());
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key));
        let request = request.update_expression("ADD #bytes :less").condition_expression("#bytes >= :bytes");
        let request = request.expression_attribute_names("#bytes", "bytes");
        let request = request.expression_attribute_values(":less", number(format_args!("-{bytes}")));
        let request = request.expression_attribute_values(":bytes", number(bytes));
        held(request.send().await.map_err(|error| Error::sdk(format!("give {bytes} bytes back to {user}"), error)))
            .map(drop)
    }

    /// How many bytes were counted for a user on a day.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn bytes_used(&self, user: &str, day: Day) -> Result<u64> {
        let counter: Option<Counter> = self.table.get(&partition(user), &day.to_string()).await?;
        Ok(counter.map_or(0, |counter| counter.bytes))
    }
}

fn partition(user: &str) -> String {
    format!("QUOTA#{user}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_from_midnight_to_midnight_of_utc() {
        for (moment, day, end) in [
            ("2026-07-01T00:00:00Z", "2026-07-01", "2026-07-02T00:00:00Z"),
            ("2026-07-01T23:59:59.999Z", "2026-07-01", "2026-07-02T00:00:00Z"),
            ("2026-07-02T00:00:00+05:00", "2026-07-01", "2026-07-02T00:00:00Z"),
            ("2028-02-28T12:00:00Z", "2028-02-28", "2028-02-29T00:00:00Z"),
            ("2026-12-31T12:00:00Z", "2026-12-31", "2027-01-01T00:00:00Z"),
            ("1969-12-31T23:00:00Z", "1969-12-31", "1970-01-01T00:00:00Z"),
        ] {
            let found = Day::of(moment.parse().expect("a moment"));
            assert_eq!((found.to_string().as_str(), found.end()), (day, end.parse().expect("a moment")), "{moment}");
        }
        let last = Day::of(Timestamp::MAX);
        assert!(last.end() >= last.begin());
    }
}
