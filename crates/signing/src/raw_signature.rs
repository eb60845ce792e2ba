//! Signatures as keys answer them, and as OpenPGP packets hold them.

use pgp::types::{Mpi, SignatureBytes};

use crate::KeyAlgorithm;

/// Length of an Ed25519 signature.
const ED25519: usize = 64;

/// A raw signature as a packet holds it, or what is wrong with its form. See [`crate::Unsigned::complete`].
pub(crate) fn openpgp(algorithm: KeyAlgorithm, raw: &[u8]) -> Result<SignatureBytes, String> {
    let der = |error| format!("it is not the DER of an ECDSA signature ({error})");
    let numbers = match algorithm {
        KeyAlgorithm::Rsa { bits } if raw.len() == bits.div_ceil(8) => vec![Mpi::from_slice(raw)],
        KeyAlgorithm::Rsa { bits } => return Err(format!("it has {} bytes, not {}", raw.len(), bits.div_ceil(8))),
        KeyAlgorithm::Ed25519 => {
            let raw: &[u8; ED25519] =
                raw.try_into().map_err(|_| format!("it has {} bytes, not {ED25519}", raw.len()))?;
            let (r, s) = raw.split_at(ED25519 / 2);
            vec![Mpi::from_slice(r), Mpi::from_slice(s)]
        }
        KeyAlgorithm::NistP256 => {
            let (r, s) = p256::ecdsa::Signature::from_der(raw).map_err(der)?.split_bytes();
            vec![Mpi::from_slice(&r), Mpi::from_slice(&s)]
        }
        KeyAlgorithm::NistP384 => {
            let (r, s) = p384::ecdsa::Signature::from_der(raw).map_err(der)?.split_bytes();
            vec![Mpi::from_slice(&r), Mpi::from_slice(&s)]
        }
    };
    Ok(SignatureBytes::Mpis(numbers))
}

/// The way back, for a signature made by the library's own keys.
pub(crate) fn raw(algorithm: KeyAlgorithm, signature: &SignatureBytes) -> Vec<u8> {
    let SignatureBytes::Mpis(numbers) = signature else {
        unreachable!("version 4 signatures of these algorithms are numbers");
    };
    let (r, s) = match numbers.as_slice() {
        [number] => (number.as_ref(), &[][..]),
        [r, s] => (r.as_ref(), s.as_ref()),
        _ => unreachable!("one number or two"),
    };
    const IN_RANGE: &str = "numbers of the curve's order";
    match algorithm {
        KeyAlgorithm::Rsa { bits } => padded(r, bits.div_ceil(8)),
        KeyAlgorithm::Ed25519 => [padded(r, ED25519 / 2), padded(s, ED25519 / 2)].concat(),
        KeyAlgorithm::NistP256 => {
            let [r, s] = [r, s].map(|number| p256::FieldBytes::clone_from_slice(&padded(number, 32)));
            p256::ecdsa::Signature::from_scalars(r, s).expect(IN_RANGE).to_der().as_bytes().to_vec()
        }
        KeyAlgorithm::NistP384 => {
            let [r, s] = [r, s].map(|number| p384::FieldBytes::clone_from_slice(&padded(number, 48)));
            p384::ecdsa::Signature::from_scalars(r, s).expect(IN_RANGE).to_der().as_bytes().to_vec()
        }
    }
}

/// A number with the leading zeros that OpenPGP leaves out.
fn padded(number: &[u8], length: usize) -> Vec<u8> {
    let zeros = length.saturating_sub(number.len());
    [&vec![0; zeros], number].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_was_written() {
        let numbers =
            |values: &[&[u8]]| SignatureBytes::Mpis(values.iter().map(|value| Mpi::from_slice(value)).collect());
        // The leading zeros are those that numbers lose.
        let short = [0, 0, 7, 9];
        for (algorithm, signature) in [
            (KeyAlgorithm::Rsa { bits: 2048 }, numbers(&[&[7; 255]])),
            (KeyAlgorithm::Ed25519, numbers(&[&short, &[3; 32]])),
            (KeyAlgorithm::NistP256, numbers(&[&short, &[3; 32]])),
            (KeyAlgorithm::NistP384, numbers(&[&[3; 48], &short])),
        ] {
            assert_eq!(openpgp(algorithm, &raw(algorithm, &signature)), Ok(signature), "{algorithm}");
        }
    }

    #[test]
    fn another_form_is_refused() {
        for algorithm in [KeyAlgorithm::Rsa { bits: 2048 }, KeyAlgorithm::Ed25519, KeyAlgorithm::NistP256] {
            for raw in [&[][..], &[0x30, 0x06][..], &[1; 255][..]] {
                assert!(openpgp(algorithm, raw).is_err(), "{algorithm} {raw:?}");
            }
        }
    }
}
