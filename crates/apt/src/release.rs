//! The Release file: what an archive is, and the digests of all its indexes.
//!
//! Format: <https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files>; what apt makes of it, apt-secure(8) and
//! apt_preferences(5).

use colca_model::{Codename, Component, DebArchitecture, Invalid};
use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter};

use crate::{ArchivePath, NamedFile, paragraph::push_field};

/// What a Release file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The name of the distribution that does not change: `bookworm`.
    pub codename: Codename,
    /// Who publishes it.
    pub origin: Option<String>,
    /// What it is called in apt's preferences.
    pub label: Option<String>,
    /// The name of the distribution that may go over to another codename: `stable`.
    pub suite: Option<String>,
    /// The version of the distribution.
    pub version: Option<String>,
    /// One line for people.
    pub description: Option<String>,
    /// When it was made. apt refuses one from the future, and one older than that it has.
    pub date: Timestamp,
    /// From when on apt refuses it; without, never.
    pub valid_until: Option<Timestamp>,
    /// The architectures that have indexes.
    pub architectures: Vec<DebArchitecture>,
    /// The components that have indexes.
    pub components: Vec<Component>,
    /// apt installs nothing from it unless asked to.
    pub not_automatic: bool,
    /// With the former: apt upgrades what was installed from it.
    pub but_automatic_upgrades: bool,
    /// All indexes, uncompressed and compressed, with paths relative to the directory of the Release file.
    pub files: Vec<NamedFile>,
}

impl Release {
    /// The file, unsigned.
    ///
    /// # Errors
    /// [`Invalid`] if a text is empty or has control characters such as a newline, a path climbs or has spaces, a time is
    /// one that the format cannot write, or the end of validity is not after the date.
    pub fn to_text(&self) -> Result<String, Invalid> {
        let mut text = String::new();
        for (field, value) in
            [("Origin", &self.origin), ("Label", &self.label), ("Suite", &self.suite), ("Version", &self.version)]
        {
            push_line(&mut text, field, value.as_deref())?;
        }
        push_field(&mut text, "Codename", self.codename.as_str());
        push_field(&mut text, "Date", &time("Date", self.date)?);
        if let Some(end) = self.valid_until {
            let written = time("Valid-Until", end)?;
            if end.as_second() <= self.date.as_second() {
                return Err(Invalid::new("Valid-Until", "must be after the date", written));
            }
            push_field(&mut text, "Valid-Until", &written);
        }
        for (field, value) in
            [("NotAutomatic", self.not_automatic), ("ButAutomaticUpgrades", self.but_automatic_upgrades)]
        {
            if value {
                push_field(&mut text, field, "yes");
            }
        }
        push_field(&mut text, "Acquire-By-Hash", "yes");
        push_field(&mut text, "Architectures", &words(self.architectures.iter().map(DebArchitecture::as_str)));
        push_field(&mut text, "Components", &words(self.components.iter().map(Component::as_str)));
        push_line(&mut text, "Description", self.description.as_deref())?;
        text.push_str("SHA256:\n");
        for NamedFile { name, size, sha256 } in &self.files {
            check_path("SHA256", name)?;
            text.push_str(&format!(" {sha256} {size} {name}\n"));
        }
        Ok(text)
    }
}

/// A path in the list of digests, which ends with a space or a line.
pub(crate) fn check_path(field: &str, path: &str) -> Result<(), Invalid> {
    ArchivePath::new(path)?;
    if path.contains(char::is_whitespace) {
        return Err(Invalid::new(field, "must have paths without spaces", path));
    }
    Ok(())
}

fn push_line(text: &mut String, field: &str, value: Option<&str>) -> Result<(), Invalid> {
    let Some(value) = value else {
        return Ok(());
    };
    let refuse = |rule: &str| Err(Invalid::new(field, rule, value));
    if value.chars().any(char::is_control) {
        return refuse("must not contain newlines or other control characters");
    }
    let value = value.trim();
    if value.is_empty() {
        return refuse("must not be empty");
    }
    push_field(text, field, value);
    Ok(())
}

fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// As all archives write it: `Sat, 10 Sep 2022 09:00:00 UTC`. Of all zones apt takes only names of this one.
fn time(field: &str, time: Timestamp) -> Result<String, Invalid> {
    let written = DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
    let written = written.map_err(|error| Invalid::new(field, format!("cannot be written: {error}"), time))?;
    Ok(written.replace("GMT", "UTC"))
}

#[cfg(test)]
pub(crate) mod tests {
    use colca_model::Sha256;

    use super::*;

    /// A release with everything that there can be.
    pub(crate) fn full() -> Release {
        let text = |text: &str| Some(text.to_owned());
        let file = |name: &str, size| NamedFile { name: name.to_owned(), size, sha256: Sha256::new([0xab; 32]) };
        Release {
            codename: Codename::new("bookworm").expect("a good word"),
            origin: text("Example: Größe"),
            label: text("example"),
            suite: text("stable/updates"),
            version: text("12"),
            description: text("Packages of an example"),
            date: Timestamp::from_second(1_662_800_400).expect("a time"),
            valid_until: Timestamp::from_second(1_663_405_200).ok(),
            architectures: ["amd64", "arm64"].into_iter().flat_map(DebArchitecture::new).collect(),
            components: ["main", "contrib"].into_iter().flat_map(Component::new).collect(),
            not_automatic: true,
            but_automatic_upgrades: true,
            files: vec![file("main/binary-amd64/Packages", 0), file("main/binary-amd64/Packages.gz", 20)],
        }
    }

    #[test]
    fn is_written_in_this_form() {
        let hash = "ab".repeat(32);
        let expected = format!(
            "Origin: Example: Größe\nLabel: example\nSuite: stable/updates\nVersion: 12\nCodename: bookworm\n\
             Date: Sat, 10 Sep 2022 09:00:00 UTC\nValid-Until: Sat, 17 Sep 2022 09:00:00 UTC\n\
             NotAutomatic: yes\nButAutomaticUpgrades: yes\nAcquire-By-Hash: yes\nArchitectures: amd64 arm64\n\
             Components: main contrib\nDescription: Packages of an example\nSHA256:\n \
             {hash} 0 main/binary-amd64/Packages\n {hash} 20 main/binary-amd64/Packages.gz\n"
        );
        assert_eq!(full().to_text(), Ok(expected));
    }

    #[test]
    fn what_is_not_said_is_not_written() {
        let release = Release {
            origin: None,
            label: None,
            suite: None,
            version: None,
            description: None,
            valid_until: None,
            not_automatic: false,
            but_automatic_upgrades: false,
            files: Vec::new(),
            ..full()
        };
        let text = release.to_text().expect("good");
        let fields: Vec<_> = text.lines().filter_map(|line| line.split(':').next()).collect();
        assert_eq!(fields, ["Codename", "Date", "Acquire-By-Hash", "Architectures", "Components", "SHA256"]);
    }

    #[test]
    fn refuses_what_would_break_the_file() {
        for bad in ["a\nOrigin: b", "a\rb", "a\0", "", " ", "\u{85}"] {
            let text = Some(bad.to_owned());
            for release in [
                Release { origin: text.clone(), ..full() },
                Release { label: text.clone(), ..full() },
                Release { suite: text.clone(), ..full() },
                Release { version: text.clone(), ..full() },
                Release { description: text.clone(), ..full() },
            ] {
                assert!(release.to_text().is_err(), "{bad:?}");
            }
        }
        for bad in ["../Packages", "a b", "a\nb", ""] {
            let mut release = full();
            release.files[0].name = bad.to_owned();
            assert!(release.to_text().is_err(), "{bad:?}");
        }
        let error = Release { valid_until: Some(full().date), ..full() }.to_text().expect_err("over at once");
        assert_eq!((error.field.as_str(), error.rule.as_str()), ("Valid-Until", "must be after the date"));
        let error = Release { date: Timestamp::MIN, valid_until: None, ..full() }.to_text().expect_err("no such year");
        assert_eq!(error.field, "Date");
    }
}
