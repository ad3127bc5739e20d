//! The entities that a document type declares, as far as they are simple.
//!
//! An entity stands for its text: it may hold numeric references and nothing that would be replaced in turn, so that nothing
//! grows out of itself. What lies outside the document is never looked at.

use std::collections::HashMap;

use super::references::numeric;

/// Entities that are remembered; those who declare some, declare the 250 of HTML.
const MAX_ENTITIES: usize = 512;

/// Longest text of an entity in bytes.
const MAX_LENGTH: usize = 1 << 10;

/// Bytes that entities may add to a document in all: enough for every sign in a feed, too little to fill memory.
const MAX_EXPANSION: usize = 1 << 20;

/// Declared entities.
#[derive(Debug, Default)]
pub(crate) struct Entities {
    values: HashMap<String, String>,
    spent: usize,
}

impl Entities {
    /// Takes over what `doctype`, the inside of `<!DOCTYPE …>`, declares.
    pub(crate) fn declare(&mut self, doctype: &str) {
        for declaration in doctype.split("<!ENTITY").skip(1) {
            if self.values.len() >= MAX_ENTITIES {
                return;
            }
            let mut words = declaration.trim_ascii_start();
            let end = words.bytes().position(|byte| byte.is_ascii_whitespace());
            let Some(end) = end else { continue };
            let name = &words[..end];
            words = words[end..].trim_ascii_start();
            // `SYSTEM` and `PUBLIC` point outside, and `%` declares what only declarations use.
            let quoted = words
                .strip_prefix('"')
                .and_then(|rest| rest.split_once('"'));
            let quoted = quoted.or_else(|| {
                words
                    .strip_prefix('\'')
                    .and_then(|rest| rest.split_once('\''))
            });
            let Some((value, _)) = quoted else { continue };
            if let Some(value) = simple(value) {
                self.values.entry(name.to_owned()).or_insert(value);
            }
        }
    }

    /// The text of the entity `name`, unless entities have added too much already.
    pub(crate) fn get(&mut self, name: &str) -> Option<&str> {
        let value = self.values.get(name)?;
        self.spent += value.len();
        (self.spent <= MAX_EXPANSION).then_some(value)
    }
}

/// The text of an entity without its numeric references, if it holds no others.
fn simple(value: &str) -> Option<String> {
    if value.len() > MAX_LENGTH || value.contains('%') {
        return None;
    }
    let mut pieces = value.split('&');
    let mut text = pieces.next()?.to_owned();
    for piece in pieces {
        let (reference, after) = piece.split_once(';')?;
        text.push(numeric(reference.strip_prefix('#')?)?);
        text.push_str(after);
    }
    Some(text)
}

/// Where the `>` is that ends a document type of which `inside` is what follows `<!DOCTYPE`.
pub(super) fn end(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let simple = bytes.iter().position(|byte| matches!(byte, b'>' | b'['))?;
    if bytes[simple] == b'>' {
        return Some(simple);
    }
    let mut quote = None;
    let mut subset = true;
    for (at, byte) in bytes.iter().enumerate().skip(simple + 1).take(MAX_DOCTYPE) {
        match (quote, byte) {
            (Some(open), _) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b']') => subset = false,
            (None, b'>') if !subset => return Some(at),
            _ => {}
        }
    }
    None
}

/// Longest document type in bytes; that of HTML with its entities has some 20 KiB.
const MAX_DOCTYPE: usize = 64 << 10;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn simple_entities_are_read_and_others_are_not() {
        let mut entities = Entities::default();
        entities.declare(
            "rss [<!ENTITY pound \"&#163;\"> <!ENTITY me 'A & B'><!ENTITY it 'It'><!ENTITY f SYSTEM \"file:///etc/passwd\">\
             <!ENTITY % p \"x\"><!ENTITY bomb \"&it;&it;\">]",
        );
        assert_eq!(entities.get("pound"), Some("£"));
        assert_eq!(entities.get("it"), Some("It"));
        for name in ["me", "f", "p", "%", "bomb"] {
            assert_eq!(entities.get(name), None, "{name}");
        }
    }

    #[test]
    fn entities_cannot_grow_beyond_their_limit() {
        let mut entities = Entities::default();
        entities.declare(&format!("x [<!ENTITY a \"{}\">]", "a".repeat(1000)));
        let added: usize = (0..1_000_000)
            .filter_map(|_| entities.get("a").map(str::len))
            .sum();
        assert!(added <= MAX_EXPANSION);
    }
}
