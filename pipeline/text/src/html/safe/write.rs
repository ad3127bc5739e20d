//! Text and values as safe markup: references stay as they are written, everything that could begin markup becomes one.

use std::fmt::Write;

use super::super::references::{Reference, reference};

/// The longest number of a reference that is kept in its digits; beyond, zeros were put in front of it.
const MAX_NUMBER_BYTES: usize = 12;

/// Where something is written from, or to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    Text,
    /// A value in double quotes.
    Value,
    /// Text that had no references.
    Literal,
}

/// Writes text between tags. Line ends become LF; NUL characters go.
pub(super) fn text(text: &str, out: &mut String) {
    push(text, Context::Text, out);
}

/// Writes text between tags that was the content of an element without references.
pub(super) fn literal(text: &str, out: &mut String) {
    push(text, Context::Literal, out);
}

/// Writes what was the value of an attribute, for one in double quotes.
pub(super) fn value(value: &str, out: &mut String) {
    push(value, Context::Value, out);
}

fn push(text: &str, context: Context, out: &mut String) {
    let mut rest = text;
    let special: fn(char) -> bool = if context == Context::Value {
        |c| matches!(c, '<' | '&' | '\0' | '\r' | '>' | '"')
    } else {
        |c| matches!(c, '<' | '&' | '\0' | '\r')
    };
    let in_attribute = context == Context::Value;
    while let Some(at) = rest.find(special) {
        out.push_str(&rest[..at]);
        let found = &rest[at..];
        let mut taken = 1;
        match found.as_bytes()[0] {
            b'<' => out.push_str("&lt;"),
            b'>' => out.push_str("&gt;"),
            b'"' => out.push_str("&quot;"),
            b'\r' => {
                out.push('\n');
                taken += usize::from(found.as_bytes().get(1) == Some(&b'\n'));
            }
            b'&' if context == Context::Literal => out.push_str("&amp;"),
            b'&' => match reference(found, in_attribute) {
                Some(reference) => {
                    push_reference(&found[..reference.len], reference, in_attribute, out);
                    taken = reference.len;
                }
                None => out.push_str("&amp;"),
            },
            _ => {}
        }
        rest = &found[taken..];
    }
    out.push_str(rest);
}

fn push_reference(source: &str, reference: Reference, in_attribute: bool, out: &mut String) {
    let Some(number) = reference.number else {
        out.push_str(source);
        if !reference.is_terminated {
            out.push(';');
        }
        return;
    };
    let meant = u32::from(reference.first);
    if matches!(reference.first, '"' | '\'') && !in_attribute {
        out.push(reference.first);
    } else if meant == 0 || reference.first.is_control() && !reference.first.is_whitespace() {
        // No text has them.
    } else if meant == number && source.len() <= MAX_NUMBER_BYTES {
        out.push_str(&source.to_ascii_lowercase());
        if !reference.is_terminated {
            out.push(';');
        }
    } else {
        let result = write!(out, "&#x{meant:x};");
        debug_assert!(result.is_ok(), "a string takes everything");
    }
}
