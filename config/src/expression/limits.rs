//! How large an expression may be. It is looked at before it is parsed, since parsing and evaluating are recursive: their depth is bounded here.

use super::Fault;

/// Longest expression, in bytes: a page of text.
const MAX_BYTES: usize = 4096;

/// Brackets within brackets, and choices (`? :`): a condition that people can read has three or four. The parser takes some ten kilobytes of stack for each.
const MAX_NESTING: usize = 12;

/// Operators, dots and brackets: each may be a level of the tree.
const MAX_JOINTS: usize = 200;

/// Refuses what is too long or too deep to be parsed.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() {
        let help =
            "write a condition, for example \"record.language.code == 'en'\", or take the line out";
        return Err(Fault::new(0..text.len(), "is empty", help));
    }
    if text.len() > MAX_BYTES {
        let help = "divide it over several rules";
        return Err(Fault::new(0..text.len(), "is longer than 4096 bytes", help));
    }
    let bytes = text.as_bytes();
    let (mut nesting, mut joints, mut at) = (0_usize, 0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\'' | b'"' => {
                at = end_of_text(bytes, at).ok_or_else(|| {
                    Fault::new(
                        at..text.len(),
                        "has a text that is not closed",
                        "end it with the quote that it starts with",
                    )
                })?;
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..]
                    .iter()
                    .take_while(|byte| **byte != b'\n')
                    .count();
                continue;
            }
            b'(' | b'[' | b'{' => {
                nesting += 1;
                joints += 1;
            }
            // A choice goes on to the end of its brackets; behind a dot or bracket the sign is of another kind.
            b'?' if at > 0 && !matches!(bytes[at - 1], b'.' | b'[') => {
                nesting += 1;
                joints += 1;
            }
            b')' | b']' | b'}' => nesting = nesting.saturating_sub(1),
            byte if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let word = bytes[at..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
                    .count();
                joints += usize::from(&bytes[at..at + word] == b"in");
                // What stands before a quote says how the text is written.
                at += word;
                continue;
            }
            b'.' | b'?' | b':' | b'+' | b'-' | b'*' | b'/' | b'%' | b'<' | b'>' | b'=' | b'!'
            | b'&' | b'|' => joints += 1,
            _ => {}
        }
        if nesting > MAX_NESTING {
            let what =
                format!("has brackets and choices within each other more than {MAX_NESTING} deep");
            return Err(Fault::new(at..at + 1, what, "divide it over several rules"));
        }
        if joints > MAX_JOINTS {
            let what = format!("has more than {MAX_JOINTS} operators, dots and brackets");
            return Err(Fault::new(
                at..at + 1,
                what,
                "divide it over several rules, or write a list: record.source.id in ['a', 'b']",
            ));
        }
        at += 1;
    }
    Ok(())
}

/// Where the text ends that begins with the quote at `start`; `None` where it does not.
fn end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let triple = [quote; 3];
    let is_triple = bytes[start..].starts_with(&triple);
    let close: &[u8] = if is_triple { &triple } else { &triple[..1] };
    let is_raw = start > 0 && matches!(bytes[start - 1], b'r' | b'R');
    let mut at = start + close.len();
    while at < bytes.len() {
        if bytes[at..].starts_with(close) {
            return Some(at + close.len());
        }
        if bytes[at] == b'\n' && !is_triple {
            return None;
        }
        at += if bytes[at] == b'\\' && !is_raw { 2 } else { 1 };
    }
    None
}
