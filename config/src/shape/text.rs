//! Strings with a meaning: what they have in common, and names, language tags and templates.

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::template::{check_file_template, check_topic, check_topic_template};
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::suggest::quote;

/// Longest string accepted, in bytes: no name, path or URL in use comes near it.
const MAX_TEXT_BYTES: usize = 4096;

/// Longest id in characters: it becomes part of records, file names and metric labels.
const MAX_ID: usize = 128;

/// Longest tag, in characters: it is a word to sort by, not a sentence.
const MAX_TAG: usize = 100;

/// Longest one-line text (names, User-Agent) in characters.
const MAX_LINE: usize = 256;

/// Why a text does not do.
pub(crate) struct Complaint {
    /// Follows the subject: "has no scheme".
    pub(super) what: String,
    pub(super) help: String,
    /// The value holds a password: keep it out of the snippet.
    pub(super) mask: bool,
}

impl Complaint {
    pub(crate) fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: help.into(),
            mask: false,
        }
    }
}

/// A string that `parse` turns into a `T`.
pub(crate) struct Text<T> {
    pub(super) kind: &'static str,
    pub(super) example: &'static str,
    /// Regular expression for the schema: necessary, not sufficient.
    pub(super) pattern: Option<&'static str>,
    pub(super) parse: fn(&str) -> Result<T, Complaint>,
    pub(super) write: fn(&T) -> String,
}

impl<T> Shape for Text<T> {
    type Value = T;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<T> {
        let Some(text) = value.get_ref().as_str() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        let complaint = match check_plain(text).and_then(|()| (self.parse)(text)) {
            Ok(parsed) => return Some(parsed),
            Err(complaint) => complaint,
        };
        if complaint.mask {
            context.mask(value.span());
        }
        let finding = Finding::error(format!("{subject} {}", complaint.what))
            .at(value.span())
            .help(complaint.help);
        context.report(finding);
        None
    }

    fn write(&self, value: &T) -> Json {
        json!((self.write)(value))
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        let mut schema =
            json_schema!({ "type": "string", "minLength": 1, "examples": [self.example] });
        if let Some(pattern) = self.pattern {
            schema.insert("pattern".to_owned(), json!(pattern));
        }
        schema
    }

    fn kind(&self) -> String {
        self.kind.to_owned()
    }

    fn example(&self) -> String {
        json!(self.example).to_string()
    }
}

fn check_plain(text: &str) -> Result<(), Complaint> {
    if text.trim().is_empty() {
        return Err(Complaint::new(
            "is empty",
            "write a value, or take the line out",
        ));
    }
    if text.len() > MAX_TEXT_BYTES {
        return Err(Complaint::new("is longer than 4096 bytes", "shorten it"));
    }
    if text.chars().any(char::is_control) {
        return Err(Complaint::new(
            "holds a control character, such as a line break or a tab",
            "write it on one line; for a backslash write '…' in single quotes",
        ));
    }
    Ok(())
}

pub(super) fn short(text: &str) -> Result<String, Complaint> {
    if text.chars().count() > MAX_LINE {
        return Err(Complaint::new(
            "is longer than 256 characters",
            "shorten it",
        ));
    }
    Ok(text.to_owned())
}

/// One line of text for people.
pub(crate) const fn line(example: &'static str) -> Text<String> {
    Text {
        kind: "string",
        example,
        pattern: None,
        parse: short,
        write: String::clone,
    }
}

/// `[A-Za-z0-9._-]{1,128}`, and not only dots, since ids become file names.
pub(crate) fn check_identifier(text: &str) -> Result<String, Complaint> {
    let rule = "letters, digits, `.`, `_` and `-` are allowed, 128 at most";
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
    if let Some(letter) = text.chars().find(|letter| !allowed(*letter)) {
        return Err(Complaint::new(format!("must not hold `{letter}`"), rule));
    }
    if text.len() > MAX_ID {
        return Err(Complaint::new("is longer than 128 characters", rule));
    }
    if text.chars().all(|letter| letter == '.') {
        return Err(Complaint::new("must hold more than dots", rule));
    }
    Ok(text.to_owned())
}

pub(crate) const fn identifier(example: &'static str) -> Text<String> {
    Text {
        kind: "id: letters, digits, `.`, `_`, `-`",
        example,
        pattern: Some("^[A-Za-z0-9._-]{1,128}$"),
        parse: check_identifier,
        write: String::clone,
    }
}

/// A sink, by its kind and name.
pub(crate) fn sink_name() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if text
            .split_once('.')
            .is_some_and(|(_, name)| !name.is_empty())
        {
            return Ok(text.to_owned());
        }
        Err(Complaint::new(
            "is not a sink's kind and name",
            "write both, as the section is called: \"jsonl.main\" for [sinks.jsonl.main]",
        ))
    }
    Text {
        kind: "sink, by kind and name",
        example: "jsonl.main",
        pattern: Some("^(jsonl|kafka)\\..+$"),
        parse,
        write: String::clone,
    }
}

/// A word to sort sources by. What OPML's `category` cannot hold apart (commas, blanks at the ends, a slash at the
/// head) is refused, so that a list of feeds survives the way to another reader and back.
pub(crate) fn tag() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        if text.contains(',') {
            return Err(Complaint::new(
                "holds a comma",
                "write each tag as an entry of its own: [\"news\", \"sports\"]",
            ));
        }
        if text.trim() != text || text.starts_with('/') {
            return Err(Complaint::new(
                "is not a tag",
                "write words on one line, without blanks or `/` before them",
            ));
        }
        if text.chars().count() > MAX_TAG {
            return Err(Complaint::new(
                "is longer than 100 characters",
                "shorten it",
            ));
        }
        Ok(text.to_owned())
    }
    Text {
        kind: "tag: words without commas",
        example: "sports",
        pattern: Some("^[^,]{1,100}$"),
        parse,
        write: String::clone,
    }
}

/// A BCP 47 tag in its common forms; whether the subtags are registered is not checked.
pub(crate) fn language() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        let mut parts = text.split('-');
        let primary = parts.next().is_some_and(|part| {
            (2..=3).contains(&part.len()) && part.chars().all(|letter| letter.is_ascii_alphabetic())
        });
        let rest = parts.all(|part| {
            (1..=8).contains(&part.len())
                && part.chars().all(|letter| letter.is_ascii_alphanumeric())
        });
        if primary && rest {
            return Ok(text.to_owned());
        }
        let with_hyphens = text.replace('_', "-");
        let help = if with_hyphens != text && parse(&with_hyphens).is_ok() {
            format!("write \"{with_hyphens}\"")
        } else {
            "write a BCP 47 tag such as \"en\", \"en-GB\" or \"zh-Hant\"".to_owned()
        };
        Err(Complaint::new(
            format!("is not a language tag: `{}`", quote(text)),
            help,
        ))
    }
    Text {
        kind: "BCP 47 language tag",
        example: "en-GB",
        pattern: Some("^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"),
        parse,
        write: String::clone,
    }
}

/// The name of an environment variable.
pub(crate) fn environment_name() -> Text<String> {
    fn parse(text: &str) -> Result<String, Complaint> {
        let right = |text: &str| {
            text.chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
                && !text.starts_with(|letter: char| letter.is_ascii_digit())
        };
        if right(text) {
            return Ok(text.to_owned());
        }
        let bare = text
            .trim_start_matches('$')
            .trim_start_matches('{')
            .trim_end_matches('}');
        let help = if !bare.is_empty() && right(bare) {
            format!("write \"{bare}\", the bare name")
        } else {
            "write the variable's name, not its value: letters, digits and `_`".to_owned()
        };
        // Someone may have written the secret itself.
        Err(Complaint {
            what: "is not a variable's name".to_owned(),
            help,
            mask: !right(bare),
        })
    }
    Text {
        kind: "name of an environment variable",
        example: "KAFKA_PASSWORD",
        pattern: Some("^[A-Za-z_][A-Za-z0-9_]*$"),
        parse,
        write: String::clone,
    }
}

/// A JSON-lines file name with placeholders.
pub(crate) fn file_template() -> Text<String> {
    Text {
        kind: "template of a file name",
        example: "articles-{date}-{seq}.jsonl",
        pattern: Some("\\{seq\\}"),
        parse: |text| check_file_template(text).map(|()| text.to_owned()),
        write: String::clone,
    }
}

/// A Kafka topic with placeholders.
pub(crate) fn topic_template() -> Text<String> {
    Text {
        kind: "template of a topic name",
        example: "articles",
        pattern: Some("^([A-Za-z0-9._-]|\\{(source_kind|source|language)\\})+$"),
        parse: |text| check_topic_template(text).map(|()| text.to_owned()),
        write: String::clone,
    }
}

/// A Kafka topic.
pub(crate) fn bare_topic() -> Text<String> {
    Text {
        kind: "topic name",
        example: "dateline-positions",
        pattern: Some("^[A-Za-z0-9._-]{1,249}$"),
        parse: |text| check_topic(text).map(|()| text.to_owned()),
        write: String::clone,
    }
}
