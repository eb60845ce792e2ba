//! Moments as OpenPGP writes them: whole seconds since 1970, in 32 bits.

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::types;

/// A moment as OpenPGP writes it. Those before 1970 and after 2106 become the first and the last that there are.
pub(crate) fn openpgp(moment: Timestamp) -> types::Timestamp {
    types::Timestamp::from_secs(u32::try_from(moment.as_second().max(0)).unwrap_or(u32::MAX))
}

/// A moment of OpenPGP.
pub(crate) fn moment(openpgp: types::Timestamp) -> Timestamp {
    after(openpgp, types::Duration::from_secs(0))
}

/// The moment `duration` after another; keys tell in this way when they expire.
pub(crate) fn after(openpgp: types::Timestamp, duration: types::Duration) -> Timestamp {
    let second = i64::from(openpgp.as_secs()) + i64::from(duration.as_secs());
    Timestamp::from_second(second).expect("two 32-bit numbers of seconds after 1970 are in this millennium")
}

/// How long a key lives that is made at `created` and expires at `expires`. OpenPGP could say more, but GnuPG counts in 32
/// bits as well: for it a key that expires later has expired already.
pub(crate) fn lifetime(created: Timestamp, expires: Timestamp) -> Result<types::Duration, Invalid> {
    let refuse = |rule: &str| Invalid::new("expires", rule, expires);
    let second = u32::try_from(expires.as_second().max(0)).map_err(|_| refuse("must be before 2106-02-07"))?;
    match second.checked_sub(openpgp(created).as_secs()) {
        None | Some(0) => Err(refuse("must be after the key is made")),
        Some(seconds) => Ok(types::Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn whole_seconds_survive() {
        assert_eq!(moment(openpgp(at(1_767_225_600))), at(1_767_225_600));
        assert_eq!(moment(openpgp(at(-5))), at(0));
        assert_eq!(moment(openpgp(at(100_000_000_000))), at(i64::from(u32::MAX)));
    }

    #[test]
    fn a_key_lives_for_some_time() {
        assert_eq!(lifetime(at(100), at(160)).map(types::Duration::as_secs), Ok(60));
        for (expires, rule) in [
            (100, "must be after the key is made"),
            (99, "must be after the key is made"),
            (-99, "must be after the key is made"),
            (1 << 32, "must be before 2106-02-07"),
        ] {
            assert_eq!(lifetime(at(100), at(expires)).unwrap_err().rule, rule);
        }
    }
}
