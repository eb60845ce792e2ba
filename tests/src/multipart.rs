//! Forms with files as chacra's clients send them (`multipart/form-data`, RFC 7578), made by hand so that a test can also
//! send what no client would.

use crate::{Client, Response};

/// What stands between the parts.
pub const BOUNDARY: &str = "--------colca-tests-0f8a3c5d7e";

/// A form, part by part in the order of the calls.
#[derive(Debug, Clone, Default)]
pub struct Form {
    parts: Vec<u8>,
}

impl Form {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What chacractl sends: one file in the part `file`.
    #[must_use]
    pub fn of(filename: &str, bytes: &[u8]) -> Self {
        Self::new().file("file", filename, bytes)
    }

    /// Adds a file. The name goes out as it is, unless it has quotes in it.
    #[must_use]
    pub fn file(self, part: &str, filename: &str, bytes: &[u8]) -> Self {
        let filename = filename.replace('"', "%22");
        self.part(&format!("name=\"{part}\"; filename=\"{filename}\"\r\nContent-Type: text/plain"), bytes)
    }

    /// Adds a field without a file.
    #[must_use]
    pub fn field(self, name: &str, value: &str) -> Self {
        self.part(&format!("name=\"{name}\""), value.as_bytes())
    }

    fn part(mut self, disposition: &str, bytes: &[u8]) -> Self {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        for piece in [head.as_bytes(), bytes, b"\r\n"] {
            self.parts.extend_from_slice(piece);
        }
        self
    }

    /// What stands before the bytes of the only file of a form, and what behind them: for one that is sent in pieces.
    ///
    /// # Panics
    /// Never: they stand in every form.
    #[must_use]
    pub fn around(filename: &str) -> (Vec<u8>, Vec<u8>) {
        const END: &[u8] = b"\r\n--";
        let mut before = Self::of(filename, b"").bytes();
        let at = before.windows(END.len()).rposition(|bytes| bytes == END).expect("every form ends so");
        let behind = before.split_off(at);
        (before, behind)
    }

    /// The body of a request without the boundary that ends it.
    #[must_use]
    pub fn without_end(&self) -> &[u8] {
        &self.parts
    }

    /// The body of a request.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        [&self.parts[..], format!("--{BOUNDARY}--\r\n").as_bytes()].concat()
    }

    /// Sends it.
    #[must_use]
    pub fn send(&self, client: &Client, method: &str, url: &str) -> Response {
        client.send(method, url, &[("content-type", &content_type(BOUNDARY))], &self.bytes())
    }
}

/// The header of a form with this boundary.
#[must_use]
pub fn content_type(boundary: &str) -> String {
    format!("multipart/form-data; boundary={boundary}")
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn parts_stand_between_boundaries() {
        let form = Form::new().field("force", "1").file("file", "a.txt", b"bytes");
        let text = String::from_utf8(form.bytes()).expect("all of it is text");
        let expected = "--B\r\nContent-Disposition: form-data; name=\"force\"\r\n\r\n1\r\n\
             --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
             Content-Type: text/plain\r\n\r\nbytes\r\n--B--\r\n";
        assert_eq!(text, expected.replace("--B", &format!("--{}", super::BOUNDARY)));
    }

    #[test]
    fn the_pieces_of_a_form_are_the_form() {
        let (before, behind) = Form::around("a.txt");
        assert_eq!([&before[..], b"bytes", &behind].concat(), Form::of("a.txt", b"bytes").bytes());
    }
}
