//! Search: files by what is known of them, the newest first.
//!
//! A search reads one index, the best for what it asks, and lets DynamoDB leave out what does not match. An answer takes
//! [`MOST_QUERIES`] calls at most, however large the catalog is: if they find less than a page, it holds what they found,
//! and its token goes on behind the last file that was looked at.
//!
//! Indexes lag behind by a moment. A file whose bytes are replaced while somebody turns pages becomes the newest of all,
//! and those who are past it do not meet it again.

use colca_model::Binary;

use super::Catalog;
use super::page_token::{PageToken, Position};
use super::search_plan::{Plan, plan};
use super::search_terms::{PageSize, Search};
use crate::table::{Item, value};
use crate::{Error, Result};

/// What one answer costs at most.
const MOST_QUERIES: usize = 8;

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

/// What one call found.
struct Found {
    items: Vec<Item>,
    /// How far it looked; `None` if to the end.
    looked_at: Option<Position>,
}

impl Catalog {
    /// The files that match, from the newest on, or from where `token` says: one of this search.
    ///
    /// # Errors
    /// Whatever the service answers.
    pub async fn search(&self, search: &Search, size: PageSize, token: Option<&PageToken>) -> Result<Page> {
        let Some(plan) = plan(search) else { return Ok(Page::default()) };
        let mut filling = Filling::new(size, token);
        while !filling.is_done() {
            let found = self.look(&plan, &filling).await?;
            filling.take(found)?;
        }
        let Filling { items, next, .. } = filling;
        let binaries = items.into_iter().map(value).collect::<Result<_>>()?;
        Ok(Page { binaries, next: next.map(|position| PageToken::new(search, position)) })
    }

    /// One call.
    async fn look(&self, plan: &Plan, filling: &Filling) -> Result<Found> {
        let limit = if plan.filters.is_empty() { filling.room() + 1 } else { LOOKED_AT };
        let request = self.table.db.query().table_name(&self.table.name).index_name(plan.index_name());
        let request = request
            .key_condition_expression(plan.key_condition())
            .set_filter_expression(plan.filter())
            .set_expression_attribute_names(Some(plan.names()))
            .set_expression_attribute_values(Some(plan.values()))
            .set_exclusive_start_key(filling.next.clone().map(|position| start_key(plan, position)))
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

/// A page that is being filled.
struct Filling {
    size: usize,
    items: Vec<Item>,
    /// Where to go on: behind the last file on the page, or behind the last that was looked at.
    next: Option<Position>,
    calls: usize,
}

impl Filling {
    fn new(size: PageSize, token: Option<&PageToken>) -> Self {
        Self { size: size.get(), items: Vec::new(), next: token.map(|token| token.position().clone()), calls: 0 }
    }

    /// How many more files fit. A call that leaves nothing out looks at one more, to know whether there is more.
    fn room(&self) -> usize {
        self.size - self.items.len()
    }

    fn is_done(&self) -> bool {
        let has_begun = self.calls > 0;
        has_begun && (self.next.is_none() || self.room() == 0 || self.calls == MOST_QUERIES)
    }

    /// Adds what one more call found.
    fn take(&mut self, found: Found) -> Result<()> {
        self.calls += 1;
        self.next = found.looked_at;
        let room = self.room();
        let is_more = found.items.len() > room;
        self.items.extend(found.items.into_iter().take(room));
        if is_more {
            self.next = self.items.last().map(Position::of).transpose()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::table::{key, text};

    /// The file with this number, as an index holds it.
    fn item(number: usize) -> Item {
        let mut item = key("FILES#p/r/s/d/v", &format!("noarch/default/{number}"));
        item.insert("newest".to_owned(), text(format!("01ARZ3NDEKTSV4RR{number:010}")));
        item
    }

    fn number_of(item: &Item) -> usize {
        let AttributeValue::S(newest) = &item["newest"] else { panic!("no text: {item:?}") };
        newest[16..].parse().expect("a number")
    }

    /// An index: for each file, from the newest to the oldest, whether it matches.
    struct Index {
        matches: Vec<bool>,
        /// How many files a call can look at.
        reach: usize,
        filters: bool,
    }

    impl Index {
        /// Newer files have higher numbers.
        fn look(&self, filling: &Filling) -> Found {
            let count = self.matches.len();
            let first = filling.next.clone().map_or(0, |start| count - number_of(&start.into_key()));
            let reach = if self.filters { self.reach } else { self.reach.min(filling.room() + 1) };
            let end = (first + reach).min(count);
            let items = (first..end).filter(|at| !self.filters || self.matches[*at]).map(|at| item(count - 1 - at));
            // As DynamoDB does: whoever reaches as far as allowed is not told that there is nothing behind.
            let looked_at = (end == first + reach).then(|| Position::of(&item(count - end)).expect("a good key"));
            Found { items: items.collect(), looked_at }
        }

        /// The numbers on each page, and the calls each took.
        fn walk(&self, size: usize) -> Vec<(Vec<usize>, usize)> {
            let (mut pages, mut start) = (Vec::new(), None);
            loop {
                let mut filling = Filling { size, items: vec![], next: start, calls: 0 };
                while !filling.is_done() {
                    filling.take(self.look(&filling)).expect("good keys");
                }
                pages.push((filling.items.iter().map(number_of).collect(), filling.calls));
                start = filling.next;
                if start.is_none() {
                    return pages;
                }
            }
        }
    }

    #[test]
    fn a_page_that_all_fit_on_is_the_only_one() {
        let index = Index { matches: vec![true; 100], reach: 1000, filters: false };
        let lengths = |size| index.walk(size).iter().map(|(page, calls)| (page.len(), *calls)).collect::<Vec<_>>();
        assert_eq!(lengths(100), [(100, 1)]);
        assert_eq!(lengths(99), [(99, 1), (1, 1)]);
    }

    #[test]
    fn an_answer_never_costs_more_than_its_budget() {
        let mut matches = vec![false; 10_000];
        matches[9_999] = true;
        let index = Index { matches, reach: 1000, filters: true };
        // The last call reached as far as allowed: that nothing is behind it only one more can tell.
        assert_eq!(index.walk(100), [(vec![], 8), (vec![0], 3)]);
    }

    proptest! {
        #[test]
        fn pages_hold_every_match_once_in_order(
            matches in vec(any::<bool>(), 0..200),
            reach in 1_usize..40,
            size in 1_usize..40,
            filters: bool,
        ) {
            let count = matches.len();
            let wanted = (0..count).rev().filter(|number| !filters || matches[count - 1 - number]);
            let wanted: Vec<_> = wanted.collect();
            let index = Index { matches, reach, filters };
            let pages = index.walk(size);
            for (page, calls) in &pages {
                prop_assert!(page.len() <= size && *calls <= MOST_QUERIES);
            }
            prop_assert_eq!(pages.into_iter().flat_map(|(page, _)| page).collect::<Vec<_>>(), wanted);
        }
    }
}
