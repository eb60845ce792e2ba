//! The little of XML that is needed: what S3 is sent and answers, and what we publish, both of known shape.

/// Every text between `start` and the next `end`.
pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split_once(end).map(|(found, _)| found)).collect()
}

/// Text as it stands in an element.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// `7-9` or `7-`, as ranges are written.
pub(crate) fn numbers(range: &str) -> (usize, Option<usize>) {
    let (start, end) = range.split_once('-').expect("a range");
    (start.parse().expect("a number"), end.parse().ok())
}
