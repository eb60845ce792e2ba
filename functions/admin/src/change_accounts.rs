//! The one way accounts are changed: read, change, and replace if nobody was faster.

use std::time::Duration;

use colca_accounts::Accounts;
use colca_api::ApiError;
use colca_model::Ids;
use colca_runtime::Services;
use colca_store::{ErrorKind, Secrets};

/// How often somebody else may be faster.
const TRIES: u32 = 12;

/// The longest pause after the first time; it doubles with each, up to the longest of all. Together they are shorter than the gateway
/// waits.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(2);

/// Makes a change, or whatever `change` answers instead. It is made anew of what somebody else left, so `change` may be
/// called several times; what it gives in the end is what was written.
pub(crate) async fn change_accounts<T>(
    services: &Services,
    change: impl Fn(&mut Accounts) -> colca_api::Result<T>,
) -> colca_api::Result<T> {
    let mut tries = 1;
    loop {
        let before = services.secrets.accounts().await?;
        let mut accounts = before.accounts.clone();
        let outcome = change(&mut accounts)?;
        if accounts == before.accounts {
            return Ok(outcome);
        }
        fits(&accounts)?;
        match services.secrets.replace_accounts(&before, &accounts).await {
            Ok(()) => return Ok(outcome),
            Err(error) if error.kind() != ErrorKind::Conflict => return Err(error.into()),
            Err(error) if tries == TRIES => return Err(error.into_unavailable().into()),
            Err(_) => tokio::time::sleep(pause(tries, services.ids.as_ref())).await,
        }
        tries += 1;
    }
}

/// A pause of random length, so that two who met do not meet again.
fn pause(tries: u32, ids: &dyn Ids) -> Duration {
    let random = u32::from(ids.random()[0]) + 1;
    LONGEST.min(PAUSE * 2_u32.pow(tries - 1)) * random / 256
}

/// All accounts are one secret, and that has a limit.
fn fits(accounts: &Accounts) -> colca_api::Result<()> {
    let length = accounts.to_json().len();
    if length <= Secrets::LONGEST {
        return Ok(());
    }
    Err(ApiError::Conflict(format!(
        "there is no room: all accounts together would take {length} bytes, and AWS Secrets Manager keeps {}; delete \
         accounts and secrets that nobody uses",
        Secrets::LONGEST
    )))
}

#[cfg(test)]
mod tests {
    use colca_accounts::AccountName;
    use colca_model::UploadId;
    use jiff::Timestamp;

    use super::*;

    struct Always(u8);

    impl Ids for Always {
        fn upload_id(&self) -> UploadId {
            "01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("a ULID")
        }

        fn random(&self) -> [u8; 32] {
            [self.0; 32]
        }
    }

    #[test]
    fn pauses_grow_and_are_never_nothing() {
        assert_eq!(pause(1, &Always(255)), PAUSE);
        assert_eq!([6, 7, TRIES - 1].map(|tries| pause(tries, &Always(255))), [PAUSE * 32, LONGEST, LONGEST]);
        assert!(pause(1, &Always(0)) > Duration::ZERO);
    }

    #[test]
    fn says_that_there_is_no_room_before_the_service_does() {
        let mut accounts = Accounts::default();
        let mut put = |number: usize| {
            let name = AccountName::new(format!("ci-{number:060}")).expect("a good name");
            accounts.put(name, Vec::new(), Timestamp::UNIX_EPOCH);
            (accounts.to_json().len(), fits(&accounts))
        };
        let full = (0..).map(&mut put).find(|(_, fits)| fits.is_err());
        let (length, refused) = full.expect("it ends somewhere");
        assert!(length > Secrets::LONGEST && length < Secrets::LONGEST + 200, "{length}");
        let message = refused.expect_err("found so").body()["message"].to_string();
        assert!(message.contains("delete accounts and secrets that nobody uses"), "{message}");
    }
}
