//! The last hand on a text: control characters, letters that were encoded twice, base64.

use std::borrow::Cow;

use dateline_text::charset::{mend_controls, undo_second_encoding};
use dateline_text::html;
use url::Url;

use crate::Options;

/// Sets the letters of one document's texts right, and counts what it does.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    /// Whether they stay as the document has them; see [`Options::as_written`].
    as_written: bool,
    /// Control characters that were replaced.
    controls: usize,
    /// Texts that were encoded twice.
    encoded_twice: usize,
}

impl Letters {
    pub(crate) fn new(options: Options) -> Letters {
        Letters {
            as_written: options.as_written,
            ..Letters::default()
        }
    }

    /// A text without what no text means: control characters go, those that part lines and fields become spaces, line ends `\n`,
    /// and letters that went through a wrong encoding are set right.
    pub(crate) fn tidy(&mut self, text: &str) -> String {
        if is_sound(text) {
            return text.to_owned();
        }
        let inner = undo_second_encoding(text).filter(|_| !self.as_written || is_latin1(text));
        self.encoded_twice += usize::from(inner.is_some());
        self.without_controls(mend_controls(inner.as_deref().unwrap_or(text)))
    }

    /// An identifier: as [`Letters::tidy`], but what was encoded twice stays so. Two spellings are two identifiers.
    pub(crate) fn identifier(&mut self, text: &str) -> String {
        if is_sound(text) {
            return text.to_owned();
        }
        self.without_controls(mend_controls(text))
    }

    /// One line for each kind of thing that was set right.
    pub(crate) fn notes(&self) -> impl Iterator<Item = String> {
        [
            (self.controls, "control characters were replaced"),
            (
                self.encoded_twice,
                "texts had been encoded twice and were set right",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
    }

    fn without_controls(&mut self, text: Cow<'_, str>) -> String {
        // Only these bytes begin what no text means.
        let begins = |byte: u8| (byte < b' ' && byte != b'\n') || matches!(byte, 0x7f | 0xef);
        if !text.bytes().any(begins) {
            return text.into_owned();
        }
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
                    self.controls += 1;
                    out.push(' ');
                }
                '\u{1}'..'\u{20}' if self.as_written => out.push(character),
                '\0'..'\u{20}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => self.controls += 1,
                _ => out.push(character),
            }
        }
        out
    }
}

fn is_latin1(text: &str) -> bool {
    text.chars().all(|character| character <= '\u{ff}')
}

/// Whether a text has nothing to set right, as most have not.
fn is_sound(text: &str) -> bool {
    let sound = |byte: u8| (b' '..0x7f).contains(&byte) || byte == b'\n' || byte == b'\t';
    text.bytes().all(sound)
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
        let mut letters = Letters::default();
        (letters.tidy(text), letters.controls)
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
    }

    #[test]
    fn what_was_encoded_twice_is_set_right_and_counted_but_in_identifiers() {
        let mut letters = Letters::default();
        assert_eq!(letters.tidy("CafÃ©"), "Café");
        assert_eq!(letters.identifier("CafÃ©\u{1}"), "CafÃ©");
        assert_eq!((letters.encoded_twice, letters.controls), (1, 1));
    }

    #[test]
    fn what_went_through_windows_1252_stays_where_it_is_wanted_as_written() {
        let mut letters = Letters::new(Options {
            as_written: true,
            ..Options::default()
        });
        assert_eq!(letters.tidy("isnâ€™t don\u{92}t"), "isnâ€™t don’t");
        assert_eq!(letters.tidy("\u{e2}\u{80}\u{a6} CafÃ©"), "… Café");
        assert_eq!(letters.encoded_twice, 1);
        assert_eq!(Letters::default().tidy("isnâ€™t"), "isn’t");
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
