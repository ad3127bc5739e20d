//! Places in JSON documents: one pointer, or several of which the first counts that finds something.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::table::List;
use super::text::{Complaint, Text};
use crate::decode::Context;
use crate::suggest::quote;

/// Most places of one field: each is tried on every object.
const MAX_POINTERS: usize = 16;

/// The step that stands for every value of a list.
const EACH: &str = "*";

/// A place in a JSON document: a JSON Pointer (RFC 6901), in which `*` stands for every value of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    steps: Vec<Step>,
}

/// A step from a JSON value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the value of this name, or in a list to the one with this number, from 0.
    To(String),
    /// To every value of a list.
    Each,
}

impl Pointer {
    /// The way from the document to the place.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn parse(text: &str) -> Result<Self, Complaint> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(Complaint::new(
                "must be a JSON Pointer, which begins with `/`",
                format!("did you mean \"{}\"?", quote(&meant(text))),
            ));
        };
        let step = |token: &str| match token {
            EACH => Ok(Step::Each),
            _ => unescaped(token).map(Step::To),
        };
        Ok(Self {
            text: text.to_owned(),
            steps: path.split('/').map(step).collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The name that a token of a pointer stands for.
fn unescaped(token: &str) -> Result<String, Complaint> {
    let mut parts = token.split('~');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (sign, rest) = match part.as_bytes().first() {
            Some(b'0') => ('~', &part[1..]),
            Some(b'1') => ('/', &part[1..]),
            _ => {
                return Err(Complaint::new(
                    "holds a `~` that stands for nothing",
                    "in a JSON Pointer `~` is written `~0`, and a `/` within a name `~1`",
                ));
            }
        };
        name.push(sign);
        name.push_str(rest);
    }
    Ok(name)
}

/// The pointer for what other notations write: `headline.main`, `$.headline.main`, `#/headline/main`, `authors[*].name`.
fn meant(text: &str) -> String {
    let path = text.trim_start_matches(['$', '#']);
    let path = path.replace(['.', '['], "/").replace([']', '"', '\''], "");
    format!("/{}", path.trim_start_matches('/'))
}

/// One place.
pub(crate) const fn pointer(example: &'static str) -> Text<Pointer> {
    Text {
        kind: "JSON Pointer",
        example,
        pattern: Some("^/"),
        parse: Pointer::parse,
        write: |pointer| pointer.text.clone(),
    }
}

/// A place, or several places in an array.
pub(crate) struct Pointers(List<Text<Pointer>>);

/// A place, or several.
pub(crate) const fn pointers(example: &'static str) -> Pointers {
    Pointers(List {
        of: pointer(example),
        least: 0,
        most: MAX_POINTERS,
    })
}

impl Shape for Pointers {
    type Value = Vec<Pointer>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<Pointer>> {
        match value.get_ref() {
            DeValue::Array(_) => self.0.decode(context, subject, value),
            _ => self
                .0
                .of
                .decode(context, subject, value)
                .map(|one| vec![one]),
        }
    }

    fn write(&self, value: &Vec<Pointer>) -> Json {
        match value.as_slice() {
            [one] => self.0.of.write(one),
            _ => self.0.write(value),
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [self.0.of.schema(generator), self.0.schema(generator)] })
    }

    fn kind(&self) -> String {
        format!("{}, or an array of several", self.0.of.kind())
    }

    fn example(&self) -> String {
        self.0.of.example()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn help(text: &str) -> String {
        Pointer::parse(text).unwrap_err().help
    }

    #[test]
    fn steps_are_unescaped() {
        let to = |name: &str| Step::To(name.to_owned());
        let pointer = Pointer::parse("/a~1b/m~0n/*/0/").ok().unwrap();
        assert_eq!(
            pointer.steps(),
            [to("a/b"), to("m~n"), Step::Each, to("0"), to("")]
        );
        assert_eq!(pointer.to_string(), "/a~1b/m~0n/*/0/");
    }

    #[test]
    fn other_notations_are_understood_for_a_suggestion() {
        assert_eq!(help("headline.main"), "did you mean \"/headline/main\"?");
        assert_eq!(help("$.headline.main"), "did you mean \"/headline/main\"?");
        assert_eq!(help("#/headline/main"), "did you mean \"/headline/main\"?");
        assert_eq!(help("authors[*].name"), "did you mean \"/authors/*/name\"?");
        assert!(help("/a~b").contains("~0"));
    }
}
