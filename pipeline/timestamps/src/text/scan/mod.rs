//! Text to tokens in one pass over its bytes: words with the number that the language's vocabulary gives them, numbers, and single marks. Knows no
//! grammar.

mod fold;
mod numeric;

pub(crate) use fold::fold;

use fold::Folded;

use super::table::Vocabulary;

/// Tokens that are looked at together; a paragraph longer than this is cut at a word. No expression comes near it; it bounds the memory.
const MAX_TOKENS: usize = 1 << 14;

/// A word, a number or a mark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    /// Bytes of the text.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// The word's number in the vocabulary, a mark's character; [`UNKNOWN`] for other words.
    pub(crate) word: u32,
    pub(crate) shape: Shape,
    /// No blank before it.
    pub(crate) glued: bool,
    /// A word whose first letter is a capital.
    pub(crate) capital: bool,
    /// A number's value, of a numeric date its packed fields, of a word without a number the tense that its ending tells.
    pub(crate) value: i64,
}

/// The number of a word that the vocabulary lacks.
pub(crate) const UNKNOWN: u32 = 0;

/// Kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Word,
    /// Digits alone; the count of them.
    Digits(u8),
    /// Digits with thousands' marks, or more than any date has.
    Amount,
    /// `2.5`: value in thousandths.
    Decimal,
    /// `18:05`, `18:05:30`: value as [`Clock`](super::table::Clock) packs it.
    Clock,
    /// Three fields with the same mark between: value `a * 10^10 + b * 10^5 + c` with the digits' counts known from the text.
    Triple,
    /// A single mark: `word` holds its character.
    Mark,
}

/// Fills `tokens` with what stands from `from` to the end of the paragraph; returns where the next one begins.
pub(crate) fn paragraph(
    text: &str,
    from: usize,
    vocabulary: &Vocabulary,
    tokens: &mut Vec<Token>,
) -> usize {
    tokens.clear();
    let bytes = text.as_bytes();
    let mut at = from;
    let mut glued = false;
    let mut lines = 0;
    let mut folded = Folded::new();
    while at < bytes.len() {
        let start = at;
        match CLASS[usize::from(bytes[at])] {
            Class::Blank => {
                glued = false;
                at += 1;
                continue;
            }
            Class::Line => {
                glued = false;
                lines += 1;
                at += 1;
                if lines > 1 && !tokens.is_empty() {
                    break;
                }
                continue;
            }
            Class::Letter => at = word(text, at, vocabulary, &mut folded, tokens),
            Class::Digit => at = numeric::number(text, at, tokens),
            Class::Mark => {
                at += 1;
                tokens.push(mark(start, at, char::from(bytes[start])));
            }
            Class::High => {
                let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                    at += 1;
                    continue;
                };
                match fold::look(c) {
                    fold::Look::Letter => at = word(text, at, vocabulary, &mut folded, tokens),
                    fold::Look::Blank => {
                        glued = false;
                        at += c.len_utf8();
                        continue;
                    }
                    fold::Look::Nothing => {
                        at += c.len_utf8();
                        continue;
                    }
                    fold::Look::Mark(shown) => {
                        at += c.len_utf8();
                        tokens.push(mark(start, at, shown));
                    }
                }
            }
        }
        lines = 0;
        if let Some(token) = tokens.last_mut() {
            token.glued = glued && token.start as usize == start;
        }
        glued = true;
        if tokens.len() >= MAX_TOKENS {
            break;
        }
    }
    at
}

fn mark(start: usize, end: usize, c: char) -> Token {
    Token {
        start: start as u32,
        end: end as u32,
        word: c as u32,
        shape: Shape::Mark,
        glued: false,
        capital: false,
        value: 0,
    }
}

/// Pushes the word at `at` and returns its end.
fn word(
    text: &str,
    at: usize,
    vocabulary: &Vocabulary,
    folded: &mut Folded,
    tokens: &mut Vec<Token>,
) -> usize {
    let bytes = text.as_bytes();
    folded.clear();
    let mut end = at;
    let mut capital = bytes[at].is_ascii_uppercase();
    while end < bytes.len() {
        match CLASS[usize::from(bytes[end])] {
            Class::Letter => {
                folded.byte(bytes[end] | 0x20);
                end += 1;
            }
            Class::High => {
                let Some(c) = text.get(end..).and_then(|rest| rest.chars().next()) else {
                    break;
                };
                match fold::look(c) {
                    fold::Look::Letter => {
                        capital |= end == at && c.is_uppercase();
                        folded.letter(c);
                    }
                    fold::Look::Nothing => {}
                    fold::Look::Blank | fold::Look::Mark(_) => break,
                }
                end += c.len_utf8();
            }
            _ => break,
        }
    }
    let spelling = folded.as_bytes();
    let word = vocabulary.lookup(spelling);
    let value = if word == UNKNOWN {
        vocabulary.tense(spelling)
    } else {
        0
    };
    tokens.push(Token {
        start: at as u32,
        end: end as u32,
        word,
        shape: Shape::Word,
        glued: false,
        capital,
        value,
    });
    end
}

/// What a byte begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Blank,
    Line,
    Mark,
    High,
}

const CLASS: [Class; 256] = {
    let mut classes = [Class::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'\n' => Class::Line,
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c | 0 => Class::Blank,
            0x80.. => Class::High,
            _ => Class::Mark,
        };
        byte += 1;
    }
    classes
};
