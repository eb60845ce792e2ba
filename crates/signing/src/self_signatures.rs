//! What a key says of itself: the signatures over it that it made and that verify.

use pgp::{
    crypto::hash::HashAlgorithm,
    packet::{Signature, SignatureType, SubpacketData},
    types::{Duration, SignedUser, Tag},
};

use pgp::composed::{SignedPublicKey, SignedPublicSubKey};

/// The newest statement about the key as a whole: one directly about it, or about any user ID that was not revoked.
pub(crate) fn of_key(key: &SignedPublicKey) -> Option<&Signature> {
    let direct = key.details.direct_signatures.iter().filter(|signature| {
        signature.typ() == Some(SignatureType::Key) && signature.verify_key(&key.primary_key).is_ok()
    });
    let of_users = key.details.users.iter().filter_map(|user| of_user(key, user));
    direct.chain(of_users).max_by_key(|signature| signature.created())
}

/// The newest statement about a user ID; none if that revokes it.
pub(crate) fn of_user<'a>(key: &SignedPublicKey, user: &'a SignedUser) -> Option<&'a Signature> {
    let own = user.signatures.iter().filter(|signature| {
        let verified = signature.verify_certification(&key.primary_key, Tag::UserId, &user.id);
        signature.is_certification() && verified.is_ok()
    });
    let newest = own.max_by_key(|signature| signature.created());
    newest.filter(|signature| signature.typ() != Some(SignatureType::CertRevocation))
}

/// The newest statement that binds a subkey that signs; none if one revokes it. The subkey has to agree, or somebody else's
/// could be claimed.
pub(crate) fn of_subkey<'a>(key: &SignedPublicKey, subkey: &'a SignedPublicSubKey) -> Option<&'a Signature> {
    let own = || {
        let verified = |signature: &&Signature| signature.verify_subkey_binding(&key.primary_key, &subkey.key).is_ok();
        subkey.signatures.iter().filter(verified)
    };
    if own().any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation)) {
        return None;
    }
    let binding = own().max_by_key(|signature| signature.created())?;
    let back = binding.embedded_signature()?;
    back.verify_primary_key_binding(&subkey.key, &key.primary_key).ok()?;
    may_sign(binding).then_some(binding)
}

/// Whether the key was revoked by itself.
pub(crate) fn is_revoked(key: &SignedPublicKey) -> bool {
    key.details.revocation_signatures.iter().any(|signature| signature.verify_key(&key.primary_key).is_ok())
}

/// Whether a statement allows the key to sign data. One that says nothing of it allows all that the algorithm can do.
pub(crate) fn may_sign(statement: &Signature) -> bool {
    let mut flags = statement.config().into_iter().flat_map(|config| config.hashed_subpackets());
    let flags = flags.find_map(|subpacket| match &subpacket.data {
        SubpacketData::KeyFlags(flags) => Some(flags.sign()),
        _ => None,
    });
    flags.unwrap_or(true)
}

/// How long the key lives, if a statement limits it.
pub(crate) fn lifetime(statement: &Signature) -> Option<Duration> {
    statement.key_expiration_time().filter(|lifetime| lifetime.as_secs() != 0)
}

/// The digest of a statement, if it is one that others refuse: GnuPG, apt and rpm all distrust SHA-1 by now, or will.
pub(crate) fn weak_digest(statement: &Signature) -> Option<HashAlgorithm> {
    let strong =
        |hash: &HashAlgorithm| matches!(hash, HashAlgorithm::Sha256 | HashAlgorithm::Sha384 | HashAlgorithm::Sha512);
    statement.hash_alg().filter(|hash| !strong(hash))
}
