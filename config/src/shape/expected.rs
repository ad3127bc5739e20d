//! What a record is expected to hold: values by the paths of fields.

use std::ops::Range;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value as Json};
use toml::Spanned;
use toml::de::DeValue;

use super::dotted::{Entry, entries};
use super::{Located, Shape};
use crate::decode::{Context, wrong_type};
use crate::expression::check_path;
use crate::finding::Finding;

/// Most fields of one expectation: a record has fewer.
const MAX_PATHS: usize = 256;

/// Lists within lists of an expected value: records have none deeper.
const MAX_DEPTH: usize = 8;

/// A value that a field is expected to have.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// The way to the field, with dots; entries of lists by their numbers, from 0.
    pub path: String,
    /// The value.
    pub value: Json,
}

/// Values by paths: `{ "language.code" = "en" }`, or without the quotes, which is TOML for the same in tables.
pub(crate) struct ByPath;

impl Shape for ByPath {
    type Value = Vec<Located<Expected>>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value> {
        let Some(table) = value.get_ref().as_table() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        let mut expected = Vec::new();
        let mut is_right = true;
        for Entry { name, key, value } in entries(table) {
            match one(&name, key.clone(), value) {
                Ok(json) => expected.push(Located {
                    line: context.source.line_of(key.start) + 1,
                    value: Expected {
                        path: name,
                        value: json,
                    },
                }),
                Err(finding) => {
                    context.report(finding);
                    is_right = false;
                }
            }
        }
        if expected.len() > MAX_PATHS {
            let finding = Finding::error(format!("{subject} names {} fields", expected.len()))
                .label(value.span(), format!("allowed: {MAX_PATHS}"))
                .help("say what matters, and leave the rest out");
            context.report(finding);
            return None;
        }
        // As they are written: those in tables were found later.
        expected.sort_by(|left, right| {
            (left.line, &left.value.path).cmp(&(right.line, &right.value.path))
        });
        is_right.then_some(expected)
    }

    fn write(&self, value: &Self::Value) -> Json {
        let entries = value
            .iter()
            .map(|entry| (entry.value.path.clone(), entry.value.value.clone()));
        Json::Object(entries.collect::<Map<_, _>>())
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "maxProperties": MAX_PATHS })
    }

    fn kind(&self) -> String {
        "table of values by paths".to_owned()
    }

    fn example(&self) -> String {
        "{ \"language.code\" = \"en\" }".to_owned()
    }
}

/// The value that the field at `path` is expected to have.
fn one(path: &str, key: Range<usize>, value: &Spanned<DeValue<'_>>) -> Result<Json, Finding> {
    check_path(path).map_err(|(what, help)| Finding::error(what).at(key).help(help))?;
    json(value.get_ref(), 0).ok_or_else(|| {
        Finding::error(format!("`{path}` cannot be expected to be this"))
            .at(value.span())
            .help("write a text, a number, true, false, or a list of them")
    })
}

/// A TOML value as records have it: instants as texts.
fn json(value: &DeValue<'_>, depth: usize) -> Option<Json> {
    match value {
        DeValue::String(text) => Some(Json::from(text.as_ref())),
        DeValue::Boolean(truth) => Some(Json::from(*truth)),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .map(Json::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().map(Json::from),
        DeValue::Datetime(instant) => Some(Json::from(instant.to_string())),
        DeValue::Array(entries) if depth < MAX_DEPTH => {
            let entries = entries.iter().map(|entry| json(entry.get_ref(), depth + 1));
            entries.collect::<Option<Vec<_>>>().map(Json::from)
        }
        DeValue::Array(_) | DeValue::Table(_) => None,
    }
}
