//! Keys that somebody made elsewhere. What is wrong with one is said here, not when something is to be published.

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::{
    composed::{Deserializable, SignedSecretKey},
    types::{Fingerprint, KeyDetails, S2kParams, SecretParams, StringToKey},
};

use crate::{PublicKey, SecretKey, SignatureRequest, armor, certificate::Certificate};

/// The longest key that is read, in bytes. Keys with many signatures by others are longer; those are of no use in here.
const LONGEST: usize = 60_000;

/// The type that GnuPG gives to a secret key which is not there, but in a safe or on a card.
const GNU_DUMMY: u8 = 101;

impl SecretKey {
    /// Takes a key exported by `gpg --armor --export-secret-keys`, or `--export-secret-subkeys`, which leaves the primary key
    /// out.
    ///
    /// # Errors
    /// [`Invalid`] for `import` if it is not exactly one secret key, is protected by a passphrase, has expired, was revoked, may
    /// not sign, is of an algorithm that some client cannot read, or weak.
    pub fn import(armored: &str, now: Timestamp) -> Result<Self, Invalid> {
        let key = Self::restore(armored)?;
        let (public, created) = (key.public_key(), key.public_key().created());
        let refuse = |rule: &str, when: String| Err(Invalid::new("import", rule, public.fingerprint() + &when));
        match public.expires() {
            Some(expires) if expires <= now => refuse("must not have expired", format!(", which expired at {expires}")),
            _ if created > now => refuse("must not be made in the future", format!(", which was made at {created}")),
            _ => Ok(key),
        }
    }

    /// Takes a key that was taken before, in the meantime expired or not.
    ///
    /// # Errors
    /// As [`SecretKey::import`], but for the time.
    pub fn restore(armored: &str) -> Result<Self, Invalid> {
        let key = one_key(armored)?;
        let fingerprint = key.primary_key.fingerprint();
        let refuse = |rule: &str| Invalid::new("import", rule, format_args!("{fingerprint:X}"));

        let mut at_hand = Vec::new();
        for (fingerprint, secret) in secrets(&key) {
            match secret {
                SecretParams::Plain(_) => at_hand.push(fingerprint),
                SecretParams::Encrypted(secret) if is_dummy(secret.string_to_key_params()) => {}
                SecretParams::Encrypted(_) => {
                    return Err(refuse("must not be protected by a passphrase, since nobody will be there to type it"));
                }
            }
        }
        let public = key.to_public_key();
        let certificate = Certificate::read(&public).map_err(|rule| refuse(&rule))?;
        let signer = certificate.signer.fingerprint();
        if !at_hand.contains(&signer) {
            let rule = "must have the secret part of the key that signs";
            return Err(Invalid::new("import", rule, format_args!("{fingerprint:X} without {signer:X}")));
        }
        let key = Self::new(key, PublicKey::new(public, certificate));
        let trial = key.sign(SignatureRequest::detached(key.public_key(), b"", Timestamp::UNIX_EPOCH));
        trial.map_err(|_| refuse("must have a secret part that fits its public part"))?;
        Ok(key)
    }
}

/// The one key that a text holds.
fn one_key(armored: &str) -> Result<SignedSecretKey, Invalid> {
    let refuse = |rule: &str, value: &str| Invalid::new("import", rule, value);
    let unreadable = |error: pgp::errors::Error| refuse("must be an armored OpenPGP secret key", &error.to_string());
    if armored.len() > LONGEST {
        let length = format!("{} bytes", armored.len());
        return Err(refuse("must not be longer than 60 000 bytes", &length));
    }
    match armor::blocks(armored) {
        0 => {
            return Err(refuse(
                "must be an armored secret key, as gpg --armor --export-secret-keys writes it",
                "no OpenPGP block",
            ));
        }
        1 => {}
        several => return Err(refuse("must be one block", &format!("{several} blocks"))),
    }
    if armored.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
        return Err(refuse("must be a secret key, as gpg --armor --export-secret-keys writes it", "a public key"));
    }
    let (mut keys, _) = SignedSecretKey::from_string_many(armored).map_err(unreadable)?;
    let key = keys.next().ok_or_else(|| refuse("must be a secret key", "an empty block"))?.map_err(unreadable)?;
    match keys.count() {
        0 => Ok(key),
        more => Err(refuse("must be one key", &format!("{} keys", more + 1))),
    }
}

/// The secret parts of a key and its subkeys.
fn secrets(key: &SignedSecretKey) -> impl Iterator<Item = (Fingerprint, &SecretParams)> {
    let primary = (key.primary_key.fingerprint(), key.primary_key.secret_params());
    let subkeys = key.secret_subkeys.iter().map(|subkey| (subkey.key.fingerprint(), subkey.key.secret_params()));
    std::iter::once(primary).chain(subkeys)
}

fn is_dummy(protection: &S2kParams) -> bool {
    let (S2kParams::Cfb { s2k, .. } | S2kParams::MalleableCfb { s2k, .. }) = protection else {
        return false;
    };
    matches!(s2k, StringToKey::Private { typ: GNU_DUMMY, .. })
}
