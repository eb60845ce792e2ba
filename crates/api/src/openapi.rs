//! The description of the whole API (<https://spec.openapis.org/oas/v3.1.0>).

use serde_json::{Value, json};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, Paths};

use crate::operation::{BASIC, schema};

/// One description of the routes of several functions.
///
/// # Panics
/// If what is written below is no JSON schema.
#[must_use]
pub fn openapi(functions: impl IntoIterator<Item = Paths>) -> OpenApi {
    let mut paths = Paths::new();
    functions.into_iter().for_each(|function| paths.merge(function));
    let license = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new().title("Colca").version(env!("CARGO_PKG_VERSION")).license(Some(license));
    let about = "Package repositories with no server to run. A path answers with a slash at its end and without.";
    let basic = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Basic).build());
    let error = schema(&json!({
        "type": "object",
        "description": "Why not. Bad input also has the field, the rule it breaks, and the value.",
        "required": ["message"],
        "properties": error_fields(),
    }));
    let components = ComponentsBuilder::new().security_scheme(BASIC, basic).schema("Error", error).build();
    let info = info.description(Some(about)).build();
    OpenApiBuilder::new().info(info).paths(paths).components(Some(components)).build()
}

/// The fields of an error: why not, and of bad input the parts of that.
pub(crate) fn error_fields() -> Value {
    let text = json!({"type": "string"});
    json!({"message": text, "field": text, "rule": text, "value": text})
}
