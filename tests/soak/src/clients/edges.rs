//! The edges of a CDN as a proxy (RFC 9112, absolute form) between clients and the stand-in. Every request may come to
//! another edge than the one before, so that a client gets one file as it was a minute ago and the next as it is now.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use colca_tests::{Client, random::Random, stack, stack::root, tools};

use super::{
    cache::{Answer, Cache},
    rules::Rules,
};
use crate::course::lock;

/// How many there are.
const EDGES: usize = 3;

/// The longest time an entry file is remembered, in seconds. How long it is follows from the seed, each time anew.
const ENTRY: usize = 60;

/// How long it is remembered that there was nothing, as the rules of the CDN have it.
const ERROR: Duration = Duration::from_secs(2);

/// One request in so many has an edge forget something.
const FORGET: usize = 30;

/// How many requests are kept, to tell what a client got that failed.
const TRACE: usize = 60;

/// All of them.
#[derive(Debug)]
pub(crate) struct Edges {
    address: String,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    rules: Rules,
    random: Mutex<Random>,
    caches: [Mutex<Cache>; EDGES],
    trace: Mutex<Vec<String>>,
    asked: AtomicU64,
    mirrorlists: AtomicU64,
    releases: AtomicU64,
    stale: AtomicU64,
    forgotten: AtomicU64,
    oldest: AtomicU64,
}

impl Edges {
    /// Opens them on a free port, for as long as the process lives.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn open(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(State {
            rules: Rules::read(),
            random: Mutex::new(Random::of(seed, 3000)),
            caches: Default::default(),
            trace: Mutex::default(),
            asked: AtomicU64::new(0),
            mirrorlists: AtomicU64::new(0),
            releases: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            oldest: AtomicU64::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { address, state }
    }

    /// Where a client has to ask.
    pub(crate) fn proxy(&self) -> &str {
        &self.address
    }

    /// The last requests, for one that failed.
    pub(crate) fn trace(&self) -> String {
        lock(&self.state.trace).join("\n")
    }

    /// What there is to tell.
    ///
    /// # Panics
    /// If one kind of client came by another way.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 6] {
        let State { asked, mirrorlists, releases, stale, forgotten, oldest, .. } = &*self.state;
        let counts = [
            ("requests to the edges", asked),
            ("of them for a mirrorlist, by dnf", mirrorlists),
            ("of them for an InRelease, by apt", releases),
            ("entry files from memory", stale),
            ("of these the oldest, s", oldest),
            ("files forgotten early", forgotten),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)));
        assert!(counts[1].1 > 0 && counts[2].1 > 0, "not all clients came by the edges: {counts:?}");
        counts
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: &TcpStream, state: &State) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        let headers: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let mut words = request.split(' ');
        let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let answer = state.answer(url);
        let asked = |name: &str| {
            let of = |line: &String| {
                let (found, value) = line.split_once(':')?;
                found.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
            };
            headers.iter().find_map(of)
        };
        let same = |asked: Option<String>, has: &Option<String>| asked.is_some() && asked == *has;
        let known = same(asked("if-none-match"), &answer.etag) || same(asked("if-modified-since"), &answer.modified);
        let status = if known && answer.status == 200 { 304 } else { answer.status };
        let mut head = format!("HTTP/1.1 {status} -\r\n");
        for (name, value) in
            [("content-type", &answer.kind), ("last-modified", &answer.modified), ("etag", &answer.etag)]
        {
            if let Some(value) = value {
                head += &format!("{name}: {value}\r\n");
            }
        }
        let body = if status == 304 { &[][..] } else { &answer.body };
        head += &format!("content-length: {}\r\n\r\n", body.len());
        let sent = if method == "HEAD" { &[][..] } else { body };
        let mut writer = stream;
        if writer.write_all(&[head.as_bytes(), sent].concat()).is_err() {
            return;
        }
    }
}

impl State {
    /// From memory, or from the stand-in.
    fn answer(&self, url: &str) -> Answer {
        let path = url.strip_prefix(stack().cdn()).unwrap_or(url);
        let (edge, seconds, forget) = {
            let mut random = lock(&self.random);
            (random.below(EDGES), random.below(ENTRY + 1), random.below(FORGET) == 0)
        };
        if forget {
            self.forget();
        }
        self.asked.fetch_add(1, Ordering::Relaxed);
        for (name, counter) in [("/mirrorlist", &self.mirrorlists), ("/InRelease", &self.releases)] {
            counter.fetch_add(u64::from(path.ends_with(name)), Ordering::Relaxed);
        }
        let is_entry = self.rules.is_entry(path);
        if let Some((answer, age)) = lock(&self.caches[edge]).get(path) {
            if is_entry {
                self.stale.fetch_add(1, Ordering::Relaxed);
                self.oldest.fetch_max(age.as_secs(), Ordering::Relaxed);
            }
            self.note(format!("{} edge {edge}, for {:.1} s: {path}", answer.status, age.as_secs_f64()));
            return answer;
        }
        let response = Client::anonymous().get(url);
        let header = |name: &str| response.header(name).map(str::to_owned);
        let answer = Answer {
            status: response.status,
            kind: header("content-type"),
            modified: header("last-modified"),
            etag: header("etag"),
            body: response.body,
        };
        let time = match (answer.status, is_entry) {
            (200, false) => None,
            (200, true) => Some(Duration::from_secs(seconds as u64)),
            _ => Some(ERROR),
        };
        lock(&self.caches[edge]).put(path, answer.clone(), time);
        self.note(format!("{} edge {edge}, fetched: {path}", answer.status));
        answer
    }

    /// Forgets something, here and in the stand-in below: what it was must be at the origin still if somebody asks.
    fn forget(&self) {
        let forgotten = {
            let mut random = lock(&self.random);
            let edge = random.below(EDGES);
            lock(&self.caches[edge]).forget_any(&mut random)
        };
        let Some(path) = forgotten else { return };
        self.forgotten.fetch_add(1, Ordering::Relaxed);
        // Of what lies once for all revisions the revision is no part of the name.
        let once: Vec<_> =
            path.split('/').filter(|part| self.rules.is_entry(&path) || !part.starts_with(['@'])).collect();
        let once = once.join("/").replace('@', "%40");
        tools::output(root().join("localstack/cdn/invalidate"), [once]);
    }

    fn note(&self, line: String) {
        let mut trace = lock(&self.trace);
        trace.push(line);
        let old = trace.len().saturating_sub(TRACE);
        trace.drain(..old);
    }
}
