//! How a file is put together of runs that are compressed each by itself.

use serde::{Deserialize, Serialize};

use crate::{Grade, gzip, text_sum::TextSum};

/// A compression whose files can be put together.
///
/// xz and bzip2 are none: dnf, zypper and apt refuse files of several streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// One member, whose parts do not refer to each other. Programs exist that read no second member.
    Gzip,
    /// A frame for each part, with the length of its content. <https://www.rfc-editor.org/rfc/rfc8878#section-3.1>
    Zstd,
}

impl Codec {
    /// The beginning of a file, up to the first segment.
    pub(crate) fn opening(self, text: &str, grade: &Grade) -> Vec<u8> {
        let run = self.run(text.as_bytes(), grade);
        match self {
            Self::Gzip => [&gzip::HEADER[..], &run].concat(),
            Self::Zstd => run,
        }
    }

    /// A part of a file that may follow any other. Of no text nothing is made.
    pub(crate) fn run(self, text: &[u8], grade: &Grade) -> Vec<u8> {
        match self {
            _ if text.is_empty() => Vec::new(),
            Self::Gzip => gzip::run(text, grade.gzip),
            Self::Zstd => frame(text, grade.zstd),
        }
    }

    /// The end of a file of so much text in all. A file without any is still a file.
    pub(crate) fn closing(self, text: &str, whole: TextSum, grade: &Grade) -> Vec<u8> {
        match self {
            Self::Gzip => gzip::end(text.as_bytes(), whole, grade.gzip),
            Self::Zstd if whole.length == 0 => frame(b"", grade.zstd),
            Self::Zstd => self.run(text.as_bytes(), grade),
        }
    }
}

fn frame(text: &[u8], level: i32) -> Vec<u8> {
    zstd::bulk::compress(text, level).expect("compressing into memory has nothing to fail at")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::unpacker::{Garbled, Unpacker};

    const CODECS: [Codec; 2] = [Codec::Gzip, Codec::Zstd];

    /// Text that does not compress at all, and text that does.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![vec(any::<u8>(), 0..3000), vec(0..2_u8, 0..30_000)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn parts_make_a_file(opening: String, runs in vec(text(), 0..4), closing: String) {
            let text = [opening.as_bytes(), &runs.concat(), closing.as_bytes()].concat();
            for (codec, grade) in CODECS.into_iter().flat_map(|codec| [(codec, Grade::FRESH), (codec, Grade::MERGED)]) {
                let mut file = codec.opening(&opening, &grade);
                runs.iter().for_each(|run| file.extend(codec.run(run, &grade)));
                file.extend(codec.closing(&closing, TextSum::of(&text), &grade));
                let mut unpacked = Vec::new();
                let mut rest = &file[..];
                match codec {
                    Codec::Gzip => flate2::bufread::GzDecoder::new(&mut rest).read_to_end(&mut unpacked),
                    Codec::Zstd => zstd::Decoder::with_buffer(&mut rest).expect("starts").read_to_end(&mut unpacked),
                }
                .expect("a good file");
                prop_assert!(unpacked == text && rest.is_empty() && !file.is_empty(), "{codec:?}");
            }
        }

        #[test]
        fn runs_are_unpacked_from_any_one_on(runs in vec(text(), 0..4), chunk in 1..5000_usize) {
            for codec in CODECS {
                let mut unpacker = Unpacker::new(codec);
                for run in &runs {
                    let mut unpacked = Vec::<u8>::new();
                    for chunk in codec.run(run, &Grade::FRESH).chunks(chunk) {
                        let fed = unpacker.feed(chunk, |text| unpacked.extend(text));
                        prop_assert!(fed.is_ok());
                    }
                    prop_assert!(unpacked == *run, "each run gives all its text");
                }
            }
        }

        #[test]
        fn other_bytes_end_in_an_error_or_in_text(bytes: Vec<u8>) {
            for codec in CODECS {
                let mut length = 0;
                match Unpacker::new(codec).feed(&bytes, |text| length += text.len()) {
                    Ok(()) | Err(Garbled) => prop_assert!(length <= 1032 * bytes.len() || codec == Codec::Zstd),
                }
            }
        }
    }

    #[test]
    fn a_frame_tells_the_length_of_its_content() {
        let frame = Codec::Zstd.run(&[b'a'; 70_000], &Grade::FRESH);
        assert_eq!(zstd::zstd_safe::get_frame_content_size(&frame).expect("a frame"), Some(70_000));
    }

    #[test]
    fn a_gzip_header_is_the_one_of_flate2() {
        let file = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::new(6)).finish().expect("in memory");
        assert_eq!(file[..gzip::HEADER.len()], gzip::HEADER);
    }
}
