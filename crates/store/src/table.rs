//! One DynamoDB table: items in and out as Rust values. Keys are made by the modules that own the items.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::builders::PutBuilder;
use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, Get, KeysAndAttributes, Put, PutRequest, TransactGetItem, WriteRequest,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, ErrorKind, Result};

/// An item as DynamoDB holds it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// What BatchWriteItem takes at once.
const BATCH: usize = 25;

/// What BatchGetItem gets at once.
const GETS: usize = 100;

/// How often a batch is sent again for what DynamoDB left over of it.
const BATCH_TRIES: u32 = 8;

/// How long it waits before it is sent again, once more with each time.
const BATCH_PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) db: Client,
    pub(crate) name: String,
}

/// The text attribute `value`.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// The number attribute `value`.
pub(crate) fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Any value as an attribute.
pub(crate) fn attribute(value: impl Serialize) -> Result<AttributeValue> {
    serde_dynamo::to_attribute_value(value).map_err(|error| Error::corrupt("write an attribute", error))
}

/// The primary key of an item.
pub(crate) fn key(pk: &str, sk: &str) -> Item {
    Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text(sk))])
}

/// `body` as an item under its key.
pub(crate) fn item(pk: &str, sk: &str, body: &impl Serialize) -> Result<Item> {
    let mut item: Item =
        serde_dynamo::to_item(body).map_err(|error| Error::corrupt(format!("write {pk} {sk} as an item"), error))?;
    item.extend(key(pk, sk));
    Ok(item)
}

/// The value an item was written from.
pub(crate) fn value<T: DeserializeOwned>(item: Item) -> Result<T> {
    let name = |attribute: &str| item.get(attribute).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default();
    let what = format!("read the item {} {}", name("pk"), name("sk"));
    serde_dynamo::from_item(item).map_err(|error| Error::corrupt(what, error))
}

/// Whether the condition of a write held.
pub(crate) fn held<T>(result: Result<T>) -> Result<bool> {
    match result {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}

impl Table {
    /// One item, as it is now (a consistent read); `None` if there is none.
    pub(crate) async fn get<T: DeserializeOwned>(&self, pk: &str, sk: &str) -> Result<Option<T>> {
        let request = self.db.get_item().table_name(&self.name).set_key(Some(key(pk, sk))).consistent_read(true);
        let answer = request.send().await.map_err(|error| Error::sdk(format!("get {pk} {sk}"), error))?;
        answer.item.map(value).transpose()
    }

    /// Whether all items of these keys are there at one moment; `false` as well if somebody is just changing one.
    pub(crate) async fn are_there(&self, keys: &[Item]) -> Result<bool> {
        let gets = keys.iter().map(|key| {
            let get = Get::builder().table_name(&self.name).set_key(Some(key.clone())).build().map_err(unbuilt)?;
            Ok(TransactGetItem::builder().get(get).build())
        });
        let gets = gets.collect::<Result<_>>()?;
        match self.db.transact_get_items().set_transact_items(Some(gets)).send().await {
            Ok(answer) => Ok(answer.responses().iter().all(|response| response.item().is_some())),
            Err(error) => match Error::sdk("look for items", error) {
                error if error.kind() == ErrorKind::Conflict => Ok(false),
                error => Err(error),
            },
        }
    }

    /// Those items that are there, in no order, as they are now. No key may be given twice.
    pub(crate) async fn get_all<T: DeserializeOwned>(&self, keys: Vec<Item>) -> Result<Vec<T>> {
        self.get_items(keys).await?.into_iter().map(value).collect()
    }

    /// The same, as they are.
    pub(crate) async fn get_items(&self, mut keys: Vec<Item>) -> Result<Vec<Item>> {
        let mut items = Vec::new();
        let mut tries = 0;
        while !keys.is_empty() {
            let rest = keys.split_off(keys.len().min(GETS));
            let asked = keys.len();
            let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
            let request = self.db.batch_get_item().request_items(&self.name, wanted.map_err(unbuilt)?);
            let answer = request.send().await.map_err(|error| Error::sdk("get a batch of items", error))?;
            items.extend(answer.responses.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default());
            let left = answer.unprocessed_keys.and_then(|mut tables| tables.remove(&self.name));
            keys = left.map(|left| left.keys).unwrap_or_default();
            tries = self.pause(asked, keys.len(), tries).await?;
            keys.extend(rest);
        }
        Ok(items)
    }

    /// All items of a partition whose sort key starts with `prefix`, in order, as they are now.
    pub(crate) async fn query<T: DeserializeOwned>(&self, pk: &str, prefix: &str) -> Result<Vec<T>> {
        let request = self.db.query().table_name(&self.name).consistent_read(true);
        let condition = if prefix.is_empty() { "pk = :pk" } else { "pk = :pk AND begins_with(sk, :prefix)" };
        let mut request = request.key_condition_expression(condition).expression_attribute_values(":pk", text(pk));
        if !prefix.is_empty() {
            request = request.expression_attribute_values(":prefix", text(prefix));
        }
        let mut pages = request.into_paginator().items().send();
        let mut values = Vec::new();
        while let Some(found) = pages.next().await {
            values.push(value(found.map_err(|error| Error::sdk(format!("query {pk} {prefix}"), error))?)?);
        }
        Ok(values)
    }

    /// Whether a partition has any item whose sort key starts with `prefix`, as it is now.
    pub(crate) async fn any(&self, pk: &str, prefix: &str) -> Result<bool> {
        let request = self.db.query().table_name(&self.name).consistent_read(true).limit(1);
        let request = request.key_condition_expression("pk = :pk AND begins_with(sk, :prefix)");
        let request = request.expression_attribute_values(":pk", text(pk));
        let answer = request.expression_attribute_values(":prefix", text(prefix)).send().await;
        let answer = answer.map_err(|error| Error::sdk(format!("query {pk} {prefix}"), error))?;
        Ok(answer.count() > 0)
    }

    /// The write of one item, for a transaction.
    pub(crate) fn put(&self, pk: &str, sk: &str, body: &impl Serialize) -> Result<PutBuilder> {
        Ok(Put::builder().table_name(&self.name).set_item(Some(item(pk, sk, body)?)))
    }

    /// Writes items, over what may be there already.
    pub(crate) async fn put_all(&self, items: Vec<Item>) -> Result<()> {
        let put = |item| {
            PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map(|put| WriteRequest::builder().put_request(put).build())
        };
        self.batch(items.into_iter().map(put).collect::<std::result::Result<_, _>>().map_err(unbuilt)?).await
    }

    /// Deletes items; one that is gone already is no error.
    pub(crate) async fn delete_all(&self, keys: Vec<Item>) -> Result<()> {
        let delete = |key| {
            DeleteRequest::builder()
                .set_key(Some(key))
                .build()
                .map(|delete| WriteRequest::builder().delete_request(delete).build())
        };
        self.batch(keys.into_iter().map(delete).collect::<std::result::Result<_, _>>().map_err(unbuilt)?).await
    }

    async fn batch(&self, mut writes: Vec<WriteRequest>) -> Result<()> {
        let mut tries = 0;
        while !writes.is_empty() {
            let rest = writes.split_off(writes.len().min(BATCH));
            let sent = writes.len();
            let request = self.db.batch_write_item().request_items(&self.name, writes);
            let answer = request.send().await.map_err(|error| Error::sdk("write a batch of items", error))?;
            writes = answer.unprocessed_items.and_then(|mut tables| tables.remove(&self.name)).unwrap_or_default();
            tries = self.pause(sent, writes.len(), tries).await?;
            writes.extend(rest);
        }
        Ok(())
    }

    /// Waits a moment if DynamoDB has `left` some of a batch over, and tells how often in a row it has done nothing.
    async fn pause(&self, sent: usize, left: usize, tries: u32) -> Result<u32> {
        let tries = if left < sent { 0 } else { tries + 1 };
        if tries > BATCH_TRIES {
            let what = format!("work through a batch of items of {}: DynamoDB kept leaving some over", self.name);
            return Err(Error::new(ErrorKind::Unavailable, what));
        }
        if left > 0 {
            tokio::time::sleep(BATCH_PAUSE * (tries + 1)).await;
        }
        Ok(tries)
    }
}

fn unbuilt(error: aws_sdk_dynamodb::error::BuildError) -> Error {
    Error::corrupt("build a batch of items", error)
}
