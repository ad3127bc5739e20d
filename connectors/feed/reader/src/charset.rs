//! Turns the bytes of a document into characters.
//!
//! The character encoding is taken from, in this order: the byte order mark, the charset of the
//! HTTP answer, the XML declaration (RFC 7303, section 3.3), and what the bytes look like.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes in which an XML declaration is looked for: it must come first and has three short parts.
const DECLARATION_WITHIN: usize = 512;

/// Decodes `bytes`, given the `Content-Type` that came with them. Notes say what did not fit.
pub(super) fn decode(bytes: &[u8], content_type: Option<&str>, notes: &mut Vec<String>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, &bytes[mark..], notes);
    }
    if let Some(encoding) = sixteen_bit(bytes) {
        return decode_as(encoding, bytes, notes);
    }
    let stated = [content_type.and_then(charset_of), declared(bytes)];
    // A document that got here is not in UTF-16, whatever it says.
    let stated = stated
        .into_iter()
        .flatten()
        .find(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE);
    match stated {
        Some(encoding) if encoding != UTF_8 => decode_as(encoding, bytes, notes),
        Some(_) => decode_utf8(bytes, notes),
        None if std::str::from_utf8(bytes).is_ok() => decode_as(UTF_8, bytes, notes),
        None => decode_utf8(bytes, notes),
    }
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8], notes: &mut Vec<String>) -> String {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged {
        notes.push(format!(
            "bytes that are not {} were replaced",
            encoding.name()
        ));
    }
    text.into_owned()
}

/// Decodes what should be UTF-8. Text in which bytes that do not fit outnumber the characters that
/// do (beyond ASCII) is windows-1252 that says otherwise.
fn decode_utf8(bytes: &[u8], notes: &mut Vec<String>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let (mut fitting, mut misfits) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        fitting += chunk
            .valid()
            .chars()
            .filter(|character| !character.is_ascii())
            .count();
        misfits += usize::from(!chunk.invalid().is_empty());
    }
    if misfits > fitting {
        notes.push("the text is not UTF-8 and was read as windows-1252".to_owned());
        return decode_as(WINDOWS_1252, bytes, notes);
    }
    decode_as(UTF_8, bytes, notes)
}

/// Recognises UTF-16 without a byte order mark by its first two characters, which are ASCII in
/// every feed (XML 1.0, appendix F).
fn sixteen_bit(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Some(UTF_16LE),
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Some(UTF_16BE),
        _ => None,
    }
}

/// The charset parameter of a `Content-Type`.
fn charset_of(content_type: &str) -> Option<&'static Encoding> {
    content_type
        .split(';')
        .skip(1)
        .find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            let label = value.trim().trim_matches(['"', '\'']);
            name.trim().eq_ignore_ascii_case("charset").then_some(label)
        })
        .and_then(|label| Encoding::for_label(label.as_bytes()))
}

/// The encoding that an XML declaration names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARATION_WITHIN)]);
    let declaration = start.split_once("<?xml")?.1.split_once("?>")?.0;
    let value = declaration
        .split_once("encoding")?
        .1
        .split_once('=')?
        .1
        .trim_start();
    let label = value.split(['"', '\'']).nth(1)?;
    Encoding::for_label(label.as_bytes())
}

/// Replaces control characters, which no feed format allows, with spaces.
pub(super) fn without_controls<'t>(text: &'t str, notes: &mut Vec<String>) -> Cow<'t, str> {
    // Every forbidden character is an ASCII control or begins with this byte (U+F000 to U+FFFF).
    let suspicious =
        |byte: u8| byte < b'\t' || (byte > b'\n' && byte < b' ' && byte != b'\r') || byte == 0xef;
    if !text.bytes().any(suspicious) {
        return Cow::Borrowed(text);
    }
    let count = text
        .chars()
        .filter(|character| is_forbidden(*character))
        .count();
    if count == 0 {
        return Cow::Borrowed(text);
    }
    notes.push(format!("{count} control characters were replaced"));
    Cow::Owned(
        text.chars()
            .map(|character| {
                if is_forbidden(character) {
                    ' '
                } else {
                    character
                }
            })
            .collect(),
    )
}

/// Whether XML 1.0 forbids the character (section 2.2).
pub(super) fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    fn text(bytes: &[u8], content_type: Option<&str>) -> (String, usize) {
        let mut notes = Vec::new();
        let text = decode(bytes, content_type, &mut notes);
        (text, notes.len())
    }

    #[test]
    fn the_byte_order_mark_comes_before_everything() {
        assert_eq!(
            text(
                b"\xef\xbb\xbf\xc3\xa9",
                Some("text/xml; charset=iso-8859-1")
            ),
            ("é".to_owned(), 0)
        );
        assert_eq!(text(b"\xfe\xff\0<\0a", None), ("<a".to_owned(), 0));
        assert_eq!(text(b"\xff\xfe<\0a\0", None), ("<a".to_owned(), 0));
    }

    #[test]
    fn the_answer_comes_before_the_declaration() {
        let document = b"<?xml version='1.0' encoding='windows-1251'?><a>\xe9</a>";
        assert!(
            text(document, Some("text/xml; charset=\"ISO-8859-1\""))
                .0
                .contains('é')
        );
        assert!(text(document, Some("text/xml")).0.contains('й'));
        assert!(
            text(document, Some("text/xml; charset=nonsense"))
                .0
                .contains('й')
        );
    }

    #[test]
    fn utf16_is_known_without_a_mark_and_not_believed_without_sign_of_it() {
        assert_eq!(text(b"\0<\0?\0x\0m", None).0, "<?xm");
        assert_eq!(text(b"{\0\"\0", None).0, "{\"");
        assert_eq!(
            text(b"<?xml version='1.0' encoding='utf-16'?>\xc3\xa9", None)
                .0
                .chars()
                .last(),
            Some('é')
        );
    }

    #[test]
    fn wrong_utf8_is_windows_1252_unless_most_of_it_is_right() {
        let (read, notes) = text(
            b"<?xml version='1.0' encoding='utf-8'?>caf\xe9 \x96 na\xefve",
            None,
        );
        assert!(read.ends_with("café – naïve"), "{read}");
        assert_eq!(notes, 1);
        assert_eq!(
            text(
                "Zürich größer \u{201c}".as_bytes().split_last().unwrap().1,
                None
            )
            .0,
            "Zürich größer \u{fffd}"
        );
    }

    #[test]
    fn control_characters_become_spaces() {
        let mut notes = Vec::new();
        assert_eq!(
            without_controls("a\0b\u{1f}c\td\n", &mut notes),
            "a b c\td\n"
        );
        assert_eq!(notes.len(), 1);
    }
}
