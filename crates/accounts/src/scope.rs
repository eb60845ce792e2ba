//! What an account is allowed to do.

use std::fmt;
use std::str::FromStr;

use colca_model::Invalid;

use crate::ProjectGlob;

/// Something an account may do. Written `read`, `upload:ceph*`, `admin`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// Read what is not public. Every account may, also one without scopes.
    Read,
    /// Upload to these projects, and change what is in them.
    Upload(ProjectGlob),
    /// Everything, including accounts and settings.
    Admin,
}

impl FromStr for Scope {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.split_once(':') {
            None if text == "read" => Ok(Self::Read),
            None if text == "admin" => Ok(Self::Admin),
            Some(("upload", projects)) => Ok(Self::Upload(projects.parse()?)),
            _ => {
                let rule = "must be read, admin or upload:PROJECT, where * in PROJECT stands for any characters";
                Err(Invalid::new("scopes", rule, text))
            }
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("read"),
            Self::Upload(projects) => write!(f, "upload:{projects}"),
            Self::Admin => f.write_str("admin"),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn says_what_a_scope_is() {
        for bad in ["", "write", "Read", "read:ceph", "admin:", "upload", "uploads:ceph", " read"] {
            let error = bad.parse::<Scope>().expect_err(bad);
            assert_eq!(error.field, "scopes");
            assert!(error.rule.starts_with("must be read, admin or upload:PROJECT"), "{bad}: {error}");
        }
        let error = "upload:".parse::<Scope>().expect_err("no project");
        assert_eq!(error.to_string(), r#"scopes: the project must not be empty, got """#);
    }

    proptest! {
        #[test]
        fn text_and_json_round_trip(text in "read|admin|upload:[a-z:*é ]{1,20}") {
            let scope: Scope = text.parse().expect("a good scope");
            prop_assert_eq!(scope.to_string(), &*text);
            let json = serde_json::to_string(&scope).expect("serializes");
            prop_assert_eq!(serde_json::from_str::<Scope>(&json).expect("reads back"), scope);
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>(), projects in any::<String>()) {
            let scopes = [text.clone(), format!("upload:{projects}")];
            for text in scopes {
                if let Ok(scope) = text.parse::<Scope>() {
                    prop_assert_eq!(scope.to_string(), text);
                }
            }
        }
    }
}
