//! Whether a secret proves a name.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Account, AccountSecret, Accounts, SecretHash, User, token};

/// What came of a name and a secret, and what it cost to find out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Whoever it is, if the secret proves it.
    pub user: Option<User>,
    /// How many slow hashes were computed: the cost that matters, for tests and for logs.
    pub slow_hashes: usize,
    /// When the secret expires, if it proves something and ever does.
    pub(crate) expires: Option<Timestamp>,
}

impl Accounts {
    /// Whoever it is, if `given` is one of the secrets of the account `name`, and not an expired one.
    ///
    /// A token costs one SHA-256. Anything else is taken for a password and costs a slow hash for each of the account's
    /// passwords, up to the right one; [`crate::Verified`] saves that the second time.
    ///
    /// A name nobody has costs what a name with tokens costs. So time tells which names have passwords, though not more
    /// than that: the slow hash that would hide it would let anybody keep us busy with made-up names.
    #[must_use]
    pub fn verify(&self, name: &str, given: &str, now: Timestamp) -> Option<User> {
        self.check(name, given, now).user
    }

    /// As [`Accounts::verify`], and says what it cost.
    #[must_use]
    pub fn check(&self, name: &str, given: &str, now: Timestamp) -> Check {
        // Before the name is looked up, so that every name costs it.
        let digest = Sha256::digest(given).into();
        let account = self.get(name);
        let (found, slow_hashes) = if given.starts_with(token::PREFIX) {
            (by_digest(account, &digest, now), 0)
        } else {
            by_password(account, given, now)
        };
        Check {
            user: account.filter(|_| found.is_some()).map(User::of),
            slow_hashes,
            expires: found.and_then(|secret| secret.expires),
        }
    }
}

/// The secret with that digest. `last` has all of them compared, whichever it is.
fn by_digest<'a>(account: Option<&'a Account>, digest: &[u8; 32], now: Timestamp) -> Option<&'a AccountSecret> {
    account?.valid_secrets(now).filter(|secret| secret.hash.is_digest(digest).into()).last()
}

/// The secret with that password, and how many slow hashes it took to know.
fn by_password<'a>(account: Option<&'a Account>, given: &str, now: Timestamp) -> (Option<&'a AccountSecret>, usize) {
    let mut slow_hashes = 0;
    let found = account.into_iter().flat_map(|account| account.valid_secrets(now)).find(|secret| {
        let SecretHash::Argon2id(hash) = &secret.hash else { return false };
        slow_hashes += 1;
        hash.is_of(given)
    });
    (found, slow_hashes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Token;
    use crate::fixtures::{accounts, any_accounts, at, cheap_hash, name, secret, token};

    fn verify(name: &str, given: &str, seconds: i64) -> Option<String> {
        accounts().verify(name, given, at(seconds)).map(|user| user.name)
    }

    #[test]
    fn both_secrets_of_a_kind_prove_the_name_and_no_other() {
        for given in [token(1).reveal(), token(2).reveal()] {
            assert_eq!(verify("ci", given, 1).as_deref(), Some("ci"));
            assert_eq!(verify("team", given, 1), None);
        }
        for given in ["correct horse", "battery staple"] {
            assert_eq!(verify("team", given, 1).as_deref(), Some("team"));
            assert_eq!(verify("ci", given, 1), None);
        }
        for given in ["", "one", "colca_", "correct horse ", token(3).reveal(), &token(1).reveal()[6..]] {
            for name in ["ci", "team", "new", "nobody", ""] {
                assert_eq!(verify(name, given, 1), None, "{name} {given}");
            }
        }
    }

    #[test]
    fn a_secret_proves_nothing_from_the_moment_it_expires() {
        for (name, lasting, expiring) in
            [("ci", token(1).reveal(), token(2).reveal()), ("team", "correct horse", "battery staple")]
        {
            assert!(verify(name, expiring, 99).is_some() && verify(name, lasting, 99).is_some());
            assert!(verify(name, expiring, 100).is_none() && verify(name, lasting, 100).is_some());
        }
    }

    #[test]
    fn the_user_has_the_scopes_of_the_account() {
        let user = accounts().verify("ci", token(1).reveal(), at(1)).expect("a good token");
        assert_eq!(user.scopes(), ["upload:ceph*".parse().expect("a good scope")]);
    }

    #[test]
    fn only_passwords_of_accounts_that_have_some_cost_slow_hashes() {
        for (name, given, slow_hashes) in [
            ("team", "correct horse", 1),
            ("team", "battery staple", 2),
            ("team", "wrong", 2),
            ("team", token(1).reveal(), 0),
            ("ci", "wrong", 0),
            ("ci", token(1).reveal(), 0),
            ("ci", token(3).reveal(), 0),
            ("nobody", "wrong", 0),
            ("nobody", token(1).reveal(), 0),
        ] {
            assert_eq!(accounts().check(name, given, at(1)).slow_hashes, slow_hashes, "{name} {given}");
        }
        assert_eq!(accounts().check("team", "wrong", at(100)).slow_hashes, 1, "the expired one is not tried");
    }

    #[test]
    fn a_password_is_never_compared_with_what_is_kept() {
        let mut accounts = accounts();
        accounts.add_secret("new", secret("p", cheap_hash("colca_is a prefix"), None)).expect("taken");
        assert_eq!(accounts.verify("new", "colca_is a prefix", at(1)), None, "what looks like a token is one");
        for account in accounts.all() {
            for secret in &account.secrets {
                let kept = String::from(secret.hash.clone());
                assert_eq!(accounts.verify(account.name.as_str(), &kept, at(1)), None);
            }
        }
    }

    proptest! {
        #[test]
        fn no_input_makes_it_panic_or_proves_anything(
            accounts in any_accounts(),
            other in any::<String>(),
            given in "(colca_)?.*",
            which: prop::sample::Index,
            now in 0i64..4_000_000_000,
        ) {
            let names = accounts.all().iter().map(|account| account.name.to_string());
            let names: Vec<_> = names.chain([other]).collect();
            // No password of these accounts is that long.
            let given = format!("{given}{}", " ".repeat(21));
            let name: &String = which.get(&names);
            prop_assert_eq!(accounts.verify(name, &given, at(now)), None);
        }

        #[test]
        fn a_secret_is_changed_without_a_pause(
            mut accounts in any_accounts(), old: [u8; 32], new: [u8; 32], now in 0i64..4_000_000_000,
        ) {
            prop_assume!(old != new);
            let (old, new) = (Token::generate(old), Token::generate(new));
            // Which of the two prove the name. It is longer than any other, and so another.
            let ci = "ci-rotation";
            let proven = |accounts: &Accounts| {
                [&old, &new].map(|token| accounts.verify(ci, token.reveal(), at(now)).is_some())
            };
            accounts.put(name(ci), Vec::new(), at(now));
            prop_assert_eq!(proven(&accounts), [false, false]);
            accounts.add_secret(ci, secret("old", old.hash(), None)).expect("taken");
            prop_assert_eq!(proven(&accounts), [true, false]);
            accounts.add_secret(ci, secret("new", new.hash(), None)).expect("taken");
            prop_assert_eq!(proven(&accounts), [true, true]);
            prop_assert!(accounts.remove_secret(ci, "old"));
            prop_assert_eq!(proven(&accounts), [false, true]);
            prop_assert!(accounts.remove(ci));
            prop_assert_eq!(proven(&accounts), [false, false]);
        }
    }
}
