//! The line in which an XML document names its type.

use crate::xml_syntax::{is_name, is_space};

/// Checks what stands between `<!DOCTYPE` and `>`: the root element's name, and perhaps where its definition is.
///
/// Fedora's comps have such a line, and nobody fetches what it names. Declarations within it (an internal subset) are
/// refused: they could define entities that grow without bound, or attributes that are nowhere to be seen.
///
/// # Errors
/// The rule that it breaks, as half a sentence.
pub(crate) fn check(doctype: &str, root: &str) -> Result<(), &'static str> {
    if doctype.contains('[') {
        return Err("must not declare anything in its DOCTYPE");
    }
    let malformed = "must have a DOCTYPE of the form <!DOCTYPE name PUBLIC \"…\" \"…\"> or none";
    let doctype = doctype.trim_matches(is_space);
    let (name, rest) = doctype.split_once(is_space).unwrap_or((doctype, ""));
    if !is_name(name) {
        return Err(malformed);
    }
    if name != root {
        return Err("must name its root element in its DOCTYPE");
    }
    let rest = rest.trim_start_matches(is_space);
    let after = if let Some(rest) = rest.strip_prefix("PUBLIC") {
        literal(rest).filter(|(id, _)| id.chars().all(is_public)).and_then(|(_, rest)| literal(rest))
    } else if let Some(rest) = rest.strip_prefix("SYSTEM") {
        literal(rest)
    } else {
        Some(("", rest))
    };
    if after.is_some_and(|(_, rest)| rest.is_empty()) { Ok(()) } else { Err(malformed) }
}

/// A quoted text after white space, and what follows it.
fn literal(text: &str) -> Option<(&str, &str)> {
    let quoted = text.trim_start_matches(is_space);
    let quote = quoted.chars().next().filter(|quote| matches!(quote, '"' | '\'') && quoted.len() < text.len())?;
    quoted[1..].split_once(quote)
}

/// A character of public identifiers (production 13).
fn is_public(character: char) -> bool {
    matches!(character, ' ' | '\r' | '\n' | 'a'..='z' | 'A'..='Z' | '0'..='9')
        || "-'()+,./:=?;!*#@$_%".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_name_and_where_its_definition_is() {
        for good in [
            " comps",
            " comps PUBLIC \"-//Red Hat, Inc.//DTD Comps info//EN\" \"comps.dtd\"",
            "\ncomps\tPUBLIC 'a' 'b' ",
            " comps SYSTEM \"comps.dtd\"",
        ] {
            assert_eq!(check(good, "comps"), Ok(()), "{good}");
        }
    }

    #[test]
    fn refuses_declarations_other_roots_and_what_is_not_one() {
        for (bad, rule) in [
            (" comps [<!ENTITY a \"b\">]", "must not declare"),
            (" comps SYSTEM \"a\" [", "must not declare"),
            (" updates", "must name its root"),
            ("", "must have a DOCTYPE of the form"),
            (" 1", "must have a DOCTYPE of the form"),
            (" comps PUBLIC \"a\"", "must have a DOCTYPE of the form"),
            (" comps PUBLIC \"a\"\"b\"", "must have a DOCTYPE of the form"),
            (" comps PUBLIC \"<a>\" \"b\"", "must have a DOCTYPE of the form"),
            (" comps SYSTEM a", "must have a DOCTYPE of the form"),
            (" comps SYSTEM \"a\" b", "must have a DOCTYPE of the form"),
            (" comps other", "must have a DOCTYPE of the form"),
        ] {
            assert!(check(bad, "comps").is_err_and(|error| error.starts_with(rule)), "{bad}");
        }
    }
}
