//! Reading the fields of a JSON object one by one, so that whatever is wrong with one can be said of it.

use std::fmt::Display;
use std::str::FromStr;

use colca_model::Invalid;
use serde_json::{Map, Value};

/// The fields of an object, taken out one by one; in the end nothing may be left.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// # Errors
    /// If `value` is not an object.
    pub fn of(value: Value) -> Result<Self, Invalid> {
        match value {
            Value::Object(map) => Ok(Self(map)),
            other => Err(Invalid::new("body", "must be an object, or an array of objects", other)),
        }
    }

    /// A text that must be there and parse as a `T`.
    ///
    /// # Errors
    /// If it is missing, not a text, or breaks a rule of `T`.
    pub fn text<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<T, Invalid> {
        self.optional_text(name)?.ok_or_else(|| Invalid::missing(name))
    }

    /// A text that may be missing or null.
    ///
    /// # Errors
    /// If it is there, but not a text, or breaks a rule of `T`.
    pub fn optional_text<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Option<T>, Invalid> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => match text.parse() {
                Ok(value) => Ok(Some(value)),
                Err(error) => Err(Invalid::new(name, rule(name, &error), text)),
            },
            Some(other) => Err(Invalid::new(name, "must be a string", other)),
        }
    }

    /// A list of texts that must be there, each of which parses as a `T`.
    ///
    /// # Errors
    /// If it is missing, not a list of texts, or one of them breaks a rule of `T`.
    pub fn texts<T: FromStr<Err: Display>>(&mut self, name: &str) -> Result<Vec<T>, Invalid> {
        let value = self.0.remove(name).ok_or_else(|| Invalid::missing(name))?;
        let Value::Array(items) = value else { return Err(Invalid::new(name, "must be a list of strings", value)) };
        let parse = |item: Value| match item.as_str().map(str::parse) {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => Err(Invalid::new(name, rule(name, &error), item.as_str().unwrap_or_default())),
            None => Err(Invalid::new(name, "must be a list of strings", item)),
        };
        items.into_iter().map(parse).collect()
    }

    /// An object that may be missing or null.
    ///
    /// # Errors
    /// If it is there, but not an object.
    pub fn optional_object(&mut self, name: &str) -> Result<Option<Value>, Invalid> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(value)),
            Some(other) => Err(Invalid::new(name, "must be an object", other)),
        }
    }

    /// A whole number from 0 to `most` that must be there.
    ///
    /// # Errors
    /// If it is missing, not a whole number, or out of range.
    pub fn number(&mut self, name: &str, most: u64) -> Result<u64, Invalid> {
        let value = self.0.remove(name).ok_or_else(|| Invalid::missing(name))?;
        match value.as_u64() {
            Some(number) if number <= most => Ok(number),
            _ => Err(Invalid::new(name, format!("must be a whole number from 0 to {most}"), value)),
        }
    }

    /// `true` or `false`; `false` if it is missing.
    ///
    /// # Errors
    /// If it is anything else.
    pub fn flag(&mut self, name: &str) -> Result<bool, Invalid> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(Invalid::new(name, "must be true or false", other)),
        }
    }

    /// # Errors
    /// If a field is left that nobody asked for: most likely a typing error.
    pub fn end(self) -> Result<(), Invalid> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, value)) => Err(Invalid::new(name, "is not a known field", value)),
        }
    }
}

/// What a parser said, without the field and value it may have named itself.
fn rule(name: &str, error: &impl Display) -> String {
    let text = error.to_string();
    let text = text.strip_prefix(&format!("{name}: ")).unwrap_or(&text);
    text.rsplit_once(", got ").map_or(text, |(rule, _)| rule).to_owned()
}

#[cfg(test)]
mod tests {
    use colca_model::{Filename, Flavor};
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Fields {
        Fields::of(value).expect("an object")
    }

    #[test]
    fn says_what_is_wrong_with_which_field() {
        let error = fields(json!({"filename": "a/b"})).text::<Filename>("filename").expect_err("a slash");
        assert_eq!(error.to_string(), r#"filename: must not contain a slash or backslash, got "a/b""#);
        let error = fields(json!({})).text::<Filename>("filename").expect_err("missing");
        assert_eq!(error.rule, "is required");
        let error = fields(json!({"filename": 7})).text::<Filename>("filename").expect_err("a number");
        assert_eq!(error.rule, "must be a string");
        for bad in [json!(-1), json!(1.5), json!("1"), json!(11)] {
            let error = fields(json!({"size": bad})).number("size", 10).expect_err("no good size");
            assert_eq!(error.rule, "must be a whole number from 0 to 10");
        }
        assert_eq!(fields(json!({"forse": true})).end().expect_err("unknown").field, "forse");
    }

    #[test]
    fn says_which_of_a_list_is_wrong() {
        for (bad, message) in [
            (json!({}), r#"filename: is required, got "nothing""#),
            (json!({"filename": "a"}), r#"filename: must be a list of strings, got "\"a\"""#),
            (json!({"filename": ["a", 7]}), r#"filename: must be a list of strings, got "7""#),
            (json!({"filename": ["a", "b/c"]}), r#"filename: must not contain a slash or backslash, got "b/c""#),
        ] {
            assert_eq!(fields(bad).texts::<Filename>("filename").expect_err("refused").to_string(), message);
        }
    }

    #[test]
    fn takes_what_is_good() {
        let mut fields =
            fields(json!({"names": ["a", "b"], "filename": "a", "flavor": null, "size": 3, "force": true}));
        assert_eq!(fields.texts("names"), ["a", "b"].map(Filename::new).into_iter().collect());
        assert_eq!(fields.text("filename"), Filename::new("a"));
        assert_eq!(fields.optional_text::<Flavor>("flavor"), Ok(None));
        assert_eq!(fields.number("size", 3), Ok(3));
        assert_eq!(fields.flag("force"), Ok(true));
        assert_eq!(fields.end(), Ok(()));
    }
}
