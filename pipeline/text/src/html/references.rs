//! Character references: `&eacute;`, `&#233;`, `&#xe9;`, and what writers make of them.
//!
//! They are read as a browser reads them (HTML standard, section 13.2.5.72 and following): names without semicolon where
//! those always were read, and the numbers 128 to 159 as windows-1252.

use std::borrow::Cow;

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The longest name of a reference is `CounterClockwiseContourIntegral;`, with 32 bytes.
const MAX_NAME_BYTES: usize = 32;

/// The longest name that needs no semicolon has 6 bytes, as `Eacute`.
const MAX_OPEN_NAME_BYTES: usize = 6;

/// A character reference at the start of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    /// Its length in bytes, from the ampersand on, with its semicolon if it has one.
    pub(super) len: usize,
    /// The character that it means.
    pub(super) first: char,
    /// A few names mean two characters.
    pub(super) second: Option<char>,
    /// The number that it is written with, if it is no name.
    pub(super) number: Option<u32>,
    pub(super) is_terminated: bool,
}

/// Reads the reference at the start of `text`, which begins with `&`. In an attribute a name without semicolon is one only
/// if nothing follows that could be part of a query: `?a=1&copy=2`.
pub(super) fn reference(text: &str, in_attribute: bool) -> Option<Reference> {
    match text.as_bytes().get(1)? {
        b'#' => numeric(text),
        byte if byte.is_ascii_alphabetic() => named(text, in_attribute),
        _ => None,
    }
}

fn numeric(text: &str) -> Option<Reference> {
    let (radix, digits_at) = match text.as_bytes().get(2)? {
        b'x' | b'X' => (16, 3),
        _ => (10, 2),
    };
    let digits = text.as_bytes()[digits_at..]
        .iter()
        .map_while(|byte| char::from(*byte).to_digit(radix));
    let (mut count, mut number) = (0, 0_u32);
    for digit in digits {
        count += 1;
        number = number.saturating_mul(radix).saturating_add(digit);
    }
    if count == 0 {
        return None;
    }
    let end = digits_at + count;
    let is_terminated = text.as_bytes().get(end) == Some(&b';');
    Some(Reference {
        len: end + usize::from(is_terminated),
        first: character(number),
        second: None,
        number: Some(number),
        is_terminated,
    })
}

fn character(number: u32) -> char {
    let of_windows = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(0x80));
    match of_windows.and_then(|index| C1_REPLACEMENTS.get(index)) {
        Some(Some(meant)) => *meant,
        _ if number == 0 => '\u{fffd}',
        _ => char::from_u32(number).unwrap_or('\u{fffd}'),
    }
}

fn named(text: &str, in_attribute: bool) -> Option<Reference> {
    let name = &text[1..];
    let in_name = name
        .bytes()
        .take(MAX_NAME_BYTES)
        .take_while(u8::is_ascii_alphanumeric);
    let len = in_name.count();
    if name.as_bytes().get(len) == Some(&b';')
        && let Some(reference) = known(&name[..=len])
    {
        return Some(reference);
    }
    let open = (2..=len.min(MAX_OPEN_NAME_BYTES))
        .rev()
        .find_map(|len| known(&name[..len]))?;
    let next = name.as_bytes().get(open.len - 1);
    let may_be_query = next.is_some_and(|byte| *byte == b'=' || byte.is_ascii_alphanumeric());
    (!in_attribute || !may_be_query).then_some(open)
}

/// The characters that a named reference means, of which a few have two. The name is what stands behind the ampersand, with
/// its semicolon if it has one: `eacute;`, `eacute`.
pub fn named_characters(name: &str) -> Option<(char, Option<char>)> {
    // The table also has the starts of names, with nothing to decode to.
    let (first, second) = *NAMED_ENTITIES.get(name).filter(|(first, _)| *first != 0)?;
    let second = char::from_u32(second).filter(|character| *character != '\0');
    Some((char::from_u32(first)?, second))
}

fn known(name: &str) -> Option<Reference> {
    let (first, second) = named_characters(name)?;
    Some(Reference {
        len: 1 + name.len(),
        first,
        second,
        number: None,
        is_terminated: name.ends_with(';'),
    })
}

/// The text that `text` means, its character references decoded once. Without any, nothing is copied.
pub fn unescape(text: &str) -> Cow<'_, str> {
    decode(text, false)
}

/// As [`unescape`], for the value of an attribute.
pub fn unescape_attribute(value: &str) -> Cow<'_, str> {
    decode(value, true)
}

fn decode(text: &str, in_attribute: bool) -> Cow<'_, str> {
    let Some(first) = text.find('&') else {
        return Cow::Borrowed(text);
    };
    let (start, mut rest) = text.split_at(first);
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(start);
    while !rest.is_empty() {
        let taken = match reference(rest, in_attribute) {
            Some(reference) => {
                decoded.push(reference.first);
                decoded.extend(reference.second);
                reference.len
            }
            None => {
                decoded.push('&');
                1
            }
        };
        let after = &rest[taken..];
        let (plain, next) = after.split_at(after.find('&').unwrap_or(after.len()));
        decoded.push_str(plain);
        rest = next;
    }
    Cow::Owned(decoded)
}

/// Writes text for the value of an attribute in double quotes.
pub(super) fn push_escaped(value: &str, out: &mut String) {
    let mut rest = value;
    while let Some(at) = rest.find(['&', '<', '>', '"']) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            _ => "&quot;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
