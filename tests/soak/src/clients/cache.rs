//! What one edge remembers.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use colca_tests::random::Random;

/// An answer of the origin.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    pub(crate) kind: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) etag: Option<String>,
}

/// An answer that is remembered.
#[derive(Debug)]
struct Remembered {
    answer: Answer,
    since: Instant,
    /// `None` for ever.
    until: Option<Instant>,
}

/// All of one edge, by path.
#[derive(Debug, Default)]
pub(crate) struct Cache(BTreeMap<String, Remembered>);

impl Cache {
    /// What it remembers, and for how long it has.
    pub(crate) fn get(&self, path: &str) -> Option<(Answer, Duration)> {
        let found = self.0.get(path).filter(|found| found.until.is_none_or(|until| Instant::now() < until))?;
        Some((found.answer.clone(), found.since.elapsed()))
    }

    /// Remembers an answer for a time, or for ever.
    pub(crate) fn put(&mut self, path: &str, answer: Answer, time: Option<Duration>) {
        let since = Instant::now();
        self.0.insert(path.to_owned(), Remembered { answer, since, until: time.map(|time| since + time) });
    }

    /// Forgets something, and says what.
    pub(crate) fn forget_any(&mut self, random: &mut Random) -> Option<String> {
        let path = self.0.keys().nth(random.below(self.0.len().max(1)))?.clone();
        self.0.remove(&path);
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use colca_tests::random::Random;

    use super::{Answer, Cache};

    #[test]
    fn it_forgets_in_time_or_by_chance() {
        let answer = Answer { status: 200, body: vec![], kind: None, modified: None, etag: None };
        let mut cache = Cache::default();
        cache.put("/over", answer.clone(), Some(Duration::ZERO));
        cache.put("/ever", answer, None);
        assert!(cache.get("/over").is_none());
        assert!(cache.get("/ever").is_some());
        let mut random = Random::new(1);
        let forgotten = [cache.forget_any(&mut random), cache.forget_any(&mut random), cache.forget_any(&mut random)];
        assert_eq!(forgotten.iter().flatten().count(), 2);
        assert!(cache.get("/ever").is_none());
    }
}
