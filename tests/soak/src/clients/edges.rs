//! The edges of a CDN as a proxy (RFC 9112, absolute form) between clients and the stand-in. Every request may come to
//! another edge than the one before, so that a client gets one file as it was a minute ago and the next as it is now.

use std::{
    fmt,
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
use crate::{again, course::lock};

/// How many there are.
const EDGES: usize = 3;

/// The longest time an entry file is remembered, in seconds. How long it is follows from the seed, each time anew.
pub(crate) const ENTRY: usize = 60;

/// How long it is remembered that there was nothing, as the rules of the CDN have it.
const ERROR: Duration = Duration::from_secs(2);

/// One request in so many has an edge forget something.
const FORGET: usize = 30;

/// All of them.
#[derive(Debug)]
pub(crate) struct Edges(Arc<State>);

/// One client's way to them. What it got is remembered, to tell what became of it.
#[derive(Debug)]
pub(crate) struct Door {
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

/// What a client got.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) status: u16,
    pub(crate) path: String,
    /// Whether the CDN has it as an entry file.
    pub(crate) is_entry: bool,
    /// From where.
    pub(crate) how: String,
}

#[derive(Debug)]
struct State {
    rules: Rules,
    random: Mutex<Random>,
    caches: [Mutex<Cache>; EDGES],
    asked: AtomicU64,
    mirrorlists: AtomicU64,
    releases: AtomicU64,
    stale: AtomicU64,
    forgotten: AtomicU64,
    oldest: AtomicU64,
    again: AtomicU64,
}

impl Seen {
    /// Whether it is written anew with every publish, and goes with the repository. Those below `@<revision>/` are not.
    pub(crate) fn is_live_entry(&self) -> bool {
        self.is_entry && !self.path.split('/').any(|part| part.starts_with('@') || part.starts_with("%40"))
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(text, "{} {}: {}", self.status, self.how, self.path)
    }
}

impl Door {
    /// Where the client has to ask.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What it gets is remembered from now on.
    pub(crate) fn begin(&self) {
        lock(&self.seen).clear();
    }

    /// What it got since then.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        lock(&self.seen).clone()
    }
}

impl Edges {
    /// They remember nothing yet.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(State {
            rules: Rules::read(),
            random: Mutex::new(Random::of(seed, 3000)),
            caches: Default::default(),
            asked: AtomicU64::new(0),
            mirrorlists: AtomicU64::new(0),
            releases: AtomicU64::new(0),
            stale: AtomicU64::new(0),
            forgotten: AtomicU64::new(0),
            oldest: AtomicU64::new(0),
            again: AtomicU64::new(0),
        }))
    }

    /// Opens a door on a free port, for as long as the process lives.
    ///
    /// # Panics
    /// If there is none.
    pub(crate) fn door(&self) -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let shared = (Arc::clone(&self.0), Arc::clone(&seen));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, seen) = shared.clone();
                thread::spawn(move || serve(&stream, &state, &seen));
            }
        });
        Door { address, seen }
    }

    /// What there is to tell.
    ///
    /// # Panics
    /// If a kind of client has refreshed and came by another way: there were so many of dnf and of apt.
    pub(crate) fn counts(&self, [dnf, apt]: [u64; 2]) -> [(&'static str, u64); 7] {
        let State { asked, mirrorlists, releases, stale, forgotten, oldest, again, .. } = &*self.0;
        let counts = [
            ("requests to the edges", asked),
            ("of them for a mirrorlist, by dnf", mirrorlists),
            ("of them for an InRelease, by apt", releases),
            ("entry files from memory", stale),
            ("of these the oldest, s", oldest),
            ("files forgotten early", forgotten),
            ("times the origin had no time and was asked again", again),
        ]
        .map(|(what, counter)| (what, counter.load(Ordering::Relaxed)));
        assert!(counts[1].1 >= dnf.min(1) && counts[2].1 >= apt.min(1), "not all came by the edges: {counts:?}");
        counts
    }
}

/// Answers the requests of one connection until it is closed.
fn serve(stream: &TcpStream, state: &State, seen: &Mutex<Vec<Seen>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        let headers: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let mut words = request.split(' ');
        let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (answer, what) = state.answer(url);
        lock(seen).push(what);
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
    fn answer(&self, url: &str) -> (Answer, Seen) {
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
            let how = format!("edge {edge}, for {:.1} s", age.as_secs_f64());
            let seen = Seen { status: answer.status, path: path.to_owned(), is_entry, how };
            return (answer, seen);
        }
        // An edge tries its origin again, too. That it is slow is nothing that is promised.
        let response = again::ask(url, &self.again, || Client::anonymous().get(url));
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
        let how = format!("edge {edge}, fetched");
        let seen = Seen { status: answer.status, path: path.to_owned(), is_entry, how };
        (answer, seen)
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
        // Clients know repositories by a shorter path than the origin.
        let once = once.strip_prefix("/r/").map_or(once.clone(), |rest| format!("/repos/{rest}"));
        tools::output(root().join("localstack/cdn/invalidate"), [once]);
    }
}
