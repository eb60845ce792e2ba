//! What receivers of callbacks hear: the last word about each repository is what became of it.

use std::collections::{BTreeMap, BTreeSet};

use colca_store::{CallbackMessage, ObjectKey, Status};

use crate::cloud::{Ask, STORE};
use crate::published::top;
use crate::world::World;

/// Who wants to know.
pub(crate) const SETTINGS: &str = "api_url = \"https://api/v1/\"\ncallbacks.url = \"https://receiver.example.org/\"\n";

/// Has somebody told what becomes of repositories.
pub(crate) async fn listen(world: &World) {
    configure(world, SETTINGS).await;
}

/// Replaces the configuration.
pub(crate) async fn configure(world: &World, settings: &str) {
    let url = format!("https://cloud/{STORE}/{}", ObjectKey::Settings.path());
    let put = Ask::new("PUT", &url, BTreeMap::new(), settings.to_owned().into());
    assert_eq!(world.answer(&put).await.status, 200, "the store takes the configuration");
}

/// Looks at what was told, once there is nothing left to do.
pub(crate) fn compare(world: &World) {
    let mut heard: BTreeMap<String, Vec<Status>> = BTreeMap::new();
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    for (group, body) in world.cloud.sqs.told.all() {
        let message: CallbackMessage = serde_json::from_str(&body).expect("a message that we know");
        let repository = format!("repos/{}/", message.repository);
        if *groups.entry(repository.clone()).or_insert_with(|| group.clone()) != group {
            world.violated(format!("what is told of {repository} has no order: {} is in another group", message.id));
        }
        heard.entry(repository).or_default().push(message.status);
    }
    let public: BTreeSet<_> = world.published.entries().keys().map(|entry| entry[..top(entry)].to_owned()).collect();
    for repository in public.iter().chain(heard.keys().filter(|heard| !public.contains(*heard))) {
        let wanted = if public.contains(repository) { Status::Ready } else { Status::Deleted };
        let heard = heard.get(repository).map_or(&[][..], Vec::as_slice);
        if heard.last() != Some(&wanted) {
            world.violated(format!("{repository} is {wanted:?}, and what was told of it is {heard:?}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    const PATH: &str = "p/main/0/centos/9/flavors/default";

    fn tell(world: &World, group: &str, status: Status, which: u64) {
        let message = CallbackMessage::new(&PATH.parse().expect("a path"), status, &which, Timestamp::UNIX_EPOCH);
        world.cloud.sqs.told.send(group, &message.id, &serde_json::to_string(&message).expect("plain data"));
    }

    /// Nothing is public in this world.
    fn violations(told: &[(&str, Status, u64)]) -> Vec<String> {
        let world = World::new(1);
        told.iter().for_each(|(group, status, which)| tell(&world, group, *status, *which));
        compare(&world);
        world.published.violations()
    }

    #[tokio::test]
    async fn a_last_word_that_is_wrong_is_found() {
        let [ready, deleted] = [("g", Status::Ready, 1), ("g", Status::Deleted, 2)];
        assert_eq!(violations(&[]), [""; 0]);
        assert_eq!(violations(&[ready, deleted]), [""; 0]);
        assert_eq!(violations(&[ready, deleted, ready]), [""; 0], "the same again is dropped by the queue");
        for wrong in [&[ready][..], &[deleted, ready], &[ready, deleted, ("g", Status::Queued, 3)]] {
            let found = violations(wrong);
            assert!(matches!(&found[..], [one] if one.contains("is Deleted, and what was told")), "{found:?}");
        }
        let found = violations(&[ready, ("other", Status::Deleted, 2)]);
        assert!(matches!(&found[..], [one] if one.contains("has no order")), "{found:?}");
    }
}
