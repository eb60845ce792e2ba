//! Names that no other test, and no earlier run against the same stack, uses.

use std::{fs::File, io::Read};

/// A project name for one test: `t-<test>-<random>`.
#[must_use]
pub fn project(test: &str) -> String {
    format!("t-{test}-{}", hex::encode(random::<5>()))
}

/// Random bytes from the kernel.
///
/// # Panics
/// If the kernel gives none.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).expect("/dev/urandom gives bytes");
    bytes
}
