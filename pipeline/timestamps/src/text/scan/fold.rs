//! Letters beyond ASCII, and the folded spelling by which words are looked up: lower case, `ё` as `е`, nothing else changed.

/// Bytes of a folded word that count; longer ones are in no vocabulary.
const MAX: usize = 64;

/// A folded spelling on the stack.
pub(crate) struct Folded {
    bytes: [u8; MAX],
    len: usize,
}

impl Folded {
    pub(crate) fn new() -> Folded {
        Folded {
            bytes: [0; MAX],
            len: 0,
        }
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        if self.len < MAX {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
    }

    pub(crate) fn letter(&mut self, c: char) {
        for lower in c.to_lowercase() {
            let lower = if lower == 'ё' { 'е' } else { lower };
            for &byte in lower.encode_utf8(&mut [0; 4]).as_bytes() {
                self.byte(byte);
            }
        }
    }

    /// Empty where it is longer than any word of a vocabulary.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// A word folded.
pub(crate) fn fold(word: &str) -> String {
    let lower = word.chars().flat_map(char::to_lowercase);
    lower.map(|c| if c == 'ё' { 'е' } else { c }).collect()
}

/// What a character beyond ASCII is to the scanner.
pub(crate) enum Look {
    Letter,
    Blank,
    /// Passed over: joiners, soft hyphens.
    Nothing,
    /// A mark, by the character that rules write for it.
    Mark(char),
}

pub(crate) fn look(c: char) -> Look {
    match c {
        '’' | '‘' | 'ʼ' | '＇' => Look::Mark('\''),
        '‐' | '‑' | '‒' | '–' | '−' => Look::Mark('-'),
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Look::Nothing,
        c if c.is_whitespace() => Look::Blank,
        c if c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c) => Look::Letter,
        c => Look::Mark(c),
    }
}
