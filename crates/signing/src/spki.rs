//! Public keys as services hand them out: SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).

use colca_model::Invalid;
use pgp::types::{EcdsaPublicParams, PublicParams, RsaPublicParams};
use spki::{DecodePublicKey, ObjectIdentifier, SubjectPublicKeyInfoRef, der::Decode};

/// RSA (RFC 8017, appendix C).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// A key on an elliptic curve, which its parameter names (RFC 5480).
const ELLIPTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// The numbers of a key.
pub(crate) fn params(der: &[u8]) -> Result<PublicParams, Invalid> {
    let refuse = |rule: &str, value: &dyn std::fmt::Display| Invalid::new("public key", rule, value);
    let malformed = |error: spki::Error| refuse("must be a SubjectPublicKeyInfo in DER", &error);
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|error| malformed(error.into()))?;
    let (algorithm, curve) = (info.algorithm.oid, info.algorithm.parameters_oid().ok());
    match (algorithm, curve) {
        (RSA, _) => {
            let key = rsa::RsaPublicKey::from_public_key_der(der).map_err(malformed)?;
            Ok(PublicParams::RSA(RsaPublicParams::from(key)))
        }
        (ELLIPTIC, Some(P256)) => {
            let key = p256::PublicKey::from_public_key_der(der).map_err(malformed)?;
            Ok(PublicParams::ECDSA(EcdsaPublicParams::P256 { key }))
        }
        (ELLIPTIC, Some(P384)) => {
            let key = p384::PublicKey::from_public_key_der(der).map_err(malformed)?;
            Ok(PublicParams::ECDSA(EcdsaPublicParams::P384 { key }))
        }
        (algorithm, curve) => Err(refuse("must be RSA, or on NIST P-256 or P-384", &curve.unwrap_or(algorithm))),
    }
}
