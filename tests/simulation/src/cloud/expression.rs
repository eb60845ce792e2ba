//! The part of DynamoDB's expressions that Colca uses.
//!
//! Format: <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html>.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

/// An item, as DynamoDB writes it: attributes as `{"S": "text"}`.
pub(crate) type Item = Map<String, Value>;

/// Names and values that an expression refers to.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) names: &'a Value,
    pub(crate) values: &'a Value,
}

impl<'a> Names<'a> {
    /// Those of a request.
    pub(crate) fn of(request: &'a Value) -> Self {
        Self { names: &request["ExpressionAttributeNames"], values: &request["ExpressionAttributeValues"] }
    }
}

/// Whether a condition holds for an item; for one that is not there the item is empty.
pub(crate) fn holds(condition: Option<&str>, item: &Item, names: Names<'_>) -> bool {
    let Some(condition) = condition else { return true };
    let mut parser = Parser { tokens: tokens(condition), at: 0, item, names, text: condition };
    let held = parser.any();
    parser.expect_end();
    held
}

/// Carries an update out.
pub(crate) fn update(expression: &str, item: &mut Item, names: Names<'_>) {
    let before = item.clone();
    let mut parser = Parser { tokens: tokens(expression), at: 0, item: &before, names, text: expression };
    while let Some(clause) = parser.next() {
        loop {
            let path = parser.next().unwrap_or_else(|| panic!("no path in {expression}"));
            let path = parser.name(&path);
            match clause.as_str() {
                "SET" => {
                    parser.expect("=");
                    let value = parser.sum();
                    item.insert(path, value.unwrap_or_else(|| panic!("no value in {expression}")));
                }
                "REMOVE" => drop(item.remove(&path)),
                "ADD" | "DELETE" => {
                    let value = parser.operand().unwrap_or_else(|| panic!("no value in {expression}"));
                    change_set(item, path, &value, clause == "ADD");
                }
                other => panic!("{other} is no clause the simulation knows: {expression}"),
            }
            if !parser.take(",") {
                break;
            }
        }
    }
}

/// Adds a number or the members of a set, or takes members out; a set without members is none.
fn change_set(item: &mut Item, path: String, value: &Value, add: bool) {
    let (kind, given) = typed(value);
    if kind == "N" {
        let before = item.get(&path).map_or(0, |value| number(typed(value).1));
        item.insert(path, json!({"N": (before + number(given)).to_string()}));
        return;
    }
    let mut members: Vec<Value> = item.get(&path).and_then(|value| value[kind].as_array().cloned()).unwrap_or_default();
    for member in given.as_array().expect("a set") {
        members.retain(|there| there != member);
        if add {
            members.push(member.clone());
        }
    }
    if members.is_empty() {
        item.remove(&path);
    } else {
        item.insert(path, json!({ kind: members }));
    }
}

/// The type of an attribute and its bare value.
fn typed(value: &Value) -> (&str, &Value) {
    let (kind, value) = value.as_object().and_then(|map| map.iter().next()).expect("a typed value");
    (kind, value)
}

fn number(value: &Value) -> i128 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// How two attributes of the same type compare; `None` if their types differ.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    let ((kind, left), (other, right)) = (typed(left), typed(right));
    (kind == other).then(|| match kind {
        "N" => number(left).cmp(&number(right)),
        "S" => left.as_str().cmp(&right.as_str()),
        _ if left == right => Ordering::Equal,
        _ => left.to_string().cmp(&right.to_string()),
    })
}

/// Words, `(`, `)`, `,`, and operators.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let is_word = |c: char| c.is_alphanumeric() || "_#:.".contains(c);
        let length = match rest.find(|c| !is_word(c)) {
            Some(0) if ["<=", ">=", "<>"].iter().any(|operator| rest.starts_with(operator)) => 2,
            Some(0) => 1,
            Some(length) => length,
            None => rest.len(),
        };
        tokens.push(rest[..length].to_owned());
        rest = rest[length..].trim_start();
    }
    tokens
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    item: &'a Item,
    names: Names<'a>,
    text: &'a str,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<String> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn take(&mut self, token: &str) -> bool {
        let is_it = self.tokens.get(self.at).is_some_and(|next| next == token);
        self.at += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, token: &str) {
        assert!(self.take(token), "{token:?} is missing in {}", self.text);
    }

    fn expect_end(&self) {
        assert_eq!(self.at, self.tokens.len(), "the simulation cannot read {}", self.text);
    }

    fn name(&self, token: &str) -> String {
        match token.starts_with('#') {
            true => self.names.names[token].as_str().unwrap_or_else(|| panic!("{token} is not given")).to_owned(),
            false => token.to_owned(),
        }
    }

    fn any(&mut self) -> bool {
        let mut held = self.all();
        while self.take("OR") {
            held |= self.all();
        }
        held
    }

    fn all(&mut self) -> bool {
        let mut held = self.one();
        while self.take("AND") {
            held &= self.one();
        }
        held
    }

    fn one(&mut self) -> bool {
        if self.take("NOT") {
            return !self.one();
        }
        if self.take("(") {
            let held = self.any();
            self.expect(")");
            return held;
        }
        for (function, is_there) in [("attribute_exists", true), ("attribute_not_exists", false)] {
            if self.take(function) {
                self.expect("(");
                let path = self.next().expect("a path");
                self.expect(")");
                return self.item.contains_key(&self.name(&path)) == is_there;
            }
        }
        for function in ["begins_with", "contains"] {
            if self.take(function) {
                self.expect("(");
                let (value, part) = self.pair();
                let (Some(value), Some(part)) = (value, part) else { return false };
                let ((kind, value), (_, part)) = (typed(&value), typed(&part));
                return match (kind, function) {
                    ("S", "begins_with") => value.as_str().unwrap_or("").starts_with(part.as_str().unwrap_or("")),
                    ("S", _) => value.as_str().unwrap_or("").contains(part.as_str().unwrap_or("")),
                    _ => value.as_array().is_some_and(|members| members.contains(part)),
                };
            }
        }
        let left = self.operand();
        let operator = self.next().expect("an operator");
        let right = self.operand();
        let (Some(left), Some(right)) = (left, right) else { return operator == "<>" };
        match compare(&left, &right) {
            None => operator == "<>",
            Some(order) => match operator.as_str() {
                "=" => order.is_eq(),
                "<>" => order.is_ne(),
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                ">=" => order.is_ge(),
                other => panic!("{other} is no operator the simulation knows: {}", self.text),
            },
        }
    }

    /// Two operands, to the closing bracket.
    fn pair(&mut self) -> (Option<Value>, Option<Value>) {
        let left = self.operand();
        self.expect(",");
        let right = self.operand();
        self.expect(")");
        (left, right)
    }

    fn sum(&mut self) -> Option<Value> {
        let left = self.operand();
        let sign = match (self.take("+"), self.take("-")) {
            (true, _) => 1,
            (_, true) => -1,
            _ => return left,
        };
        let (left, right) = (left.expect("a number"), self.operand().expect("a number"));
        Some(json!({"N": (number(typed(&left).1) + sign * number(typed(&right).1)).to_string()}))
    }

    fn operand(&mut self) -> Option<Value> {
        let token = self.next().unwrap_or_else(|| panic!("{} ends too early", self.text));
        if token == "if_not_exists" {
            self.expect("(");
            let (there, otherwise) = self.pair();
            return there.or(otherwise);
        }
        if token.starts_with(':') {
            let value = &self.names.values[&token];
            assert!(!value.is_null(), "{token} is not given in {}", self.text);
            return Some(value.clone());
        }
        self.item.get(&self.name(&token)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(value: Value) -> Item {
        value.as_object().expect("an item").clone()
    }

    #[test]
    fn conditions_are_read_as_dynamodb_reads_them() {
        let there = item(json!({"pk": {"S": "a"}, "version": {"N": "9"}, "pins": {"NS": ["1", "2"]}}));
        let values = json!({":ten": {"N": "10"}, ":nine": {"N": "9"}, ":text": {"S": "9"}, ":one": {"N": "1"}});
        let request = json!({"ExpressionAttributeValues": values, "ExpressionAttributeNames": {"#v": "version"}});
        for (condition, expected) in [
            ("attribute_exists(pk)", true),
            ("attribute_not_exists(pk) OR version < :ten", true),
            ("attribute_exists(pk) AND (attribute_not_exists(version) OR version >= :ten)", false),
            ("#v = :nine AND NOT attribute_exists(sk)", true),
            ("version = :text", false),
            ("version <> :text", true),
            ("missing = :nine", false),
            ("contains(pins, :one)", true),
        ] {
            assert_eq!(holds(Some(condition), &there, Names::of(&request)), expected, "{condition}");
        }
    }

    #[test]
    fn updates_read_the_item_as_it_was() {
        let mut it = item(json!({"a": {"N": "1"}, "b": {"S": "x"}, "pins": {"NS": ["1"]}}));
        let values = json!({":one": {"N": "1"}, ":zero": {"N": "0"}, ":set": {"NS": ["1"]}});
        let request = json!({"ExpressionAttributeValues": values, "ExpressionAttributeNames": {"#c": "c"}});
        let expression = "SET a = a + :one, #c = if_not_exists(fence, :zero) + :one REMOVE b DELETE pins :set";
        update(expression, &mut it, Names::of(&request));
        assert_eq!(Value::Object(it), json!({"a": {"N": "2"}, "c": {"N": "1"}}));
    }
}
