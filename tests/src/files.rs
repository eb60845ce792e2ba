//! Files of a folder over HTTP on this machine: somebody else's repository, or an altered copy of ours.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crate::createrepo::Scratch;

/// How long a connection may lie idle.
const PATIENCE: Duration = Duration::from_secs(30);

/// A folder that is served as long as the process lives; the files in it are read anew for each request.
#[derive(Debug)]
pub struct Files {
    folder: Scratch,
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Files {
    /// Serves an empty folder on a free port.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn serve() -> Self {
        let folder = Scratch::new();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (top, log) = (folder.path().to_owned(), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (top, log) = (top.clone(), Arc::clone(&log));
                thread::spawn(move || answer(&stream, &top, &log));
            }
        });
        Self { folder, address, asked }
    }

    /// Where it is, with a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.address
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file there.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn put(&self, below: &str, bytes: &[u8]) {
        let path = self.path().join(below);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("the working copy is writable");
        fs::write(path, bytes).expect("the working copy is writable");
    }

    /// Flips one bit in the middle of a file.
    ///
    /// # Panics
    /// If there is none of that name, or it is empty.
    pub fn damage(&self, below: &str) {
        let path = self.path().join(below);
        let mut bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(path, bytes).expect("the working copy is writable");
    }

    /// The paths of all files, relative to the folder.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("readable").flatten().map(|entry| entry.path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else {
                    all.push(entry.strip_prefix(self.path()).expect("below it").display().to_string());
                }
            }
        }
        all.sort();
        all
    }

    /// The paths that were asked for so far, without a slash at the start.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers the requests of one connection until it is closed.
fn answer(stream: &TcpStream, top: &Path, asked: &Mutex<Vec<String>>) {
    let _ = stream.set_read_timeout(Some(PATIENCE));
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    while let Some(request) = lines.next() {
        let _headers: Vec<_> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = unescape(path.split('?').next().unwrap_or_default());
        asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.trim_start_matches('/').to_owned());
        let (status, body) = match fs::read(file(top, &path)) {
            Ok(bytes) => ("200 OK", bytes),
            Err(_) => ("404 Not Found", Vec::new()),
        };
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", body.len());
        let body = if method == "HEAD" { &[][..] } else { &body };
        let mut writer = stream;
        if writer.write_all(&[head.as_bytes(), body].concat()).is_err() {
            return;
        }
    }
}

fn file(top: &Path, path: &str) -> PathBuf {
    let inside = path.split('/').filter(|part| !part.is_empty() && *part != "..");
    inside.fold(top.to_owned(), |path, part| path.join(part))
}

/// Undoes `%XX`.
fn unescape(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let escaped = others.get(..2).filter(|_| *first == b'%').and_then(|digits| hex::decode(digits).ok());
        rest = if escaped.is_some() { &others[2..] } else { others };
        bytes.extend(escaped.unwrap_or_else(|| vec![*first]));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::Files;
    use crate::Client;

    #[test]
    fn serves_what_is_there_and_nothing_else() {
        let files = Files::serve();
        files.put("a/b+c.txt", b"bytes");
        let get = |path: &str| Client::anonymous().get(&format!("{}{path}", files.url()));
        assert_eq!(get("a/b%2Bc.txt").expect(200).body, b"bytes");
        files.damage("a/b+c.txt");
        assert_eq!(get("a/b+c.txt").expect(200).body, b"byues");
        let _ = get("a/../../Cargo.toml").expect(404);
        assert_eq!(files.all(), ["a/b+c.txt"]);
        assert_eq!(files.asked()[0], "a/b+c.txt");
    }
}
