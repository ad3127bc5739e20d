//! The last hand on a text: control characters, letters that were encoded twice, base64.

use dateline_text::charset::mend;
use dateline_text::html;
use url::Url;

use crate::Options;

/// The text without what no text means: control characters go, those that part lines and fields become spaces, line ends `\n`, and letters that went through a
/// wrong encoding are set right. Counts control characters in `controls`.
pub(crate) fn tidy(text: &str, controls: &mut usize) -> String {
    let sound = |byte: u8| (b' '..0x7f).contains(&byte) || byte == b'\n' || byte == b'\t';
    if text.bytes().all(sound) {
        return text.to_owned();
    }
    let mended = mend(text);
    // Only these bytes begin what no text means.
    if !mended
        .bytes()
        .any(|byte| (byte < b' ' && byte != b'\n') || matches!(byte, 0x7f | 0xef))
    {
        return mended.into_owned();
    }
    let text = &*mended;
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    out.push('\n');
                }
            }
            '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1f}' => {
                *controls += 1;
                out.push(' ');
            }
            '\0'..'\u{20}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => *controls += 1,
            _ => out.push(character),
        }
    }
    out
}

/// HTML with absolute addresses, written as the caller wants it.
pub(crate) fn html(value: String, base: Option<&Url>, options: Options) -> String {
    match base {
        base if options.tidy => html::tidy(&value, base),
        Some(base) => html::absolute(&value, base),
        None => value,
    }
}

/// What `text` stands for in base64, if it is that and text again.
pub(crate) fn from_base64(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0_u32, 0);
    for byte in text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
    {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tidied(text: &str) -> (String, usize) {
        let mut controls = 0;
        (tidy(text, &mut controls), controls)
    }

    #[test]
    fn sound_text_stays() {
        for text in ["", "a\nb\tc", "Café – «x»\u{a0}", "東京"] {
            assert_eq!(tidied(text), (text.to_owned(), 0));
        }
    }

    #[test]
    fn what_no_text_means_goes() {
        assert_eq!(tidied("a\0b\u{1f}c\u{ffff}"), ("ab c".to_owned(), 3));
        assert_eq!(tidied("a\r\nb\rc").0, "a\nb\nc");
        assert_eq!(tidied("don\u{92}t").0, "don’t");
        assert_eq!(tidied("CafÃ©").0, "Café");
    }

    #[test]
    fn base64_is_read_with_or_without_its_end() {
        assert_eq!(
            from_base64(" RXhhbXBsZSA8\n Yj5BdG9tPC9iPg== ").as_deref(),
            Some("Example <b>Atom</b>")
        );
        assert_eq!(from_base64("YQ").as_deref(), Some("a"));
        assert_eq!(from_base64("no base64!"), None);
    }
}
