//! `POST /uploads`: what a ticket is, and who does not get one.

use std::thread;

use base64::{Engine, engine::general_purpose::STANDARD};
use colca_tests::{Client, Repository, aws, presign, rpms, stack, upload};
use serde_json::{Value, json};
use upload::{Package, put, text, ticket};

fn sample() -> Package {
    Package::read(&rpms::one("corpus-bare"))
}

/// Each bad value must be refused with its field's name, a rule and the value itself.
fn refuses(field: &str, values: &[Value]) {
    let repository = Repository::new("refused");
    for value in values {
        let mut request = sample().request(&repository);
        request[field] = value.clone();
        let response = ticket(&request);
        assert_eq!(response.status, 400, "{field} = {value}: {}", response.text());
        let body = response.json();
        assert_eq!(body["field"], field, "{body}");
        for part in ["message", "rule", "value"] {
            assert!(!body[part].is_null(), "{field} = {value}: no {part} in {body}");
        }
    }
    assert_eq!(repository.object(), None, "a refused ticket made a repository");
}

#[test]
fn a_ticket_names_all_that_curl_needs() {
    let repository = Repository::new("ticket");
    let ticket = ticket(&sample().request(&repository)).expect(201).json();
    assert_eq!((&ticket["state"], &ticket["method"]), (&json!("pending"), &json!("PUT")));
    assert!(text(&ticket["url"]).contains("X-Amz-Signature="), "{ticket}");
    assert!(ticket["headers"].is_object() && ticket["expires_at"].is_string(), "{ticket}");
    let state = upload::state(text(&ticket["upload_id"]));
    assert_eq!(state["state"], "pending", "{state}");
}

#[test]
fn names_that_are_no_names_are_refused() {
    let long = "x".repeat(256);
    let names = json!(["", "a/b", "..", ".", "a\0b", "a\nb", "a\u{7f}b", long, null, 7, ["a"]]);
    for field in ["project", "ref", "distro", "distro_version", "flavor"] {
        refuses(field, &names.as_array().expect("a list")[..8]);
    }
    for field in ["project", "ref", "distro", "distro_version"] {
        refuses(field, &names.as_array().expect("a list")[8..]);
    }
    let file_names = json!(["", "a/b.rpm", "..", "a\0.rpm", "a\n.rpm", format!("{}.rpm", "x".repeat(252)), null]);
    refuses("filename", file_names.as_array().expect("a list"));
}

#[test]
fn one_byte_more_than_fits_is_refused_and_the_rule_named() {
    let (longest, longer) = (Repository::with_path_of("longest", 450), Repository::with_path_of("longer", 451));
    let file = Package { filename: "f".repeat(255), arch: "a".repeat(255), bytes: b"x".to_vec() };
    let _ = ticket(&file.request(&longest)).expect(201);
    let one_more = |name: &str| format!("{name}x");
    for (request, field, rule) in [
        (file.request(&longer), "path", "must not be longer than 450 bytes together"),
        (Package { arch: one_more(&file.arch), ..file.clone() }.request(&longest), "arch", "longer than 255 bytes"),
        (
            Package { filename: one_more(&file.filename), ..file.clone() }.request(&longest),
            "filename",
            "longer than 255 bytes",
        ),
    ] {
        let body = ticket(&request).expect(400).json();
        assert_eq!(body["field"], field, "{body}");
        assert!(text(&body["rule"]).contains(rule), "{body}");
    }
}

#[test]
fn unknown_architectures_of_rpms_are_refused() {
    refuses("arch", &[json!("x68_64"), json!("amd65"), json!(""), json!("../x86_64"), json!("a/b"), json!(null)]);
}

#[test]
fn impossible_sizes_are_refused() {
    refuses("size", &[json!(-1), json!(5 * (1_u64 << 40) + 1), json!(1.5), json!("10"), json!(null), json!(1e30)]);
}

#[test]
fn malformed_checksums_are_refused() {
    refuses("sha256", &[json!(""), json!("ab"), json!("g".repeat(64)), json!("a".repeat(65)), json!(7), json!(null)]);
    refuses("sha512", &[json!("ab"), json!("z".repeat(128)), json!(7)]);
    refuses("force", &[json!("yes"), json!(1)]);
}

#[test]
fn bodies_that_are_no_requests_are_refused() {
    let headers = [("content-type", "application/json")];
    for body in ["", "{", "null", "7", "\"x\"", "{}", "[7]", "\u{0}"] {
        let response = Client::uploader().send("POST", "/uploads", &headers, body.as_bytes());
        assert!(matches!(response.status, 400 | 207), "{body:?}: {} {}", response.status, response.text());
        assert!(!response.text().contains("panicked"), "{}", response.text());
    }
}

#[test]
fn unknown_fields_are_refused_and_not_overlooked() {
    let mut request = sample().request(&Repository::new("typo"));
    request["forse"] = json!(true);
    let response = ticket(&request);
    assert_eq!(response.status, 400, "a typing error in `force` would go unnoticed: {}", response.text());
}

#[test]
fn nobody_without_valid_credentials_gets_a_ticket() {
    let request = sample().request(&Repository::new("stranger"));
    let user = stack().get("COLCA_USER");
    let strangers = [
        Client::anonymous(),
        Client::with_credentials(user, "wrong"),
        Client::with_credentials(user, ""),
        Client::with_credentials("", ""),
        Client::with_credentials("nobody", stack().get("COLCA_KEY")),
        Client::with_authorization("Basic !!!not-base64".to_owned()),
        Client::with_authorization("Bearer token".to_owned()),
    ];
    let open = ticket(&request).expect(201).json();
    let state = format!("/uploads/{}", text(&open["upload_id"]));
    for stranger in strangers {
        let response = stranger.post("/uploads", &request).expect(401);
        assert!(response.header("www-authenticate").is_some(), "401 says how to authenticate: {response:?}");
        let _ = stranger.get(&state).expect(401);
        let _ = stranger.post(&format!("{state}/complete"), &json!({})).expect(401);
    }
}

#[test]
fn an_upload_that_does_not_exist_is_not_found() {
    for id in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "nonsense", "%2e%2e"] {
        let response = Client::uploader().get(&format!("/uploads/{id}"));
        assert!(matches!(response.status, 400 | 404), "{id}: {} {}", response.status, response.text());
    }
}

#[test]
fn an_array_gives_an_array_in_its_order() {
    let repository = Repository::new("array");
    let request = |name: &str| Package::new(name, b"whatever".to_vec()).request(&repository);
    let all = ticket(&json!([request("a.noarch.rpm"), request("b.noarch.rpm")])).expect(201).json();
    assert_eq!(all.as_array().map(Vec::len), Some(2));
    assert!(text(&all[1]["url"]).contains("b.noarch.rpm"), "{all}");

    let mixed = ticket(&json!([request("a/b.rpm"), request("c.noarch.rpm")])).expect(207).json();
    assert_eq!((&mixed[0]["status"], &mixed[0]["field"]), (&json!(400), &json!("filename")), "{mixed}");
    assert_eq!(mixed[1]["state"], "pending", "{mixed}");

    let _ = ticket(&json!([])).expect(400);
    let hundred: Vec<Value> = (0..100).map(|number| request(&format!("p{number}.noarch.rpm"))).collect();
    assert_eq!(ticket(&json!(hundred)).expect(201).json().as_array().map(Vec::len), Some(100));
    let one_more = [hundred, vec![request("one-more.noarch.rpm")]].concat();
    let _ = ticket(&json!(one_more)).expect(400);
}

#[test]
fn a_hundred_large_files_get_their_tickets_in_one_answer() {
    let repository = Repository::new("hundred-large");
    let request = |number: usize| {
        let mut request = Package::new(&format!("disk-{number}.img"), vec![]).request(&repository);
        request["size"] = json!(2_u64 << 30);
        request
    };
    let answer = ticket(&json!((0..100).map(request).collect::<Vec<_>>())).expect(201);
    let length = answer.body.len();
    let tickets = answer.json();
    let parts: Vec<_> = tickets.as_array().expect("an array").iter().map(|ticket| ticket["parts"].clone()).collect();
    let counts: Vec<_> = parts.iter().map(|parts| parts.as_array().map_or(0, Vec::len)).collect();
    assert!(counts.len() == 100 && counts.iter().all(|count| *count > 0), "some got no part to begin with: {counts:?}");
    // A Lambda function answers 6 MB at most. Its own credentials make a URL of AWS longer than one from here.
    let (here, there) = (text(&parts[0][0]["url"]).len(), 1500);
    let all = length + counts.iter().sum::<usize>() * there.max(here).saturating_sub(here);
    assert!(all < 6_000_000, "{all} bytes on AWS");
}

#[test]
fn a_url_is_for_one_hour_one_size_and_one_checksum() {
    let package = sample();
    let ticket = ticket(&package.request(&Repository::new("bound"))).expect(201).json();
    let url = text(&ticket["url"]);
    let parameter = |name: &str| url.split(['?', '&']).find_map(|field| field.strip_prefix(name)).unwrap_or_default();
    assert_eq!(parameter("X-Amz-Expires="), "3600");
    let signed: Vec<_> = parameter("X-Amz-SignedHeaders=").split("%3B").collect();
    for header in ["content-length", "x-amz-checksum-sha256"] {
        assert!(signed.contains(&header), "the signature does not cover {header}: {signed:?}");
    }
    let checksum = STANDARD.encode(hex::decode(package.sha256()).expect("hex"));
    assert_eq!(ticket["headers"]["x-amz-checksum-sha256"], json!(checksum), "{ticket}");
}

#[test]
fn s3_refuses_other_bytes_than_those_announced() {
    let repository = Repository::new("other-bytes");
    let package = sample();
    let ticket = ticket(&package.request(&repository)).expect(201).json();
    let mut same_length = package.bytes.clone();
    same_length[0] ^= 1;
    let longer = [&package.bytes[..], b"!"].concat();
    for (what, bytes) in
        [("same length", &same_length[..]), ("longer", &longer), ("shorter", &package.bytes[1..]), ("nothing", b"")]
    {
        let response = put(&ticket, bytes);
        assert!(matches!(response.status, 400 | 403), "{what}: {} {}", response.status, response.text());
    }
    let id = text(&ticket["upload_id"]);
    assert_eq!(aws::keys(stack().incoming(), &format!("incoming/{id}/")), Vec::<String>::new());
    assert_eq!(upload::state(id)["state"], "pending");
    let _ = put(&ticket, &package.bytes).expect(200);
    assert_eq!(upload::finish(&ticket)["state"], "registered");
}

#[test]
fn s3_refuses_a_url_that_was_tampered_with() {
    let package = sample();
    let ticket = ticket(&package.request(&Repository::new("tampered"))).expect(201).json();
    let url = text(&ticket["url"]);
    let elsewhere = url.replace(&package.filename, "elsewhere.rpm");
    let longer_lived = url.replace("X-Amz-Expires=", "X-Amz-Expires=9");
    let signature = url.replace("X-Amz-Signature=", "X-Amz-Signature=0");
    let unsigned = url.split_once("X-Amz-Signature").expect("a signature").0.trim_end_matches('&').to_owned();
    for tampered in [elsewhere, longer_lived, signature, unsigned] {
        assert_ne!(tampered, url);
        let mut forged = ticket.clone();
        forged["url"] = json!(tampered);
        let response = put(&forged, &package.bytes);
        assert!(matches!(response.status, 400 | 403), "{tampered}: {} {}", response.status, response.text());
    }
}

#[test]
fn s3_refuses_a_url_that_has_expired() {
    let package = sample();
    let ticket = ticket(&package.request(&Repository::new("expired"))).expect(201).json();
    let headers = ticket["headers"].as_object().expect("headers").iter();
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.clone(), text(value).to_owned())).collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-length")) {
        headers.push(("content-length".to_owned(), package.bytes.len().to_string()));
    }
    let url = text(&ticket["url"]);
    let now = url.split(['?', '&']).find_map(|field| field.strip_prefix("X-Amz-Date=")).expect("a date");
    let keys = (stack().get("AWS_ACCESS_KEY_ID"), stack().get("AWS_SECRET_ACCESS_KEY"));
    let with = |date: &str| {
        let mut again = ticket.clone();
        again["url"] = json!(presign::sign_again("PUT", url, &headers, keys, date));
        put(&again, &package.bytes)
    };
    let expired = with("20260101T000000Z");
    assert_eq!(expired.status, 403, "{}", expired.text());
    assert!(expired.text().contains("expired"), "refused for another reason: {}", expired.text());
    let _ = with(now).expect(200);
}

#[test]
fn tickets_are_given_to_many_at_once() {
    let repository = Repository::new("at-once");
    let ask = |number: usize| {
        ticket(&Package::new(&format!("n{number}.noarch.rpm"), vec![0; 10]).request(&repository)).status
    };
    let statuses: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|number| scope.spawn(move || ask(number))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(statuses.iter().all(|status| *status == 201), "{statuses:?}");
}
