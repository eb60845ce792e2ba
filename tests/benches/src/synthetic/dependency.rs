//! Dependencies as Debian writes them, for rpms (`man deb-control`, `Depends`).

use rpm::Dependency;

use super::version::Version;

/// Those of a field, each by its first alternative, which is what would be installed.
pub(crate) fn all(field: &str) -> impl Iterator<Item = Dependency> {
    field.split(',').filter_map(|group| one(group.split('|').next().unwrap_or_default().trim()))
}

/// Of a name and a version.
type Make = fn(String, String) -> Dependency;

fn one(text: &str) -> Option<Dependency> {
    let (name, relation) = match text.split_once('(') {
        Some((name, relation)) => (name, relation.trim_end_matches(')')),
        None => (text, ""),
    };
    let name = name.split([':', '[', '<', ' ']).next().filter(|name| !name.is_empty())?;
    let operators: [(&str, Make); 6] = [
        ("<<", Dependency::less),
        (">>", Dependency::greater),
        ("<=", Dependency::less_eq),
        (">=", Dependency::greater_eq),
        ("=", Dependency::eq),
        ("", |name, _| Dependency::any(name)),
    ];
    let relation = relation.trim();
    let (operator, make) = operators.into_iter().find(|(operator, _)| relation.starts_with(operator))?;
    Some(make(name.to_owned(), Version::of(relation[operator.len()..].trim()).rpm()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_first_alternative_is_taken() {
        let all: Vec<_> = super::all("libc6 (>= 1:2.36-1), a:any | b, c (<< 2~),").collect();
        let written: Vec<_> = all.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
        assert_eq!(written, [("libc6", "1:2.36-1"), ("a", ""), ("c", "2~")]);
    }
}
