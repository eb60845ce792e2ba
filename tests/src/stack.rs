//! Where the running stack is: what `localstack/up` wrote to `.localstack/env`.

use std::{collections::HashMap, fs, path::PathBuf, sync::OnceLock};

/// Addresses, credentials and outputs of the stack under test.
#[derive(Debug)]
pub struct Stack {
    variables: HashMap<String, String>,
}

impl Stack {
    /// The value of a variable of `.localstack/env`, for example `COLCA_STORE_BUCKET`.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.variables
            .get(name)
            .unwrap_or_else(|| panic!(".localstack/env does not set {name}: run ./localstack/up again"))
    }

    /// All variables of `.localstack/env`, for a program that is to run against this stack.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The API's address, without a slash at its end.
    #[must_use]
    pub fn api(&self) -> &str {
        self.get("COLCA_API")
    }

    /// The CDN's address, without a slash at its end.
    #[must_use]
    pub fn cdn(&self) -> &str {
        self.get("COLCA_CDN")
    }

    /// The bucket that holds packages and metadata.
    #[must_use]
    pub fn store(&self) -> &str {
        self.get("COLCA_STORE_BUCKET")
    }

    /// The bucket that uploads arrive in.
    #[must_use]
    pub fn incoming(&self) -> &str {
        self.get("COLCA_INCOMING_BUCKET")
    }
}

/// The root of the working copy.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).canonicalize().expect("the workspace holds this package")
}

/// The stack that is running now, found out once per process.
///
/// # Panics
/// If there is none, saying how to start it.
pub fn stack() -> &'static Stack {
    static STACK: OnceLock<Stack> = OnceLock::new();
    STACK.get_or_init(|| {
        let path = root().join(".localstack/env");
        let text = fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("no stack is up ({}: {error}): run ./localstack/up first", path.display()));
        Stack { variables: parse(&text) }
    })
}

/// Reads the `export NAME=value` lines of a file made to be sourced by a shell; values may be quoted.
fn parse(text: &str) -> HashMap<String, String> {
    let assignment = |line: &str| {
        let (name, value) = line.trim().trim_start_matches("export ").split_once('=')?;
        Some((name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
    };
    text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(assignment).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_a_shell_would() {
        let variables = parse("# a comment=x\nexport A='one'\nB=two=2\nexport C=\"three\"\n");
        assert_eq!((&*variables["A"], &*variables["B"], &*variables["C"]), ("one", "two=2", "three"));
        assert_eq!(variables.len(), 3);
    }
}
