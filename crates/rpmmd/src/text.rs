//! Text of headers, which may be in any encoding.

use std::borrow::Cow;

/// The bytes of a header's string as text, without change where they are UTF-8.
///
/// Anything else is taken for ISO 8859-1 as `createrepo_c` takes it, which drops the upper half's controls and
/// signs (0x80 to 0xbf) and keeps its letters. The two noncharacters that XML forbids become the replacement
/// character; what else it forbids, [`has_control`] must have found before.
pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match str::from_utf8(bytes) {
        Ok(text) if text.contains(['\u{fffe}', '\u{ffff}']) => {
            Cow::Owned(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
        }
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let kept = bytes.iter().filter(|byte| !(0x80..0xc0).contains(*byte));
            Cow::Owned(kept.map(|byte| char::from(*byte)).collect())
        }
    }
}

/// Whether there is a character that XML 1.0 cannot hold in any way. Bytes of 0 are let pass: they are the
/// ends of strings.
pub(crate) fn has_control(bytes: &[u8]) -> bool {
    // No early end, so that it compiles to a few instructions for 16 bytes.
    bytes.iter().fold(false, |found, byte| found | (matches!(byte, 1..=31) & !matches!(byte, b'\t' | b'\n' | b'\r')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_stays_as_it_is() {
        assert!(matches!(decode("ümläut ☃ 𝄞".as_bytes()), Cow::Borrowed("ümläut ☃ 𝄞")));
    }

    #[test]
    fn anything_else_is_latin_1_without_its_signs() {
        assert_eq!(decode(b"caf\xe9 \xa9 \x80"), "café  ");
        assert_eq!(decode("ü".as_bytes().first_chunk::<1>().expect("two bytes")), "Ã");
    }

    #[test]
    fn what_only_libxml2_takes_for_utf8_is_not() {
        assert_eq!(decode(b"\xed\xa0\x80 surrogate"), "í surrogate");
        assert_eq!(decode(b"\xc0\x80 overlong"), "À overlong");
    }

    #[test]
    fn noncharacters_are_replaced() {
        assert_eq!(decode("a\u{fffe}b\u{ffff}c\u{fdd0}".as_bytes()), "a\u{fffd}b\u{fffd}c\u{fdd0}");
    }

    #[test]
    fn finds_control_characters_and_no_others() {
        for byte in 1..=u8::MAX {
            let control = byte < 32 && ![9, 10, 13].contains(&byte);
            assert_eq!(has_control(&[b'a', byte, b'b']), control, "{byte}");
        }
        assert!(!has_control(b"ends\0of\0strings\0"));
    }
}
