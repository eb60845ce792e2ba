//! Text with an OpenPGP signature around it, as uploads and Release files have.
//!
//! Format: RFC 9580 section 7, <https://www.rfc-editor.org/rfc/rfc9580#section-7>. The signature is not checked here. But
//! what stands outside it is refused, so that nobody takes for signed what is not.

use std::borrow::Cow;

use crate::Invalid;

const MESSAGE: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"-----END PGP SIGNATURE-----";

/// The text of a file that may be clear-signed; a file that is not is its own text. `part` is what errors call it.
pub(crate) fn signed_text<'a>(bytes: &'a [u8], part: &'static str) -> Result<Cow<'a, [u8]>, Invalid> {
    let corrupt = |reason: &str| Err(Invalid::Corrupt { part, reason: reason.to_owned() });
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    if lines.find(|line| !line.is_empty()) != Some(MESSAGE) {
        return Ok(Cow::Borrowed(bytes));
    }
    // Other headers have no meaning here, and one that says that dashes are not escaped would be a trap.
    if lines.by_ref().take_while(|line| !line.is_empty()).any(|line| !line.starts_with(b"Hash: ")) {
        return corrupt("has another header than Hash above its signed text");
    }
    let mut text = Vec::new();
    let ended = lines.by_ref().find_map(|line| match line.strip_prefix(b"- ") {
        None if line == SIGNATURE => Some(true),
        None if line.starts_with(b"-") => Some(false),
        unescaped => {
            text.extend([unescaped.unwrap_or(line), b"\n"].concat());
            None
        }
    });
    match ended {
        Some(true) => {}
        Some(false) => return corrupt("has a line of its signed text that begins with a dash"),
        None => return corrupt("ends before its signature"),
    }
    let is_armour = |line: &[u8]| !line.starts_with(b"-") && line.iter().all(|byte| matches!(byte, b' '..=b'~'));
    match lines.find(|line| *line == END || !is_armour(line)) {
        Some(END) => {}
        Some(_) => return corrupt("has something else in its signature"),
        None => return corrupt("ends within its signature"),
    }
    if lines.any(|line| !line.is_empty()) {
        return corrupt("goes on after its signature");
    }
    Ok(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(signed: &str) -> Result<String, String> {
        let text = signed_text(signed.as_bytes(), "the .dsc").map_err(|invalid| invalid.to_string())?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    const HEAD: &str = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n";
    const TAIL: &str = "-----BEGIN PGP SIGNATURE-----\nVersion: x\n\niQ+/=\n=abcd\n-----END PGP SIGNATURE-----\n";

    #[test]
    fn takes_text_out_of_its_signature() {
        for around in ["", "\n", "\n \n"] {
            let signed = format!("{around}{HEAD}A: 1\n- -dash\n- - twice\n\nB: 2 \n{TAIL}{around}");
            assert_eq!(text(&signed), Ok("A: 1\n-dash\n- twice\n\nB: 2\n".to_owned()));
        }
        assert_eq!(text(&format!("{}{TAIL}", HEAD.replace("Hash: SHA512\n", ""))), Ok(String::new()));
        assert_eq!(text(&format!("{HEAD}A: 1\n{TAIL}").replace('\n', "\r\n")), Ok("A: 1\n".to_owned()));
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for plain in
            ["", "A: 1\n", "A: 1\r\n\n\n", "-----BEGIN PGP SIGNATURE-----\n", " -----BEGIN PGP SIGNED MESSAGE-----\n"]
        {
            assert_eq!(text(plain), Ok(plain.to_owned()));
        }
    }

    #[test]
    fn refuses_what_is_outside_of_the_signature_and_what_is_cut_off() {
        for (bad, expected) in [
            (format!("{HEAD}A: 1\n{TAIL}B: 2\n"), "goes on after its signature"),
            (format!("{HEAD}A: 1\n{TAIL}{HEAD}B: 2\n{TAIL}"), "goes on after its signature"),
            (format!("{HEAD}A: 1\n"), "ends before its signature"),
            (HEAD.trim_end().to_owned(), "ends before its signature"),
            (format!("{HEAD}A: 1\n{}", TAIL.replace("-----END", "----END")), "something else in its signature"),
            (format!("{HEAD}A: 1\n{}", TAIL.replace("iQ", "\u{e9}")), "something else in its signature"),
            (format!("{HEAD}A: 1\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"), "ends within its signature"),
            (format!("{HEAD}A: 1\n-B: 2\n{TAIL}"), "begins with a dash"),
            (format!("{HEAD}A: 1\n{HEAD}B: 2\n{TAIL}"), "begins with a dash"),
            (format!("{}A: 1\n{TAIL}", HEAD.replace("Hash", "NotDashEscaped")), "another header than Hash"),
            (format!("{}A: 1\n\n{TAIL}", HEAD.replace("\n\n", "\n")), "another header than Hash"),
        ] {
            let error = text(&bad).expect_err(&bad);
            assert!(error.starts_with("corrupt: the .dsc ") && error.contains(expected), "{error}\n{bad}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_signed_comes_back(lines in prop::collection::vec("[- a:]{0,3}[a-z-]", 0..5)) {
            let escape = |line: &String| if line.starts_with('-') { format!("- {line}\n") } else { format!("{line}\n") };
            let signed = format!("{HEAD}{}{TAIL}", lines.iter().map(escape).collect::<String>());
            prop_assert_eq!(text(&signed), Ok(lines.iter().map(|line| format!("{line}\n")).collect::<String>()));
        }
    }
}
