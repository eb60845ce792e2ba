//! How long the headers of rpms are: what whoever reads nothing else of them has to read.

use std::{fs::File, io::Read};

use crate::{
    failure::{At, Result, wrong},
    synthetic::{Data, Placed},
};

/// The lead, which says nothing any more, and each header's own beginning
/// (<https://rpm-software-management.github.io/rpm/manual/format_v4.html>).
const LEAD: usize = 96;
const INTRO: usize = 16;

/// Bytes up to where the payload begins, of all packages.
pub(super) fn bytes(data: &Data) -> Result<u64> {
    data.packages.iter().try_fold(0, |sum, package| Ok(sum + one(package)?))
}

fn one((_, path): &Placed) -> Result<u64> {
    let mut file = File::open(path).at(path)?;
    let mut begun = [0; LEAD];
    file.read_exact(&mut begun).at(path)?;
    let signatures = header(&mut file).at(path)?;
    let padding = signatures.wrapping_neg() % 8;
    std::io::copy(&mut (&mut file).take(padding), &mut std::io::sink()).at(path)?;
    let header = header(&mut file).at(path)?;
    if header == 0 {
        wrong(format_args!("{} is no rpm", path.display()))
    } else {
        Ok(LEAD as u64 + signatures + padding + header)
    }
}

/// Reads a header to its end: its length, 0 if it is none.
fn header(file: &mut File) -> std::io::Result<u64> {
    let mut intro = [0; INTRO];
    file.read_exact(&mut intro)?;
    let number = |place: usize| u32::from_be_bytes(intro[place..place + 4].try_into().expect("four bytes"));
    if !intro.starts_with(&[0x8e, 0xad, 0xe8]) {
        return Ok(0);
    }
    let rest = u64::from(number(8)) * INTRO as u64 + u64::from(number(12));
    std::io::copy(&mut file.take(rest), &mut std::io::sink())?;
    Ok(INTRO as u64 + rest)
}
