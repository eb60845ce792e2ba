//! What a configuration names that is not there. It is no mistake of the file: a key or an account may be added a minute later. But
//! somebody should know.

use colca_runtime::Services;
use colca_settings::Settings;

/// A sentence for each.
pub(crate) async fn warnings(services: &Services, settings: &Settings) -> colca_store::Result<Vec<String>> {
    let mut warnings = Vec::new();
    let keys = settings.key_names();
    if !keys.is_empty() {
        let known = services.keys.list().await?;
        for key in keys.into_iter().filter(|key| !known.keys.iter().any(|entry| entry.name == **key)) {
            warnings.push(format!(
                "signing: there is no key {key} in /admin/keys: until there is, what it is to sign is not published"
            ));
        }
    }
    let users: Vec<_> = settings.limited_users().collect();
    if !users.is_empty() {
        let (known, owner) = futures::try_join!(services.secrets.accounts(), services.secrets.credentials())?;
        for user in users.into_iter().filter(|user| *user != owner.user && known.accounts.get(user).is_none()) {
            warnings
                .push(format!("limits.users: there is no account {user} in /admin/accounts: nobody is limited by it"));
        }
    }
    Ok(warnings)
}
