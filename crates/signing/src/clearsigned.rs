//! Texts with their signature around them (RFC 4880, section 7), as apt wants `InRelease`.

use crate::{Signature, armor::detached};

/// The text between two markers, in which lines that begin with a dash are escaped, and the signatures after it. They must
/// have been made by [`crate::SignatureRequest::cleartext`] for the same text.
///
/// GnuPG and apt cut lines at 19 995 bytes, so a text should have none as long.
#[must_use]
pub fn clearsigned(text: &str, signatures: &[Signature]) -> String {
    let mut digests: Vec<_> = signatures.iter().map(Signature::digest_name).collect();
    digests.sort_unstable();
    digests.dedup();
    let mut out = format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: {}\n\n", digests.join(","));
    for line in text.split_inclusive('\n') {
        if line.starts_with('-') {
            out.push_str("- ");
        }
        out.push_str(line);
    }
    // The last line break belongs to the marker, not to the text.
    if !text.ends_with('\n') {
        out.push('\n');
    }
    out + &detached(signatures)
}

/// What is hashed of a text: its lines without trailing blanks, with CR LF between them, and none after the last.
pub(crate) fn signed_form(text: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let lines: Vec<_> = text.split('\n').map(|line| line.trim_end_matches([' ', '\t', '\r'])).collect();
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use pgp::composed::{CleartextSignedMessage, Deserializable, SignedPublicKey};
    use proptest::prelude::*;

    use super::*;
    use crate::{NewKey, SecretKey, SignatureRequest, UserId};

    fn key() -> SecretKey {
        let user_id = UserId::new("Test").expect("a good user ID");
        SecretKey::generate(NewKey::Ed25519, &user_id, Timestamp::UNIX_EPOCH, None, [1; 32]).expect("a key")
    }

    #[test]
    fn only_what_survives_transport_is_signed() {
        for (text, signed) in [
            ("", ""),
            ("\n", ""),
            ("\n\n", "\r\n"),
            ("a", "a"),
            ("a\n", "a"),
            ("a\r\nb\r\n", "a\r\nb"),
            ("a \t\n- b\n", "a\r\n- b"),
            (" a\n\nb", " a\r\n\r\nb"),
        ] {
            assert_eq!(signed_form(text), signed, "{text:?}");
        }
    }

    #[test]
    fn signatures_name_their_digests_once() {
        let key = key();
        let signature = || key.sign(SignatureRequest::cleartext(key.public_key(), "a", Timestamp::UNIX_EPOCH)).unwrap();
        let text = clearsigned("a", &[signature(), signature()]);
        assert!(
            text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\na\n-----BEGIN PGP SIGNATURE-----\n")
        );
    }

    proptest! {
        #[test]
        fn another_reader_takes_any_text(text in "[-\n \ta]{0,30}") {
            let key = key();
            let signature = key.sign(SignatureRequest::cleartext(key.public_key(), &text, Timestamp::UNIX_EPOCH)).unwrap();
            let (message, _) = CleartextSignedMessage::from_string(&clearsigned(&text, &[signature])).unwrap();
            let public = SignedPublicKey::from_bytes(key.public_key().to_bytes().as_slice()).unwrap();
            prop_assert!(message.verify(&public).is_ok(), "{}", message.text());
        }
    }
}
