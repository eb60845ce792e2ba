//! Where packages lie.

/// The directory of a source package and of all that was built from it: `pool/main/libh/libhello`. Below the component
/// stands the first letter of the source's name, or the first four where it begins with `lib`, as in Debian's archive.
#[must_use]
pub fn pool_directory(component: &str, source: &str) -> String {
    let length = if source.starts_with("lib") { 4 } else { 1 };
    let prefix: String = source.chars().take(length).collect();
    format!("pool/{component}/{prefix}/{source}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_libraries_by_their_fourth_letter() {
        for (source, expected) in [
            ("hello", "pool/main/h/hello"),
            ("libhello", "pool/main/libh/libhello"),
            ("lib2geom", "pool/main/lib2/lib2geom"),
            ("lib", "pool/main/lib/lib"),
            ("0ad", "pool/main/0/0ad"),
        ] {
            assert_eq!(pool_directory("main", source), expected);
        }
    }
}
