//! How the receiver knows that it is us, and that nobody has changed what we say: the signature of Standard Webhooks, which
//! libraries of most languages verify.
//!
//! Format: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use colca_store::SigningSecret;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;

/// The value of `webhook-signature`: over the id, the second in which it is sent, and the body.
pub(crate) fn sign(secret: &SigningSecret, id: &str, at: Timestamp, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).expect("HMAC takes keys of any length");
    mac.update(format!("{id}.{}.{body}", at.as_second()).as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn signed(secret: &str, id: &str, second: i64, body: &str) -> String {
        let at = Timestamp::from_second(second).expect("a moment");
        sign(&secret.parse().expect("a secret"), id, at, body)
    }

    /// The example that the libraries of Standard Webhooks test themselves with.
    #[test]
    fn is_what_libraries_verify() {
        let signature = signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    proptest! {
        #[test]
        fn whatever_is_changed_changes_it(id in "evt_[0-9a-f]{4}", second in 0_i64..4_000_000_000, body in ".{1,40}") {
            let signature = signed(SECRET, &id, second, &body);
            prop_assert_ne!(&signature, &signed(SECRET, &format!("{id}0"), second, &body));
            prop_assert_ne!(&signature, &signed(SECRET, &id, second + 1, &body));
            prop_assert_ne!(&signature, &signed(SECRET, &id, second, &format!("{body} ")));
            let other = SigningSecret::generate([1; 32]).reveal();
            prop_assert_ne!(&signature, &signed(&other, &id, second, &body));
        }
    }
}
