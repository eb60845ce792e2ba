//! The elements of another repository's `primary.xml`, taken one after the other.

use std::collections::HashMap;

use colca_model::{Invalid, Sha256};
use quick_xml::{
    XmlVersion,
    events::{BytesStart, Event},
};

use crate::{
    ForeignPackage,
    foreign_package::Found,
    xml_syntax::{is_known, is_space},
};

/// The most packages that a repository may have.
const MOST_PACKAGES: usize = 100_000;
/// The longest name, digest and so on, in bytes.
const LONGEST_FIELD: usize = 4096;
/// How deep elements may be nested; there are six levels.
const MOST_DEPTH: usize = 32;

/// Why a list is refused.
pub(crate) enum Problem {
    /// It breaks a rule, which is told as half a sentence.
    Rule(String),
    /// One of its packages does.
    Package(Invalid),
}

/// As much of the list as was read.
#[derive(Default)]
pub(crate) struct ForeignList {
    packages: Vec<ForeignPackage>,
    /// The digest of what is at each place.
    places: HashMap<String, Sha256>,
    /// How many elements are open.
    depth: usize,
    /// The package that is being read.
    package: Option<Found>,
    /// The text of that one's element that is being read, of those whose text counts.
    content: Option<String>,
    is_whole: bool,
}

impl ForeignList {
    pub(crate) fn add(&mut self, event: &Event<'_>) -> Result<(), Problem> {
        let rule = |rule: &str| Err(Problem::Rule(rule.to_owned()));
        match event {
            Event::Start(element) => self.open(element),
            Event::Empty(element) => {
                self.open(element)?;
                self.close(element.local_name().as_ref())
            }
            Event::End(element) => self.close(element.local_name().as_ref()),
            Event::Text(text) if self.depth == 0 => {
                if text.chars().all(is_space) {
                    Ok(())
                } else {
                    rule("must be XML (text beside the root element)")
                }
            }
            Event::Text(text) => self.text(text),
            Event::CData(text) => self.text(text),
            Event::GeneralRef(name) => {
                if !is_known(name) {
                    return rule("must be XML (a & that begins no known entity)");
                }
                let character = quick_xml::escape::unescape(&format!("&{};", &**name)).map(|text| text.into_owned());
                self.text(&character.map_err(|error| Problem::Rule(format!("must be XML ({error})")))?)
            }
            // It could give attributes to elements that do not show them.
            Event::DocType(_) => rule("must not have a DOCTYPE"),
            _ => Ok(()),
        }
    }

    /// The packages, once the root element has ended.
    pub(crate) fn finish(self) -> Option<Vec<ForeignPackage>> {
        self.is_whole.then_some(self.packages)
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<(), Problem> {
        let name = element.local_name();
        let name = name.as_ref();
        self.depth += 1;
        match (self.depth, &mut self.package) {
            (1, _) if self.is_whole || name != "metadata" => {
                return Err(Problem::Rule("must have one root element, metadata".to_owned()));
            }
            (2, package) if name == "package" => *package = Some(Found::default()),
            (3, Some(package)) => {
                match name {
                    "name" | "arch" => {}
                    "checksum" => once(&mut package.checksum_type, name, attribute(element, "type")?)?,
                    "version" => once(&mut package.evr, name, evr(element)?)?,
                    "size" => once(&mut package.size, name, attribute(element, "package")?)?,
                    "location" => {
                        once(&mut package.href, name, attribute(element, "href")?)?;
                        package.base = attribute(element, "xml:base")?;
                    }
                    _ => return Ok(()),
                }
                self.content = Some(String::new());
            }
            (4.., Some(_)) if self.content.is_some() => {
                return Err(Problem::Rule("must not have elements in the fields of a package".to_owned()));
            }
            (MOST_DEPTH.., _) => return Err(Problem::Rule(format!("must not nest deeper than {MOST_DEPTH}"))),
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Problem> {
        if let Some(content) = &mut self.content {
            if content.len() + text.len() > LONGEST_FIELD {
                let rule = format!("must not have more than {LONGEST_FIELD} bytes in a field of a package");
                return Err(Problem::Rule(rule));
            }
            content.push_str(text);
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Problem> {
        let depth = self.depth;
        self.depth -= 1;
        match (depth, &mut self.package) {
            (1, _) => self.is_whole = true,
            (2, package) => {
                if let Some(found) = package.take() {
                    self.list(found.finish().map_err(Problem::Package)?)?;
                }
            }
            (3, Some(package)) => {
                let content = self.content.take().map(|text| text.trim_matches(is_space).to_owned());
                match name {
                    "name" => once(&mut package.name, name, content)?,
                    "arch" => once(&mut package.arch, name, content)?,
                    "checksum" => once(&mut package.checksum, name, content)?,
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds a package. The same one may be listed again, another one at its place may not.
    fn list(&mut self, package: ForeignPackage) -> Result<(), Problem> {
        match self.places.insert(package.href.clone(), package.sha256) {
            None if self.packages.len() == MOST_PACKAGES => {
                Err(Problem::Rule(format!("must not list more than {MOST_PACKAGES} packages")))
            }
            None => {
                self.packages.push(package);
                Ok(())
            }
            Some(sha256) if sha256 == package.sha256 => Ok(()),
            Some(sha256) => {
                let field = format!("location {}", package.href);
                let rule = format!("must not be that of two packages, with SHA-256 {sha256}");
                Err(Problem::Package(Invalid::new(field, rule, package.sha256)))
            }
        }
    }
}

/// Epoch (if it is not 0), version and release as rpm writes them.
fn evr(element: &BytesStart<'_>) -> Result<Option<String>, Problem> {
    let [epoch, version, release] = ["epoch", "ver", "rel"].map(|name| attribute(element, name));
    let (epoch, version, release) =
        (epoch?.unwrap_or_default(), version?.unwrap_or_default(), release?.unwrap_or_default());
    let epoch = if matches!(epoch.as_str(), "" | "0") { String::new() } else { format!("{epoch}:") };
    Ok(Some(format!("{epoch}{version}-{release}")))
}

/// Two would leave open which of them others read.
fn once(field: &mut Option<String>, name: &str, value: Option<String>) -> Result<(), Problem> {
    if field.is_some() && value.is_some() {
        return Err(Problem::Rule(format!("must not say {name} twice of one package")));
    }
    *field = field.take().or(value);
    Ok(())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Problem> {
    let wrong = |error: &dyn std::fmt::Display| Problem::Rule(format!("must be XML ({error})"));
    let Some(attribute) = element.try_get_attribute(name).map_err(|error| wrong(&error))? else {
        return Ok(None);
    };
    let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| wrong(&error))?;
    Ok(Some(value.into_owned()))
}
