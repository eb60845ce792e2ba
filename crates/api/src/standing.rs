//! How a repository stands: a word for it, whether all of it is published, and why not.

use std::time::Duration;

use colca_model::RepoPath;
use colca_runtime::Services;
use colca_settings::Settings;
use colca_store::Repository;
use jiff::Timestamp;

use crate::why::{Why, why};

/// What the configuration says of the builds of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildRules {
    /// Whether uploads to its project have repositories built.
    pub automatic: bool,
    /// Whether its version stands for all of a distribution, whose repositories are not built by uploads.
    pub generic: bool,
    /// Whether nothing is ever built for its project.
    pub disabled: bool,
    /// How long a build waits for more uploads.
    pub quiet: Duration,
}

impl BuildRules {
    /// Those of a repository.
    #[must_use]
    pub fn of(services: &Services, settings: &Settings, path: &RepoPath) -> Self {
        Self {
            automatic: settings.is_automatic(&path.project),
            generic: settings.is_generic(&path.distro_version),
            disabled: settings.is_disabled(&path.project),
            quiet: services.quiet(settings, &path.project),
        }
    }
}

/// How a repository stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In a word of chacra's callbacks.
    pub state: &'static str,
    /// Whether everything that was registered is published.
    pub ready: bool,
    /// What happens now, and what has to happen next, in words.
    pub why: String,
    /// Since when, if that is known.
    pub since: Option<Timestamp>,
    /// Until when it stays so, unless something else happens.
    pub until: Option<Timestamp>,
}

impl Standing {
    /// That of a repository; `has_changes` says whether any are not published yet.
    #[must_use]
    pub fn of(repository: &Repository, has_changes: bool, rules: BuildRules, now: Timestamp) -> Self {
        let Why { text, since, until } = why(repository, has_changes, rules, now);
        let is_whole = repository.failed.is_none() && repository.held.is_none() && repository.problems.is_empty();
        let ready = !has_changes && is_whole && repository.revision > 0 && !repository.is_gone();
        Self { state: state(repository, now), ready, why: text, since, until }
    }
}

/// Where it stands, in a word of chacra's callbacks.
pub(crate) fn state(repository: &Repository, now: Timestamp) -> &'static str {
    match repository {
        _ if repository.is_updating(now) => "building",
        _ if repository.failed.is_some() => "failed",
        _ if repository.held.is_some() => "held",
        _ if repository.needs_update() => "queued",
        _ if repository.revision > 0 => "ready",
        _ => "requested",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const UPLOADS: BuildRules =
        BuildRules { automatic: true, generic: false, disabled: false, quiet: Duration::from_secs(5) };
    const BY_HAND: BuildRules = BuildRules { automatic: false, ..UPLOADS };
    const GENERIC: BuildRules = BuildRules { generic: true, ..UPLOADS };
    const NEVER: BuildRules = BuildRules { disabled: true, ..UPLOADS };
    const POST: &str = "POST /repos/hello/main/HEAD/centos/9/flavors/default/update";

    /// The 100th second of 1970.
    const NOW: i64 = 100;

    /// One that changed last at second 30.
    fn repository(item: &Value) -> Repository {
        let mut all = json!({"repository": "hello/main/HEAD/centos/9/flavors/default", "modified": 30_000});
        for (key, value) in item.as_object().expect("an object") {
            all[key] = value.clone();
        }
        serde_json::from_value(all).expect("a repository")
    }

    fn standing(item: &Value, has_changes: bool, rules: BuildRules) -> Standing {
        let now = Timestamp::from_second(NOW).expect("a moment");
        Standing::of(&repository(item), has_changes, rules, now)
    }

    /// Checks what is told of one that is not ready.
    #[track_caller]
    fn told(item: Value, rules: BuildRules, state: &str, parts: &[&str], moments: [Option<i64>; 2]) {
        let has_changes = item["changes"] != json!(0);
        let told = standing(&item, has_changes, rules);
        assert_eq!((told.state, told.ready), (state, false), "{told:?}");
        for part in parts {
            assert!(told.why.contains(part), "{:?} has no {part:?}", told.why);
        }
        let [since, until] = moments.map(|second| second.map(|second| Timestamp::from_second(second).expect("one")));
        assert_eq!((told.since, told.until), (since, until), "{told:?}");
    }

    #[test]
    fn one_that_waits_says_for_what() {
        for (item, rules, state, parts, moments) in [
            (
                json!({"dirty": "dirty", "queued_until": 105_000}),
                UPLOADS,
                "queued",
                vec!["waits for more uploads until 1970-01-01 00:01:45 UTC and is built then"],
                [None, Some(105)],
            ),
            // What somebody asked for is built, whatever uploads do.
            (
                json!({"dirty": "dirty", "queued_until": 105_000}),
                BY_HAND,
                "queued",
                vec!["until 1970-01-01 00:01:45 UTC"],
                [None, Some(105)],
            ),
            (
                json!({"dirty": "dirty", "queued_until": 60_000}),
                UPLOADS,
                "queued",
                vec!["was due 40 s ago, and no builder has begun", "again if that lasts for 60 s"],
                [Some(60), None],
            ),
            // However often somebody asked since.
            (
                json!({"dirty": "dirty", "queued_until": 105_000, "due_since": 60_000}),
                UPLOADS,
                "queued",
                vec!["was due 40 s ago, and no builder has begun", "asked for again, for 1970-01-01 00:01:45 UTC"],
                [Some(60), Some(105)],
            ),
            (
                json!({"dirty": "dirty", "queued_until": 30_000, "revision": 7}),
                UPLOADS,
                "queued",
                vec!["was due 70 s ago, and no builder has begun", "again within a minute"],
                [Some(30), None],
            ),
            (
                json!({"dirty": "dirty", "lease_until": 90_000}),
                UPLOADS,
                "queued",
                vec!["lost the repository 10 s ago", "again if that lasts"],
                [Some(90), None],
            ),
            (
                json!({"dirty": "dirty"}),
                UPLOADS,
                "queued",
                vec!["has just ended, or broke off and is tried again", "within a minute"],
                [Some(30), None],
            ),
            (json!({}), BY_HAND, "requested", vec!["automatic builds are off", POST], [None, None]),
            (json!({"revision": 7}), BY_HAND, "ready", vec!["automatic builds are off", POST], [None, None]),
            (json!({}), GENERIC, "requested", vec!["stands for all versions", POST], [None, None]),
            (json!({}), UPLOADS, "requested", vec!["no build was asked for yet", POST], [None, None]),
            (json!({"changes": 0}), UPLOADS, "requested", vec!["nothing of it was ever published"], [None, None]),
        ] {
            told(item, rules, state, &parts, moments);
        }
    }

    #[test]
    fn one_that_is_being_built_says_until_when_its_builder_is_believed_alive() {
        let alive = "believed alive until 1970-01-01 00:02:00 UTC";
        for (item, parts) in [
            (json!({"dirty": "dirty", "lease_until": 120_000}), vec![alive]),
            (
                json!({"dirty": "dirty", "lease_until": 120_000, "revision": 7, "failed": "no key"}),
                vec![alive, "revision 7 stays public"],
            ),
            (
                json!({"dirty": "dirty", "lease_until": 120_000, "queued_until": 105_000}),
                vec![alive, "meanwhile is built at 1970-01-01 00:01:45 UTC"],
            ),
            (json!({"dirty": "dirty", "lease_until": 120_000, "gone": 90_000, "revision": 7}), vec![alive]),
        ] {
            // The configuration may have been changed meanwhile.
            for rules in [UPLOADS, NEVER] {
                told(item.clone(), rules, "building", &parts, [None, Some(120)]);
            }
        }
    }

    #[test]
    fn one_that_failed_says_why_and_what_tries_again() {
        let why = "could publish nothing: there is no key";
        let failed = |more: Value| {
            let mut item = json!({"failed": "there is no key", "dirty": "failed"});
            more.as_object().expect("an object").iter().for_each(|(key, value)| item[key] = value.clone());
            item
        };
        let dirty = json!({"dirty": "dirty", "queued_until": 105_000});
        for (item, rules, state, parts, moments) in [
            (failed(json!({})), UPLOADS, "failed", vec![why, "something else is uploaded", POST], [None, None]),
            (failed(json!({"revision": 7})), BY_HAND, "failed", vec![why, "wait until somebody", POST], [None, None]),
            (failed(json!({})), GENERIC, "failed", vec![why, "wait until somebody", POST], [None, None]),
            (failed(dirty), UPLOADS, "failed", vec![why, "; it waits for more uploads"], [None, Some(105)]),
            (failed(json!({"changes": 0})), UPLOADS, "failed", vec![why], [None, None]),
            (failed(json!({})), NEVER, "failed", vec!["disables builds"], [None, None]),
        ] {
            told(item, rules, state, &parts, moments);
        }
    }

    #[test]
    fn one_that_is_held_disabled_or_gone_says_what_ends_that() {
        let other = json!({"revision": 5, "repository": "other/main/HEAD/centos/9/flavors/default"});
        for (item, rules, state, parts, moments) in [
            (
                json!({"held": {"revision": 5}, "revision": 7}),
                UPLOADS,
                "held",
                vec!["held at revision 5, which", "\"latest\""],
                [None, None],
            ),
            // What was uploaded before it was held was published, and is not now.
            (json!({"held": {"revision": 5}, "revision": 7, "changes": 0}), UPLOADS, "held", vec![], [None, None]),
            (
                json!({"held": other, "revision": 7, "dirty": "dirty", "queued_until": 105_000}),
                UPLOADS,
                "held",
                vec!["revision 5 of other/main/HEAD/centos/9/flavors/default", "and is built then"],
                [None, Some(105)],
            ),
            (json!({"revision": 7}), NEVER, "ready", vec!["disables builds"], [None, None]),
            (
                json!({"dirty": "dirty", "queued_until": 105_000}),
                NEVER,
                "queued",
                vec!["disables builds of this project"],
                [None, None],
            ),
            (
                json!({"gone": 90_000, "revision": 7, "dirty": "dirty", "queued_until": 105_000}),
                UPLOADS,
                "queued",
                vec!["no files any more", "is built then"],
                [Some(90), Some(105)],
            ),
            (
                json!({"gone": 90_000, "revision": 7, "changes": 0}),
                UPLOADS,
                "ready",
                vec!["no files"],
                [Some(90), None],
            ),
        ] {
            told(item, rules, state, &parts, moments);
        }
    }

    #[test]
    fn one_is_ready_if_everything_is_published() {
        for rules in [UPLOADS, BY_HAND, GENERIC, NEVER] {
            let ready = standing(&json!({"revision": 7}), false, rules);
            assert_eq!((ready.state, ready.ready), ("ready", true));
            assert_eq!(ready.why, "everything that was registered is published, in revision 7");
        }
        let problems = json!({"revision": 7, "problems": ["a.dsc is not complete", "b.deb is there twice"]});
        let some = standing(&problems, false, UPLOADS);
        assert!(!some.ready && some.why.contains("without some of its files") && some.why.contains("(2)"), "{some:?}");
    }
}
