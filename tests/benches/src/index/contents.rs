//! `Contents`: which paths a package installs (<https://wiki.debian.org/DebianRepository/Format#A.22Contents.22_indices>).

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead},
};

/// Adds the paths of these packages.
pub(crate) fn read(
    lines: &mut dyn BufRead,
    names: &HashSet<&str>,
    found: &mut HashMap<String, Vec<String>>,
) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        // A path that is no UTF-8 is as good as none: there are a few among millions.
        let Ok(text) = std::str::from_utf8(&line) else { continue };
        // A path may hold blanks, a list of packages does not.
        let Some((path, packages)) = text.trim_end().rsplit_once([' ', '\t']) else { continue };
        for package in packages.split(',') {
            let name = package.rsplit_once('/').map_or(package, |(_, name)| name);
            if names.contains(name) {
                let path = path.trim_end().to_owned();
                found.entry(name.to_owned()).or_default().push(path);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    #[test]
    fn a_path_may_hold_blanks_and_belong_to_several() {
        let text =
            b"usr/bin/a   utils/one,non-free/libs/two\nusr/share/a b\tutils/two\nodd \xff utils/one\nx utils/three\n";
        let mut found = HashMap::new();
        super::read(&mut text.as_slice(), &HashSet::from(["one", "two"]), &mut found).unwrap();
        assert_eq!(found["one"], ["usr/bin/a"]);
        assert_eq!(found["two"], ["usr/bin/a", "usr/share/a b"]);
        assert_eq!(found.len(), 2);
    }
}
