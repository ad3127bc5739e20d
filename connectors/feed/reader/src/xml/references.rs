//! References to characters and entities.

use dateline_text::html::named_characters;
use memchr::memchr;

use super::Entities;

/// Longest name of a reference in bytes; the longest of HTML has 31, numbers with leading zeros fewer.
const LONGEST: usize = 40;

/// References that were none.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Strays {
    /// Ampersands that start no reference.
    pub(crate) ampersands: usize,
    /// References to entities that nobody declares.
    pub(crate) unknown: usize,
}

/// Appends `raw` to `out` with its references replaced. What is no reference stays as it is.
pub(crate) fn unescape(raw: &str, entities: &mut Entities, strays: &mut Strays, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = name_of(rest);
        match name {
            Some(name) if replaced(name, entities, out) => rest = &rest[name.len() + 1..],
            Some(name) if !name.starts_with('#') => {
                strays.unknown += 1;
                out.push('&');
            }
            _ => {
                strays.ampersands += 1;
                out.push('&');
            }
        }
    }
    out.push_str(rest);
}

/// What stands between `&` and `;`, if it looks like a reference.
fn name_of(after: &str) -> Option<&str> {
    let bytes = after.as_bytes();
    let end = bytes.iter().take(LONGEST).position(|byte| {
        !(byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'_' | b'-' | b'.'))
    })?;
    (end > 0 && bytes[end] == b';').then(|| &after[..end])
}

fn replaced(name: &str, entities: &mut Entities, out: &mut String) -> bool {
    let predefined = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(numeric),
    };
    if let Some(character) = predefined {
        out.push(character);
        return true;
    }
    if let Some(text) = entities.get(name) {
        out.push_str(text);
        return true;
    }
    let mut key = [0; LONGEST + 1];
    key[..name.len()].copy_from_slice(name.as_bytes());
    key[name.len()] = b';';
    let known = std::str::from_utf8(&key[..=name.len()])
        .ok()
        .and_then(named_characters);
    let Some((first, second)) = known else {
        return false;
    };
    out.push(first);
    out.extend(second);
    true
}

/// The character with this number (`8211`, `x2013`); what XML forbids is U+FFFD. 128 to 159 stay control characters: a text
/// that has them may be windows-1252, as in HTML, or bytes of UTF-8, and only the whole of it tells.
pub(super) fn numeric(number: &str) -> Option<char> {
    let (digits, radix) = match number.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let code = u32::from_str_radix(digits, radix).unwrap_or(u32::MAX);
    let character = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    let allowed = character >= ' ' || matches!(character, '\t' | '\n' | '\r');
    let allowed = allowed && !matches!(character, '\u{fffe}' | '\u{ffff}');
    Some(if allowed {
        character
    } else {
        char::REPLACEMENT_CHARACTER
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unescaped(raw: &str) -> (String, usize, usize) {
        let (mut strays, mut out) = (Strays::default(), String::new());
        unescape(raw, &mut Entities::default(), &mut strays, &mut out);
        (out, strays.ampersands, strays.unknown)
    }

    #[test]
    fn references_are_replaced_once() {
        assert_eq!(
            unescaped("&lt;a&gt; &amp;amp; &#8211;&#x2013;&#X41; &nbsp;&hellip;").0,
            "<a> &amp; \u{2013}\u{2013}A \u{a0}…"
        );
        assert_eq!(unescaped("&#150;&#x92;").0, "\u{96}\u{92}");
    }

    #[test]
    fn what_is_no_reference_stays() {
        assert_eq!(
            unescaped("AT&T ?a=1&b=2&c &nosuch; &#xZ; &;&"),
            ("AT&T ?a=1&b=2&c &nosuch; &#xZ; &;&".to_owned(), 6, 1)
        );
    }

    #[test]
    fn impossible_characters_are_replaced() {
        assert_eq!(
            unescaped("&#0;&#x1f;&#55296;&#99999999999;").0,
            "\u{fffd}".repeat(4)
        );
    }
}
