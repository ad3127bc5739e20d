//! Cuts text into tags, character data and the rest, whatever state it is in.
//!
//! What cannot be a tag is character data; a tag that lacks its end ends where the next begins. No error stops it.
//! Every search for an end that fails is remembered, so that the same bytes are never searched again for it.

use memchr::{memchr, memchr2, memmem};

/// Longest name of an attribute that is recognised where no space stands before it, in bytes.
const LONGEST_NAME: usize = 32;

/// Part of a document, borrowed from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// `<name attributes>`, or `<name attributes/>` where `empty`.
    Start {
        /// The name as written, with its prefix.
        name: &'t str,
        /// What stands between the name and the end.
        attributes: &'t str,
        /// Whether it is its own end.
        empty: bool,
    },
    /// `</name>`.
    End {
        /// The name as written, with its prefix.
        name: &'t str,
    },
    /// Character data with its references.
    Text(&'t str),
    /// The inside of a CDATA section.
    Cdata(&'t str),
    /// The inside of `<!DOCTYPE …>`.
    Doctype(&'t str),
}

/// The tokens of a text. Comments and processing instructions are passed over.
#[derive(Debug)]
pub(crate) struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// Where the token last given began.
    start: usize,
    /// Before this place, quotes within tags have been seen not to match: there they mean nothing.
    quotes_broken_until: usize,
    no_comment_end: bool,
    no_cdata_end: bool,
    no_instruction_end: bool,
    doctype_seen: bool,
    /// Angle brackets that began nothing.
    pub(crate) stray_brackets: usize,
    /// Tags, comments and sections that were never closed.
    pub(crate) unclosed: usize,
}

impl<'t> Tokens<'t> {
    pub(crate) fn new(text: &'t str) -> Tokens<'t> {
        Tokens {
            text,
            at: 0,
            start: 0,
            quotes_broken_until: 0,
            no_comment_end: false,
            no_cdata_end: false,
            no_instruction_end: false,
            doctype_seen: false,
            stray_brackets: 0,
            unclosed: 0,
        }
    }

    /// Byte position at which the token last given began.
    pub(crate) fn position(&self) -> usize {
        self.start
    }

    /// The next token.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<Token<'t>> {
        loop {
            self.start = self.at;
            let rest = self.text.as_bytes().get(self.at..)?;
            let first = *rest.first()?;
            if first != b'<' {
                return Some(self.character_data(0));
            }
            match rest.get(1) {
                Some(b'/') => return Some(self.end_tag()),
                Some(b'!') => {
                    if let Some(token) = self.declaration() {
                        return Some(token);
                    }
                }
                Some(b'?') => self.instruction(),
                Some(second) if starts_name(*second) => return Some(self.start_tag()),
                _ => {
                    self.stray_brackets += 1;
                    return Some(self.character_data(1));
                }
            }
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Character data up to the next `<`; the first `skip` bytes belong to it in any case.
    fn character_data(&mut self, skip: usize) -> Token<'t> {
        let rest = self.rest();
        let end = memchr(b'<', &rest.as_bytes()[skip..]).map_or(rest.len(), |end| skip + end);
        self.at += end;
        Token::Text(&rest[..end])
    }

    fn end_tag(&mut self) -> Token<'t> {
        let inside = &self.rest()[2..];
        let end = memchr2(b'>', b'<', inside.as_bytes()).unwrap_or(inside.len());
        let closed = inside.as_bytes().get(end) == Some(&b'>');
        self.unclosed += usize::from(!closed);
        self.at += 2 + end + usize::from(closed);
        let name = inside[..end].trim_ascii();
        let length = name.bytes().position(|byte| byte.is_ascii_whitespace());
        Token::End {
            name: &name[..length.unwrap_or(name.len())],
        }
    }

    fn start_tag(&mut self) -> Token<'t> {
        let inside = &self.rest()[1..];
        let bytes = inside.as_bytes();
        let name_end = bytes
            .iter()
            .position(|byte| ends_name(*byte))
            .unwrap_or(bytes.len());
        let name = &inside[..name_end];
        let (end, closed) = match bytes.get(name_end) {
            Some(b'>') => (name_end, true),
            _ => self.tag_end(inside, name_end),
        };
        self.unclosed += usize::from(!closed);
        self.at += 1 + end + usize::from(closed);
        let attributes = &inside[name_end..end];
        let (attributes, empty) = match attributes.strip_suffix('/') {
            Some(attributes) => (attributes, true),
            None => (attributes, false),
        };
        Token::Start {
            name,
            attributes,
            empty,
        }
    }

    /// Where the tag whose name ends at `from` ends, and whether by a `>`.
    fn tag_end(&mut self, inside: &str, from: usize) -> (usize, bool) {
        let bytes = inside.as_bytes();
        let offset = self.at + 1;
        if self.at >= self.quotes_broken_until {
            let mut at = from;
            loop {
                match bytes.get(at) {
                    Some(b'>') => return (at, true),
                    Some(b'<') => return (at, false),
                    Some(quote @ (b'"' | b'\'')) => {
                        let value = &bytes[at + 1..];
                        let end = memchr(*quote, value);
                        let after = end.and_then(|end| value.get(end + 1));
                        match (end, after) {
                            (Some(end), Some(_)) if may_follow_value(&value[end + 1..]) => {
                                at += end + 2
                            }
                            (end, _) => {
                                // The quote is never closed, or closes something else.
                                let seen = at + 1 + end.unwrap_or(value.len());
                                self.quotes_broken_until = offset + seen;
                                break;
                            }
                        }
                    }
                    Some(_) => at += 1,
                    None => break,
                }
            }
        }
        match memchr2(b'>', b'<', &bytes[from..]) {
            Some(end) => (from + end, bytes[from + end] == b'>'),
            None => (bytes.len(), false),
        }
    }

    fn declaration(&mut self) -> Option<Token<'t>> {
        let rest = self.rest();
        if let Some(inside) = rest.strip_prefix("<!--") {
            match find("-->", inside, &mut self.no_comment_end) {
                Some(end) => self.at += 4 + end + 3,
                None => self.skip_to_bracket(),
            }
            return None;
        }
        if let Some(inside) = rest.strip_prefix("<![CDATA[") {
            return match find("]]>", inside, &mut self.no_cdata_end) {
                Some(end) => {
                    self.at += 9 + end + 3;
                    Some(Token::Cdata(&inside[..end]))
                }
                // Without an end, what stands in it is read as if it had no beginning either.
                None => {
                    self.unclosed += 1;
                    self.at += 9;
                    None
                }
            };
        }
        if !self.doctype_seen && starts_with_ignoring_case(rest, "<!doctype") {
            self.doctype_seen = true;
            let inside = &rest[9..];
            if let Some(end) = super::doctype::end(inside) {
                self.at += 9 + end + 1;
                return Some(Token::Doctype(&inside[..end]));
            }
        }
        let named = rest
            .as_bytes()
            .get(2)
            .is_some_and(|third| third.is_ascii_alphabetic() || *third == b'[');
        if named {
            self.skip_to_bracket();
            return None;
        }
        self.stray_brackets += 1;
        Some(self.character_data(1))
    }

    fn instruction(&mut self) {
        let inside = &self.rest()[2..];
        match find("?>", inside, &mut self.no_instruction_end) {
            Some(end) => self.at += 2 + end + 2,
            None => self.skip_to_bracket(),
        }
    }

    /// Passes over what is not closed as it should be, up to the next `>` or before the next `<`.
    fn skip_to_bracket(&mut self) {
        self.unclosed += 1;
        let inside = &self.rest()[1..];
        self.at += match memchr2(b'>', b'<', inside.as_bytes()) {
            Some(end) if inside.as_bytes()[end] == b'>' => end + 2,
            Some(end) => end + 1,
            None => self.rest().len(),
        };
    }
}

/// The place of `end` in `text`, asked at most once where there is none.
fn find(end: &str, text: &str, known_missing: &mut bool) -> Option<usize> {
    if *known_missing {
        return None;
    }
    let found = memmem::find(text.as_bytes(), end.as_bytes());
    *known_missing = found.is_none();
    found
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}

fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

fn ends_name(byte: u8) -> bool {
    matches!(
        byte,
        b'>' | b'/' | b' ' | b'\n' | b'\t' | b'\r' | b'<' | b'=' | b'"' | b'\'' | 0x0c
    )
}

/// Whether this may stand after the closing quote of a value: an end, a space, or sloppily the next attribute.
fn may_follow_value(after: &[u8]) -> bool {
    let name = after
        .iter()
        .take(LONGEST_NAME)
        .position(|byte| ends_name(*byte))
        .unwrap_or(0);
    match after.get(name) {
        Some(b'=') => name > 0,
        Some(byte) => name == 0 && (byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token<'_>> {
        let mut tokens = Tokens::new(text);
        std::iter::from_fn(|| tokens.next()).collect()
    }

    fn start<'t>(name: &'t str, attributes: &'t str, empty: bool) -> Token<'t> {
        Token::Start {
            name,
            attributes,
            empty,
        }
    }

    #[test]
    fn sound_documents_are_cut_where_their_marks_are() {
        assert_eq!(
            tokens(
                "<?xml v?><!DOCTYPE a [<!ENTITY x '>'>]><a b='>' c=\"/\">x &amp; y<!-- <no> --><![CDATA[<b>]]><c/></a >"
            ),
            [
                Token::Doctype(" a [<!ENTITY x '>'>]"),
                start("a", " b='>' c=\"/\"", false),
                Token::Text("x &amp; y"),
                Token::Cdata("<b>"),
                start("c", "", true),
                Token::End { name: "a" },
            ]
        );
    }

    #[test]
    fn what_begins_nothing_is_text() {
        assert_eq!(
            tokens("1 < 2 <3 <"),
            [
                Token::Text("1 "),
                Token::Text("< 2 "),
                Token::Text("<3 "),
                Token::Text("<")
            ]
        );
        assert_eq!(tokens("<!' x"), [Token::Text("<!' x")]);
    }

    #[test]
    fn tags_without_an_end_end_where_the_next_begins() {
        assert_eq!(
            tokens("<a <b></b </a"),
            [
                start("a", " ", false),
                start("b", "", false),
                Token::End { name: "b" },
                Token::End { name: "a" },
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_tag() {
        assert_eq!(
            tokens("<a b=\"c>x</a><d e=\"f\">"),
            [
                start("a", " b=\"c", false),
                Token::Text("x"),
                Token::End { name: "a" },
                start("d", " e=\"f\"", false),
            ]
        );
        assert_eq!(
            tokens("<a b='c>x"),
            [start("a", " b='c", false), Token::Text("x")]
        );
    }

    #[test]
    fn sections_without_an_end_are_read_on() {
        assert_eq!(
            tokens("<a><![CDATA[x</a><b/>"),
            [
                start("a", "", false),
                Token::Text("x"),
                Token::End { name: "a" },
                start("b", "", true),
            ]
        );
        assert_eq!(tokens("<!-- x <a/>"), [start("a", "", true)]);
        assert_eq!(tokens("<? x <a/>"), [start("a", "", true)]);
    }

    #[test]
    fn failing_searches_are_not_repeated() {
        for unit in [
            "<!--",
            "<![CDATA[",
            "<?",
            "<a b=\"",
            "<a b='\"",
            "<!DOCTYPE [",
            "<a x=\"<a x=\" ",
            "</",
            "<",
        ] {
            let text = unit.repeat(200_000);
            assert!(!tokens(&text).is_empty() || unit.len() > 1);
        }
    }
}
