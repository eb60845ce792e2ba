//! A file of a repository elsewhere: fetched, and compared with what is known of it.

use bytes::Bytes;
use colca_model::Sha256;
use colca_runtime::{Download, Web, WebError};
use sha2::Digest;

use crate::error::Unfetched;

/// What a file has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    /// Its length in bytes, where that counts beside the checksum.
    pub(crate) size: Option<u64>,
    pub(crate) sha256: Sha256,
    /// Who says so, with the verb: `Release says`.
    pub(crate) by: &'static str,
}

/// A file that is being fetched.
pub(crate) struct ExternalFile {
    url: String,
    download: Download,
    expected: Expected,
    length: u64,
    hasher: sha2::Sha256,
}

impl ExternalFile {
    /// Begins to fetch a file of no more than `most` bytes.
    pub(crate) async fn get(web: &Web, url: &str, most: u64, expected: Expected) -> Result<Self, WebError> {
        let download = web.get(url, most).await?;
        Ok(Self { url: url.to_owned(), download, expected, length: 0, hasher: sha2::Sha256::default() })
    }

    /// The next bytes. Believe none of them before this has answered that there are no more.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Unfetched> {
        if let Some(bytes) = self.download.next().await? {
            self.length += bytes.len() as u64;
            self.hasher.update(&bytes);
            return Ok(Some(bytes));
        }
        let found = Sha256::new(std::mem::take(&mut self.hasher).finalize().into());
        let Self { url, expected: Expected { size, sha256, by }, length, .. } = self;
        let why = match size {
            _ if found != *sha256 => format!("{url}: {by} SHA-256 {sha256}, but it is {found} ({length} bytes)"),
            Some(size) if size != length => format!("{url}: {by} {size} bytes, but there are {length}"),
            _ => return Ok(None),
        };
        Err(Unfetched::Unusable(why))
    }

    /// All of its bytes.
    pub(crate) async fn read(mut self) -> Result<Vec<u8>, Unfetched> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::HashMap;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use colca_model::RepoPath;
    use colca_settings::{External, Settings};

    use super::*;

    /// Other people's files, over HTTP on this machine.
    pub(crate) struct Server {
        pub(crate) url: String,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Server {
        /// Serves files, by their paths as they are asked for.
        pub(crate) fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Self {
            let files: HashMap<_, _> = files.into_iter().collect();
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
            let asked = Arc::<Mutex<Vec<_>>>::default();
            let log = asked.clone();
            thread::spawn(move || {
                for mut stream in listener.incoming().flatten() {
                    let mut lines =
                        BufReader::new(&stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
                    let request = lines.next().unwrap_or_default();
                    lines.for_each(drop);
                    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
                    let (status, body) = files.get(&path).map_or((404, &[][..]), |bytes| (200, bytes));
                    log.lock().expect("nobody panics").push(path);
                    let head = format!("HTTP/1.1 {status} x\r\nconnection: close\r\n\r\n");
                    let _ = stream.write_all(&[head.as_bytes(), body].concat());
                }
            });
            Self { url, asked }
        }

        /// What was asked for, in order.
        pub(crate) fn asked(&self) -> Vec<String> {
            self.asked.lock().expect("nobody panics").clone()
        }
    }

    pub(crate) fn sha256(bytes: &[u8]) -> Sha256 {
        Sha256::new(sha2::Sha256::digest(bytes).into())
    }

    /// A repository elsewhere, as the configuration would have it. `more` are keys of its table.
    pub(crate) fn external(url: &str, sha256: Sha256, more: &str) -> External {
        let table = format!("url = \"{url}\"\nsha256 = \"{sha256}\"\ndistro = \"a\"\nversions = [\"1\"]\n{more}");
        let text = format!("[external]\nallow = [\"{url}\"]\n[[repos.ours.external]]\n{table}");
        let settings = Settings::parse(&text).expect("a good file");
        let path: RepoPath = "ours/main/HEAD/a/1/flavors/default".parse().expect("a path");
        settings.externals(&path)[0].clone()
    }

    async fn read(url: &str, most: u64, expected: Expected) -> Result<Vec<u8>, Unfetched> {
        ExternalFile::get(&Web::default(), url, most, expected).await?.read().await
    }

    #[tokio::test]
    async fn gives_a_file_that_is_as_it_should_be_and_no_other() {
        let server = Server::of([("a".to_owned(), b"bytes".to_vec())]);
        let url = format!("{}a", server.url);
        let (right, wrong) = (sha256(b"bytes"), sha256(b"other"));
        let expected = |size, sha256| Expected { size, sha256, by: "Release says" };
        assert_eq!(read(&url, 9, expected(None, right)).await.ok(), Some(b"bytes".to_vec()));
        assert_eq!(read(&url, 5, expected(Some(5), right)).await.ok(), Some(b"bytes".to_vec()));
        for (most, size, sha256, said) in [
            (9, None, wrong, format!("{url}: Release says SHA-256 {wrong}, but it is {right} (5 bytes)")),
            (9, Some(5), wrong, format!("{url}: Release says SHA-256 {wrong}, but it is {right} (5 bytes)")),
            (9, Some(6), right, format!("{url}: Release says 6 bytes, but there are 5")),
            (4, Some(4), right, format!("{url} has more than 4 bytes")),
        ] {
            let failure = read(&url, most, expected(size, sha256)).await.expect_err("not the file");
            assert_eq!((failure.to_string(), failure.is_final()), (said, true));
        }
    }

    #[tokio::test]
    async fn what_keeps_the_server_from_answering_may_pass() {
        let expected = Expected { size: None, sha256: sha256(b""), by: "Release says" };
        let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let url = format!("http://{closed}/a");
        let failure = read(&url, 9, expected).await.expect_err("nobody listens");
        assert!(matches!(&failure, Unfetched::Unreachable { url: named, .. } if *named == url), "{failure}");
        assert!(!failure.is_final());

        let failure = read(&format!("{}b", Server::of([]).url), 9, expected).await.expect_err("not there");
        assert!(failure.is_final() && failure.to_string().contains("404"), "{failure}");
    }
}
