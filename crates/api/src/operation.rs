//! What OpenAPI says of one operation.

use serde_json::{Value, json};
use utoipa::openapi::path::{Operation as OpenApiOperation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Required, ResponseBuilder};

use crate::openapi::error_fields;

/// The name of the one way to prove who asks.
pub(crate) const BASIC: &str = "basic";

/// The description of an operation.
#[derive(Debug, Clone)]
pub struct Operation {
    tag: &'static str,
    summary: &'static str,
    needs: Option<&'static str>,
    body: Option<(&'static str, Value)>,
    query: Vec<(&'static str, &'static str)>,
    answers: Vec<(u16, &'static str, Option<Value>)>,
}

impl Operation {
    /// What it does, in one line, under the heading of `tag`.
    #[must_use]
    pub fn new(tag: &'static str, summary: &'static str) -> Self {
        Self { tag, summary, needs: None, body: None, query: vec![], answers: vec![] }
    }

    /// Which scope of an account it needs.
    #[must_use]
    pub fn needs(mut self, scope: &'static str) -> Self {
        self.needs = Some(scope);
        self.answer(401, "no credentials, or wrong ones").answer(403, "the account has not the scope for it")
    }

    /// That it counts among the bytes that its user may upload in a day.
    #[must_use]
    pub fn counted(self) -> Self {
        let number = json!({"type": "integer"});
        let mut fields = error_fields();
        for name in ["retry_after", "limit", "used", "asked"] {
            fields[name] = number.clone();
        }
        fields["ends"] = json!({"type": "string", "format": "date-time"});
        let schema = json!({"type": "object", "required": ["message"], "properties": fields});
        // The gateway's own answer, to too many requests at once, has only the message.
        self.json(429, "the user's bytes of the day do not suffice: when to come again says Retry-After", schema)
    }

    /// What it takes: content type and JSON schema.
    #[must_use]
    pub fn takes(mut self, content_type: &'static str, schema: Value) -> Self {
        self.body = Some((content_type, schema));
        self.answer(400, "what is wrong: field, rule and value")
    }

    /// A parameter of the query.
    #[must_use]
    pub fn query(mut self, name: &'static str, meaning: &'static str) -> Self {
        self.query.push((name, meaning));
        self
    }

    /// An answer.
    #[must_use]
    pub fn answer(mut self, status: u16, meaning: &'static str) -> Self {
        self.answers.push((status, meaning, None));
        self
    }

    /// An answer with a JSON body of this schema.
    #[must_use]
    pub fn json(mut self, status: u16, meaning: &'static str, schema: Value) -> Self {
        self.answers.push((status, meaning, Some(schema)));
        self
    }

    /// The operation at a path, with a parameter for each name in braces.
    pub(crate) fn at(&self, path: &str) -> OpenApiOperation {
        let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let in_path = names.map(|name| {
            let name = name.trim_start_matches('*');
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            parameter.required(Required::True).description(meaning(name)).schema(Some(string())).build()
        });
        let in_query = self.query.iter().map(|(name, meaning)| {
            let parameter = ParameterBuilder::new().name(*name).parameter_in(ParameterIn::Query);
            parameter.required(Required::False).description(Some(*meaning)).schema(Some(string())).build()
        });
        let parameters: Vec<_> = in_path.chain(in_query).collect();

        let mut operation = OperationBuilder::new().tag(self.tag).summary(Some(self.summary));
        if !parameters.is_empty() {
            operation = operation.parameters(Some(parameters));
        }
        if let Some(scope) = self.needs {
            operation = operation
                .description(Some(format!("Needs an account with the scope `{scope}`.")))
                .security(SecurityRequirement::new(BASIC, [""; 0]));
        }
        if let Some((content_type, body)) = &self.body {
            let content = ContentBuilder::new().schema(Some(schema(body))).build();
            let body = RequestBodyBuilder::new().content(*content_type, content);
            operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
        }
        for (status, meaning, body) in &self.answers {
            let mut response = ResponseBuilder::new().description(*meaning);
            let error = json!({"$ref": "#/components/schemas/Error"});
            let body = body.as_ref().or((*status >= 400).then_some(&error));
            if let Some(body) = body {
                let content = ContentBuilder::new().schema(Some(schema(body))).build();
                response = response.content("application/json", content);
            }
            operation = operation.response(status.to_string(), response.build());
        }
        operation.build()
    }
}

/// A JSON schema as utoipa holds it.
pub(crate) fn schema(value: &Value) -> RefOr<Schema> {
    match value["$ref"].as_str() {
        Some(location) => RefOr::Ref(Ref::new(location)),
        None => RefOr::T(serde_json::from_value(value.clone()).expect("a JSON schema")),
    }
}

fn string() -> RefOr<Schema> {
    RefOr::T(Schema::Object(ObjectBuilder::new().schema_type(Type::String).build()))
}

/// What the names in paths stand for.
fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "project" => "what is built, such as ceph",
        "ref" => "the branch or tag it was built from",
        "sha1" => "the commit it was built from",
        "distro" => "the distribution it was built for",
        "distro_version" => "the version or codename of the distribution",
        "flavor" => "a variant of the build; `default` where none is named",
        "arch" => "the architecture, as the uploader names it",
        "filename" => "the name of the file",
        "id" => "the id of an upload",
        "name" => "the name of an account",
        "secret" => "the id of a secret",
        "import" => "the id of an import",
        "purge" => "the id of a purge",
        _ => return None,
    })
}
