//! What the CDN is told, as on the wire. LocalStack's community edition has no CloudFront: a mock plays it here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_cloudfront::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_cloudfront::{Client, Config};
use colca_store::{Cdn, DueStale, ErrorKind, Invalidation};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the mock was asked, and what it answers.
#[derive(Default)]
struct Mock {
    /// Answers that come before it works: status, and code.
    refusals: Vec<(u16, &'static str)>,
    /// The path and body of each request.
    asked: Vec<(String, String)>,
    /// What it forgets: the paths of each call by its reference.
    taken: BTreeMap<String, Vec<String>>,
}

impl Mock {
    /// Listens at a port of its own, until the test ends.
    async fn start(self) -> (Arc<Mutex<Self>>, Cdn) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mock = Arc::new(Mutex::new(self));
        let played = mock.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                Self::answer(&played, connection).await;
            }
        });
        let config = Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("id", "secret", None, None, "test"))
            .endpoint_url(format!("http://{address}"));
        (mock, Cdn::new(Client::from_conf(config.build()), "E2EXAMPLE".to_owned()))
    }

    async fn answer(mock: &Mutex<Self>, mut connection: TcpStream) {
        let mut request = String::new();
        while !is_whole(&request) {
            let mut bytes = [0; 4096];
            let length = connection.read(&mut bytes).await.expect("a request");
            assert!(length > 0, "an end in the middle of {request}");
            request += std::str::from_utf8(&bytes[..length]).expect("text");
        }
        let (status, body) = mock.lock().expect("no panic").decide(&request);
        let answer = format!(
            "HTTP/1.1 {status} x\r\nContent-Type: text/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        connection.write_all(answer.as_bytes()).await.expect("somebody listens");
    }

    fn decide(&mut self, request: &str) -> (u16, String) {
        let (head, body) = request.split_once("\r\n\r\n").expect("a head");
        let path = head.split(' ').nth(1).expect("a path").to_owned();
        self.asked.push((path, body.to_owned()));
        if let Some((status, code)) = self.refusals.pop() {
            return (status, refusal(code));
        }
        let (reference, paths) = (between(body, "CallerReference").remove(0), between(body, "Path"));
        assert_eq!(between(body, "Quantity"), [paths.len().to_string()]);
        let taken = self.taken.entry(reference).or_insert_with(|| paths.clone());
        if *taken != paths {
            return (400, refusal("InvalidationBatchAlreadyExists"));
        }
        let batch = body.split_once("?>").map_or(body, |(_, batch)| batch);
        let rest = "<CreateTime>2026-01-01T00:00:00Z</CreateTime>";
        (201, format!("<Invalidation><Id>I1</Id><Status>InProgress</Status>{rest}{batch}</Invalidation>"))
    }
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().expect("a number"))
}

/// As CloudFront writes errors.
fn refusal(code: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>"#
    )
}

/// What stands in each element of a name.
fn between(xml: &str, name: &str) -> Vec<String> {
    let pieces = xml.split(&format!("<{name}>")).skip(1).map(str::to_owned).collect::<Vec<_>>();
    pieces.iter().filter_map(|piece| piece.split_once(&format!("</{name}>"))).map(|(text, _)| text.to_owned()).collect()
}

const TOP: &str = "ceph/main/HEAD/centos/9/flavors/default";

fn batch() -> Invalidation {
    let due = |name: &str| -> DueStale {
        let key = format!("repos/{TOP}/x86_64/{name}");
        serde_json::from_value(json!({"repository": TOP, "key": key, "due_at": 0})).expect("as it is noted")
    };
    let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID");
    Invalidation::new(id, vec![due("a-1.rpm"), due("b^2.rpm"), due("c~3.rpm")]).expect("something")
}

#[tokio::test]
async fn the_cdn_is_told_once_whatever_is_unheard() {
    let (mock, cdn) = Mock::default().start().await;
    for _ in 0..3 {
        cdn.invalidate(&batch()).await.expect("taken");
    }
    let mock = mock.lock().expect("no panic");
    assert!(mock.asked.iter().all(|(path, _)| path == "/2020-05-31/distribution/E2EXAMPLE/invalidation"));
    let expected = [
        format!("/r/{TOP}/*"),
        format!("/repos/{TOP}/x86_64/a-1.rpm"),
        format!("/repos/{TOP}/x86_64/b%5E2.rpm"),
        format!("/repos/{TOP}/x86_64/c*"),
    ];
    assert_eq!(mock.taken.values().collect::<Vec<_>>(), [&expected]);
}

#[tokio::test]
async fn what_it_has_no_room_for_is_for_later_and_not_tried_at_once() {
    let refusals = vec![(400, "TooManyInvalidationsInProgress")];
    let (mock, cdn) = Mock { refusals, ..Mock::default() }.start().await;
    let error = cdn.invalidate(&batch()).await.expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    assert_eq!(mock.lock().expect("no panic").asked.len(), 1);
    cdn.invalidate(&batch()).await.expect("taken");
    assert_eq!(mock.lock().expect("no panic").taken.len(), 1);
}

#[tokio::test]
async fn what_it_will_never_take_is_told_apart() {
    for (status, code, kind) in [
        (403, "AccessDenied", ErrorKind::Invalid),
        (404, "NoSuchDistribution", ErrorKind::NotFound),
        (400, "InvalidArgument", ErrorKind::Invalid),
    ] {
        let (_, cdn) = Mock { refusals: vec![(status, code)], ..Mock::default() }.start().await;
        assert_eq!(cdn.invalidate(&batch()).await.expect_err("refused").kind(), kind, "{code}");
    }
}
