//! What was verified before, so that it costs no slow hash again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::recent::{Digest, Recent};
use crate::{Accounts, Check, User};

/// How many right passwords are remembered, and how many wrong ones. They are kept apart: no number of wrong ones
/// makes us forget a right one.
const MOST: usize = 1_000;

/// How long a wrong password is remembered.
const FAILED: SignedDuration = SignedDuration::from_mins(1);

/// What a warm process has verified. It verifies as [`Accounts::verify`] does, and remembers whatever cost a slow hash:
/// right passwords until they expire, wrong ones for a minute, so that a client with an old password that tries again and
/// again costs little.
///
/// It remembers the SHA-256 of name and password, never the password, and with it the fingerprint of the account as it
/// was. An account that has changed in any way has another one; so everything known of it is forgotten at once, also if
/// the answer to a question asked before the change comes after it.
pub struct Verified(Mutex<Memory>);

struct Memory {
    right: Recent,
    wrong: Recent,
}

impl Default for Verified {
    fn default() -> Self {
        Self::new()
    }
}

impl Verified {
    /// Nothing remembered yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(Mutex::new(Memory { right: Recent::new(MOST), wrong: Recent::new(MOST) }))
    }

    /// Whoever it is, as [`Accounts::verify`] has it.
    ///
    /// It may take some tens of milliseconds of computing and 19 MiB for each password of the account; in a process that
    /// serves others meanwhile, call it where that blocks nobody.
    #[must_use]
    pub fn verify(&self, accounts: &Accounts, name: &str, given: &str, now: Timestamp) -> Option<User> {
        self.check(accounts, name, given, now).user
    }

    /// What is remembered of it: `Some` if it costs no slow hash to tell who it is, or that it is nobody.
    #[must_use]
    pub fn recall(&self, accounts: &Accounts, name: &str, given: &str, now: Timestamp) -> Option<Option<User>> {
        let account = accounts.get(name)?;
        let right = self.memory().recall(&key(name, given), &account.fingerprint(), now)?;
        Some(right.then(|| User::of(account)))
    }

    /// As [`Verified::verify`], and says what it cost: no slow hash for what is remembered.
    #[must_use]
    pub fn check(&self, accounts: &Accounts, name: &str, given: &str, now: Timestamp) -> Check {
        let Some(account) = accounts.get(name) else { return accounts.check(name, given, now) };
        let (key, state) = (key(name, given), account.fingerprint());
        if let Some(right) = self.memory().recall(&key, &state, now) {
            return Check { user: right.then(|| User::of(account)), slow_hashes: 0, expires: None };
        }
        // Nobody waits for the memory while this takes its time.
        let check = accounts.check(name, given, now);
        if check.slow_hashes > 0 {
            let mut memory = self.memory();
            match check.user {
                Some(_) => memory.right.remember(key, state, now, check.expires.unwrap_or(Timestamp::MAX)),
                None => memory.wrong.remember(key, state, now, now.saturating_add(FAILED).unwrap_or(Timestamp::MAX)),
            }
        }
        check
    }

    /// Whoever panicked while holding it left at worst an entry out.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Whether it was right or wrong, if that is remembered.
    fn recall(&self, key: &Digest, state: &Digest, now: Timestamp) -> Option<bool> {
        let right = self.right.holds(key, state, now);
        (right || self.wrong.holds(key, state, now)).then_some(right)
    }
}

/// No name holds a NUL, so no two pairs are written alike.
fn key(name: &str, given: &str) -> Digest {
    Sha256::new().chain_update(name).chain_update([0]).chain_update(given).finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fixtures::{accounts, any_accounts, at, cheap_hash, name, secret, token};

    /// Whether it was right, and how many slow hashes it cost.
    fn check(verified: &Verified, accounts: &Accounts, given: &str, seconds: i64) -> (bool, usize) {
        let check = verified.check(accounts, "team", given, at(seconds));
        (check.user.is_some(), check.slow_hashes)
    }

    #[test]
    fn a_right_password_costs_once_until_it_expires() {
        let (verified, accounts) = (Verified::new(), accounts());
        assert_eq!(check(&verified, &accounts, "battery staple", 1), (true, 2));
        assert_eq!(check(&verified, &accounts, "battery staple", 99), (true, 0));
        assert_eq!(check(&verified, &accounts, "battery staple", 100), (false, 1));
        assert_eq!(check(&verified, &accounts, "correct horse", 1), (true, 1));
        assert_eq!(check(&verified, &accounts, "correct horse", 1_000_000_000), (true, 0));
    }

    #[test]
    fn a_wrong_password_costs_once_a_minute() {
        let (verified, accounts) = (Verified::new(), accounts());
        assert_eq!(check(&verified, &accounts, "wrong", 1), (false, 2));
        assert_eq!(check(&verified, &accounts, "wrong", 60), (false, 0));
        assert_eq!(check(&verified, &accounts, "wrong again", 60), (false, 2));
        assert_eq!(check(&verified, &accounts, "wrong", 61), (false, 2));
        assert_eq!(check(&verified, &accounts, "wrong", 120), (false, 0));
        let _ = verified.check(&accounts, "team", "wrong", Timestamp::MAX);
    }

    #[test]
    fn a_change_of_the_account_counts_at_once() {
        let (verified, mut accounts) = (Verified::new(), accounts());
        assert_eq!(check(&verified, &accounts, "correct horse", 1), (true, 1));
        assert_eq!(check(&verified, &accounts, "new password", 1), (false, 2));
        accounts.add_secret("team", secret("three", cheap_hash("new password"), None)).expect("taken");
        assert_eq!(check(&verified, &accounts, "new password", 2), (true, 3));
        accounts.remove_secret("team", "one");
        assert_eq!(check(&verified, &accounts, "correct horse", 3), (false, 2));
        accounts.put(name("team"), vec![crate::Scope::Admin], at(4));
        for seconds in [5, 6] {
            let user = verified.verify(&accounts, "team", "new password", at(seconds)).expect("a right password");
            assert!(user.is_admin());
        }
        accounts.remove("team");
        assert_eq!(check(&verified, &accounts, "new password", 7), (false, 0));
    }

    #[test]
    fn a_change_of_another_account_makes_it_forget_nothing() {
        let (verified, mut accounts) = (Verified::new(), accounts());
        assert_eq!(check(&verified, &accounts, "correct horse", 1), (true, 1));
        accounts.remove("ci");
        assert_eq!(check(&verified, &accounts, "correct horse", 2), (true, 0));
    }

    #[test]
    fn a_password_is_remembered_for_each_account() {
        let (verified, mut accounts) = (Verified::new(), accounts());
        accounts.add_secret("new", secret("one", cheap_hash("correct horse"), None)).expect("taken");
        for cost in [1, 0] {
            for name in ["team", "new"] {
                let check = verified.check(&accounts, name, "correct horse", at(1));
                assert_eq!((check.user.map(|user| user.name).as_deref(), check.slow_hashes), (Some(name), cost));
            }
        }
        assert_ne!(key("a", "bc"), key("ab", "c"));
    }

    #[test]
    fn wrong_passwords_push_out_no_right_one() {
        let (verified, accounts) = (Verified::new(), accounts());
        assert_eq!(check(&verified, &accounts, "correct horse", 1), (true, 1));
        for number in 0..=MOST {
            let seconds = i64::from(number > 0) + 1;
            assert_eq!(check(&verified, &accounts, &format!("wrong {number}"), seconds).1, 2);
        }
        assert_eq!(check(&verified, &accounts, "correct horse", 3), (true, 0));
        assert_eq!(check(&verified, &accounts, &format!("wrong {MOST}"), 3), (false, 0));
        assert_eq!(check(&verified, &accounts, "wrong 0", 3), (false, 2), "the oldest was pushed out");
    }

    #[test]
    fn only_what_cost_something_is_remembered() {
        let (verified, accounts) = (Verified::new(), accounts());
        for (name, given) in
            [("ci", token(1).reveal()), ("ci", token(3).reveal()), ("ci", "wrong"), ("nobody", "wrong")]
        {
            let _ = verified.check(&accounts, name, given, at(1));
            let memory = verified.memory();
            assert_eq!((memory.right.len(), memory.wrong.len()), (0, 0), "{name} {given}");
        }
    }

    proptest! {
        #[test]
        fn says_what_the_accounts_say_first_and_second(
            accounts in any_accounts(), given in "[ -~é]{1,20}", seconds in 0i64..4_000_000_000,
        ) {
            let verified = Verified::new();
            for account in accounts.all() {
                let name = account.name.as_str();
                let expected = accounts.verify(name, &given, at(seconds));
                prop_assert_eq!(verified.verify(&accounts, name, &given, at(seconds)), expected.clone());
                let again = verified.check(&accounts, name, &given, at(seconds));
                prop_assert_eq!((again.user, again.slow_hashes), (expected, 0));
            }
        }
    }
}
