//! Why a repository is as it is: one sentence for a human, of what its item and the configuration tell.

use colca_store::{Held, ObjectKey, Repository};
use jiff::Timestamp;

use crate::BuildRules;

/// A sentence, and the moments that it is about.
#[derive(Debug)]
pub(crate) struct Why {
    pub(crate) text: String,
    pub(crate) since: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

impl Why {
    fn only(text: impl Into<String>) -> Self {
        Self { text: text.into(), since: None, until: None }
    }

    /// The same after half a sentence.
    fn after(self, text: &str) -> Self {
        Self { text: format!("{text}; {}", self.text), ..self }
    }
}

/// What is told of a repository. What comes first keeps all that follows from mattering.
pub(crate) fn why(repository: &Repository, has_changes: bool, rules: BuildRules, now: Timestamp) -> Why {
    let is_due = repository.needs_update();
    let next = || next_build(repository, now);
    if let Some(until) = repository.leased_until().filter(|_| repository.is_updating(now)) {
        return building(repository, until, now);
    }
    if repository.is_gone() {
        let gone = "it has no files any more: what is public of it goes with its next build";
        let next = if is_due { next().after(gone) } else { Why::only(gone) };
        return Why { since: repository.gone_since(), ..next };
    }
    if rules.disabled && (has_changes || is_due) {
        return Why::only(
            "the configuration disables builds of this project: what was registered is kept and not published until colca.toml \
             lets it be built and somebody has that done",
        );
    }
    if let Some(failed) = &repository.failed {
        let failed = format!("the last build could publish nothing: {failed}");
        return if is_due { next().after(&failed) } else { again(repository, rules).after(&failed) };
    }
    if let Some(held) = &repository.held {
        let held = held_at(held);
        return if is_due { next().after(&held) } else { Why::only(held) };
    }
    if is_due {
        return next();
    }
    if has_changes { not_asked_for(repository, rules) } else { published(repository) }
}

fn building(repository: &Repository, until: Timestamp, now: Timestamp) -> Why {
    let mut text = format!("it is being built: its builder is believed alive until {}", in_words(until));
    if repository.revision > 0 && !repository.is_gone() {
        text += &format!("; revision {} stays public until it is done", repository.revision);
    }
    if let Some(queued) = repository.queued_until().filter(|_| repository.is_queued(now)) {
        text += &format!("; what was registered meanwhile is built at {}", in_words(queued));
    }
    Why { text, since: None, until: Some(until) }
}

/// Of a repository that has changes, and that nobody is building.
fn next_build(repository: &Repository, now: Timestamp) -> Why {
    let queued = repository.queued_until().filter(|_| repository.is_queued(now));
    let Some(due) = repository.build_was_due() else { return Why::only("its build is due") };
    if let Some(until) = queued.filter(|_| due >= now) {
        let text = format!("it waits for more uploads until {} and is built then", in_words(until));
        return Why { text, since: None, until: Some(until) };
    }
    let ago = now.duration_since(due).as_secs();
    let late = if repository.queued_until().is_some() {
        format!("its build was due {ago} s ago, and no builder has begun")
    } else if repository.leased_until().is_some() {
        format!("its builder gave no sign of life and lost the repository {ago} s ago")
    } else {
        "its last build has just ended, or broke off and is tried again".to_owned()
    };
    let next = if let Some(until) = queued {
        format!("it was asked for again, for {}", in_words(until))
    } else if repository.is_forgotten(now) {
        "reap asks for it again within a minute".to_owned()
    } else {
        format!("reap asks for it again if that lasts for {} s", Repository::PATIENCE.as_secs())
    };
    Why { text: format!("{late}: {next}"), since: Some(due), until: queued }
}

/// Who has a failed build tried again.
fn again(repository: &Repository, rules: BuildRules) -> Why {
    let post = update(repository);
    Why::only(if rules.automatic && !rules.generic {
        format!("its changes wait until something else is uploaded or somebody sends {post}")
    } else {
        format!("its changes wait until somebody sends {post}")
    })
}

fn held_at(Held { repository, revision }: &Held) -> String {
    let of = repository.as_ref().map(|other| format!(" of {other}")).unwrap_or_default();
    format!(
        "it is held at revision {revision}{of}, which somebody promoted: what is uploaded is kept, and not published until \
         another revision, or \"latest\", is promoted"
    )
}

/// Of a repository with changes that no build was asked for.
fn not_asked_for(repository: &Repository, rules: BuildRules) -> Why {
    let post = update(repository);
    Why::only(if !rules.automatic {
        format!("automatic builds are off for this project (colca.toml): somebody has to send {post}")
    } else if rules.generic {
        format!("uploads to a version that stands for all versions have nothing built: somebody has to send {post}")
    } else {
        format!(
            "no build was asked for yet: an upload asks as soon as it is registered, an import at its end, and reap sees to \
             it within minutes if they died; what was uploaded while builds were off waits for {post}"
        )
    })
}

/// Of a repository without changes.
fn published(repository: &Repository) -> Why {
    let Repository { revision, problems, .. } = repository;
    Why::only(match problems.len() {
        _ if *revision == 0 => "nothing of it was ever published, and nothing waits for that".to_owned(),
        0 => format!("everything that was registered is published, in revision {revision}"),
        count => format!("revision {revision} is published without some of its files: problems says why ({count})"),
    })
}

/// What has a repository built.
fn update(repository: &Repository) -> String {
    let path = ObjectKey::Stored(format!("repos/{}", repository.repository)).url_path();
    format!("POST /{path}/update")
}

fn in_words(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}
