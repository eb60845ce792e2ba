//! What is noted as garbage and waits for its time, and how one note gets old.

use serde_json::{Value, json};

use crate::{aws, stack, upload::text};

/// A note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The key of the object.
    pub key: String,
    /// What it belongs to: `file`, `published`, `revision` and so on.
    pub owner: String,
    /// When it may be deleted, in milliseconds since 1970.
    pub due: u64,
}

/// When what [`make_due`] has made due was to be deleted.
const LONG_AGO: u64 = 1;

impl Noted {
    /// Whether it is [made due](make_due), and nobody has dealt with it yet.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.due == LONG_AGO
    }
}

/// Everything that waits whose key has these words in it.
///
/// # Panics
/// If a note is not as `store` writes them.
#[must_use]
pub fn noted(words: &str) -> Vec<Noted> {
    let mut body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "IndexName": "due-index",
        "KeyConditionExpression": "due_kind = :kind AND due_at > :past",
        "FilterExpression": "contains(#key, :words)",
        "ExpressionAttributeNames": {"#key": "key"},
        "ExpressionAttributeValues": {":kind": {"S": "garbage"}, ":past": {"N": "0"}, ":words": {"S": words}},
    });
    let mut all = Vec::new();
    loop {
        let page = aws::call("dynamodb", "DynamoDB_20120810.Query", &body);
        all.extend(page["Items"].as_array().expect("a list").iter().map(read));
        match &page["LastEvaluatedKey"] {
            Value::Null => return all,
            last => body["ExclusiveStartKey"] = last.clone(),
        }
    }
}

/// Has an object deleted by the next sweep that nobody names, as if its time had come: whether its note was still the same.
#[must_use]
pub fn make_due(noted: &Noted) -> bool {
    let body = json!({
        "TableName": stack().get("COLCA_JOBS_TABLE"),
        "Key": {"pk": {"S": format!("GARBAGE#{}", noted.key)}, "sk": {"S": "#"}},
        "UpdateExpression": "SET due_at = :then",
        // Whoever supersedes it anew notes it anew.
        "ConditionExpression": "due_at = :due",
        "ExpressionAttributeValues": {":then": {"N": LONG_AGO.to_string()}, ":due": {"N": noted.due.to_string()}},
    });
    let answer = aws::ask("dynamodb", "DynamoDB_20120810.UpdateItem", &body);
    if answer.status == 400 && answer.text().contains("ConditionalCheckFailed") {
        return false;
    }
    answer.expect(200).status == 200
}

fn read(item: &Value) -> Noted {
    let due = item["due_at"]["N"].as_str().and_then(|due| due.parse().ok()).expect("a time");
    let owner = item["owner"]["M"].as_object().and_then(|owner| owner.keys().next()).expect("an owner").clone();
    Noted { key: text(&item["key"]["S"]).to_owned(), owner, due }
}
