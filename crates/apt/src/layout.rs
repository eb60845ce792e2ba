//! The components and architectures of one codename.

use colca_model::{Component, DebArchitecture};

/// What an archive has below the directory of a codename.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    components: Vec<Component>,
    /// Nothing if the packages decide.
    architectures: Vec<DebArchitecture>,
}

/// Which architectures are there, even without packages, if nothing is configured.
const ARCHITECTURES: [&str; 2] = ["amd64", "arm64"];

impl Layout {
    /// What is configured, in that order. No components are `main`; no architectures are amd64, arm64 and whatever there
    /// are packages of. `source` and `all` name no index of their own, so they may be listed and mean nothing.
    ///
    /// # Panics
    /// Never: `main` is a component.
    #[must_use]
    pub fn new(components: &[Component], architectures: &[DebArchitecture]) -> Self {
        let mut layout = Self { components: Vec::new(), architectures: Vec::new() };
        for component in components {
            push_once(&mut layout.components, component.clone());
        }
        if layout.components.is_empty() {
            layout.components.push(Component::new("main").expect("a good word"));
        }
        for architecture in
            architectures.iter().filter(|architecture| !matches!(architecture.as_str(), "source" | "all"))
        {
            push_once(&mut layout.architectures, architecture.clone());
        }
        layout
    }

    /// The components; at least one.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The component that a section names before its slash, if there is such a one; else the first.
    #[must_use]
    pub fn component(&self, section: Option<&str>) -> &Component {
        let named = section.and_then(|section| section.split_once('/')).map(|(component, _)| component);
        self.components.iter().find(|component| Some(component.as_str()) == named).unwrap_or(&self.components[0])
    }

    /// Whether the architectures are those configured, whatever packages there are.
    pub(crate) fn is_closed(&self) -> bool {
        !self.architectures.is_empty()
    }

    /// The architectures, given those of all packages.
    pub(crate) fn architectures<'a>(&self, found: impl IntoIterator<Item = &'a str>) -> Vec<DebArchitecture> {
        if !self.architectures.is_empty() {
            return self.architectures.clone();
        }
        let found = found.into_iter().filter(|name| !matches!(*name, "source" | "all"));
        let mut all: Vec<_> = ARCHITECTURES.into_iter().chain(found).flat_map(DebArchitecture::new).collect();
        all.sort();
        all.dedup();
        all
    }
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(components: &[&str], architectures: &[&str]) -> Layout {
        let components: Vec<_> = components.iter().flat_map(|name| Component::new(*name)).collect();
        let architectures: Vec<_> = architectures.iter().flat_map(|name| DebArchitecture::new(*name)).collect();
        Layout::new(&components, &architectures)
    }

    fn names(architectures: &[DebArchitecture]) -> Vec<&str> {
        architectures.iter().map(DebArchitecture::as_str).collect()
    }

    #[test]
    fn a_section_names_a_component_or_means_the_first() {
        let layout = layout(&["free", "contrib", "free"], &[]);
        assert_eq!(layout.components().len(), 2);
        for (section, component) in [
            (Some("contrib/net"), "contrib"),
            (Some("contrib"), "free"),
            (Some("non-free/net"), "free"),
            (Some("net"), "free"),
            (Some("Contrib/net"), "free"),
            (None, "free"),
        ] {
            assert_eq!(layout.component(section).as_str(), component, "{section:?}");
        }
    }

    #[test]
    fn what_is_configured_counts_and_else_what_is_there() {
        let open = layout(&[], &["source", "all"]);
        assert_eq!(open.component(None).as_str(), "main");
        assert_eq!(
            names(&open.architectures(["riscv64", "all", "amd64", "source", "riscv64"])),
            ["amd64", "arm64", "riscv64"]
        );
        let closed = layout(&[], &["i386", "source", "amd64", "i386"]);
        assert_eq!(names(&closed.architectures(["riscv64"])), ["i386", "amd64"]);
    }
}
