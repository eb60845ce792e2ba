//! Signatures in packages: over the header, in the signature header before it. Everything after stays as it is.
//!
//! The header holds digests of the payload since rpm 4.14, so one signature over the header vouches for all of the package.
//! A package of format 4 has room for one, by its kind in the tag `RSA` or `DSA`, and is signed with the first key. Format:
//! <https://rpm-software-management.github.io/rpm/manual/format_v4.html>, and `format_v6.html` beside it.

mod signature_header;
mod value;

use colca_model::Invalid;
use jiff::Timestamp;
use pgp::packet::{PacketTrait, SignatureType};

use crate::{Digest, KeyAlgorithm, PublicKey, SignatureRefused, Unsigned, pending::Pending};
use signature_header::SignatureHeader;

/// Length of the lead.
const LEAD: usize = 96;
/// What every package begins with.
const LEAD_MAGIC: [u8; 4] = [0xed, 0xab, 0xee, 0xdb];

/// The start of a package, up to where its payload begins.
#[derive(Debug, Clone)]
pub struct RpmHeaders {
    lead: [u8; LEAD],
    signature: SignatureHeader,
    /// How long lead, signature header and padding are in the file: where the header begins.
    start: usize,
    /// Length of the signature header itself, without padding.
    length: usize,
    header: Vec<u8>,
}

impl RpmHeaders {
    /// Reads the first bytes of a package: at least up to the end of its header, all of it if you like.
    ///
    /// # Errors
    /// [`Invalid`] if they are too few, or no package. Whatever was taken into a repository is one.
    pub fn parse(prefix: &[u8]) -> Result<Self, Invalid> {
        let lead = prefix.first_chunk::<LEAD>().filter(|lead| lead.starts_with(&LEAD_MAGIC));
        let lead =
            lead.ok_or_else(|| Invalid::new("rpm", "must begin with a lead", format_args!("{} bytes", prefix.len())))?;
        let (signature, length) = SignatureHeader::parse(&prefix[LEAD..])?;
        let start = (LEAD + length).next_multiple_of(8);
        let header = prefix.get(start..).unwrap_or_default();
        let header = &header[..signature_header::length_of(header, "header")?];
        Ok(Self { lead: *lead, signature, start, length, header: header.to_vec() })
    }

    /// Whether somebody has signed it.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.signature.is_signed()
    }

    /// What is to be signed, so that this key's signature replaces all that there are.
    #[must_use]
    pub fn request(self, key: &PublicKey, created: Timestamp) -> RpmRequest {
        let signer = key.signer().clone();
        let pending = Pending::new(signer, SignatureType::Binary, &[&self.header], created, Vec::new());
        RpmRequest { headers: self, algorithm: key.algorithm(), pending }
    }
}

/// A package that waits for its signature.
#[derive(Debug, Clone)]
pub struct RpmRequest {
    headers: RpmHeaders,
    algorithm: KeyAlgorithm,
    pending: Pending,
}

/// The new start of a package. The file is these bytes, and the old file from `replaces` on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRpm {
    /// Lead, signature header and padding. Mostly as long as the old, since rpm leaves room for signatures.
    pub start: Vec<u8>,
    /// How many bytes of the old file they stand for.
    pub replaces: u64,
}

impl Unsigned for RpmRequest {
    type Signed = SignedRpm;

    fn digest(&self) -> &Digest {
        self.pending.digest()
    }

    fn complete(self, raw: &[u8]) -> Result<SignedRpm, SignatureRefused> {
        let mut packet = Vec::new();
        let signature = self.pending.complete(raw)?;
        signature.to_writer_with_header(&mut packet).expect("writing to memory does not fail");

        let RpmHeaders { lead, mut signature, start, length, .. } = self.headers;
        signature.sign(self.algorithm, packet);
        signature.fill(length);
        let mut bytes = lead.to_vec();
        bytes.extend(signature.to_bytes());
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        Ok(SignedRpm { start: bytes, replaces: start as u64 })
    }
}
