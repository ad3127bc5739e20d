//! Expressions, with faults pointed at inside their texts.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::expression::{Expression, Purpose};
use crate::finding::Finding;

/// An expression over a record.
pub(crate) struct Cel {
    purpose: Purpose,
    example: &'static str,
}

/// An expression that is true or false.
pub(crate) const fn condition(example: &'static str) -> Cel {
    Cel {
        purpose: Purpose::Condition,
        example,
    }
}

/// An expression that has any value.
pub(crate) const fn value(example: &'static str) -> Cel {
    Cel {
        purpose: Purpose::Value,
        example,
    }
}

impl Shape for Cel {
    type Value = Expression;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Expression> {
        let Some(text) = value.get_ref().as_str() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        let fault = match Expression::parse(text, self.purpose) {
            Ok(expression) => return Some(expression),
            Err(fault) => fault,
        };
        let span = value.span();
        let written = context.source.text().get(span.clone()).unwrap_or_default();
        let place = |at| span.start + place_in(written, text, at);
        let (start, end) = (place(fault.at.start), place(fault.at.end));
        let finding = Finding::error(format!("{subject} {}", fault.what))
            .at(start..end.max(start))
            .help(fault.help);
        context.report(finding);
        None
    }

    fn write(&self, value: &Expression) -> Json {
        json!(value.text())
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "examples": [self.example] })
    }

    fn kind(&self) -> String {
        match self.purpose {
            Purpose::Condition => "expression that is true or false".to_owned(),
            Purpose::Value => "expression".to_owned(),
        }
    }

    fn example(&self) -> String {
        json!(self.example).to_string()
    }
}

/// The byte of a TOML string, `written` with its quotes, at which the byte `at` of its `text` stands.
fn place_in(written: &str, text: &str, at: usize) -> usize {
    let quotes = ["\"\"\"", "'''", "\"", "'"];
    let quote = quotes.iter().find(|quote| written.starts_with(**quote));
    let mut begin = quote.map_or(0, |quote| quote.len());
    // A line break right behind three quotes is not of the text.
    if begin == 3 {
        let rest = &written[begin..];
        begin += rest.len()
            - rest
                .trim_start_matches('\r')
                .strip_prefix('\n')
                .map_or(rest.len(), str::len);
    }
    let inner = written.get(begin..).unwrap_or_default();
    if inner.starts_with(text) {
        return begin + at;
    }
    // Something is escaped: go through both side by side.
    let mut said = text.get(..at).unwrap_or(text).chars();
    let mut rest = inner;
    while said.next().is_some() {
        let mut skipped = escape(rest);
        // A backslash at the end of a line swallows what is blank behind it.
        while skipped.is_none() && rest.starts_with('\\') {
            rest = rest[1..].trim_start();
            skipped = escape(rest);
        }
        let length = skipped.or_else(|| rest.chars().next().map(char::len_utf8));
        rest = rest.get(length.unwrap_or(0)..).unwrap_or_default();
    }
    begin + inner.len() - rest.len()
}

/// The length of the escape that `written` begins with.
fn escape(written: &str) -> Option<usize> {
    let sign = written.strip_prefix('\\')?.chars().next()?;
    match sign {
        'u' => Some(6),
        'U' => Some(10),
        'x' => Some(4),
        sign if sign.is_whitespace() => None,
        _ => Some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::place_in;

    #[test]
    fn places_are_found_in_every_kind_of_string() {
        for (written, text, at, place) in [
            ("'a == b'", "a == b", 5, 6),
            ("\"a == b\"", "a == b", 5, 6),
            ("\"a == \\\"b\\\" x\"", "a == \"b\" x", 9, 12),
            ("\"\\u00e9 b\"", "é b", 3, 8),
            ("'''\na == b'''", "a == b", 5, 9),
            ("\"\"\"\na \\\n   == b\"\"\"", "a == b", 5, 14),
        ] {
            assert_eq!(place_in(written, text, at), place, "{written}");
            assert_eq!(written.as_bytes()[place], text.as_bytes()[at], "{written}");
        }
    }
}
