//! The folded spelling by which names are compared: lower case, without accents, points and tatweel; a few letters that are written one for the
//! other are one.

use unicode_normalization::UnicodeNormalization;

use super::chars::is_ignored;

/// Bytes of a folded name. The longest of CLDR, a weekday in Tamil with its prefix, has about 70.
const MAX: usize = 96;

/// A folded spelling on the stack.
pub(crate) struct Key {
    bytes: [u8; MAX],
    len: usize,
    /// Longer than any name: looked up as nothing.
    overflowed: bool,
}

impl Key {
    pub(crate) fn new() -> Key {
        Key {
            bytes: [0; MAX],
            len: 0,
            overflowed: false,
        }
    }

    pub(crate) fn of(word: &str) -> Key {
        let mut key = Key::new();
        key.push(word);
        key
    }

    /// Appends a word, folded.
    pub(crate) fn push(&mut self, word: &str) {
        if word.is_ascii() {
            for byte in word.bytes() {
                self.byte(byte.to_ascii_lowercase());
            }
            return;
        }
        for lower in word.chars().flat_map(char::to_lowercase) {
            for c in std::iter::once(lower).nfkd() {
                self.letter(c);
            }
        }
    }

    /// Appends a number, so that `03` and `3` are the same.
    pub(crate) fn push_number(&mut self, value: u64) {
        if value >= 100 {
            self.overflowed = true;
            return;
        }
        let (tens, ones) = ((value / 10) as u8, (value % 10) as u8);
        if tens > 0 {
            self.byte(b'0' + tens);
        }
        self.byte(b'0' + ones);
    }

    pub(crate) fn push_blank(&mut self) {
        self.byte(b' ');
    }

    /// The spelling; empty where it is longer than any name.
    pub(crate) fn as_str(&self) -> &str {
        if self.overflowed {
            return "";
        }
        std::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }

    fn letter(&mut self, c: char) {
        let Some(c) = fold(c) else { return };
        let mut utf8 = [0; 4];
        for &byte in c.encode_utf8(&mut utf8).as_bytes() {
            self.byte(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        if self.len == MAX {
            self.overflowed = true;
        } else {
            self.bytes[self.len] = byte;
            self.len += 1;
        }
    }
}

/// One letter, decomposed and in lower case, to the letter that stands for it; `None` for what does not count.
fn fold(c: char) -> Option<char> {
    Some(match c {
        // Accents, Hebrew points, Arabic vowel and hamza signs, tatweel, Indic nukta; the dot of an abbreviation in Shavian.
        '\u{300}'..='\u{36f}'
        | '\u{591}'..='\u{5c7}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{640}'
        | '\u{93c}'
        | '\u{9bc}'
        | '·' => return None,
        c if is_ignored(c) => return None,
        'ı' => 'i',
        'ł' => 'l',
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ə' => 'e',
        'ς' => 'σ',
        // Persian and Urdu letters typed on Arabic keyboards, and the other way round.
        '\u{6cc}' | '\u{649}' => '\u{64a}',
        '\u{6a9}' => '\u{643}',
        '\u{629}' | '\u{6c1}' | '\u{6be}' | '\u{6d5}' => '\u{647}',
        // Long and short vowels of borrowed names, which Bengali and Hindi spell either way.
        'ী' => 'ি',
        'ূ' => 'ু',
        'ঈ' => 'ই',
        'ी' => 'ि',
        'ू' => 'ु',
        'ई' => 'इ',
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(one: &str, other: &str) {
        assert_eq!(Key::of(one).as_str(), Key::of(other).as_str());
    }

    #[test]
    fn case_and_accents_do_not_count() {
        same("Décembre", "DECEMBRE");
        same("Şubat", "şubat");
        same("KASIM", "kasım");
        same("Μάρτιος", "ΜΑΡΤΙΟΣ");
        same("أكتوبر", "اكتوبر");
        same("জানুয়ারী", "জানুয়ারি");
        same("październik", "pazdziernik");
    }

    #[test]
    fn a_key_longer_than_any_name_is_empty() {
        assert_eq!(Key::of(&"x".repeat(MAX + 1)).as_str(), "");
        assert_eq!(Key::of(&"x".repeat(MAX)).as_str().len(), MAX);
    }
}
