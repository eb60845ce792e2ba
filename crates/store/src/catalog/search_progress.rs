//! How a page is filled, call by call.

use super::page_token::Position;
use super::search_terms::PageSize;
use crate::Result;
use crate::table::Item;

/// What one answer costs at most.
pub(super) const MOST_QUERIES: usize = 8;

/// What one call found.
pub(super) struct Found {
    pub(super) items: Vec<Item>,
    /// How far it looked; `None` if to the end.
    pub(super) looked_at: Option<Position>,
}

/// The next call.
pub(super) struct Step {
    /// The number of the plan, each of which is tried once if those before it do not do.
    pub(super) plan: usize,
    /// Behind which file it begins; `None` for the newest.
    pub(super) start: Option<Position>,
    /// How many files there is room for.
    pub(super) room: usize,
}

/// A page as far as one plan has filled it.
#[derive(Default)]
pub(super) struct Filled {
    pub(super) plan: usize,
    pub(super) items: Vec<Item>,
    /// Where to go on: behind the last file on the page, or behind the last that was looked at.
    pub(super) next: Option<Position>,
}

/// The way to a full page.
pub(super) struct Progress {
    plans: usize,
    size: usize,
    start: Option<Position>,
    calls: usize,
    /// What has come furthest.
    best: Option<Filled>,
}

impl Progress {
    pub(super) fn new(plans: usize, size: PageSize, start: Option<&Position>) -> Self {
        Self { plans, size: size.get(), start: start.cloned(), calls: 0, best: None }
    }

    /// What to do next; `None` if the page is full, there is nothing more, or the budget is spent.
    pub(super) fn step(&self) -> Option<Step> {
        let is_done = self.best.as_ref().is_some_and(|best| best.next.is_none() || best.items.len() == self.size);
        if is_done || self.plans == 0 || self.calls == MOST_QUERIES {
            return None;
        }
        match &self.best {
            Some(Filled { plan, items, next }) if self.calls >= self.plans => {
                Some(Step { plan: *plan, start: next.clone(), room: self.size - items.len() })
            }
            _ => Some(Step { plan: self.calls, start: self.start.clone(), room: self.size }),
        }
    }

    /// Adds what the next call found.
    pub(super) fn take(&mut self, found: Found) -> Result<()> {
        let is_trial = self.calls < self.plans;
        let anew = || Filled { plan: self.calls, ..Filled::default() };
        let mut page = if is_trial { anew() } else { self.best.take().unwrap_or_else(anew) };
        self.calls += 1;
        page.add(found, self.size)?;
        if self.best.as_ref().is_none_or(|best| page.is_beyond(best)) {
            self.best = Some(page);
        }
        Ok(())
    }

    /// What has come furthest; nothing if there was no plan.
    pub(super) fn end(self) -> Filled {
        self.best.unwrap_or_default()
    }
}

impl Filled {
    fn add(&mut self, found: Found, size: usize) -> Result<()> {
        let room = size - self.items.len();
        let is_more = found.items.len() > room;
        self.items.extend(found.items.into_iter().take(room));
        self.next = if is_more { self.items.last().map(Position::of).transpose()? } else { found.looked_at };
        Ok(())
    }

    /// Whether it has come further back in time than another that is not done. It has all the other has found, then.
    fn is_beyond(&self, other: &Self) -> bool {
        match (&self.next, &other.next) {
            (Some(mine), Some(theirs)) => mine.newest() < theirs.newest(),
            (mine, _) => mine.is_none(),
        }
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

    /// A catalog as a search meets it. Newer files have higher numbers.
    struct Catalog {
        /// For each file, whether it matches, and which index has it besides, if it does not.
        files: Vec<(bool, usize)>,
        indexes: usize,
        /// How many files a call can look at.
        reach: usize,
    }

    impl Catalog {
        /// Where all files match, none is left out.
        fn look(&self, plan: usize, step: Step) -> Found {
            let below = step.start.map_or(self.files.len(), |start| number_of(&start.into_key()));
            let index = (0..below).rev().filter(|number| {
                let (matches, index) = self.files[*number];
                matches || index == plan
            });
            let all_match = self.files.iter().all(|(matches, _)| *matches);
            let reach = if all_match { self.reach.min(step.room + 1) } else { self.reach };
            let seen: Vec<_> = index.take(reach).collect();
            let items = seen.iter().filter(|number| self.files[**number].0).map(|number| item(*number)).collect();
            // As DynamoDB does: whoever reaches as far as allowed is not told that there is nothing behind.
            let looked_at = seen.last().filter(|_| seen.len() == reach);
            Found { items, looked_at: looked_at.map(|number| Position::of(&item(*number)).expect("a good key")) }
        }

        /// The numbers on each page, and the calls each took.
        fn walk(&self, size: usize) -> Vec<(Vec<usize>, usize)> {
            let (mut pages, mut start, mut plans) = (Vec::new(), None, (0..self.indexes).collect::<Vec<_>>());
            loop {
                let mut progress = Progress { plans: plans.len(), size, start, calls: 0, best: None };
                while let Some(step) = progress.step() {
                    progress.take(self.look(plans[step.plan], step)).expect("good keys");
                }
                let calls = progress.calls;
                let Filled { plan, items, next } = progress.end();
                pages.push((items.iter().map(number_of).collect(), calls));
                start = next;
                if start.is_none() {
                    return pages;
                }
                plans = vec![plans[plan]];
            }
        }

        /// How many files there are on each page, and the calls each took.
        fn lengths(&self, size: usize) -> Vec<(usize, usize)> {
            self.walk(size).iter().map(|(page, calls)| (page.len(), *calls)).collect()
        }
    }

    #[test]
    fn a_page_that_all_fit_on_is_the_only_one() {
        let catalog = Catalog { files: vec![(true, 0); 100], indexes: 3, reach: 1000 };
        assert_eq!(catalog.lengths(100), [(100, 1)]);
        assert_eq!(catalog.lengths(99), [(99, 1), (1, 1)]);
    }

    #[test]
    fn an_answer_never_costs_more_than_its_budget() {
        let mut files = vec![(false, 0); 10_000];
        files[0].0 = true;
        let catalog = Catalog { files, indexes: 1, reach: 1000 };
        // The last call reached as far as allowed: that nothing is behind it only one more can tell.
        assert_eq!(catalog.lengths(100), [(0, 8), (1, 3)]);
    }

    #[test]
    fn the_index_that_has_the_fewest_others_is_read() {
        // One file in a hundred matches. The first index has nearly all others as well, the second has five for each.
        let of = |number| {
            if number % 100 == 0 {
                (true, 0)
            } else if number % 20 == 1 {
                (false, 1)
            } else {
                (false, 0)
            }
        };
        let catalog = |indexes| Catalog { files: (0..10_000).map(of).collect(), indexes, reach: 100 };
        assert_eq!(catalog(1).lengths(20)[..2], [(8, 8), (8, 8)]);
        assert_eq!(catalog(2).lengths(20)[..2], [(20, 3), (20, 2)]);
    }

    #[test]
    fn nothing_is_asked_where_nothing_can_be_found() {
        assert_eq!(Catalog { files: vec![], indexes: 0, reach: 1 }.lengths(1), [(0, 0)]);
    }

    proptest! {
        #[test]
        fn pages_hold_every_match_once_in_order(
            files in vec((any::<bool>(), 0_usize..4), 0..300),
            indexes in 1_usize..4,
            reach in 1_usize..40,
            size in 1_usize..40,
        ) {
            let wanted: Vec<_> = (0..files.len()).rev().filter(|number| files[*number].0).collect();
            let pages = Catalog { files, indexes, reach }.walk(size);
            for (page, calls) in &pages {
                prop_assert!(page.len() <= size && *calls <= MOST_QUERIES);
            }
            prop_assert_eq!(pages.into_iter().flat_map(|(page, _)| page).collect::<Vec<_>>(), wanted);
        }
    }
}
