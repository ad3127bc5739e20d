//! Repairs XML that tokenisers refuse as a whole: stray ampersands and angle brackets, references
//! to impossible characters, document type declarations.
//!
//! One pass over the characters, no nesting followed: what is inside CDATA sections, comments and
//! tags is left alone. Document type declarations are dropped, and with them every entity that a
//! document might define: nothing a feed says needs them, and expanding them is an old trap.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use crate::charset::is_forbidden;

/// Characters in the name of a reference; the longest name in HTML has 31.
const LONGEST_REFERENCE: usize = 32;

/// Repairs `text`; notes say what was done.
pub(super) fn repair<'t>(text: &'t str, notes: &mut Vec<String>) -> Cow<'t, str> {
    let mut scan = Scan::new(text);
    while let Some(found) = scan.next_mark() {
        match found {
            b'&' => scan.reference(),
            _ => scan.bracket(),
        }
    }
    scan.finish(notes)
}

/// A pass over a document. `done` is what has been copied, `at` where the pass stands.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    done: usize,
    out: String,
    ampersands: usize,
    brackets: usize,
    characters: usize,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Scan<'t> {
        Scan {
            text,
            at: 0,
            done: 0,
            out: String::new(),
            ampersands: 0,
            brackets: 0,
            characters: 0,
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Moves to the next `<` or `&`.
    fn next_mark(&mut self) -> Option<u8> {
        let rest = self.rest().as_bytes();
        let offset = rest.iter().position(|byte| matches!(byte, b'<' | b'&'))?;
        self.at += offset;
        Some(rest[offset])
    }

    /// Replaces `length` bytes from here with `by`.
    fn replace(&mut self, length: usize, by: &str) {
        self.out.push_str(&self.text[self.done..self.at]);
        self.out.push_str(by);
        self.at += length;
        self.done = self.at;
    }

    /// Moves past the next `end`, or to the end of the text.
    fn skip_past(&mut self, end: &str) {
        self.at = self
            .rest()
            .find(end)
            .map_or(self.text.len(), |offset| self.at + offset + end.len());
    }

    /// At a `<`.
    fn bracket(&mut self) {
        let rest = self.rest();
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        if rest.starts_with("<![CDATA[") {
            self.skip_past("]]>");
        } else if rest.starts_with("<!--") {
            self.skip_past("-->");
        } else if second == b'?' {
            self.skip_past("?>");
        } else if second == b'!' {
            let length = declaration_length(rest);
            self.replace(length, "");
        } else if second == b'/'
            || second == b'_'
            || second == b':'
            || second.is_ascii_alphabetic()
            || second >= 0x80
        {
            self.at += tag_length(rest);
        } else {
            self.brackets += 1;
            self.replace(1, "&lt;");
        }
    }

    /// At an `&`.
    fn reference(&mut self) {
        let rest = &self.rest()[1..];
        let end = rest
            .bytes()
            .take(LONGEST_REFERENCE + 1)
            .position(|byte| byte == b';');
        let name = end.map_or("", |end| rest.get(..end).unwrap_or(""));
        match name.strip_prefix('#') {
            Some(number) => match character(number) {
                Numbered::Fine => self.at += name.len() + 2,
                Numbered::Other(character) => {
                    self.characters += 1;
                    self.replace(name.len() + 2, character.encode_utf8(&mut [0; 4]));
                }
                Numbered::NotANumber => self.ampersand(),
            },
            None if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                self.at += name.len() + 2;
            }
            None => self.ampersand(),
        }
    }

    fn ampersand(&mut self) {
        self.ampersands += 1;
        self.replace(1, "&amp;");
    }

    fn finish(mut self, notes: &mut Vec<String>) -> Cow<'t, str> {
        for (count, what) in [
            (self.ampersands, "ampersands that start no reference"),
            (self.brackets, "angle brackets that start no tag"),
            (
                self.characters,
                "references to characters that do not exist",
            ),
        ] {
            if count > 0 {
                notes.push(format!("{count} {what} were read as text"));
            }
        }
        if self.done == 0 {
            return Cow::Borrowed(self.text);
        }
        self.out.push_str(&self.text[self.done..]);
        Cow::Owned(self.out)
    }
}

/// Length of the tag at the start of `text`; a `>` within quotes does not end it.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (offset, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return offset + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Length of the declaration (`<!DOCTYPE … [ … ]>`) at the start of `text`.
fn declaration_length(text: &str) -> usize {
    let mut subset = false;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => subset = true,
            b']' => subset = false,
            b'>' if !subset => return offset + 1,
            _ => {}
        }
    }
    text.len()
}

/// What a numeric reference stands for.
enum Numbered {
    /// A character that XML allows.
    Fine,
    /// A character that must be written in its place.
    Other(char),
    /// Nothing: it is text that happens to look like a reference.
    NotANumber,
}

/// Reads `number` (`8211`, `x2013`). 128 to 159 mean windows-1252, as in HTML.
fn character(number: &str) -> Numbered {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Numbered::NotANumber;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    match (code, char::from_u32(code)) {
        (0x80..=0x9f, _) => {
            let byte = [code as u8];
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&byte);
            Numbered::Other(text.chars().next().unwrap_or(char::REPLACEMENT_CHARACTER))
        }
        // Tokenisers take a lower-case x only.
        (_, Some(character))
            if number.starts_with('X') && !is_forbidden(character) && !"<&".contains(character) =>
        {
            Numbered::Other(character)
        }
        (_, Some(character)) if !is_forbidden(character) => Numbered::Fine,
        _ => Numbered::Other(char::REPLACEMENT_CHARACTER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> (String, usize) {
        let mut notes = Vec::new();
        (repair(text, &mut notes).into_owned(), notes.len())
    }

    #[test]
    fn a_sound_document_is_left_alone() {
        for sound in [
            "<a b='1 > 0'>x &amp; y &lt; &#8211; &#x2013; &nbsp;</a>",
            "<a><![CDATA[ A & B < C &#0; ]]></a><!-- A & B < C --><?p A & B?>",
            "",
        ] {
            assert_eq!(repaired(sound), (sound.to_owned(), 0));
        }
    }

    #[test]
    fn stray_marks_become_text() {
        assert_eq!(
            repaired("<a>AT&T &, & 1 < 2</a>").0,
            "<a>AT&amp;T &amp;, &amp; 1 &lt; 2</a>"
        );
        assert_eq!(repaired("Q&A;").0, "Q&A;");
        assert_eq!(repaired("&").0, "&amp;");
        assert_eq!(repaired("<").0, "&lt;");
    }

    #[test]
    fn impossible_characters_are_replaced() {
        assert_eq!(
            repaired("&#0;&#x1f;&#55296;&#99999999999;&#150;").0,
            "\u{fffd}\u{fffd}\u{fffd}\u{fffd}–"
        );
        assert_eq!(repaired("&#xZ;&#;").0, "&amp;#xZ;&amp;#;");
    }

    #[test]
    fn document_types_are_dropped() {
        let bomb = "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        assert_eq!(repaired(bomb).0, "<r>&b;</r>");
    }
}
