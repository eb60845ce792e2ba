//! What no log and no cache may hold: credentials, tokens, passwords, signed URLs, private keys.

use std::{ffi::OsStr, fs};

use base64::{Engine, engine::general_purpose::STANDARD};
use colca_tests::{
    Client, Repository, Response,
    accounts::{self, Account},
    configuration, functions,
    gpg::{Home, Wish},
    keys::{self, Key},
    rpms,
    serve::Serve,
    stack,
    stack::root,
    unique,
    upload::{self, Package, text},
};
use serde_json::{Value, json};

/// A secret that somebody showed, and what it is.
type Shown = (&'static str, String);

/// The secret values of a signed URL.
fn signatures(url: &str) -> impl Iterator<Item = Shown> {
    let query = url.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let secret = values.filter(|(name, _)| ["X-Amz-Signature", "X-Amz-Security-Token"].contains(name));
    secret.map(|(_, value)| ("a signature", value.to_owned())).collect::<Vec<_>>().into_iter()
}

/// What stands in an `Authorization` header.
fn header(user: &str, key: &str) -> String {
    STANDARD.encode(format!("{user}:{key}"))
}

/// A word that nobody else knows.
fn word() -> String {
    format!("Word{}", hex::encode(unique::random::<16>()))
}

/// Shows an API secrets of callbacks, in their place and out of it.
fn show_callbacks(url: &str) -> Vec<Shown> {
    // There is one set of them, which whoever borrows the configuration has to himself.
    let _turn = configuration::borrow();
    let [key, misspelt, wrong, lone] = [(); 4].map(|()| word());
    let [given, unknown] = [(); 2].map(|()| format!("whsec_{}", STANDARD.encode(unique::random::<24>())));
    for body in [
        json!({"user": "colca", "kye": misspelt, "secret": unknown}),
        json!({"user": "colca", "key": [misspelt]}),
        json!({"user": "colca", "key": misspelt, "hmac": unknown}),
        json!({"key": lone}),
        json!({"secret": wrong}),
        json!(unknown),
    ] {
        let _ = accounts::put(url, &body).expect(400);
    }
    let made = accounts::put(url, &json!({"user": "colca", "key": key})).expect(200).json();
    let made = text(&made["secret"]).to_owned();
    let _ = accounts::put(url, &json!({"user": "colca", "key": key, "secret": given})).expect(200);
    let _ = accounts::delete(url).expect(204);
    vec![
        ("the key of callbacks", header("colca", &key)),
        ("the key of callbacks", key),
        ("the key of callbacks without a user", lone),
        ("the key of callbacks in the wrong place", misspelt),
        ("the secret of callbacks that was made", made),
        ("the secret of callbacks", given),
        ("the secret of callbacks in the wrong place", unknown),
        ("a secret of callbacks that is none", wrong),
    ]
}

/// Shows secrets to an API, where they belong and where they do not; gives all of them.
fn show_all(api: &str) -> Vec<Shown> {
    let at = |path: &str| format!("{api}{path}");
    let owner = Client::uploader();
    let account = Account::new("secret", &["upload:*"]);
    let secrets = at(&format!("{}/secrets", account.url()));

    let token = text(&account.add_secret(&json!({}))["token"]).to_owned();
    let [password, misspelt, nobody, broken] = [(); 4].map(|()| word());
    let _ = account.add_secret(&json!({"password": password}));
    for (body, status) in [
        (json!({"pasword": misspelt}), 400),
        (json!({"password": [misspelt]}), 400),
        (json!({"expires": misspelt}), 400),
        (json!(misspelt), 400),
    ] {
        let _ = owner.post(&secrets, &body).expect(status);
    }
    let _ = owner.send("POST", &secrets, &[("content-type", "application/json")], misspelt.as_bytes()).expect(400);

    // Who is refused has shown a secret, too.
    let upload = at("/uploads/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    let _ = Client::with_credentials(&account.name, &nobody).get(&upload).expect(401);
    let _ = Client::with_credentials(&nobody, &token).get(&upload).expect(401);
    let _ = Client::with_authorization(format!("Bearer {broken}")).get(&upload).expect(401);
    let _ = Client::with_authorization(format!("Basic {}", STANDARD.encode(&broken))).get(&upload).expect(401);

    let client = Client::with_credentials(&account.name, &token);
    let _ = Client::with_credentials(&account.name, &password).get(&upload).expect(404);
    let repository = Repository::new("secret");
    let package = Package::read(&rpms::one(""));
    let ticket = client.post(&at("/uploads"), &package.request(&repository)).expect(201).json();
    let pending = client.get(&at(&format!("/uploads/{}", text(&ticket["upload_id"])))).expect(200).json();
    let _ = upload::put(&ticket, &package.bytes).expect(200);
    let _ = upload::finish(&ticket);
    let mut large = package.request(&repository);
    (large["filename"], large["size"]) = (json!("large.bin"), json!(70_u64 << 20));
    let large = client.post(&at("/uploads"), &large).expect(201).json();
    let parts = large["parts"].as_array().expect("parts").iter();
    let urls = [&ticket, &pending].into_iter().chain(parts).filter_map(|target| target["url"].as_str());
    let signed: Vec<_> = urls.flat_map(signatures).collect();
    assert!(signed.len() >= 3, "{signed:?}");

    let home = Home::new();
    let fingerprint = home.generate("Secret <secret@example.org>", Wish::default());
    let private = home.secret(&fingerprint, "");
    let name = unique::project("secret");
    let import = |armored: &str| owner.post(&at(keys::URL), &json!({"name": name, "import": armored}));
    let lines: Vec<_> = private.lines().filter(|line| line.len() == 64).map(str::to_owned).collect();
    assert!(lines.len() >= 3, "{} lines", lines.len());
    let _ = import(&private.replacen(&lines[1], &lines[1].to_lowercase(), 1)).expect(400);
    let _ = import(&private.replace("-----BEGIN", "----BEGIN")).expect(400);
    let _ = import(&private).expect(201);
    let key = Key { name: name.clone() };
    drop(key);

    let (user, owned) = (stack().get("COLCA_USER"), stack().get("COLCA_KEY"));
    let mut shown = vec![
        ("the key of the deployment", owned.to_owned()),
        ("the key of the deployment", header(user, owned)),
        ("a token", token.clone()),
        ("a token", header(&account.name, &token)),
        ("a password", header(&account.name, &password)),
        ("a password", password),
        ("a password in the wrong place", misspelt),
        ("a wrong password", header(&account.name, &nobody)),
        ("a wrong password", nobody),
        ("a header of another kind", STANDARD.encode(&broken)),
        ("a header of another kind", broken),
    ];
    shown.extend(signed);
    shown.extend(show_callbacks(&at("/admin/callbacks")));
    shown.extend(lines.into_iter().map(|line| ("a private key", line)));
    shown
}

/// What of it stands in a text.
fn found(shown: &[Shown], log: &str) -> Vec<&'static str> {
    shown.iter().filter(|(_, secret)| log.contains(secret.as_str())).map(|(what, _)| *what).collect()
}

#[test]
fn no_function_logs_a_secret() {
    let shown = show_all(stack().api());
    for folder in functions::ALL {
        let logged = functions::logged(folder);
        assert_eq!(found(&shown, &logged), Vec::<&str>::new(), "{folder}");
        // That what was done is there says that these are the logs.
        assert!(folder != "admin" || logged.contains("\"audit\":true"), "{logged}");
    }
    let logs =
        fs::read_dir(root().join(".localstack/logs")).expect("a stack has logs").map(|entry| entry.expect("one"));
    for path in logs.map(|entry| entry.path()).filter(|path| path.extension() == Some(OsStr::new("log"))) {
        let log = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
        assert_eq!(found(&shown, &log), Vec::<&str>::new(), "{}", path.display());
    }
}

#[test]
fn colca_serve_logs_no_secret_however_much_it_is_to_log() {
    let serve = Serve::start_with(&[("COLCA_LOG", "trace")]);
    let shown = show_all(serve.address());
    let logged = serve.logged();
    assert!(logged.contains("\"audit\":true"), "it logs what is done:\n{logged}");
    assert_eq!(found(&shown, &logged), Vec::<&str>::new());
}

/// What is on every answer, whatever it is.
const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
];

#[test]
fn every_answer_has_the_headers_that_browsers_go_by() {
    let (anyone, owner) = (Client::anonymous(), Client::uploader());
    let send = |method: &str, path: &str| owner.send(method, path, &[("content-type", "application/json")], b"{}");
    let missing: Value = json!({"project": "headers"});
    let answers: [(&str, u16, Response); 10] = [
        ("health", 204, anyone.get("/health/")),
        ("search", 200, anyone.get("/search/?project=headers-of-none")),
        ("no page", 404, anyone.get("/nowhere")),
        ("no repository", 404, anyone.get("/repos/a/b/c/d/e/repo")),
        ("no credentials", 401, anyone.post("/uploads", &missing)),
        ("a bad request", 400, owner.post("/uploads", &missing)),
        ("a method that is not for it", 405, send("PUT", "/search/")),
        ("accounts", 200, owner.get("/admin/accounts")),
        ("a delete of nothing", 404, send("DELETE", "/binaries/a/b/c/d/e/f/g")),
        ("openapi", 200, anyone.get("/openapi.json")),
    ];
    for (what, status, answer) in answers {
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        for (name, value) in HEADERS {
            assert_eq!(answer.header(name), Some(value), "{what}: {name}");
        }
    }
}
