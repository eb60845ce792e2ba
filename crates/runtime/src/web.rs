//! Files on other people's servers, fetched over HTTP.
//!
//! With the HTTP and TLS that the AWS SDK brings, and the certificates that the machine trusts. No redirect is followed: an
//! address that somebody allowed must not lead to one that nobody did.

use std::error::Error as StdError;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, LOCATION, USER_AGENT};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::{Body, Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use crate::tls;

/// How long a server may take to take a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// How long a server may send nothing at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a connection is kept for the next file. Short, since a function may be put to sleep in between.
const IDLE: Duration = Duration::from_secs(10);

/// How much of the place that a redirect leads to is shown.
const SHOWN: usize = 200;

type HttpClient = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// Fetches files. Clones share their connections, and nothing is set up before the first file.
#[derive(Clone)]
pub struct Web {
    client: Arc<LazyLock<HttpClient>>,
    patience: Duration,
}

/// Why a file was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// There was no answer, not all of one, or one that asks to come back later.
    #[error("{url} cannot be fetched: {reason}")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        reason: String,
    },
    /// The file is elsewhere.
    #[error("{url} redirects to {to} ({status}), and redirects are not followed")]
    Redirected {
        /// The address.
        url: String,
        /// The status of the answer.
        status: u16,
        /// Where it leads.
        to: String,
    },
    /// The server does not give the file.
    #[error("{url} cannot be fetched: the server answers {status}")]
    Refused {
        /// The address.
        url: String,
        /// The status of the answer.
        status: StatusCode,
    },
    /// The file is longer than it may be.
    #[error("{url} has more than {most} bytes")]
    TooLong {
        /// The address.
        url: String,
        /// How long it may be.
        most: u64,
    },
    /// That is no address.
    #[error("{url} is no address of a file: {reason}")]
    NoAddress {
        /// The text.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl WebError {
    /// Whether another try may go better, with nothing changed by anybody.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}

/// A file that is being fetched.
#[derive(Debug)]
pub struct Download {
    url: String,
    body: Incoming,
    most: u64,
    left: u64,
    patience: Duration,
}

impl Default for Web {
    fn default() -> Self {
        Self { client: Arc::new(LazyLock::new(connect)), patience: PATIENCE }
    }
}

impl Web {
    /// Begins to fetch a file of no more than `most` bytes. The address is of http or https, and encoded as it is sent.
    ///
    /// # Errors
    /// [`WebError`] for every answer but 200.
    pub async fn get(&self, url: &str, most: u64) -> Result<Download, WebError> {
        let request = Request::get(url).header(USER_AGENT, "colca").header(ACCEPT_ENCODING, "identity");
        let request = request.body(Empty::new());
        let request =
            request.map_err(|error| WebError::NoAddress { url: url.to_owned(), reason: error.to_string() })?;
        let answer = timeout(self.patience, self.client.request(request)).await;
        let answer = answer.map_err(|_| silent(url, self.patience))?.map_err(|error| failed(url, &error))?;
        check_status(url, &answer)?;
        let body = answer.into_body();
        if body.size_hint().lower() > most {
            return Err(WebError::TooLong { url: url.to_owned(), most });
        }
        Ok(Download { url: url.to_owned(), body, most, left: most, patience: self.patience })
    }
}

impl Download {
    /// The next bytes; `None` after the last ones.
    ///
    /// # Errors
    /// [`WebError`] if there are more than allowed, or fewer than announced, or none for a while.
    pub async fn next(&mut self) -> Result<Option<Bytes>, WebError> {
        loop {
            let frame = timeout(self.patience, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| silent(&self.url, self.patience))? else { return Ok(None) };
            let frame = frame.map_err(|error| failed(&self.url, &error))?;
            // What else there can be are trailers.
            if let Ok(bytes) = frame.into_data() {
                let left = self.left.checked_sub(bytes.len() as u64);
                self.left = left.ok_or_else(|| WebError::TooLong { url: self.url.clone(), most: self.most })?;
                return Ok(Some(bytes));
            }
        }
    }
}

fn connect() -> HttpClient {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_connect_timeout(Some(CONNECT));
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls::verifying());
    let connector = connector.https_or_http().enable_http1().wrap_connector(tcp);
    let mut client = Client::builder(TokioExecutor::new());
    client.pool_timer(TokioTimer::new()).pool_idle_timeout(IDLE).build(connector)
}

fn check_status(url: &str, answer: &Response<Incoming>) -> Result<(), WebError> {
    let (url, status) = (url.to_owned(), answer.status());
    if status == StatusCode::OK {
        return Ok(());
    }
    if status.is_redirection() {
        let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("nowhere");
        let to = to.chars().take(SHOWN).collect();
        return Err(WebError::Redirected { url, status: status.as_u16(), to });
    }
    let is_busy = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS);
    if is_busy || status.is_server_error() {
        return Err(WebError::Unreachable { url, reason: format!("the server answers {status}") });
    }
    Err(WebError::Refused { url, status })
}

fn silent(url: &str, patience: Duration) -> WebError {
    WebError::Unreachable { url: url.to_owned(), reason: format!("no byte came for {} s", patience.as_secs_f32()) }
}

/// With all causes: the outermost says "client error" and nothing else.
fn failed(url: &str, error: &(dyn StdError + 'static)) -> WebError {
    let reason = causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ");
    WebError::Unreachable { url: url.to_owned(), reason }
}

/// An error, its cause, the cause of that, and so on.
pub fn causes<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| {
        let error: &'e (dyn StdError + 'static) = *error;
        error.source()
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    /// A server that answers every request with the same bytes, and then closes the connection, or keeps it open and says
    /// nothing more. Its address, and what it was asked.
    fn serve(answer: impl Into<Vec<u8>>, closes: bool) -> (String, mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}/a%20file", listener.local_addr().expect("it is bound"));
        let (answer, (asked, requests)) = (answer.into(), mpsc::channel());
        thread::spawn(move || {
            let mut open = Vec::new();
            for mut stream in listener.incoming().flatten() {
                let _ = asked.send(request(&mut stream));
                let _ = stream.write_all(&answer);
                if closes {
                    let _ = stream.shutdown(Shutdown::Both);
                }
                open.push(stream);
            }
        });
        (url, requests)
    }

    fn request(stream: &mut TcpStream) -> String {
        let (mut text, mut byte) = (Vec::new(), [0]);
        while !text.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
            text.push(byte[0]);
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    async fn fetch(web: &Web, url: &str, most: u64) -> Result<Vec<u8>, WebError> {
        let (mut download, mut read) = (web.get(url, most).await?, Vec::new());
        while let Some(bytes) = download.next().await? {
            read.extend(bytes);
        }
        Ok(read)
    }

    #[tokio::test]
    async fn gives_all_bytes_whether_their_number_is_announced_or_not() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nbytes",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nby\r\n3\r\ntes\r\n0\r\nx-last: 1\r\n\r\n",
            "HTTP/1.0 200 OK\r\n\r\nbytes",
        ] {
            let (url, requests) = serve(answer, true);
            assert_eq!(fetch(&Web::default(), &url, 5).await, Ok(b"bytes".to_vec()), "{answer}");
            let request = requests.recv().expect("it was asked").to_ascii_lowercase();
            assert!(request.starts_with("get /a%20file http/1.1\r\n"), "{request}");
            assert!(request.contains("accept-encoding: identity\r\n"), "{request}");
        }
    }

    #[tokio::test]
    async fn gives_up_at_the_first_byte_too_many() {
        for answer in [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nbytes\r\n",
            "HTTP/1.0 200 OK\r\n\r\nbytes",
        ] {
            let (url, _requests) = serve(answer, !answer.contains("1.1"));
            let error = fetch(&Web::default(), &url, 4).await.expect_err(answer);
            assert_eq!(error, WebError::TooLong { url: url.clone(), most: 4 });
            assert!(!error.is_temporary());
        }
    }

    #[tokio::test]
    async fn follows_no_redirect() {
        for status in [301, 302, 303, 307, 308] {
            let (elsewhere, asked) = serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true);
            let (url, _requests) =
                serve(format!("HTTP/1.1 {status} Moved\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"), true);
            let error = fetch(&Web::default(), &url, 9).await.expect_err("elsewhere");
            let said = format!("{url} redirects to {elsewhere} ({status}), and redirects are not followed");
            assert_eq!((error.to_string(), error.is_temporary()), (said, false));
            assert!(asked.try_recv().is_err(), "followed");
        }
    }

    #[tokio::test]
    async fn tells_a_server_that_will_not_from_one_that_cannot_now() {
        for (status, is_temporary) in
            [(204, false), (206, false), (403, false), (404, false), (408, true), (429, true), (500, true), (503, true)]
        {
            let (url, _requests) = serve(format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n"), true);
            let error = fetch(&Web::default(), &url, 9).await.expect_err("not 200");
            assert_eq!(error.is_temporary(), is_temporary, "{error}");
            let said = error.to_string();
            assert!(said.starts_with(&url) && said.contains(&format!("answers {status}")), "{said}");
        }
    }

    #[tokio::test]
    async fn does_not_wait_for_ever() {
        let web = Web { patience: SHORT, ..Web::default() };
        for begun in ["", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nby"] {
            let (url, _requests) = serve(begun, false);
            let error = fetch(&web, &url, 9).await.expect_err("nothing comes");
            assert_eq!(error.to_string(), format!("{url} cannot be fetched: no byte came for 0.05 s"), "{begun}");
            assert!(error.is_temporary());
        }
    }

    #[tokio::test]
    async fn half_a_file_is_none() {
        for begun in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nby",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nby\r\n",
        ] {
            let (url, _requests) = serve(begun, true);
            assert!(fetch(&Web::default(), &url, 9).await.expect_err(begun).is_temporary());
        }
    }

    #[tokio::test]
    async fn says_what_keeps_it_from_a_server() {
        let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let error = fetch(&Web::default(), &format!("http://{closed}/"), 9).await.expect_err("nobody listens");
        assert!(error.is_temporary() && error.to_string().contains("refused"), "{error}");

        // It speaks no TLS.
        let (url, _requests) = serve("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", true);
        let https = url.replace("http:", "https:");
        let error = timeout(PATIENCE, fetch(&Web { patience: SHORT, ..Web::default() }, &https, 9)).await;
        let error = error.expect("it gives up").expect_err("not encrypted");
        assert!(error.is_temporary() && error.to_string().starts_with(&https), "{error}");

        for url in ["", "a file", "http://a b/", "/file"] {
            assert!(fetch(&Web::default(), url, 9).await.is_err(), "{url}");
        }
    }
}
