//! Whose key it is.

use colca_model::Invalid;

/// The longest user ID, in bytes. GnuPG takes more; nobody reads more.
const LONGEST: usize = 255;

colca_model::checked_text!(
    /// What a key is called, by custom a name and a mail address: `Ceph <security@example.org>`.
    UserId,
    |value| {
        let refuse = |rule: &str| Err(Invalid::new("user_id", rule, value));
        if value.trim() != value || value.is_empty() {
            return refuse("must not be empty nor begin or end with a space");
        }
        if value.len() > LONGEST {
            return refuse("must not be longer than 255 bytes");
        }
        if value.chars().any(char::is_control) {
            return refuse("must not contain control characters");
        }
        Ok(())
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_line_that_says_something() {
        for bad in ["", " ", " a", "a ", "a\nb", &"x".repeat(256)] {
            assert_eq!(UserId::new(bad).expect_err(bad).field, "user_id");
        }
        assert!(UserId::new("Größe & Söhne <packages@example.org>").is_ok());
    }
}
