//! The configuration of the stack, borrowed: one test at a time, and put back as it was.

use std::{
    fs::File,
    panic,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{Client, Response, aws, stack, stack::root, upload::text, wait};

/// Where it is administrated.
pub const URL: &str = "/admin/configuration";

/// A change is in effect everywhere after ten seconds, and this is a little more.
const EFFECT: Duration = Duration::from_secs(11);

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How many wait for their turn.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// Ours until this is dropped.
#[derive(Debug)]
pub struct Borrowed {
    before: Before,
    _turn: MutexGuard<'static, ()>,
}

/// What was published, to be put back; until this is dropped no other file of tests changes it.
#[derive(Debug)]
pub(crate) struct Before {
    /// `None` if there was nothing.
    text: Option<String>,
    _all: File,
}

/// Waits for a turn, and remembers what there is.
#[must_use]
pub fn borrow() -> Borrowed {
    WAITING.fetch_add(1, Ordering::SeqCst);
    let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    WAITING.fetch_sub(1, Ordering::SeqCst);
    Borrowed { before: Before::remember(), _turn: turn }
}

impl Before {
    /// Waits until no other file of tests changes the configuration.
    pub(crate) fn remember() -> Self {
        let all = File::create(root().join(".localstack/test-configuration.lock")).expect("a writable working copy");
        all.lock().expect("the file system knows locks");
        let response = Client::uploader().get(URL);
        Self { text: (response.status != 404).then(|| response.expect(200).text()), _all: all }
    }

    /// Empty if there was nothing.
    pub(crate) fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Publishes it, or that there is nothing.
    pub(crate) fn put_back(&self) {
        match &self.text {
            Some(text) => drop(put(text, &[]).expect(200)),
            None => aws::delete(stack().store(), "state/colca.toml"),
        }
    }
}

impl Borrowed {
    /// Publishes a text, and waits until it is in effect everywhere.
    pub fn apply(&self, text: &str) {
        let _ = put(text, &[]).expect(200);
        wait_for_effect();
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        // Also if the test failed, for the others; but then a second panic would end them all.
        let put_back = panic::catch_unwind(|| {
            self.before.put_back();
            // Whoever is next waits for what it publishes itself.
            if WAITING.load(Ordering::SeqCst) == 0 {
                wait_for_effect();
            }
        });
        if let Err(reason) = put_back
            && !thread::panicking()
        {
            panic::resume_unwind(reason);
        }
    }
}

/// PUT of a text by the user of the deployment.
#[must_use]
pub fn put(text: &str, headers: &[(&str, &str)]) -> Response {
    Client::uploader().send("PUT", URL, headers, text.as_bytes())
}

/// What is published, with its entity tag.
#[must_use]
pub fn published() -> (String, String) {
    let response = Client::uploader().get(URL).expect(200);
    (response.text(), response.header("etag").expect("an entity tag").to_owned())
}

/// What is wrong with a text: line, field, rule and value of each problem.
#[must_use]
pub fn problems(response: Response) -> Vec<(Option<u64>, String, String, String)> {
    let body = response.expect(400).json();
    assert!(!text(&body["message"]).is_empty(), "{body}");
    let problems = body["problems"].as_array().unwrap_or_else(|| panic!("no list of problems: {body}"));
    let part = |value: &serde_json::Value| text(value).to_owned();
    let all = problems.iter().map(|problem| {
        (problem["line"].as_u64(), part(&problem["field"]), part(&problem["rule"]), part(&problem["value"]))
    });
    all.collect()
}

/// Waits until what was published is in effect everywhere.
pub(crate) fn wait_for_effect() {
    let since = Instant::now();
    wait::until("the configuration to be in effect", || (since.elapsed() > EFFECT).then_some(()));
}
