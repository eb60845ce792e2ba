//! The description of the whole API: `colca-serve --openapi > docs/openapi.json`.

use crate::http::functions;

/// All routes, as an OpenAPI document in JSON.
///
/// # Panics
/// Never: it is plain data.
#[must_use]
pub fn openapi() -> String {
    let document = colca_api::openapi(functions().map(|function| function.paths()));
    document.to_pretty_json().expect("plain data")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_published_says_what_the_routes_say() {
        let published = include_str!("../../../docs/openapi.json");
        assert!(
            published.trim_end() == super::openapi(),
            "docs/openapi.json is out of date: cargo run -p colca-serve -- --openapi > docs/openapi.json"
        );
    }
}
