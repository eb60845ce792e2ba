//! The configuration of repositories, read again now and then: a change takes effect without a deployment.

use std::sync::Arc;

use colca_model::SharedClock;
use colca_settings::Settings;
use colca_store::{Error, ObjectKey, Objects, Result};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

/// A change is known everywhere after this long.
const REMEMBERED: SignedDuration = SignedDuration::from_secs(10);

/// Where settings come from, and what they were at the last look.
#[derive(Clone)]
pub struct SettingsSource {
    objects: Objects,
    clock: SharedClock,
    known: Arc<Mutex<Option<Known>>>,
}

/// The settings at the last look, and when that was.
#[derive(Clone)]
struct Known {
    settings: Arc<Settings>,
    since: Timestamp,
}

impl SettingsSource {
    /// Reads them when they are first asked for.
    #[must_use]
    pub fn new(objects: Objects, clock: SharedClock) -> Self {
        Self { objects, clock, known: Arc::default() }
    }

    /// The settings, as they were ten seconds ago or later. Where none were ever published they are the defaults.
    ///
    /// # Errors
    /// If they cannot be read and never were: to go on without them could publish what is switched off.
    pub async fn get(&self) -> Result<Arc<Settings>> {
        let now = self.clock.now();
        let mut known = self.known.lock().await;
        let last = match &*known {
            Some(known) if now.duration_since(known.since) < REMEMBERED => return Ok(known.settings.clone()),
            last => last.as_ref().map(|known| known.settings.clone()),
        };
        let settings = match (self.read().await, last) {
            (Ok(settings), _) => Arc::new(settings),
            (Err(error), Some(last)) => {
                tracing::error!(%error, "The configuration cannot be read; the last one stays in effect");
                last
            }
            (Err(error), None) => return Err(error),
        };
        *known = Some(Known { settings: settings.clone(), since: now });
        Ok(settings)
    }

    /// The settings as they are now.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn read(&self) -> Result<Settings> {
        let Some((bytes, _)) = self.objects.read(&ObjectKey::Settings).await? else { return Ok(Settings::default()) };
        let what = || format!("read {}", ObjectKey::Settings.path());
        let text = str::from_utf8(&bytes).map_err(|error| Error::corrupt(what(), error))?;
        Settings::parse(text).map_err(|problems| Error::corrupt(what(), problems))
    }
}
