//! HTTP by hand, on a connection of its own: for requests that no client would send, or not to their end. It reads nothing
//! before it was asked to, as most clients do.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::{Client, Response};

/// How long an answer may take: more than a server waits for one who sends nothing.
const PATIENCE: Duration = Duration::from_secs(180);

/// A request that is being sent.
#[derive(Debug)]
pub struct Raw {
    stream: TcpStream,
    /// Bytes sent after the head.
    sent: usize,
}

impl Raw {
    /// Connects, and says nothing yet.
    ///
    /// # Panics
    /// If nobody listens there.
    #[must_use]
    pub fn connect(address: &str) -> Self {
        let host = address.strip_prefix("http://").expect("an address of a server");
        let stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{address}: {error}"));
        for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
            set(&stream, Some(PATIENCE)).expect("longer than nothing");
        }
        Self { stream, sent: 0 }
    }

    /// Connects and sends the head of a request.
    #[must_use]
    pub fn begin(client: &Client, method: &str, url: &str, headers: &[(&str, &str)]) -> Self {
        let path = url.match_indices('/').nth(2).map_or("/", |(at, _)| &url[at..]);
        let mut raw = Self::connect(url.strip_suffix(path).unwrap_or(url));
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: colca\r\nconnection: close\r\n");
        let authorization = client.authorization().map(|value| ("authorization", value));
        for (name, value) in authorization.iter().chain(headers) {
            head += &format!("{name}: {value}\r\n");
        }
        raw.send(format!("{head}\r\n").as_bytes());
        raw.sent = 0;
        raw
    }

    /// Sends bytes, if the server still takes any: one that has answered may close the connection.
    pub fn send(&mut self, bytes: &[u8]) {
        if self.stream.write_all(bytes).is_ok() {
            self.sent += bytes.len();
        }
    }

    /// How much of the body the server, or the network, has taken.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.sent
    }

    /// What the server answers before it closes the connection.
    ///
    /// # Panics
    /// If it closes it without an answer.
    #[must_use]
    #[track_caller]
    pub fn answer(mut self) -> Response {
        let mut bytes = Vec::new();
        // A connection that ends hard has still brought what came before.
        let ended = self.stream.read_to_end(&mut bytes);
        parse(&bytes).unwrap_or_else(|| panic!("no answer after {} bytes: {ended:?} {bytes:?}", self.sent))
    }
}

/// An answer whose body ends with it.
fn parse(bytes: &[u8]) -> Option<Response> {
    let end = bytes.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]);
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_owned(), value.to_owned()));
    Some(Response { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_an_answer() {
        let answer = parse(b"HTTP/1.1 413 Too Large\r\nContent-Type: text/plain\r\n\r\nno\r\n\r\n").expect("an answer");
        assert_eq!((answer.status, answer.header("content-type")), (413, Some("text/plain")));
        assert_eq!(answer.body, b"no\r\n\r\n");
        assert!(parse(b"HTTP/1.1 200 OK\r\n").is_none());
    }
}
