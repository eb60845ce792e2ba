//! Files that were never uploaded: items of the catalog, made by the thousand after the model of a real one.
//!
//! All their values are of one run, so that each can be searched for by itself; their uploads are of 2001, so that no other
//! test meets them among its newest files. They are deleted in the end.

use std::{collections::BTreeSet, thread};

use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use crate::{Repository, aws, chacra, stack, unique};

/// More than files are made: each gets a millisecond of its own.
const MILLISECONDS: usize = 1 << 15;

/// A file, by its number.
#[derive(Debug, Clone)]
pub struct File {
    /// The attributes that are searched for as they are, by the name of the parameter.
    pub values: [(&'static str, String); 9],
    /// Its length.
    pub size: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// Its SHA-512; one in three has none.
    pub sha512: Option<String>,
    /// When it was uploaded, in milliseconds of 2001.
    pub millisecond: usize,
}

impl File {
    /// What a parameter with an exact value is compared with.
    #[must_use]
    pub fn value(&self, parameter: &str) -> &str {
        &self.values.iter().find(|(name, _)| *name == parameter).expect("a parameter with an exact value").1
    }

    /// When it was uploaded.
    #[must_use]
    pub fn moment(&self) -> String {
        format!("2001-01-01T00:00:{:02}.{:03}Z", self.millisecond / 1000, self.millisecond % 1000)
    }
}

/// The files of one run.
#[derive(Debug)]
pub struct Files {
    id: String,
    model: Value,
    /// Those that are in the catalog, the newest first.
    pub all: Vec<File>,
}

impl Files {
    /// None yet, but a real one to make them after.
    #[must_use]
    pub fn new() -> Self {
        let repository = Repository::new("model");
        let _ = chacra::post(&chacra::arch(&repository, "noarch"), "model.txt", b"bytes").expect(201);
        let key = json!({"pk": {"S": format!("FILES#{}", repository.path())}, "sk": {"S": "noarch/default/model.txt"}});
        let body = json!({"TableName": table(), "Key": key});
        let model = aws::call("dynamodb", "DynamoDB_20120810.GetItem", &body)["Item"].clone();
        assert!(model["newest"].is_object(), "what indexes are sorted by is missing: {model}");
        Self { id: hex::encode(unique::random::<5>()), model, all: Vec::new() }
    }

    /// Adds files until there are `count`.
    pub fn grow_to(&mut self, count: usize) {
        let new: Vec<_> = (self.all.len()..count).map(|number| self.file(number)).collect();
        write(&new.iter().map(|file| json!({"PutRequest": {"Item": self.item(file)}})).collect::<Vec<_>>());
        self.all.extend(new);
        self.all.sort_by_key(|file| std::cmp::Reverse(file.millisecond));
    }

    fn file(&self, number: usize) -> File {
        let id = &self.id;
        let name = format!("{}-{number}-{id}.txt", if number == 0 { "needle" } else { "straw" });
        let first = u64::from_str_radix(id, 16).expect("hex digits");
        let project = if number % 10 == 9 { "other" } else { "project" };
        File {
            size: first + (number % 500) as u64,
            sha256: hex::encode(Sha256::digest(&name)),
            sha512: (!number.is_multiple_of(3)).then(|| hex::encode(Sha512::digest(&name))),
            // The needle is the oldest; the others are in no order that is also that of another attribute.
            millisecond: number * 40_503 % MILLISECONDS,
            values: [
                ("project", format!("t-{project}-{id}")),
                ("ref", format!("ref{}-{id}", number % 7)),
                ("sha1", format!("commit{}-{id}", number / 40)),
                ("distro", format!("distro{}-{id}", number % 3)),
                ("distro_version", format!("version{}-{id}", number % 3)),
                ("flavor", format!("flavor{}-{id}", number % 4)),
                ("arch", format!("arch{}-{id}", number % 2)),
                ("built_by", format!("user{}-{id}", number % 5)),
                ("name", name),
            ],
        }
    }

    /// The item that the catalog would hold.
    fn item(&self, file: &File) -> Value {
        let value = |name| file.value(name);
        let names = ["project", "ref", "sha1", "distro", "distro_version"].map(value);
        let (level, flavor, arch, name) = (names.join("/"), value("flavor"), value("arch"), value("name"));
        let mut item = self.model.clone();
        let mut set = |name: &str, value: &str| {
            assert!(item[name]["S"].is_string(), "the catalog writes no {name}: {item}");
            item[name] = json!({"S": value});
        };
        set("pk", &format!("FILES#{level}"));
        set("sk", &format!("{arch}/{flavor}/{name}"));
        set("repository", &format!("{level}/flavors/{flavor}"));
        set("filename", name);
        set("key", &format!("repos/{level}/flavors/{flavor}/{arch}/{name}"));
        set("newest", &ulid(file.millisecond));
        set("upload", &ulid(file.millisecond));
        set("created", &file.moment());
        set("modified", &file.moment());
        set("sha256", &file.sha256);
        for name in ["project", "ref", "sha1", "distro", "distro_version", "flavor", "arch", "built_by"] {
            set(name, value(name));
        }
        let item_fields = item.as_object_mut().expect("an object");
        item_fields.insert("size".to_owned(), json!({"N": file.size.to_string()}));
        match &file.sha512 {
            Some(digest) => item_fields.insert("sha512".to_owned(), json!({"S": digest})),
            None => item_fields.remove("sha512"),
        };
        item
    }
}

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let delete = |file| {
            let item = self.item(file);
            json!({"DeleteRequest": {"Key": {"pk": item["pk"], "sk": item["sk"]}}})
        };
        write(&self.all.iter().map(delete).collect::<Vec<_>>());
    }
}

/// An id of 2001 (<https://github.com/ulid/spec>).
fn ulid(millisecond: usize) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = 978_307_200_000 + millisecond;
    let digits = (0..10).rev().map(|place| char::from(DIGITS[(time >> (5 * place)) % 32]));
    format!("{}SYNTHET1CSYNTHET", digits.collect::<String>())
}

/// As many at once as DynamoDB takes, a few such calls side by side.
fn write(requests: &[Value]) {
    let batches: Vec<_> = requests.chunks(25).collect();
    thread::scope(|scope| {
        for part in batches.chunks(batches.len().div_ceil(4).max(1)) {
            scope.spawn(move || {
                for batch in part {
                    let body = json!({"RequestItems": {table(): batch}});
                    let answer = aws::call("dynamodb", "DynamoDB_20120810.BatchWriteItem", &body);
                    assert_eq!(answer["UnprocessedItems"], json!({}));
                }
            });
        }
    });
    let keys: BTreeSet<_> = requests.iter().map(ToString::to_string).collect();
    assert_eq!(keys.len(), requests.len(), "some were made twice");
}

fn table() -> &'static str {
    stack().get("COLCA_CATALOG_TABLE")
}
