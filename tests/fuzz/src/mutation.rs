//! One way to damage input.

use proptest::{collection::vec, prelude::*, sample::Index};

/// The longest input that is made, in bytes.
const LONGEST: usize = 512 * 1024;

/// Numbers at which readers go wrong, cut to the width of the field.
const NUMBERS: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x00ff_ffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    u64::MAX,
];

/// The same in decimal and octal digits.
const DIGITS: [&str; 10] = [
    "",
    "0",
    "-1",
    "77777777777",
    "99999999",
    "4294967296",
    "9999999999",
    "18446744073709551615",
    "18446744073709551616",
    "1e999",
];

/// One way to damage input. Places count modulo its length.
#[derive(Debug, Clone)]
pub enum Mutation {
    /// One bit is another.
    Flip(Index, u8),
    /// One byte is another.
    Set(Index, u8),
    /// It ends early.
    Truncate(Index),
    /// A binary number of 1, 2, 4 or 8 bytes says something extreme.
    Number {
        /// Where it stands.
        at: Index,
        /// Two to the power of this are its bytes.
        width: u8,
        /// Which of [`NUMBERS`].
        value: Index,
        /// Whether its first byte is the highest.
        big_endian: bool,
    },
    /// The next number in digits says something extreme.
    Digits(Index, Index),
    /// A block stands there several times.
    Repeat {
        /// Where it begins.
        from: Index,
        /// How long it is, in bytes.
        length: usize,
        /// How often it comes again.
        times: usize,
    },
    /// A block is gone.
    Remove(Index, usize),
    /// Something stands in between.
    Insert(Index, Vec<u8>),
    /// A block of another input stands in between.
    Copy {
        /// Which input.
        other: Index,
        /// Where the block begins there.
        from: Index,
        /// How long it is, in bytes.
        length: usize,
        /// Where it goes.
        at: Index,
    },
    /// It goes on as another input does.
    Splice {
        /// Which input.
        other: Index,
        /// Where that goes on.
        from: Index,
        /// Where this one ends.
        at: Index,
    },
}

impl Mutation {
    /// Damages input; `corpus` has the others.
    #[must_use]
    pub fn apply(&self, mut bytes: Vec<u8>, corpus: &[Vec<u8>]) -> Vec<u8> {
        // A place for each byte, and one behind the last.
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        let block = |from: &Index, length: usize, bytes: &[u8]| {
            let from = place(from, bytes);
            from..bytes.len().min(from + length)
        };
        match self {
            Self::Flip(at, bit) => {
                let at = place(at, &bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            Self::Set(at, value) => {
                let at = place(at, &bytes);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = *value;
                }
            }
            Self::Truncate(at) => bytes.truncate(place(at, &bytes)),
            Self::Number { at, width, value, big_endian } => {
                let at = block(at, 1 << width, &bytes);
                let number = value.get(&NUMBERS);
                let (big, little) = (number.to_be_bytes(), number.to_le_bytes());
                let written = if *big_endian { &big[8 - at.len()..] } else { &little[..at.len()] };
                bytes[at].copy_from_slice(written);
            }
            Self::Digits(at, value) => {
                let from = place(at, &bytes);
                let start = bytes[from..].iter().position(u8::is_ascii_digit).map(|start| from + start);
                if let Some(start) = start {
                    let length = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    bytes.splice(start..start + length, value.get(&DIGITS).bytes());
                }
            }
            Self::Repeat { from, length, times } => {
                let block = block(from, *length, &bytes);
                let again = bytes[block.clone()].repeat(*times);
                bytes.splice(block.end..block.end, again);
            }
            Self::Remove(from, length) => {
                let block = block(from, *length, &bytes);
                bytes.drain(block);
            }
            Self::Insert(at, what) => {
                let at = place(at, &bytes);
                bytes.splice(at..at, what.iter().copied());
            }
            Self::Copy { other, from, length, at } => {
                let other = other.get(corpus);
                let (block, at) = (block(from, *length, other), place(at, &bytes));
                bytes.splice(at..at, other[block].iter().copied());
            }
            Self::Splice { other, from, at } => {
                let other = other.get(corpus);
                bytes.truncate(place(at, &bytes));
                bytes.extend(&other[place(from, other)..]);
            }
        }
        bytes.truncate(LONGEST);
        bytes
    }
}

impl Arbitrary for Mutation {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let at = any::<Index>;
        prop_oneof![
            4 => (at(), 0..8_u8).prop_map(|(at, bit)| Self::Flip(at, bit)),
            4 => (at(), prop_oneof![any::<u8>(), prop::sample::select(&b" \n\t\"'<>&;:=[]{}/.%-\0"[..])])
                .prop_map(|(at, value)| Self::Set(at, value)),
            1 => at().prop_map(Self::Truncate),
            3 => (at(), 0..4_u8, at(), any::<bool>())
                .prop_map(|(at, width, value, big_endian)| Self::Number { at, width, value, big_endian }),
            2 => (at(), at()).prop_map(|(at, value)| Self::Digits(at, value)),
            2 => (at(), prop_oneof![1..8_usize, 1..2048_usize], prop_oneof![1..4_usize, 1..400_usize])
                .prop_map(|(from, length, times)| Self::Repeat { from, length, times }),
            2 => (at(), prop_oneof![1..8_usize, 1..512_usize]).prop_map(|(at, length)| Self::Remove(at, length)),
            2 => (at(), vec(any::<u8>(), 0..16)).prop_map(|(at, what)| Self::Insert(at, what)),
            3 => (at(), at(), prop_oneof![1..16_usize, 1..512_usize], at())
                .prop_map(|(other, from, length, at)| Self::Copy { other, from, length, at }),
            2 => (at(), at(), at()).prop_map(|(other, from, at)| Self::Splice { other, from, at }),
        ]
        .boxed()
    }
}
