//! What is particular to `colca-serve`: whole files in one request, however they come and wherever they end; and how the
//! process itself ends.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use colca_tests::{
    Client, Repository, Server, aws, chacra,
    chacractl::{Chacractl, word},
    createrepo::Scratch,
    multipart::{BOUNDARY, Form, content_type},
    raw::Raw,
    received::Received,
    rpms,
    serve::{self, Serve},
    stack,
    stack::root,
    tools, unique, upload,
    upload::{Package, text},
    wait,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

const MIB: usize = 1 << 20;

/// The most memory it may take for one request, whatever that is like.
const MOST_MEMORY: u64 = 256 << 20;

/// Longer than it waits for its queues at its end: what it still does then, it does for others.
const SLOW: Duration = Duration::from_secs(8);

/// The most it may take for eight uploads: of each, one part fills up while three are under way.
const MOST_FOR_EIGHT: u64 = MOST_MEMORY + 8 * ((4 * 16) << 20);

const ARCH: &str = "x86_64";
const EXISTS: &str = "resource already exists and \"force\" key was not used";
const NO_FILE: &str = "no file object found in \"file\" param in POST request";

/// Large bodies come one after another: side by side on two cores they only get in each other's way.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where files of a repository are uploaded.
fn directory(server: &Serve, repository: &Repository) -> String {
    format!("{}{}", server.address(), chacra::arch(repository, ARCH))
}

/// The files that the server lists there.
fn listed(directory: &str) -> Value {
    let response = Client::anonymous().get(directory);
    if response.status == 404 { json!({}) } else { response.expect(200).json() }
}

fn healthy(server: &Serve) {
    let _ = Client::anonymous().get(&format!("{}/health/", server.address())).expect(204);
}

/// There must soon be nothing in the incoming bucket that was not there before, and no trace of the repository.
fn leaves_nothing(before: &Received, repository: &Repository) {
    before.wait_for_no_more();
    for server in [Server::Api, Server::Serve] {
        let _ = server.get(&format!("/binaries/{}/", repository.project)).expect(404);
    }
    assert_eq!(aws::keys(stack().store(), &format!("repos/{}/", repository.project)), Vec::<String>::new());
}

/// Takes large files off the disk again.
fn delete(server: &Serve, repository: &Repository) {
    let url = format!("{}{}", server.address(), chacra::repository(repository));
    let _ = Client::uploader().send("DELETE", &url, &[], b"").expect(204);
    aws::purge(stack().store(), &format!("{}/", repository.prefix()));
}

/// Bytes to send, different each time.
fn block() -> Vec<u8> {
    unique::random::<4096>().repeat(MIB / 4096)
}

/// Begins to send a body of that length.
fn begin(client: &Client, url: &str, kind: &str, length: usize) -> Raw {
    Raw::begin(client, "POST", url, &[("content-type", kind), ("content-length", &length.to_string())])
}

/// Begins to upload a file of so many blocks.
fn begin_file(client: &Client, directory: &str, filename: &str, blocks: usize) -> Raw {
    let (before, behind) = Form::around(filename);
    let mut raw = begin(client, directory, &content_type(BOUNDARY), before.len() + blocks * MIB + behind.len());
    raw.send(&before);
    raw
}

/// A file for a client that reads from the disk.
fn file(scratch: &Scratch, name: &str, blocks: usize) -> PathBuf {
    let path = scratch.path().join(name);
    fs::write(&path, (0..blocks).flat_map(|_| block()).collect::<Vec<_>>()).expect("the working copy is writable");
    path
}

/// Uploads a file by curl: the status and the body.
fn curl(credentials: &str, path: &Path, url: &str, options: &[&str]) -> (String, String) {
    let form = format!("file=@{}", word(path));
    let usual = ["-sS", "--noproxy", "*", "-w", "\n%{http_code}", "-u", credentials, "-F", &form, url];
    let said = tools::output("curl", usual.iter().chain(options));
    let (body, status) = said.rsplit_once('\n').expect("as -w says");
    (status.to_owned(), body.to_owned())
}

#[test]
fn a_body_that_is_cut_off_leaves_nothing() {
    let _alone = alone();
    let (server, repository) = (serve::shared(), Repository::new("cut-off"));
    let directory = directory(server, &repository);
    let before = Received::now();
    let mut raw = begin_file(&Client::uploader(), &directory, "large.img", 100);
    (0..40).for_each(|_| raw.send(&block()));
    before.wait_for_more();
    drop(raw);
    leaves_nothing(&before, &repository);
    assert_eq!(listed(&directory), json!({}));
    let _ = Form::of("large.img", b"whole").send(&Client::uploader(), "POST", &directory).expect(201);
}

#[test]
fn a_form_that_is_no_good_leaves_nothing() {
    let _alone = alone();
    let repository = Repository::new("bad-form");
    let directory = directory(serve::shared(), &repository);
    let before = Received::now();
    let large = block().repeat(20);
    let file = || Form::of("first.img", &large);
    let refused = |body: &[u8], field: &str, rule: &str| {
        let headers = [("content-type", &*content_type(BOUNDARY))];
        let response = Client::uploader().send("POST", &directory, &headers, body);
        assert!(response.text().contains(rule), "{rule}: {}", response.text());
        chacra::refused_for(response, field);
    };
    refused(&file().file("file", "second.img", &large).bytes(), "file", "must be there once");
    refused(&file().field("sha1", "").bytes(), "sha1", "is not a known field");
    refused(&file().field("force", &"1".repeat(2000)).bytes(), "force", "must not be longer than 1024 bytes");
    refused(file().without_end(), "body", "must be a whole form");
    refused(&file().bytes()[..20 * MIB], "body", "must be a whole form");
    refused(&[file().without_end(), format!("--{BOUNDARY}").as_bytes()].concat(), "body", "must be a whole form");
    refused(&Form::of("a/b.img", &large).bytes(), "filename", "slash");
    refused(&Form::new().file("files", "first.img", &large).bytes(), "files", "is not a known field");
    refused(b"", "body", "must be a whole form");
    for form in [Form::new(), Form::new().field("force", "1")] {
        let response = form.send(&Client::uploader(), "POST", &directory);
        assert_eq!(chacra::refused(response, 400)["message"], NO_FILE);
    }
    leaves_nothing(&before, &repository);
}

#[test]
fn what_never_ends_is_refused_in_little_memory() {
    const BLOCKS: usize = 100;
    let _alone = alone();
    let (server, repository) = (Serve::start(), Repository::new("endless"));
    let (uploader, directory) = (Client::uploader(), directory(&server, &repository));
    let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"");
    for beginning in [head.as_bytes(), b""] {
        let length = beginning.len() + BLOCKS * MIB;
        let mut raw = begin(&uploader, &directory, &content_type(BOUNDARY), length);
        raw.send(beginning);
        (0..BLOCKS).for_each(|_| raw.send(&[b'x'; MIB]));
        assert_eq!(raw.sent(), length, "the connection was ended under the sender's hands");
        let response = raw.answer();
        assert!(response.text().contains("has no end"), "{}", response.text());
        chacra::refused_for(response, "body");
    }
    let extra = format!("{}{}extra", server.address(), chacra::repository(&repository));
    let json = json!({"name": "x".repeat(10 * MIB)}).to_string();
    for url in [format!("{}/uploads", server.address()), extra, format!("{directory}a.img/")] {
        let mut raw = begin(&uploader, &url, "application/json", json.len());
        raw.send(json.as_bytes());
        let _ = raw.answer().expect(413);
    }
    let heads = [vec![("x".repeat(MIB), String::new())], vec![("x-long".to_owned(), "x".repeat(MIB))]];
    let many = (0..10_000).map(|number| (format!("x-{number}"), String::new())).collect();
    for headers in heads.into_iter().chain([many]) {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let _ = Raw::begin(&uploader, "POST", &directory, &headers).answer().expect(431);
    }
    healthy(&server);
    let peak = server.peak_memory();
    assert!(peak < MOST_MEMORY, "colca-serve took {} MiB", peak >> 20);
}

#[test]
fn a_boundary_has_up_to_seventy_characters() {
    let (server, repository) = (serve::shared(), Repository::new("boundary"));
    let directory = directory(server, &repository);
    for length in [0, 1, 70, 71, 5000] {
        let boundary = "b".repeat(length);
        let form =
            String::from_utf8(Form::of("a.img", b"bytes").field("force", "").bytes()).expect("all of it is text");
        let form = form.replace(BOUNDARY, &boundary);
        let headers = [("content-type", &*content_type(&boundary))];
        let response = Client::uploader().send("POST", &directory, &headers, form.as_bytes());
        if (1..=70).contains(&length) {
            assert!(matches!(response.status, 200 | 201), "{length}: {}", response.text());
        } else {
            chacra::refused_for(response, "boundary");
        }
    }
}

#[test]
fn who_is_refused_learns_why_even_after_sending_everything() {
    const BLOCKS: usize = 200;
    let _alone = alone();
    let (server, repository, scratch) = (serve::shared(), Repository::new("refused"), Scratch::new());
    let directory = directory(server, &repository);
    let _ = Form::of("taken.img", b"first").send(&Client::uploader(), "POST", &directory).expect(201);
    let user = stack().get("COLCA_USER");
    let before = Received::now();
    for (client, status, message) in [
        (Client::with_credentials(user, "wrong"), 401, "valid credentials are required"),
        (Client::uploader(), 400, EXISTS),
    ] {
        let mut raw = begin_file(&client, &directory, "taken.img", BLOCKS);
        (0..BLOCKS).for_each(|_| raw.send(&block()));
        raw.send(&Form::around("taken.img").1);
        assert!(raw.sent() > BLOCKS * MIB, "the connection was ended under the sender's hands");
        assert_eq!(chacra::refused(raw.answer(), status)["message"], message);
    }
    let path = file(&scratch, "new.img", BLOCKS);
    for options in [&[][..], &["-H", "Expect:"]] {
        let (status, body) = curl(&format!("{user}:wrong"), &path, &directory, options);
        assert!(status == "401" && body.contains("valid credentials are required"), "{status} {body}");
    }
    let stranger = Chacractl::with_credentials(server.address(), user, "wrong");
    let create = ["binary", "create", &format!("{}/{ARCH}", repository.path())];
    let ended = stranger.with_lines(&create, &[word(&path)]).expect(1);
    ended.says("401 -> ").says("valid credentials are required");
    assert_eq!(ended.text.matches("\"POST /").count(), 1, "it tried again:\n{}", ended.text);

    before.wait_for_no_more();
    let listing = listed(&directory);
    assert_eq!(listing.as_object().expect("an object").len(), 1, "{listing}");
    assert_eq!(listing["taken.img"]["sha512"], json!(chacra::sha512(b"first")), "{listing}");
}

#[test]
fn eight_come_at_once() {
    let _alone = alone();
    let (server, repository, scratch) = (Serve::start(), Repository::new("eight"), Scratch::new());
    let directory = directory(&server, &repository);
    let key = format!("{}:{}", stack().get("COLCA_USER"), stack().get("COLCA_KEY"));
    let paths: Vec<_> = (0..8).map(|number| file(&scratch, &format!("{number}.img"), 100)).collect();
    thread::scope(|scope| {
        for (number, path) in paths.iter().enumerate() {
            // Every other one does not say how long it will be.
            let options: &[&str] = if number % 2 == 0 { &[] } else { &["-H", "Transfer-Encoding: chunked"] };
            let upload = || curl(&key, path, &directory, options);
            scope.spawn(move || assert_eq!(upload(), ("201".to_owned(), "{}".to_owned())));
        }
    });
    let peak = server.peak_memory();
    println!("eight uploads of 100 MiB at once took {} MiB of memory", peak >> 20);
    let listing = listed(&directory);
    for path in &paths {
        let sha512 = chacra::sha512(&fs::read(path).expect("just written"));
        assert_eq!(listing[rpms::name(path)]["sha512"], json!(sha512), "{listing}");
    }
    assert!(peak < MOST_FOR_EIGHT, "colca-serve took {} MiB", peak >> 20);
    delete(&server, &repository);
}

#[test]
fn an_upload_ends_well_before_the_process_does() {
    const BLOCKS: usize = 200;
    let _alone = alone();
    let (server, repository) = (Serve::start(), Repository::new("last-words"));
    let mut raw = begin_file(&Client::uploader(), &directory(&server, &repository), "large.img", BLOCKS);
    let mut sha512 = Sha512::new();
    for number in 0..BLOCKS {
        if number == BLOCKS / 2 {
            server.ask_to_end();
            let address = server.address().trim_start_matches("http://");
            wait::until("colca-serve to listen no longer", || TcpStream::connect(address).is_err().then_some(()));
            let since = Instant::now();
            wait::until("a slow sender", || (since.elapsed() > SLOW).then_some(()));
        }
        let block = block();
        sha512.update(&block);
        raw.send(&block);
    }
    raw.send(&Form::around("large.img").1);
    assert_eq!(raw.answer().expect(201).json(), json!({}));
    let ended = server.wait_for_end();
    assert!(ended.success(), "colca-serve ended with {ended}");
    let binary = &Server::Api.binaries(&repository, ARCH)["large.img"];
    assert_eq!(binary["sha512"], json!(hex::encode(sha512.finalize())), "{binary}");
    delete(serve::shared(), &repository);
}

#[test]
fn nobody_who_asks_for_nothing_holds_up_its_end() {
    let server = Serve::start();
    let silent = Raw::connect(server.address());
    let mut half = Raw::connect(server.address());
    half.send(b"GET /health/ HTTP/1.1\r\nhost: ");
    // Whoever is answered after them finds both accepted.
    healthy(&server);
    server.ask_to_end();
    let ended = server.wait_for_end();
    assert!(ended.success(), "colca-serve ended with {ended}");
    drop((silent, half));
}

#[test]
fn a_ticket_leads_to_the_same() {
    let (server, repository) = (serve::shared(), Repository::new("by-ticket"));
    let package = Package::read(&rpms::one("corpus-text"));
    let uploads = format!("{}/uploads", server.address());
    let ticket = Client::uploader().post(&uploads, &package.request(&repository)).expect(201).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let url = format!("{uploads}/{}", text(&ticket["upload_id"]));
    let state = wait::until("the upload to be published", || {
        let state = Client::uploader().get(&url).expect(200).json();
        assert_ne!(state["state"], "rejected", "{state}");
        (state["published"] == json!(true)).then_some(state)
    });
    assert_eq!(state["state"], "registered", "{state}");
    assert!(repository.wait_for_packages("noarch", 1).packages.contains_key(&package.sha256()));
    let listing = Server::Serve.binaries(&repository, "noarch");
    assert_eq!(listing[&package.filename]["sha256"], json!(package.sha256()), "{listing}");
}

#[test]
fn it_describes_itself_without_a_stack() {
    let output = Command::new(serve::program()).arg("--openapi").env_clear().output().expect("it was just started");
    assert!(output.status.success(), "{output:?}");
    let published = fs::read(root().join("docs/openapi.json")).expect("it stands in the repository");
    assert!(output.stdout == published, "docs/openapi.json is out of date");
}
