//! Search: files by what is known of them, the newest first.
//!
//! A search reads one index and lets DynamoDB leave out what does not match. An answer takes eight calls at most, however
//! large the catalog is: if they find less than a page, it holds what they found, and its token goes on behind the last file
//! that was looked at.
//!
//! Nobody knows which of the given values the fewest files have: a project may be small and its branch called `main`, or
//! the other way round. All indexes are in the same order, so the call that came furthest says which is the best. The
//! next page is read from it, too.
//!
//! Indexes lag behind by a moment. A file whose bytes are replaced while somebody turns pages becomes the newest of all,
//! and those who are past it do not meet it again.

use colca_model::Binary;

use super::Catalog;
use super::page_token::{PageToken, Position};
use super::search_plan::{Plan, plans};
use super::search_progress::{Filled, Found, Progress, Step};
use super::search_terms::{PageSize, Search};
use crate::table::{Item, value};
use crate::{Error, Result};

/// How many files a call looks at where some are to be left out: about the 1 MB that DynamoDB reads at once.
const LOOKED_AT: usize = 1000;

/// Files that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The newest first.
    pub binaries: Vec<Binary>,
    /// Where to go on; `None` if there is nothing more. Behind it there may be nothing that matches.
    pub next: Option<PageToken>,
}

impl Catalog {
    /// The files that match, from the newest on, or from where `token` says: one of this search.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn search(&self, search: &Search, size: PageSize, token: Option<&PageToken>) -> Result<Page> {
        let mut plans = plans(search);
        plans.retain(|plan| token.is_none_or(|token| token.is_for(plan)));
        let mut progress = Progress::new(plans.len(), size, token.map(PageToken::position));
        while let Some(step) = progress.step() {
            let found = self.look(&plans[step.plan], step).await?;
            progress.take(found)?;
        }
        let Filled { plan, items, next } = progress.end();
        let binaries = items.into_iter().map(value).collect::<Result<_>>()?;
        Ok(Page { binaries, next: next.map(|position| PageToken::new(search, &plans[plan], position)) })
    }

    /// One call. Where nothing is to be left out, it looks at one file more than fits, to know whether there is more.
    async fn look(&self, plan: &Plan, step: Step) -> Result<Found> {
        let limit = if plan.filters.is_empty() { step.room + 1 } else { LOOKED_AT };
        let request = self.table.db.query().table_name(&self.table.name).index_name(plan.index_name());
        let request = request
            .key_condition_expression(plan.key_condition())
            .set_filter_expression(plan.filter())
            .set_expression_attribute_names(Some(plan.names()))
            .set_expression_attribute_values(Some(plan.values()))
            .set_exclusive_start_key(step.start.map(|position| start_key(plan, position)))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let answer = request.send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("search by {}", plan.index.attribute), error))?;
        let looked_at = answer.last_evaluated_key.as_ref().map(Position::of).transpose()?;
        Ok(Found { items: answer.items.unwrap_or_default(), looked_at })
    }
}

/// Where an index is to go on: the key of a file in the table, and its key in the index.
fn start_key(plan: &Plan, position: Position) -> Item {
    let mut key = position.into_key();
    key.insert(plan.index.attribute.to_owned(), plan.index.value.clone());
    key
}
