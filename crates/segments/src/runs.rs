//! A gzip file that is put together of runs of text, each packed by itself. What is kept of a run lets the next file take it
//! over as it is.

use colca_model::Sha256;
use serde::{Deserialize, Serialize};

use crate::{Codec, Damaged, Grade, gzip, state::State, text_sum::TextSum, unpacker::Unpacker};

/// What is known of a run and of the file up to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    text: TextSum,
    /// How many bytes of the file it is.
    packed: u64,
    /// The SHA-256 of the text of the file up to its end.
    sha256: State,
}

impl Run {
    /// Its text, from its bytes in the file.
    ///
    /// # Errors
    /// If they are not those of this run.
    pub fn unpack(&self, packed: &[u8]) -> Result<Vec<u8>, Damaged> {
        let mut text = Vec::new();
        self.unpack_to(packed, |bytes| text.extend_from_slice(bytes))?;
        Ok(text)
    }

    fn unpack_to(&self, packed: &[u8], mut give: impl FnMut(&[u8])) -> Result<(), Damaged> {
        let (mut length, mut crc) = (0, crc32fast::Hasher::new());
        let fed = Unpacker::new(Codec::Gzip).feed(packed, |text| {
            length += text.len() as u64;
            // More than there should be is not kept.
            if length <= self.text.length {
                crc.update(text);
                give(text);
            }
        });
        let is_it = fed.is_ok() && TextSum { length, crc: crc.finalize() } == self.text;
        is_it.then_some(()).ok_or(DAMAGED)
    }
}

const DAMAGED: Damaged = Damaged::Object { output: 0, reason: "does not have the runs that it should have" };

/// The bytes of each run of a file.
///
/// # Errors
/// If it is too short for them.
pub fn split<'a>(mut file: &'a [u8], runs: impl IntoIterator<Item = &'a Run>) -> Result<Vec<&'a [u8]>, Damaged> {
    let mut take = |length: u64| {
        let (taken, rest) = usize::try_from(length).ok().and_then(|length| file.split_at_checked(length))?;
        file = rest;
        Some(taken)
    };
    take(gzip::HEADER.len() as u64).filter(|header| *header == gzip::HEADER).ok_or(DAMAGED)?;
    runs.into_iter().map(|run| take(run.packed).ok_or(DAMAGED)).collect()
}

/// Puts a file together.
pub struct RunWriter {
    packed: Vec<u8>,
    text: TextSum,
    sha256: State,
}

impl RunWriter {
    /// A file without any text so far.
    #[must_use]
    pub fn new() -> Self {
        Self { packed: Codec::Gzip.opening("", &Grade::FRESH), text: TextSum::default(), sha256: State::default() }
    }

    /// Packs a run.
    pub fn write(&mut self, text: &[u8]) -> Run {
        let packed = Codec::Gzip.run(text, &Grade::FRESH);
        self.sha256.update(text);
        self.push(TextSum::of(text), &packed)
    }

    /// Takes a run over from another file, and the one `before` it there is known: its text is read only if the text before
    /// it has changed.
    ///
    /// # Errors
    /// If it is read, and these are not its bytes.
    pub fn keep(&mut self, before: Option<&Run>, run: &Run, packed: &[u8]) -> Result<Run, Damaged> {
        if self.sha256 == before.map(|before| before.sha256.clone()).unwrap_or_default() {
            self.sha256 = run.sha256.clone();
        } else {
            run.unpack_to(packed, |text| self.sha256.update(text))?;
        }
        Ok(self.push(run.text, packed))
    }

    fn push(&mut self, text: TextSum, packed: &[u8]) -> Run {
        self.text = self.text.then(text);
        self.packed.extend_from_slice(packed);
        Run { text, packed: packed.len() as u64, sha256: self.sha256.clone() }
    }

    /// The file, and the length and SHA-256 of its text.
    #[must_use]
    pub fn finish(mut self) -> (Vec<u8>, u64, Sha256) {
        self.packed.extend(Codec::Gzip.closing("", self.text, &Grade::FRESH));
        (self.packed, self.text.length, self.sha256.digest())
    }
}

impl Default for RunWriter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::{collection::vec, prelude::*};
    use sha2::Digest;

    use super::*;

    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![vec(any::<u8>(), 1..300), vec(0..2_u8, 1..3_000)]
    }

    fn write(texts: &[Vec<u8>]) -> (Vec<Run>, Vec<u8>) {
        let mut writer = RunWriter::new();
        let runs = texts.iter().map(|text| writer.write(text)).collect();
        let (file, length, sha256) = writer.finish();
        let all = texts.concat();
        let mut rest = &file[..];
        let mut unpacked = Vec::new();
        flate2::bufread::GzDecoder::new(&mut rest).read_to_end(&mut unpacked).expect("gzip");
        assert!(rest.is_empty() && unpacked == all);
        assert_eq!((length, sha256), (all.len() as u64, Sha256::new(sha2::Sha256::digest(&all).into())));
        (runs, file)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn runs_that_are_kept_are_those_that_would_be_written(old in vec(text(), 1..6), other in text(), at in any::<usize>()) {
            let at = at % old.len();
            let (runs, file) = write(&old);
            let packed = split(&file, &runs).expect("just written");
            for (text, (run, packed)) in old.iter().zip(runs.iter().zip(&packed)) {
                prop_assert_eq!(&run.unpack(packed).expect("good"), text);
            }
            // One is replaced, and one left out.
            for replacement in [Some(&other), None] {
                let mut writer = RunWriter::new();
                let mut kept = Vec::new();
                for (number, run) in runs.iter().enumerate() {
                    let before = number.checked_sub(1).map(|before| &runs[before]);
                    match replacement {
                        _ if number != at => kept.push(writer.keep(before, run, packed[number]).expect("good")),
                        Some(other) => kept.push(writer.write(other)),
                        None => {}
                    }
                }
                let mut texts = old.clone();
                texts.splice(at..=at, replacement.cloned());
                prop_assert_eq!((kept, writer.finish().0), write(&texts));
            }
        }

        #[test]
        fn what_is_no_run_is_refused(text in text(), other: Vec<u8>) {
            let (runs, file) = write(&[text]);
            prop_assert!(runs[0].unpack(&other).is_err());
            prop_assert!(split(&other, &runs).is_err());
            prop_assert!(split(&file[..file.len() / 2], &[runs[0].clone(), runs[0].clone()]).is_err());
        }
    }
}
