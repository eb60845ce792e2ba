//! DynamoDB, as far as Colca asks it: conditional writes, transactions that become visible item by item, indexes that lag,
//! batches and pages that are cut short.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/>

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::expression::{Item, Names, compare, holds, update};
use super::message::Answer;
use super::table::{Key, Table, attributes, key_of};
use crate::chance::Chance;

/// How long the service remembers the token of a transaction is ten minutes, longer than any retry of the SDK here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transaction {
    UnderWay,
    Done,
}

/// All tables.
#[derive(Debug)]
pub(crate) struct Dynamo {
    tables: Mutex<BTreeMap<String, Table>>,
    tokens: Mutex<BTreeMap<String, Transaction>>,
    chance: Chance,
    lag: Duration,
}

/// A change of one item, ready to be made.
type Change = (String, Key, Option<Item>);

impl Dynamo {
    pub(crate) fn new(chance: Chance) -> Self {
        let lag = Duration::from_millis(chance.below(2_000));
        Self { tables: Mutex::default(), tokens: Mutex::default(), chance, lag }
    }

    /// Every item whose partition begins so, as it is now.
    pub(crate) fn items(&self, table: &str, prefix: &str) -> Vec<Item> {
        self.with(table, |table| {
            let items = table.all(true).iter().filter(|((pk, _), _)| pk.starts_with(prefix));
            items.map(|(_, item)| item.clone()).collect()
        })
    }

    fn with<T>(&self, name: &str, work: impl FnOnce(&mut Table) -> T) -> T {
        let mut tables = self.tables.lock().expect("no other thread");
        let table = tables.entry(name.to_owned()).or_insert_with(|| Table::new(self.lag));
        work(table)
    }

    /// # Panics
    /// If asked for something that Colca never asks for.
    pub(crate) async fn answer(self: &Arc<Self>, operation: &str, ask: &Value) -> Answer {
        match operation {
            "GetItem" => self.get(ask),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.write(operation, ask),
            "Query" => self.query(ask),
            "BatchGetItem" => self.batch_get(ask),
            "BatchWriteItem" => self.batch_write(ask),
            "TransactGetItems" => self.transact_get(ask),
            "TransactWriteItems" => self.transact_write(ask).await,
            other => panic!("the simulation has no {other}"),
        }
    }

    fn get(&self, ask: &Value) -> Answer {
        let is_consistent = ask["ConsistentRead"] == true;
        let item = self.with(name(ask), |table| table.all(is_consistent).get(&key_of(&ask["Key"])).cloned());
        Answer::json(&item.map_or_else(|| json!({}), |item| json!({"Item": item})))
    }

    fn write(&self, operation: &str, ask: &Value) -> Answer {
        self.with(name(ask), |table| {
            let kind = operation.trim_end_matches("Item");
            let key = key_of(if kind == "Put" { &ask["Item"] } else { &ask["Key"] });
            if table.locked.contains(&key) {
                return Answer::refusal(400, "TransactionConflictException", json!({}));
            }
            let before = table.get(&key).cloned();
            let Ok(after) = change(kind, ask, before.clone()) else {
                return Answer::refusal(400, "ConditionalCheckFailedException", json!({}));
            };
            table.set(key, after.clone());
            let returned = match ask["ReturnValues"].as_str() {
                Some("ALL_NEW") => after,
                Some("ALL_OLD") => before,
                None | Some("NONE") => None,
                Some(other) => panic!("the simulation returns no {other}"),
            };
            Answer::json(&returned.map_or_else(|| json!({}), |item| json!({"Attributes": item})))
        })
    }

    fn query(&self, ask: &Value) -> Answer {
        let index = ask["IndexName"].as_str();
        let (hash, range) = attributes(index);
        let condition = ask["KeyConditionExpression"].as_str().expect("a key condition");
        let names = Names::of(ask);
        let is_consistent = ask["ConsistentRead"] == true;
        let mut found: Vec<Item> = self.with(name(ask), |table| {
            let all = table.all(is_consistent).values();
            let indexed =
                all.filter(|item| item.contains_key(hash) && range.is_none_or(|range| item.contains_key(range)));
            indexed.filter(|item| holds(Some(condition), item, names)).cloned().collect()
        });
        let order = |left: &Item, right: &Item| {
            let by = |attribute: &str| compare(&left[attribute], &right[attribute]).unwrap_or(Ordering::Equal);
            range.map_or(Ordering::Equal, by).then_with(|| by("pk")).then_with(|| by("sk"))
        };
        found.sort_by(order);
        if ask["ScanIndexForward"] == false {
            found.reverse();
        }
        if let Some(start) = ask["ExclusiveStartKey"].as_object() {
            let is_after = |item: &Item| match ask["ScanIndexForward"] == false {
                true => order(item, start).is_lt(),
                false => order(item, start).is_gt(),
            };
            found.retain(is_after);
        }
        // A page ends after a megabyte at the latest, wherever that is.
        let limit = ask["Limit"].as_u64().unwrap_or(u64::MAX).min(1 + self.chance.below(60));
        let has_more = found.len() as u64 > limit;
        found.truncate(usize::try_from(limit).expect("a small number"));
        let last = found.last().filter(|_| has_more).map(|item| {
            let attributes = ["pk", "sk", hash].into_iter().chain(range);
            Value::Object(attributes.map(|name| (name.to_owned(), item[name].clone())).collect())
        });
        found.retain(|item| holds(ask["FilterExpression"].as_str(), item, names));
        let mut answer = json!({"Count": found.len(), "Items": found});
        if let Some(last) = last {
            answer["LastEvaluatedKey"] = last;
        }
        Answer::json(&answer)
    }

    fn batch_get(&self, ask: &Value) -> Answer {
        let (name, wanted) = only(&ask["RequestItems"]);
        let is_consistent = wanted["ConsistentRead"] == true;
        let keys = wanted["Keys"].as_array().expect("keys");
        let (now, later) = keys.split_at(self.some_of(keys.len()));
        let items: Vec<_> = self.with(name, |table| {
            let all = table.all(is_consistent);
            now.iter().filter_map(|key| all.get(&key_of(key))).cloned().collect()
        });
        let mut left = json!({});
        if !later.is_empty() {
            left[name] = json!({"Keys": later, "ConsistentRead": is_consistent});
        }
        Answer::json(&json!({"Responses": {name: items}, "UnprocessedKeys": left}))
    }

    fn batch_write(&self, ask: &Value) -> Answer {
        let (name, writes) = only(&ask["RequestItems"]);
        let writes = writes.as_array().expect("writes");
        let (now, later) = writes.split_at(self.some_of(writes.len()));
        let mut left: Vec<Value> = later.to_vec();
        self.with(name, |table| {
            for write in now {
                let put = write["PutRequest"]["Item"].as_object();
                let key = key_of(put.map_or(&write["DeleteRequest"]["Key"], |_| &write["PutRequest"]["Item"]));
                if table.locked.contains(&key) {
                    left.push(write.clone());
                } else {
                    table.set(key, put.cloned());
                }
            }
        });
        let left = if left.is_empty() { json!({}) } else { json!({ name: left }) };
        Answer::json(&json!({"UnprocessedItems": left}))
    }

    /// How many of a batch are done at once: mostly all.
    fn some_of(&self, all: usize) -> usize {
        if self.chance.one_in(12) { self.chance.below(all as u64 + 1).try_into().expect("a small number") } else { all }
    }

    fn transact_get(&self, ask: &Value) -> Answer {
        let gets = ask["TransactItems"].as_array().expect("gets").iter().map(|get| &get["Get"]);
        let mut items = Vec::new();
        for get in gets {
            let found = self.with(name(get), |table| {
                let key = key_of(&get["Key"]);
                (!table.locked.contains(&key)).then(|| table.get(&key).cloned())
            });
            match found {
                Some(Some(item)) => items.push(json!({"Item": item})),
                Some(None) => items.push(json!({})),
                None => return canceled(vec!["TransactionConflict"]),
            }
        }
        Answer::json(&json!({"Responses": items}))
    }

    /// Decides at once and becomes visible item by item. Whoever asked may be dead by then; it goes on all the same.
    async fn transact_write(self: &Arc<Self>, ask: &Value) -> Answer {
        let token = ask["ClientRequestToken"].as_str().expect("the SDK gives one").to_owned();
        let before = self.tokens.lock().expect("no other thread").get(&token).copied();
        match before {
            Some(Transaction::Done) => return Answer::json(&json!({})),
            Some(Transaction::UnderWay) => return Answer::refusal(400, "TransactionInProgressException", json!({})),
            None => {}
        }
        let changes = match self.decide(ask["TransactItems"].as_array().expect("writes")) {
            Ok(changes) => changes,
            Err(reasons) => return canceled(reasons),
        };
        self.tokens.lock().expect("no other thread").insert(token.clone(), Transaction::UnderWay);
        let database = self.clone();
        let done = tokio::spawn(async move { database.carry_out(changes, token).await });
        done.await.expect("nothing stops the service");
        Answer::json(&json!({}))
    }

    /// Checks all conditions, and locks what is to change if they hold; else gives a reason for each write.
    fn decide(&self, writes: &[Value]) -> Result<Vec<Change>, Vec<&'static str>> {
        let decided = writes.iter().map(|write| {
            let (kind, ask) = only(write);
            let key = key_of(if kind == "Put" { &ask["Item"] } else { &ask["Key"] });
            self.with(name(ask), |table| {
                if table.locked.contains(&key) {
                    return Err("TransactionConflict");
                }
                let change = change(kind, ask, table.get(&key).cloned());
                change.map(|after| (kind, (name(ask).to_owned(), key, after)))
            })
        });
        let decided: Vec<_> = decided.collect();
        if decided.iter().any(Result::is_err) {
            return Err(decided.into_iter().map(|decided| decided.err().unwrap_or("None")).collect());
        }
        let changes =
            decided.into_iter().flatten().filter(|(kind, _)| *kind != "ConditionCheck").map(|(_, change)| change);
        let changes: Vec<_> = changes.collect();
        for (table, key, _) in &changes {
            let is_new = self.with(table, |table| table.locked.insert(key.clone()));
            assert!(is_new, "a transaction names {key:?} twice");
        }
        Ok(changes)
    }

    async fn carry_out(&self, mut changes: Vec<Change>, token: String) {
        let is_slow = self.chance.one_in(3);
        self.chance.shuffle(&mut changes);
        for (table, key, item) in changes {
            if is_slow {
                sleep(Duration::from_millis(self.chance.below(40))).await;
            }
            self.with(&table, |table| {
                table.set(key.clone(), item);
                table.locked.remove(&key);
            });
        }
        self.tokens.lock().expect("no other thread").insert(token, Transaction::Done);
    }
}

/// What an item becomes by a write; an error if its condition does not hold.
fn change(kind: &str, ask: &Value, before: Option<Item>) -> Result<Option<Item>, &'static str> {
    let names = Names::of(ask);
    let nothing = Item::new();
    if !holds(ask["ConditionExpression"].as_str(), before.as_ref().unwrap_or(&nothing), names) {
        return Err("ConditionalCheckFailed");
    }
    Ok(match kind {
        "Put" => ask["Item"].as_object().cloned(),
        "Delete" => None,
        "ConditionCheck" => before,
        "Update" => {
            let mut item = before.unwrap_or_else(|| ask["Key"].as_object().expect("a key").clone());
            if let Some(expression) = ask["UpdateExpression"].as_str() {
                update(expression, &mut item, names);
            }
            Some(item)
        }
        other => panic!("the simulation has no {other}"),
    })
}

fn canceled(reasons: Vec<&'static str>) -> Answer {
    let reasons: Vec<_> = reasons.into_iter().map(|code| json!({"Code": code})).collect();
    Answer::refusal(400, "TransactionCanceledException", json!({"CancellationReasons": reasons}))
}

fn name(ask: &Value) -> &str {
    ask["TableName"].as_str().expect("a table")
}

/// The one member of an object.
fn only(value: &Value) -> (&str, &Value) {
    let mut members = value.as_object().expect("an object").iter();
    let (name, member) = members.next().expect("a member");
    assert!(members.next().is_none(), "the simulation takes one table at once");
    (name, member)
}
