//! When somebody was told last that we are well: whoever sweeps, here or there, tells it in turn.

use std::time::Duration;

use jiff::Timestamp;

use super::{Jobs, SK};
use crate::table::{held, key, number};
use crate::{Error, Result};

const PARTITION: &str = "PING";

impl Jobs {
    /// Notes that it is told now, unless that was noted less than `every` ago. `true` if the caller now has to tell it.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn claim_ping(&self, now: Timestamp, every: Duration) -> Result<bool> {
        let request = self.table.db.update_item().table_name(&self.table.name).set_key(Some(key(PARTITION, SK)));
        let request = request.update_expression("SET told_at = :now");
        let request = request.condition_expression("attribute_not_exists(told_at) OR told_at <= :before");
        let request = request.expression_attribute_values(":now", number(now.as_millisecond()));
        let request = request.expression_attribute_values(":before", number((now - every).as_millisecond()));
        held(request.send().await.map_err(|error| Error::sdk("note that somebody is told that we are well", error)))
    }
}
