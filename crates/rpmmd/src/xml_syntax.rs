//! The parts of XML that a forgiving reader lets pass and the readers of clients do not.
//!
//! <https://www.w3.org/TR/xml/>, by the numbers of its productions.

/// What an element may have of attributes: more would take long to compare with each other, and none has them.
const MOST_ATTRIBUTES: usize = 64;

/// White space (production 3).
pub(crate) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}

/// A character that a document may hold (production 2).
pub(crate) fn is_allowed(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The name of an element or attribute (production 5), of ASCII alone: of the rest expat still takes what the fourth
/// edition took and libxml2 what the fifth takes, and no name that means anything here has any of it.
pub(crate) fn is_name(name: &str) -> bool {
    let starts = |character: char| character.is_ascii_alphabetic() || matches!(character, ':' | '_');
    let goes_on = |character| starts(character) || matches!(character, '-' | '.' | '0'..='9');
    name.starts_with(starts) && name.chars().all(goes_on)
}

/// The attributes of a tag (productions 40 and 41) or of a declaration, from what stands behind its name.
///
/// # Errors
/// What is wrong, as half a sentence.
pub(crate) fn attributes(raw: &str) -> Result<Vec<(&str, &str)>, &'static str> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = raw;
    loop {
        let attribute = rest.trim_start_matches(is_space);
        if attribute.is_empty() {
            return Ok(found);
        }
        if attribute.len() == rest.len() {
            return Err("no space before an attribute");
        }
        let (name, value) = attribute.split_once('=').ok_or("an attribute without a value")?;
        let name = name.trim_end_matches(is_space);
        if !is_name(name) {
            return Err("an attribute with a name that is none");
        }
        if found.iter().any(|(other, _)| *other == name) {
            return Err("an attribute that is there twice");
        }
        if found.len() == MOST_ATTRIBUTES {
            return Err("an element with more than 64 attributes");
        }
        let value = value.trim_start_matches(is_space);
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
        let (value, after) =
            quote.and_then(|quote| value[1..].split_once(quote)).ok_or("an attribute without quotes")?;
        if value.contains('<') {
            return Err("a < in an attribute");
        }
        if !value.split('&').skip(1).all(|part| part.split_once(';').is_some_and(|(name, _)| is_known(name))) {
            return Err("a & in an attribute that begins no known entity");
        }
        found.push((name, value));
        rest = after;
    }
}

/// Whether `&name;` stands for a character: one of the five that XML knows, or one by its number (production 66).
pub(crate) fn is_known(name: &str) -> bool {
    if matches!(name, "lt" | "gt" | "amp" | "quot" | "apos") {
        return true;
    }
    let number = match (name.strip_prefix("#x"), name.strip_prefix('#')) {
        (Some(hex), _) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok(),
        (None, Some(decimal)) if decimal.bytes().all(|byte| byte.is_ascii_digit()) => decimal.parse().ok(),
        _ => None,
    };
    number.and_then(char::from_u32).is_some_and(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attributes() {
        assert_eq!(attributes(""), Ok(vec![]));
        assert_eq!(attributes(" a='\"' b\n=\t\"&amp;&#65;'\" "), Ok(vec![("a", "\""), ("b", "&amp;&#65;'")]));
    }

    #[test]
    fn says_what_is_wrong_with_them() {
        for (raw, wrong) in [
            (" a=\"1\"b=\"2\"", "no space"),
            (" a", "without a value"),
            (" a=1", "without quotes"),
            (" a=\"1", "without quotes"),
            (" 1=\"1\"", "a name that is none"),
            (" a b=\"1\"", "a name that is none"),
            (" a=\"<\"", "a < in"),
            (" a=\"&\"", "a & in"),
            (" a=\"&other;\"", "a & in"),
            (" a='1' a='2'", "twice"),
        ] {
            assert!(attributes(raw).is_err_and(|error| error.contains(wrong)), "{raw}");
        }
        let many: String = (0..65).map(|number| format!(" a{number}=''")).collect();
        assert_eq!(attributes(&many), Err("an element with more than 64 attributes"));
    }

    #[test]
    fn knows_entities_and_characters_that_exist() {
        for good in ["lt", "#9", "#x9", "#x10FFFF", "#0065"] {
            assert!(is_known(good), "{good}");
        }
        for bad in ["", "nbsp", "#", "#x", "#0", "#x1f", "#xd800", "#x110000", "#xfffe", "#+65", "#x+41", "#X41", "LT"]
        {
            assert!(!is_known(bad), "{bad}");
        }
    }

    #[test]
    fn knows_names() {
        for good in ["a", "rpm:entry", "_a-1.2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "1", "-a", "a b", "a/", "a=", "a<", "größe", "a\u{feff}"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
