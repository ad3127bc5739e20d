//! The declarations of a `style` attribute that are safe: how text looks, never where it is, what it covers or what it loads.

use std::sync::LazyLock;

use super::allow::Names;

/// The most of a style that is read, in bytes: those of word processors, the longest, have a tenth.
const MAX_STYLE_BYTES: usize = 64 * 1024;

/// Properties that may have any value that is safe to read.
static PROPERTIES: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&[
        "background-color border-bottom-color border-collapse border-color border-left-color border-right-color \
         border-top-color clear color cursor direction display float height letter-spacing line-height overflow \
         text-align text-decoration text-indent unicode-bidi vertical-align white-space width",
        "font font-family font-size font-style font-variant font-weight",
        "azimuth elevation pause pause-after pause-before pitch pitch-range richness speak speak-header speak-numeral \
         speak-punctuation speech-rate stress voice-family volume",
    ])
});

/// The same, within drawings.
static DRAWING: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&[
        "fill fill-opacity fill-rule stroke stroke-linecap stroke-linejoin stroke-opacity stroke-width",
    ])
});

/// Properties of these families may have values of a few words, since some of their values load images.
const FAMILIES: [&str; 4] = ["background", "border", "margin", "padding"];

static KEYWORDS: LazyLock<Names> = LazyLock::new(|| {
    Names::new(&[
        "auto both bottom center left none normal nowrap pointer right top transparent !important",
        "block bold collapse dashed dotted italic medium solid underline",
        "aqua black blue brown fuchsia gray green lime maroon navy olive purple red silver teal white yellow",
    ])
});

const UNITS: [&str; 11] = ["", "cm", "em", "ex", "in", "mm", "pc", "pt", "px", "%", ","];

/// The safe declarations of `style`, one after the other; empty if there are none.
pub(super) fn style(style: &str, in_drawing: bool) -> String {
    let mut clean = String::new();
    if style.len() > MAX_STYLE_BYTES {
        return clean;
    }
    for declaration in without_urls(style).split(';') {
        let Some((property, value)) = declaration.split_once(':') else {
            continue;
        };
        let (property, value) = (property.trim(), value.trim_start());
        if !value.is_empty() && is_readable(value) && is_allowed(property, value, in_drawing) {
            if !clean.is_empty() {
                clean.push(' ');
            }
            clean.extend([property, ": ", value, ";"]);
        }
    }
    clean
}

fn is_allowed(property: &str, value: &str, in_drawing: bool) -> bool {
    if PROPERTIES.contains(property) || in_drawing && DRAWING.contains(property) {
        return true;
    }
    let family = property
        .split_once('-')
        .map_or(property, |(family, _)| family);
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    FAMILIES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(family))
        && property.bytes().all(is_name)
        && value
            .split_ascii_whitespace()
            .all(|word| KEYWORDS.contains(word) || is_colour(word) || is_size(word))
}

/// The style without its `url(…)`: the rest of a background is worth keeping.
fn without_urls(style: &str) -> String {
    let mut kept = String::with_capacity(style.len());
    let mut rest = style;
    // Where no more end, none is looked for again and again.
    let mut ends = true;
    while let Some(at) = rest.find('(') {
        let (before, inside) = rest.split_at(at);
        let word = before.trim_end();
        let is_url = word.len() >= 3
            && word.is_char_boundary(word.len() - 3)
            && word[word.len() - 3..].eq_ignore_ascii_case("url");
        let end = (is_url && ends).then(|| inside.find(')')).flatten();
        ends &= !is_url || end.is_some();
        match end {
            Some(end) => {
                kept.push_str(&word[..word.len() - 3]);
                kept.push(' ');
                rest = inside[end + 1..].trim_start();
            }
            _ => {
                kept.push_str(before);
                kept.push('(');
                rest = &inside[1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// Whether a value has nothing in it but words, numbers, colours and quoted names: no escapes, no comments, no functions
/// but those of numbers.
fn is_readable(value: &str) -> bool {
    let bytes = value.as_bytes();
    // What old browsers ran; no name of a font or colour has it in it.
    let runs = |word: &[u8]| word.eq_ignore_ascii_case(b"expression");
    if bytes.windows("expression".len()).any(runs) {
        return false;
    }
    let is_word = |index: Option<usize>| {
        let byte = index.and_then(|index| bytes.get(index));
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at + 1..];
        at += match byte {
            b'-' if is_word(at.checked_sub(1)) && is_word(Some(at + 1)) => 1,
            b',' | b'#' | b'%' | b'.' | b'!' => 1,
            byte if byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() => 1,
            b'(' => match closed(rest, b')', |byte| {
                byte.is_ascii_digit() || byte == b',' || byte == b'%'
            }) {
                Some(len) => len,
                None => return false,
            },
            quote @ (b'"' | b'\'') => match closed(rest, *quote, |byte| {
                byte.is_ascii_alphanumeric() || b"_-".contains(&byte)
            }) {
                Some(len) => len,
                None => return false,
            },
            _ => return false,
        };
    }
    true
}

/// The length of what begins before `rest` and ends with `end`, if there is nothing in it but what belongs, and spaces.
fn closed(rest: &[u8], end: u8, belongs: impl Fn(u8) -> bool) -> Option<usize> {
    let len = rest.iter().position(|byte| *byte == end)?;
    let inside = rest[..len]
        .iter()
        .all(|byte| belongs(*byte) || byte.is_ascii_whitespace());
    (len > 0 && inside).then_some(len + 2)
}

fn is_colour(word: &str) -> bool {
    let hex = word.strip_prefix('#').is_some_and(|digits| {
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    let rgb = word
        .strip_prefix("rgb(")
        .and_then(|rest| rest.strip_suffix(')'));
    hex || rgb.is_some_and(|numbers| {
        numbers
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b",%".contains(&byte))
    })
}

/// A number of up to four digits, and perhaps a unit.
fn is_size(word: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(word);
    let after = &word[whole..];
    let part = after.strip_prefix('.').map(|part| digits(part) + 1);
    let unit = &after[part.unwrap_or(0)..];
    whole + part.unwrap_or(0) > 0 && whole + part.unwrap_or(0) <= 5 && UNITS.contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::without_urls;

    /// With a search for each bracket, these would take hours.
    #[test]
    fn brackets_without_end_are_looked_for_once() {
        let open = "(".repeat(8 << 20);
        assert_eq!(without_urls(&open), open);
        let words = "url(".repeat(2 << 20);
        assert_eq!(without_urls(&words), words);
        let far = format!("{}url(x)y", "(".repeat(8 << 20));
        assert!(without_urls(&far).ends_with("( y"));
    }
}
