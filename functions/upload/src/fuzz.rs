//! What strangers send to us, damaged: forms and requests for tickets.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use colca_fuzz::{check_words, fuzz};
use futures::stream;
use serde_json::Value;

use crate::received::Form;
use crate::ticket_request;

/// The longest form that is taken here, in bytes.
const LIMIT: u64 = 300_000;

const TICKET: &[u8] = br#"{"project": "ceph", "ref": "main", "sha1": "HEAD", "distro": "centos", "distro_version": "9",
    "arch": "x86_64", "filename": "a-1-1.x86_64.rpm", "size": 10, "force": true,
    "sha256": "abababababababababababababababababababababababababababababababab"}"#;

/// A field of a form: its name, the name of its file, its content.
type Field = (Option<String>, Option<String>, Vec<u8>);

/// A form of such pieces, as it is read by whoever takes it: its fields, or what is answered.
async fn fields(bytes: &[u8], piece: usize) -> Result<Vec<Field>, String> {
    let pieces: Vec<_> = bytes.chunks(piece).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let request = Request::builder().header(CONTENT_TYPE, "multipart/form-data; boundary=B");
    let request = request.body(Body::from_stream(stream::iter(pieces))).expect("a request");
    let mut form = Form::begin(request, Some(LIMIT)).map_err(|error| error.body()["message"].to_string())?;
    let mut fields = Vec::new();
    while let Some(mut field) = form.next().await.map_err(|error| error.body()["message"].to_string())? {
        let name = (field.name().map(str::to_owned), field.file_name().map(str::to_owned));
        let mut content = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(|error| error.body()["message"].to_string())? {
            content.extend_from_slice(&piece);
        }
        fields.push((name.0, name.1, content));
    }
    Ok(fields)
}

#[test]
fn forms() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    fuzz("forms", Vec::new(), |bytes| {
        let whole = runtime.block_on(fields(bytes, bytes.len().max(1)));
        let _ = whole.as_ref().inspect_err(check_words);
        if let Ok(fields) = &whole {
            assert!(fields.iter().map(|(.., content)| content.len()).sum::<usize>() <= bytes.len());
        }
        for piece in [1, 7, 4096] {
            let pieces = runtime.block_on(fields(bytes, piece));
            assert_eq!(pieces.is_ok(), whole.is_ok(), "{whole:?}, in pieces of {piece}: {pieces:?}");
            assert!(whole.is_err() || pieces == whole, "{whole:?}, in pieces of {piece}: {pieces:?}");
        }
        whole.is_ok_and(|fields| !fields.is_empty())
    });
}

#[test]
fn tickets() {
    fuzz("tickets", vec![TICKET.to_vec()], |bytes| {
        let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return false };
        let Ok(request) = ticket_request::parse(json).inspect_err(check_words) else { return false };
        for name in [request.filename.as_str(), request.arch.as_str(), request.repository.project.as_str()] {
            assert!(!name.contains('/') && !matches!(name, "" | "." | ".."), "{name:?}");
        }
        true
    });
}
