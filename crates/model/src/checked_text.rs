//! Types that hold a text which keeps some rules, and can hold no other: in Rust and in JSON.

/// Makes such a type: `checked_text!(/** What it is. */ Name, |value| check("name", value));` where the check answers an
/// `Err` of [`Invalid`](crate::Invalid) for a text that breaks a rule.
#[macro_export]
macro_rules! checked_text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// # Errors
            /// [`Invalid`]($crate::Invalid) if the text breaks a rule.
            pub fn new(value: impl Into<String>) -> Result<Self, $crate::Invalid> {
                let value = value.into();
                let check: fn(&str) -> Result<(), $crate::Invalid> = $check;
                check(&value)?;
                Ok(Self(value))
            }

            /// The text as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::Invalid;
            fn from_str(value: &str) -> Result<Self, $crate::Invalid> {
                Self::new(value)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Invalid;
            fn try_from(value: String) -> Result<Self, $crate::Invalid> {
                Self::new(value)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    };
}
