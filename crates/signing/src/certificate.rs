//! What a certificate comes to: a primary key, what it says of itself, and the key of it that signs.

use jiff::Timestamp;
use pgp::{
    composed::{SignedPublicKey, SignedPublicSubKey},
    packet::Signature,
    types::KeyDetails,
};

use crate::{KeyAlgorithm, pending::Signer, self_signatures as statements, time};

/// What the signatures in a certificate say, once they are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The key that signs.
    pub(crate) signer: Signer,
    /// When that key expires, or the primary key if that is earlier.
    pub(crate) expires: Option<Timestamp>,
    /// User IDs, the primary one first.
    pub(crate) user_ids: Vec<String>,
}

/// A rule that a certificate breaks, as half a sentence.
pub(crate) type Rule = String;

/// A key that may sign, and when it stops.
struct Candidate {
    signer: Signer,
    expires: Option<Timestamp>,
}

impl Certificate {
    /// Reads a certificate. As with GnuPG, a subkey that may sign goes before the primary key, which is often kept in a safe;
    /// of several it is the one that lives longest, and of those the newest. The time does not matter: whoever reads the
    /// certificate finds the same key, at any time.
    pub(crate) fn read(key: &SignedPublicKey) -> Result<Self, Rule> {
        KeyAlgorithm::of(&key.primary_key)?;
        if statements::is_revoked(key) {
            return Err("must not be revoked".to_owned());
        }
        let Some(statement) = statements::of_key(key) else {
            return Err("must have a valid signature by itself".to_owned());
        };
        let user_ids = user_ids(key);
        if user_ids.is_empty() {
            return Err("must have a user ID that is not revoked".to_owned());
        }
        refuse_weak("its signature by itself", statement)?;
        let expires =
            statements::lifetime(statement).map(|lifetime| time::after(key.primary_key.created_at(), lifetime));

        let mut subkeys: Vec<_> = key.public_subkeys.iter().collect();
        subkeys.sort_by_key(|subkey| subkey.key.created_at());
        let (mut bound, mut broken) = (Vec::new(), None);
        for subkey in subkeys {
            let Some(binding) = statements::of_subkey(key, subkey) else { continue };
            match candidate(subkey, binding, expires) {
                Ok(candidate) => bound.push(candidate),
                Err(rule) => broken = Some(rule),
            }
        }
        // A missing end is later than any; of equals the last counts.
        let longest = bound.into_iter().max_by_key(|candidate| candidate.expires.unwrap_or(Timestamp::MAX));
        let primary = || {
            let signer = Signer::Primary(key.primary_key.clone());
            statements::may_sign(statement).then_some(Candidate { signer, expires })
        };
        let none = || broken.unwrap_or_else(|| "must have a key that may sign".to_owned());
        let Candidate { signer, expires } = longest.or_else(primary).ok_or_else(none)?;
        Ok(Self { signer, expires, user_ids })
    }
}

/// A subkey as a candidate, or the rule it breaks.
fn candidate(subkey: &SignedPublicSubKey, binding: &Signature, primary: Option<Timestamp>) -> Result<Candidate, Rule> {
    KeyAlgorithm::of(&subkey.key)?;
    refuse_weak("the signature that binds its subkey", binding)?;
    let own = statements::lifetime(binding).map(|lifetime| time::after(subkey.key.created_at(), lifetime));
    let expires = own.into_iter().chain(primary).min();
    Ok(Candidate { signer: Signer::Subkey(subkey.key.clone()), expires })
}

fn refuse_weak(what: &str, statement: &Signature) -> Result<(), Rule> {
    match statements::weak_digest(statement) {
        Some(hash) => Err(format!("must have SHA-256 or better in {what}, not {hash}")),
        None => Ok(()),
    }
}

/// The user IDs that were not revoked: the primary one, then by their age from the newest.
fn user_ids(key: &SignedPublicKey) -> Vec<String> {
    let named = key.details.users.iter().filter_map(|user| Some((statements::of_user(key, user)?, user)));
    let mut named: Vec<_> = named.collect();
    named.sort_by_key(|(statement, _)| std::cmp::Reverse((statement.is_primary(), statement.created())));
    named.into_iter().map(|(_, user)| String::from_utf8_lossy(user.id.id()).into_owned()).collect()
}
