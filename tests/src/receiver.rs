//! Somebody who is told things by Colca: a little HTTP server on this machine that writes down what it is sent, and answers
//! as it is told to.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::wait;

/// A request that came.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Where it went.
    pub path: String,
    headers: Vec<(String, String)>,
    /// Its body, as it came.
    pub body: String,
    /// What was answered.
    pub answered: u16,
}

impl Heard {
    /// A header, of any case.
    ///
    /// # Panics
    /// If it is missing.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or_else(|| panic!("no {name} in {:?}", self.headers), |(_, value)| value)
    }

    /// The body.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.body))
    }

    /// What is said to have happened.
    #[must_use]
    pub fn status(&self) -> String {
        self.json()["status"].as_str().unwrap_or_default().to_owned()
    }

    /// Whether whoever knows the secret has signed it, by <https://www.standardwebhooks.com/>.
    #[must_use]
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
        let (id, timestamp) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("any length will do");
        mac.update(format!("{id}.{timestamp}.{}", self.body).as_bytes());
        self.header("webhook-signature") == format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

type Answers = dyn Fn(&Heard) -> u16 + Send + Sync;

/// The server. It goes on until the process of the test ends.
#[derive(Debug, Clone)]
pub struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    /// One that takes everything.
    #[must_use]
    pub fn start() -> Self {
        Self::answering(|_| 200)
    }

    /// One that answers what `answer` says; for a redirect, to a place that is not to be gone to.
    ///
    /// # Panics
    /// If there is no free port.
    #[must_use]
    pub fn answering(answer: impl Fn(&Heard) -> u16 + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let receiver = Self { port, heard: Arc::default() };
        let (heard, answer): (_, Arc<Answers>) = (receiver.heard.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, answer) = (heard.clone(), answer.clone());
                thread::spawn(move || serve(stream, &heard, answer.as_ref()));
            }
        });
        receiver
    }

    /// Its address by a host that leads to this machine, with a slash at its end.
    #[must_use]
    pub fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/", self.port)
    }

    /// All that it was sent whose path holds a word, in order.
    #[must_use]
    pub fn heard_of(&self, word: &str) -> Vec<Heard> {
        lock(&self.heard).iter().filter(|heard| heard.path.contains(word)).cloned().collect()
    }

    /// Waits until it was sent something of the word that ends with these statuses, repetitions left out: all of it.
    #[must_use]
    #[track_caller]
    pub fn wait_for_end(&self, word: &str, statuses: &[&str]) -> Vec<Heard> {
        wait::until(&format!("{statuses:?} to be told of {word}"), || {
            let heard = self.heard_of(word);
            let mut told: Vec<_> = heard.iter().filter(|heard| heard.answered < 300).map(Heard::status).collect();
            told.dedup();
            told.ends_with(&statuses.iter().map(|status| (*status).to_owned()).collect::<Vec<_>>()).then_some(heard)
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(stream: TcpStream, all: &Mutex<Vec<Heard>>, answer: &Answers) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    // One that says nothing is nobody.
    let Some(mut heard) = read(&stream) else { return };
    heard.answered = answer(&heard);
    let head = format!(
        "HTTP/1.1 {} x\r\nlocation: http://127.0.0.1:1/elsewhere/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
        heard.answered
    );
    // Written down first: a test that sees what follows an answer must find it here.
    lock(all).push(heard);
    let _ = (&stream).write_all(head.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Heard { path, headers, body: String::from_utf8(body).ok()?, answered: 0 })
}
