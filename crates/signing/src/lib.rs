//! OpenPGP: keys, and signatures over repositories and packages. Bytes in, bytes out: time and randomness are given.
//!
//! # Two phases
//!
//! A key lies in memory, or it lies in a service that answers a digest with a signature and never lets the key out. Both
//! go the same way: a request says what is to be signed, somebody signs its [`Digest`], and the request is completed with
//! what came back. Each request is an [`Unsigned`], so one function of the caller serves them all:
//!
//! ```text
//! SignatureRequest ─────▶ digest ─▶ (key) ─▶ raw signature ─▶ Signature ─▶ detached(), clearsigned()
//! CertificationRequest ─▶                                    ▶ PublicKey
//! RpmRequest ───────────▶                                    ▶ SignedRpm
//! ```
//!
//! # What is made
//!
//! Keys and signatures of version 4 (RFC 4880), with EdDSA as GnuPG has it, for that is what the clients read: GnuPG 2.2,
//! the gpgv of apt, and rpm since 4.14. Those of RFC 9580 are for the day when they do.

mod algorithm;
mod armor;
mod certificate;
mod certification;
mod clearsigned;
mod digest;
mod generate;
mod import;
mod pending;
mod public_key;
mod raw_signature;
mod refused;
mod rpm;
mod secret_key;
mod self_signatures;
mod signature;
mod spki;
mod time;
mod unsigned;
mod user_id;

pub use algorithm::{KeyAlgorithm, NewKey};
pub use armor::{armored_keys, detached};
pub use certification::CertificationRequest;
pub use clearsigned::clearsigned;
pub use digest::{Digest, HashAlgorithm};
pub use public_key::PublicKey;
pub use refused::SignatureRefused;
pub use rpm::{RpmHeaders, RpmRequest, SignedRpm};
pub use secret_key::SecretKey;
pub use signature::{Signature, SignatureRequest};
pub use unsigned::Unsigned;
pub use user_id::UserId;
