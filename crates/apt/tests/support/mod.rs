//! What the tests share. Each of them uses a part.
#![allow(dead_code)]

pub(crate) mod dpkg;
pub(crate) mod paragraphs;
pub(crate) mod published;
pub(crate) mod raw_deb;
#[path = "../../../rpmmd/tests/support/scratch.rs"]
pub(crate) mod scratch;
pub(crate) mod source;
pub(crate) mod tool;

use colca_apt::{ControlExtent, Package};

/// Reads a file as a caller does that pays for every byte: `first` bytes, and then what is asked for. Gives the bytes
/// that were read and the rounds it took.
pub(crate) fn read(file: &[u8], first: usize) -> Result<(Package, usize, u32), colca_apt::Invalid> {
    let size = file.len() as u64;
    let mut have = first.min(file.len());
    let mut rounds = 1;
    loop {
        let extent = ControlExtent::locate(&file[..have], size)?;
        let needed = usize::try_from(extent.needed()).expect("small");
        assert!(needed <= file.len(), "{extent:?} reaches beyond {size}");
        if needed <= have {
            return Ok((Package::parse(&file[..needed], size)?, needed, rounds));
        }
        have = needed;
        rounds += 1;
    }
}

/// Reads a whole file; gives what is said against it.
pub(crate) fn refusal(file: &[u8]) -> String {
    match Package::parse(file, file.len() as u64) {
        Ok(package) => panic!("{package:?} was accepted"),
        Err(invalid) => invalid.to_string(),
    }
}
