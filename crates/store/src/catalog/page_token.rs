//! Where an answer to a search ended, as a text that its reader sends back to have the next.
//!
//! Nothing is secret or trusted in it: it names a file that anybody can see. What comes back is read as strictly as any
//! other input, so that a wrong one is refused with words and never reaches DynamoDB.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use colca_model::{Invalid, UploadId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::binaries::is_key;
use super::search_plan::{Plan, plans};
use super::search_terms::Search;
use crate::table::{Item, key, text};
use crate::{Error, ErrorKind, Result};

/// The form that tokens have now.
const VERSION: u8 = 1;

/// The longest token, in characters. A path of 450 bytes, an architecture and a name of 255 each, in which JSON writes some
/// characters as two, make less than 3,000.
const LONGEST: usize = 4096;

/// The last file that was seen, in an index of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    newest: UploadId,
    pk: String,
    sk: String,
}

impl Position {
    /// The position of an item, or of a key that DynamoDB names.
    pub(super) fn of(item: &Item) -> Result<Self> {
        let field = |name: &str| match item.get(name) {
            Some(AttributeValue::S(text)) => Ok(text.clone()),
            _ => Err(Error::new(ErrorKind::Corrupt, format!("read the {name} of a file in an index"))),
        };
        let newest =
            field("newest")?.parse().map_err(|error: Invalid| Error::corrupt("read a place in an index", error))?;
        Ok(Self { newest, pk: field("pk")?, sk: field("sk")? })
    }

    /// By which all indexes are sorted.
    pub(super) fn newest(&self) -> &UploadId {
        &self.newest
    }

    /// What all indexes of files have in their key; each has an attribute of its own besides.
    pub(super) fn into_key(self) -> Item {
        let mut key = key(&self.pk, &self.sk);
        key.insert("newest".to_owned(), text(self.newest));
        key
    }
}

/// Where to go on with a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageToken {
    search: String,
    index: String,
    position: Position,
}

/// What is written in a token.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u8,
    search: String,
    index: String,
    newest: UploadId,
    pk: String,
    sk: String,
}

impl PageToken {
    pub(super) fn new(search: &Search, plan: &Plan, position: Position) -> Self {
        Self { search: digest(search), index: plan.index.attribute.to_owned(), position }
    }

    /// Reads a token that an answer to the same search gave.
    ///
    /// # Errors
    /// [`Invalid`] if it is of another search, or no token.
    pub fn read(token: &str, search: &Search) -> std::result::Result<Self, Invalid> {
        let refuse = |rule: &str| Invalid::new("page-token", rule, token);
        if token.len() > LONGEST {
            return Err(refuse("must not be longer than 4096 characters"));
        }
        let unread = || refuse("must be one that an answer to this search gave, unchanged");
        let json = BASE64_URL_SAFE_NO_PAD.decode(token).map_err(|_| unread())?;
        let Written { version, search: of, index, newest, pk, sk } =
            serde_json::from_slice(&json).map_err(|_| unread())?;
        if version != VERSION {
            return Err(refuse("must be one of this version of the service: begin again without it"));
        }
        if of != digest(search) {
            return Err(refuse("must go with the search that gave it: all other parameters must be as they were"));
        }
        let read = Self { search: of, index, position: Position { newest, pk, sk } };
        if read.is_possible(search) { Ok(read) } else { Err(unread()) }
    }

    /// Whether it names a place that its search can come to.
    fn is_possible(&self, search: &Search) -> bool {
        let Position { newest, pk, sk } = &self.position;
        is_key(pk, sk) && plans(search).iter().any(|plan| self.is_for(plan) && plan.allows(newest.as_str()))
    }

    /// Whether a plan gave it.
    pub(super) fn is_for(&self, plan: &Plan) -> bool {
        self.index == plan.index.attribute
    }

    pub(super) fn position(&self) -> &Position {
        &self.position
    }
}

impl fmt::Display for PageToken {
    /// Letters, digits, hyphens and underscores: it needs no escapes in a URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { newest, pk, sk } = self.position.clone();
        let (search, index) = (self.search.clone(), self.index.clone());
        let written = Written { version: VERSION, search, index, newest, pk, sk };
        let json = serde_json::to_vec(&written).map_err(|_| fmt::Error)?;
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(json))
    }
}

/// What tells one search from another.
fn digest(search: &Search) -> String {
    let json = serde_json::to_vec(search).expect("names and numbers are always written");
    hex::encode(&Sha256::digest(json)[..16])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEVEL: &str = "FILES#ceph/main/0123abc/centos/9";

    fn search() -> Search {
        Search { project: "ceph".parse().ok(), name_has: "rados".parse().ok(), ..Search::default() }
    }

    fn position() -> Position {
        // Of 2016-07-30T22:36:16.385Z.
        let newest = "01ARYZ6S41TSV4RRFFQ69G5FAV".parse().expect("a ULID");
        Position { newest, pk: LEVEL.to_owned(), sk: "x86_64/default/librados2-19.2.x86_64.rpm".to_owned() }
    }

    fn token() -> String {
        PageToken::new(&search(), &plans(&search())[0], position()).to_string()
    }

    /// The rule that a token breaks.
    fn refused(token: &str, search: &Search) -> String {
        let error = PageToken::read(token, search).expect_err(token);
        assert_eq!(error.field, "page-token");
        error.rule
    }

    /// A token with one field changed.
    fn with(field: &str, value: serde_json::Value) -> String {
        let mut json: serde_json::Value =
            serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token()).expect("base64")).expect("JSON");
        json[field] = value;
        BASE64_URL_SAFE_NO_PAD.encode(json.to_string())
    }

    #[test]
    fn comes_back_as_it_went_and_needs_no_escapes() {
        let token = token();
        assert!(token.bytes().all(|c| c.is_ascii_alphanumeric() || b"-_".contains(&c)), "{token}");
        assert_eq!(PageToken::read(&token, &search()).expect("our own").position(), &position());
    }

    #[test]
    fn is_of_one_search() {
        let foreign = "must go with the search that gave it: all other parameters must be as they were";
        for other in [Search::default(), Search { size: Some(7), ..search() }, Search { name_has: None, ..search() }] {
            assert_eq!(refused(&token(), &other), foreign);
        }
    }

    #[test]
    fn what_is_no_token_never_gets_to_dynamodb() {
        let unread = "must be one that an answer to this search gave, unchanged";
        let json = BASE64_URL_SAFE_NO_PAD.encode("{}");
        for wrong in ["", "nonsense", "***", &format!("{}=", token()), &token()[1..], &json, "bnVsbA"] {
            assert_eq!(refused(wrong, &search()), unread, "{wrong}");
        }
        for (field, value) in [
            ("newest", "not a ULID"),
            ("pk", "REPO#ceph/main/0123abc/centos/9"),
            ("pk", "FILES#ceph/main/0123abc/centos"),
            ("pk", "FILES#ceph/main/../centos/9"),
            ("sk", "x86_64/default"),
            ("sk", "x86_64/default/a/b"),
            ("sk", "x86_64//name"),
            ("index", "ref"),
            ("more", "than there is"),
        ] {
            assert_eq!(refused(&with(field, value.into()), &search()), unread, "{field} {value}");
        }
        assert!(refused(&with("version", 2.into()), &search()).starts_with("must be one of this version"));
        assert!(refused(&"A".repeat(4097), &search()).starts_with("must not be longer"));
    }

    #[test]
    fn a_place_outside_the_time_that_is_asked_for_is_refused() {
        let at = |text: &str| text.parse().ok();
        for (created_after, created_before, good) in [
            (at("2016-07-30T22:36:16.385Z"), None, true),
            (at("2016-07-30T22:36:16.3850001Z"), None, false),
            (None, at("2016-07-30T22:36:16.3850001Z"), true),
            (None, at("2016-07-30T22:36:16.385Z"), false),
        ] {
            let search = Search { created_after, created_before, ..search() };
            let token = PageToken::new(&search, &plans(&search)[0], position()).to_string();
            assert_eq!(PageToken::read(&token, &search).is_ok(), good, "{search:?}");
        }
    }

    #[test]
    fn damaged_tokens() {
        let json = BASE64_URL_SAFE_NO_PAD.decode(token()).expect("base64");
        colca_fuzz::fuzz("page-tokens", vec![json, token().into_bytes()], |bytes| {
            for token in [BASE64_URL_SAFE_NO_PAD.encode(bytes), String::from_utf8_lossy(bytes).into_owned()] {
                match PageToken::read(&token, &search()) {
                    Ok(read) => {
                        assert!(is_key(&read.position.pk, &read.position.sk), "{read:?}");
                        return PageToken::read(&read.to_string(), &search()) == Ok(read);
                    }
                    Err(error) => colca_fuzz::check_words(&error),
                }
            }
            false
        });
    }

    proptest! {
        #[test]
        fn the_longest_names_make_no_token_too_long(names in proptest::collection::vec("[\"a]{74}", 5), name in "[\"a]{255}") {
            let pk = format!("FILES#{}", names.join("/"));
            let position = Position { pk, sk: format!("{name}/{}/{name}", &names[0][..54]), ..position() };
            let token = PageToken::new(&search(), &plans(&search())[0], position.clone()).to_string();
            prop_assert_eq!(PageToken::read(&token, &search()).map(|token| token.position().clone()), Ok(position));
        }

        #[test]
        fn whatever_is_sent_is_read_or_refused(text in any::<String>(), at in 0_usize..100, letter in "[A-Za-z0-9_-]") {
            prop_assert!(PageToken::read(&text, &search()).is_err());
            let mut changed = token();
            changed.replace_range(at..=at, &letter);
            if let Ok(read) = PageToken::read(&changed, &search()) {
                prop_assert!(is_key(&read.position.pk, &read.position.sk));
            }
        }
    }
}
