//! The attributes of a tag, read as they are asked for.

use memchr::memchr;

/// Most attributes of one tag that are looked at; feeds have up to some 20.
const MAX_ATTRIBUTES: usize = 128;

/// Iterates over names and raw values.
#[derive(Debug, Clone)]
pub(crate) struct Attributes<'t> {
    rest: &'t str,
    left: usize,
}

impl<'t> Attributes<'t> {
    pub(crate) fn new(attributes: &'t str) -> Attributes<'t> {
        Attributes {
            rest: attributes,
            left: MAX_ATTRIBUTES,
        }
    }
}

impl<'t> Iterator for Attributes<'t> {
    type Item = (&'t str, &'t str);

    fn next(&mut self) -> Option<(&'t str, &'t str)> {
        self.left = self.left.checked_sub(1)?;
        let rest = self.rest.trim_start_matches(|character: char| {
            character.is_ascii_whitespace() || "/\"'=".contains(character)
        });
        if rest.is_empty() {
            return None;
        }
        let name_end = rest
            .bytes()
            .position(|byte| byte == b'=' || byte.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            self.rest = after;
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let (value, rest) = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inside = &value[1..];
                match memchr(*quote, inside.as_bytes()) {
                    Some(end) => (&inside[..end], &inside[end + 1..]),
                    None => (inside.trim_ascii_end(), ""),
                }
            }
            _ => {
                let end = value
                    .bytes()
                    .position(|byte| byte.is_ascii_whitespace())
                    .unwrap_or(value.len());
                value.split_at(end)
            }
        };
        self.rest = rest;
        Some((name, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        Attributes::new(text).collect()
    }

    #[test]
    fn attributes_are_read_however_they_are_written() {
        assert_eq!(
            read(" a=\"1\" b = '2'\tc=3 d e=\"x > y\"f='' "),
            [
                ("a", "1"),
                ("b", "2"),
                ("c", "3"),
                ("d", ""),
                ("e", "x > y"),
                ("f", "")
            ]
        );
        assert_eq!(read(" a=\"1"), [("a", "1")]);
        assert_eq!(read(" = / \" "), []);
        assert_eq!(read(&" x=1".repeat(1_000_000)).len(), MAX_ATTRIBUTES);
    }
}
