//! What is said of the repositories of one project.

use std::collections::BTreeSet;
use std::time::Duration;

use colca_model::DistroVersion;

use crate::codenames::Codenames;
use crate::extras::Extras;
use crate::signing::SigningRules;
use crate::{External, Keys, Node, WebDirectory, combined};

/// The longest wait in seconds: what SQS allows a message to be held back.
const LONGEST_QUIET: u32 = 900;

/// One table of `[repos]`. What is not said is `None`, or empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ProjectSettings {
    pub(crate) automatic: Option<bool>,
    pub(crate) disabled: Option<bool>,
    pub(crate) quiet: Option<Duration>,
    pub(crate) combined: BTreeSet<DistroVersion>,
    pub(crate) extras: Extras,
    pub(crate) external: Vec<External>,
    pub(crate) signing: SigningRules,
}

/// What other tables say that the table of a project is checked against.
pub(crate) struct Elsewhere<'s> {
    pub(crate) codenames: &'s Codenames,
    pub(crate) allowed: &'s [WebDirectory],
    pub(crate) signing: &'s SigningRules,
}

impl ProjectSettings {
    /// Nothing for an empty table, which for chacra is a project that is not configured.
    pub(crate) fn read(node: Node<'_>, elsewhere: &Elsewhere<'_>) -> Option<Self> {
        let is_empty = node.is_empty_table();
        let settings = node.keys(|keys| Self {
            automatic: keys.take("automatic").and_then(Node::boolean),
            disabled: keys.take("disabled").and_then(Node::boolean),
            quiet: quiet(keys),
            combined: keys.take("combined").map(|node| combined::read(&node, elsewhere.codenames)).unwrap_or_default(),
            extras: keys.take("extras").map(Extras::read).unwrap_or_default(),
            external: keys
                .take("external")
                .map(|node| External::read_all(&node, elsewhere.allowed))
                .unwrap_or_default(),
            signing: keys.take("signing").map(|node| SigningRules::read(node, elsewhere.signing)).unwrap_or_default(),
        });
        (!is_empty).then_some(settings)
    }
}

/// `quiet_seconds`, which stands for all projects and for each.
pub(crate) fn quiet(keys: &mut Keys<'_>) -> Option<Duration> {
    let seconds = keys.take("quiet_seconds").and_then(|node| node.whole(0..=LONGEST_QUIET));
    seconds.map(|seconds| Duration::from_secs(seconds.into()))
}
