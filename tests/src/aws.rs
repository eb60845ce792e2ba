//! A look behind the scenes through the AWS endpoint, for what the API does not show on purpose.
//!
//! LocalStack takes any signature in a header, so a fixed one does: no SDK is needed here.

use serde_json::Value;

use crate::{Client, Response, stack, xml::Element};

/// Keys in a bucket below a prefix, at most the first thousand.
#[must_use]
pub fn keys(bucket: &str, prefix: &str) -> Vec<String> {
    let listing = s3("GET", &format!("{bucket}?list-type=2&prefix={}", escape(prefix))).expect(200).text();
    let root = Element::parse(&listing);
    let contents = root.children.iter().filter(|child| child.name == "Contents");
    contents.filter_map(|object| object.child("Key")).map(|key| key.text.clone()).collect()
}

/// An object's bytes, `None` if there is none.
#[must_use]
pub fn object(bucket: &str, key: &str) -> Option<Vec<u8>> {
    let response = s3("GET", &format!("{bucket}/{}", escape(key)));
    (response.status != 404).then(|| response.expect(200).body)
}

/// How many versions of an object the bucket has kept, delete markers not counted.
#[must_use]
pub fn versions(bucket: &str, key: &str) -> usize {
    let listing = s3("GET", &format!("{bucket}?versions&prefix={}", escape(key))).expect(200).text();
    let root = Element::parse(&listing);
    let versions = root.children.iter().filter(|child| child.name == "Version");
    versions.filter(|version| version.child("Key").is_some_and(|name| name.text == key)).count()
}

/// Removes every version of every object below a prefix, at most the first thousand: for what is too big to be left.
pub fn purge(bucket: &str, prefix: &str) {
    let listing = s3("GET", &format!("{bucket}?versions&prefix={}", escape(prefix))).expect(200).text();
    for entry in Element::parse(&listing).children {
        if let (Some(key), Some(version)) = (entry.child("Key"), entry.child("VersionId")) {
            let _ = s3("DELETE", &format!("{bucket}/{}?versionId={}", escape(&key.text), version.text)).expect(204);
        }
    }
}

/// Writes an object over what is there.
pub fn put(bucket: &str, key: &str, bytes: &[u8]) {
    let url = format!("{}/{bucket}/{}", endpoint(), escape(key));
    let _ = signed("s3").send("PUT", &url, &[], bytes).expect(200);
}

/// Removes an object; its earlier versions stay.
pub fn delete(bucket: &str, key: &str) {
    let _ = s3("DELETE", &format!("{bucket}/{}", escape(key))).expect(204);
}

/// Makes a bucket.
pub fn create_bucket(bucket: &str) {
    let _ = s3("PUT", bucket).expect(200);
}

/// Removes a bucket that keeps no versions, with all that is in it.
pub fn delete_bucket(bucket: &str) {
    loop {
        let keys = keys(bucket, "");
        if keys.is_empty() {
            break;
        }
        keys.iter().for_each(|key| delete(bucket, key));
    }
    let _ = s3("DELETE", bucket).expect(204);
}

/// The entity tag of an object, `None` if there is none.
#[must_use]
pub fn etag(bucket: &str, key: &str) -> Option<String> {
    let response = signed("s3").send("HEAD", &format!("{}/{bucket}/{}", endpoint(), escape(key)), &[], &[]);
    response.header("etag").map(str::to_owned).filter(|_| response.status == 200)
}

/// Copies an object within a bucket over what is there, if the source still has this entity tag: whether it had.
#[must_use]
pub fn copy_if_match(bucket: &str, from: &str, to: &str, etag: &str) -> bool {
    let source = format!("/{bucket}/{}", escape(from));
    let headers = [("x-amz-copy-source", source.as_str()), ("x-amz-copy-source-if-match", etag)];
    signed("s3").send("PUT", &format!("{}/{bucket}/{}", endpoint(), escape(to)), &headers, &[]).status == 200
}

/// How many uploads in parts are under way in a bucket below a prefix.
#[must_use]
pub fn uploads_in_parts(bucket: &str, prefix: &str) -> usize {
    keys_in_parts(bucket, prefix).len()
}

/// Their keys.
#[must_use]
pub fn keys_in_parts(bucket: &str, prefix: &str) -> Vec<String> {
    let listing = s3("GET", &format!("{bucket}?uploads&prefix={}", escape(prefix))).expect(200).text();
    let root = Element::parse(&listing);
    let uploads = root.children.iter().filter(|child| child.name == "Upload");
    uploads.filter_map(|upload| upload.child("Key")).map(|key| key.text.clone()).collect()
}

/// A setting of a bucket, such as `versioning` or `lifecycle`.
#[must_use]
pub fn subresource(bucket: &str, name: &str) -> Element {
    Element::parse(&s3("GET", &format!("{bucket}?{name}")).expect(200).text())
}

/// Invokes a function, which must not fail, and gives what it returns.
pub fn invoke(function: &str, event: &Value) -> Value {
    let url = format!("{}/2015-03-31/functions/{function}/invocations", endpoint());
    let response = signed("lambda").send("POST", &url, &[], event.to_string().as_bytes()).expect(200);
    assert_eq!(response.header("x-amz-function-error"), None, "{function} failed: {}", response.text());
    response.json()
}

/// Has a function invoked soon; nobody waits for it, or hears what becomes of that.
pub fn invoke_later(function: &str, event: &Value) {
    let url = format!("{}/2015-03-31/functions/{function}/invocations", endpoint());
    let headers = [("x-amz-invocation-type", "Event")];
    drop(signed("lambda").send("POST", &url, &headers, event.to_string().as_bytes()));
}

/// A function's configuration.
#[must_use]
pub fn function(name: &str) -> Value {
    lambda("GET", &format!("functions/{name}/configuration"), "")
}

/// Changes a function's configuration.
pub fn set_function(name: &str, change: &Value) {
    lambda("PUT", &format!("functions/{name}/configuration"), &change.to_string());
}

/// The queues and streams that feed a function.
#[must_use]
pub fn event_sources(function: &str) -> Value {
    lambda("GET", &format!("event-source-mappings/?FunctionName={function}"), "")
}

/// One of them.
#[must_use]
pub fn event_source(id: &str) -> Value {
    lambda("GET", &format!("event-source-mappings/{id}"), "")
}

/// Changes one of them.
pub fn set_event_source(id: &str, change: &Value) {
    lambda("PUT", &format!("event-source-mappings/{id}"), &change.to_string());
}

fn lambda(method: &str, path: &str, body: &str) -> Value {
    let response = signed("lambda").send(method, &format!("{}/2015-03-31/{path}", endpoint()), &[], body.as_bytes());
    assert!(response.status < 300, "{method} {path}: {} {}", response.status, response.text());
    response.json()
}

/// A call of a service that speaks AWS's JSON protocol, such as `AmazonSQS.GetQueueAttributes`. Some answer nothing.
pub fn call(service: &str, target: &str, body: &Value) -> Value {
    let answer = ask(service, target, body).expect(200);
    if answer.body.is_empty() { Value::Null } else { answer.json() }
}

/// The same, whatever is answered: a condition may not hold.
#[must_use]
pub fn ask(service: &str, target: &str, body: &Value) -> Response {
    let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.0")];
    signed(service).send("POST", &format!("{}/", endpoint()), &headers, body.to_string().as_bytes())
}

/// A call of a service that speaks AWS's query protocol, such as IAM: the XML it answers with.
#[must_use]
pub fn query(service: &str, parameters: &str) -> Element {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let response =
        signed(service).send("POST", &format!("{}/", endpoint()), &headers, parameters.as_bytes()).expect(200);
    Element::parse(&response.text())
}

fn s3(method: &str, path: &str) -> Response {
    signed("s3").send(method, &format!("{}/{path}", endpoint()), &[], &[])
}

/// A client whose header names a service, which is what LocalStack looks at.
fn signed(service: &str) -> Client {
    let (key, region) = (stack().get("AWS_ACCESS_KEY_ID"), stack().get("AWS_REGION"));
    let scope = format!("{key}/20260101/{region}/{service}/aws4_request");
    Client::with_authorization(format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"))
}

fn endpoint() -> &'static str {
    stack().get("AWS_ENDPOINT_URL").trim_end_matches('/')
}

/// Escapes what may not stand in a URL's path or query; slashes stay.
#[must_use]
pub fn escape(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
