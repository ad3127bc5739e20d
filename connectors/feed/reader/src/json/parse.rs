//! JSON as it is found: what is missing is taken for granted, what is odd is passed over, the end may come anywhere.

use std::borrow::Cow;

use memchr::memchr2;

/// Deepest nesting that is kept; JSON feeds need 5.
const MAX_DEPTH: usize = 64;

/// Values of one document, in all. An item has some 30.
const MAX_VALUES: usize = 2_000_000;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'t> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'t str),
    Text(Cow<'t, str>),
    List(Vec<Value<'t>>),
    Object(Vec<(Cow<'t, str>, Value<'t>)>),
}

/// What was found wrong.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Faults {
    /// Characters and words that mean nothing where they stand.
    pub(super) odd: usize,
    /// Whether the document ends too early.
    pub(super) cut_off: bool,
    /// Whether there was more than is read.
    pub(super) too_much: bool,
}

/// A list or object that is being read.
struct Open<'t> {
    value: Value<'t>,
    /// The name under which it goes into the object around it.
    name: Option<Cow<'t, str>>,
    /// The name that waits for its value.
    pending: Option<Cow<'t, str>>,
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Open<'t>>,
    /// Lists and objects that are open beyond [`MAX_DEPTH`].
    beyond: usize,
    values: usize,
    root: Option<Value<'t>>,
    faults: Faults,
}

/// The first value in `text`, and what was wrong with it.
pub(super) fn parse(text: &str) -> (Option<Value<'_>>, Faults) {
    let mut parser = Parser {
        text,
        at: 0,
        open: Vec::new(),
        beyond: 0,
        values: 0,
        root: None,
        faults: Faults::default(),
    };
    while parser.root.is_none() && parser.step() {}
    if parser.root.is_none() {
        parser.faults.cut_off = true;
        parser.beyond = 0;
        while !parser.open.is_empty() {
            parser.close();
        }
    }
    (parser.root, parser.faults)
}

impl<'t> Parser<'t> {
    /// Reads on by one token; `false` at the end.
    fn step(&mut self) -> bool {
        let text: &'t str = self.text;
        let rest = &text[self.at..];
        let Some(first) = rest.bytes().next() else {
            return false;
        };
        if self.values >= MAX_VALUES {
            self.faults.too_much = true;
            return false;
        }
        match first {
            b' ' | b'\n' | b'\r' | b'\t' | b',' => self.at += 1,
            b':' => self.at += 1,
            b'{' => self.begin(Value::Object(Vec::new())),
            b'[' => self.begin(Value::List(Vec::new())),
            b'}' | b']' => self.end(),
            b'"' => return self.text(),
            b'-' | b'0'..=b'9' => {
                let number = |byte: u8| {
                    byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E')
                };
                let end = rest
                    .bytes()
                    .position(|byte| !number(byte))
                    .unwrap_or(rest.len());
                self.at += end;
                self.give(Value::Number(&rest[..end]));
            }
            b'a'..=b'z' | b'A'..=b'Z' => self.word(rest),
            _ => {
                self.faults.odd += 1;
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        true
    }

    fn word(&mut self, rest: &str) {
        let end = rest
            .bytes()
            .position(|byte| !byte.is_ascii_alphabetic())
            .unwrap_or(rest.len());
        self.at += end;
        let value = match &rest[..end] {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            _ => {
                self.faults.odd += 1;
                Value::Null
            }
        };
        self.give(value);
    }

    /// A text, which is a name where an object waits for one.
    fn text(&mut self) -> bool {
        let Some(text) = self.string() else {
            return false;
        };
        let is_name = self
            .open
            .last()
            .is_some_and(|open| open.pending.is_none() && matches!(open.value, Value::Object(_)));
        let colon = self.text[self.at..].trim_start().starts_with(':');
        match self.open.last_mut() {
            Some(open) if is_name && colon => open.pending = Some(text),
            _ if is_name => self.faults.odd += 1,
            _ => self.give(Value::Text(text)),
        }
        true
    }

    /// The string that begins here; `None` where it never ends.
    fn string(&mut self) -> Option<Cow<'t, str>> {
        let text: &'t str = self.text;
        let inside = &text[self.at + 1..];
        let mut decoded: Option<String> = None;
        let mut from = 0;
        loop {
            let Some(found) = memchr2(b'"', b'\\', &inside.as_bytes()[from..]) else {
                self.at = text.len();
                return None;
            };
            let stop = from + found;
            if inside.as_bytes()[stop] == b'"' {
                self.at += 1 + stop + 1;
                return Some(match decoded {
                    Some(mut decoded) => {
                        decoded.push_str(&inside[from..stop]);
                        Cow::Owned(decoded)
                    }
                    None => Cow::Borrowed(&inside[..stop]),
                });
            }
            let decoded = decoded.get_or_insert_default();
            decoded.push_str(&inside[from..stop]);
            from = stop + escape(&inside[stop..], decoded);
        }
    }

    fn begin(&mut self, value: Value<'t>) {
        self.at += 1;
        if self.open.len() >= MAX_DEPTH || self.beyond > 0 {
            self.beyond += 1;
            self.faults.too_much = true;
            return;
        }
        let name = self.open.last_mut().and_then(|open| open.pending.take());
        self.values += 1;
        self.open.push(Open {
            value,
            name,
            pending: None,
        });
    }

    fn end(&mut self) {
        self.at += 1;
        if self.beyond > 0 {
            self.beyond -= 1;
        } else if self.open.is_empty() {
            self.faults.odd += 1;
        } else {
            self.close();
        }
    }

    /// Closes the innermost list or object.
    fn close(&mut self) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            None => self.root = Some(closed.value),
            Some(outer) => {
                outer.pending = closed.name;
                self.give(closed.value);
            }
        }
    }

    /// Puts a value where it belongs.
    fn give(&mut self, value: Value<'t>) {
        if self.beyond > 0 {
            return;
        }
        self.values += 1;
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some(Open {
                value: Value::List(list),
                ..
            }) => list.push(value),
            Some(Open {
                value: Value::Object(members),
                pending,
                ..
            }) => match pending.take() {
                Some(name) => members.push((name, value)),
                None => self.faults.odd += 1,
            },
            Some(_) => self.faults.odd += 1,
        }
    }
}

/// Appends what the escape at the start of `text` stands for; returns its length in bytes.
fn escape(text: &str, out: &mut String) -> usize {
    let Some(kind) = text[1..].chars().next() else {
        return 1;
    };
    let simple = match kind {
        '"' | '\\' | '/' => kind,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(text, out),
        _ => {
            out.push('\\');
            return 1;
        }
    };
    out.push(simple);
    2
}

fn unicode(text: &str, out: &mut String) -> usize {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let Some(first) = unit(0) else {
        out.push('\\');
        return 1;
    };
    let pair = unit(6).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match pair.filter(|character| character.len_utf16() == 2) {
        Some(character) => {
            out.push(character);
            12
        }
        None => {
            out.push(char::from_u32(u32::from(first)).unwrap_or(char::REPLACEMENT_CHARACTER));
            6
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (String, Faults) {
        let (value, faults) = parse(text);
        (
            value.map_or("none".to_owned(), |value| show(&value)),
            faults,
        )
    }

    fn show(value: &Value<'_>) -> String {
        match value {
            Value::Null => "null".to_owned(),
            Value::Bool(bool) => bool.to_string(),
            Value::Number(number) => (*number).to_owned(),
            Value::Text(text) => format!("'{text}'"),
            Value::List(list) => {
                format!("[{}]", list.iter().map(show).collect::<Vec<_>>().join(" "))
            }
            Value::Object(members) => {
                let members: Vec<_> = members
                    .iter()
                    .map(|(name, value)| format!("{name}={}", show(value)))
                    .collect();
                format!("{{{}}}", members.join(" "))
            }
        }
    }

    #[test]
    fn sound_json_is_read() {
        assert_eq!(
            shown(r#"{"a": [1, -2.5e3, true, null, "x\n\"\u00e9\ud83d\ude00"], "b": {"c": {}}}"#),
            (
                "{a=[1 -2.5e3 true null 'x\n\"é😀'] b={c={}}}".to_owned(),
                Faults::default()
            )
        );
    }

    #[test]
    fn broken_json_is_read_as_far_as_it_goes() {
        for (text, result) in [
            ("{\"a\": [1, 2,], \"b\": \"x\ny\",}", "{a=[1 2] b='x\ny'}"),
            ("{\"a\": 1 \"b\": 2}", "{a=1 b=2}"),
            ("{\"a\": [{\"b\": 1}, {\"b\": \"cut", "{a=[{b=1} {}]}"),
            (
                "{\"a\": NaN, \"b\": \"\\q \\ud800\"}",
                "{a=null b='\\q \u{fffd}'}",
            ),
            ("{a: 1}", "{}"),
            ("", "none"),
        ] {
            assert_eq!(shown(text).0, result, "{text}");
        }
        assert!(shown("[1, 2").1.cut_off);
    }

    #[test]
    fn depth_and_number_have_limits() {
        let deep = "[".repeat(100_000);
        let (value, faults) = parse(&deep);
        assert!(value.is_some() && faults.too_much);
        let many = format!("[{}]", "0,".repeat(MAX_VALUES + 10));
        assert!(parse(&many).1.too_much);
    }
}
