//! Signs a presigned URL again, as if it had been made at another time: waiting for one to expire takes too long.
//!
//! The keys that a function signs with are its own secret, so this signs with those of the test, which may do the same.
//!
//! AWS Signature Version 4 in a query string, as the S3 documentation ("Authenticating requests: using query
//! parameters") gives it.

use sha2::{Digest, Sha256};

use crate::aws::escape;

/// The same URL signed by a key and its secret on another day. `date` is `YYYYMMDDTHHMMSSZ`; `headers` are those that
/// the URL's signature covers.
///
/// # Panics
/// If it is not a presigned URL.
#[must_use]
pub fn sign_again(method: &str, url: &str, headers: &[(String, String)], keys: (&str, &str), date: &str) -> String {
    let (key, secret) = keys;
    let (address, query) = url.split_once('?').expect("a presigned URL has a query");
    let path = address.splitn(4, '/').nth(3).expect("a path");
    let host = address.split('/').nth(2).expect("a host");
    let mut fields: Vec<(String, String)> = query
        .split('&')
        .map(|field| field.split_once('=').unwrap_or((field, "")))
        .filter(|(name, _)| !matches!(*name, "X-Amz-Signature" | "X-Amz-Security-Token"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut scope = String::new();
    for (name, value) in &mut fields {
        match name.as_str() {
            "X-Amz-Date" => date.clone_into(value),
            "X-Amz-Credential" => {
                let parts: Vec<_> = value.split("%2F").map(str::to_owned).collect();
                let [_, _, region, service, end] = &parts[..] else { panic!("a credential has five parts: {value}") };
                scope = format!("{}/{region}/{service}/{end}", &date[..8]);
                *value = escape(&format!("{key}/{scope}")).replace('/', "%2F");
            }
            _ => {}
        }
    }
    fields.sort();
    let query = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    let names =
        fields.iter().find(|(name, _)| name == "X-Amz-SignedHeaders").map(|(_, value)| value.replace("%3B", ";"));
    let names = names.expect("a presigned URL names the headers it covers");
    let value = |name: &str| match name {
        "host" => host.to_owned(),
        _ => headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map_or_else(String::new, |(_, value)| value.clone()),
    };
    let canonical: String = names.split(';').map(|name| format!("{name}:{}\n", value(name))).collect();
    let request = format!("{method}\n/{path}\n{query}\n{canonical}\n{names}\nUNSIGNED-PAYLOAD");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex::encode(Sha256::digest(request.as_bytes())));
    let key = scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    format!("{address}?{query}&X-Amz-Signature={}", hex::encode(hmac(&key, text.as_bytes())))
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block.resize(64, 0);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = Sha256::digest([&pad(0x36)[..], message].concat());
    Sha256::digest([&pad(0x5c)[..], &inner].concat()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::hmac;

    #[test]
    fn hmac_gives_the_value_of_rfc_4231() {
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(hmac(b"Jefe", b"what do ya want for nothing?")), expected);
    }
}
