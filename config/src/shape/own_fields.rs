//! Fields of the user's own: names with the expressions that they are set to.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::{Shape, value};
use crate::decode::{Context, wrong_type};
use crate::expression::Expression;
use crate::finding::Finding;
use crate::suggest::quote;

/// Most fields that one rule sets: each goes into records.
const MAX_FIELDS: usize = 64;

/// Longest name, in characters: it is a key in records.
const MAX_NAME: usize = 64;

/// Fields of the user's own.
pub(crate) struct OwnFields;

impl Shape for OwnFields {
    type Value = BTreeMap<String, Expression>;

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
        if table.len() > MAX_FIELDS {
            let finding = Finding::error(format!("{subject} holds {} fields", table.len()))
                .label(value.span(), format!("allowed: {MAX_FIELDS}"))
                .help("put values that belong together into one field: {'desk': 'sport', 'urgent': true}");
            context.report(finding);
            return None;
        }
        // Every entry is decoded before the first failure counts, so that all are reported.
        let decoded: Vec<Option<(String, Expression)>> = table
            .iter()
            .map(|(name, value)| {
                let key = name.get_ref().as_ref();
                if !is_name(key) {
                    let finding =
                        Finding::error(format!("`{}` is not a name for a field", quote(key)))
                            .at(name.span())
                            .help(
                                "letters, digits and `_` are allowed, a letter first, 64 at most",
                            );
                    context.report(finding);
                    return None;
                }
                let expression = expression().decode(context, &format!("`{key}`"), value)?;
                Some((key.to_owned(), expression))
            })
            .collect();
        decoded.into_iter().collect()
    }

    fn write(&self, value: &Self::Value) -> Json {
        let written = value
            .iter()
            .map(|(name, field)| (name.clone(), expression().write(field)));
        Json::Object(written.collect())
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let field = expression().schema(generator);
        json_schema!({
            "type": "object",
            "additionalProperties": field,
            "propertyNames": { "pattern": "^[A-Za-z][A-Za-z0-9_]{0,63}$" },
            "maxProperties": MAX_FIELDS,
        })
    }

    fn kind(&self) -> String {
        "table of expressions".to_owned()
    }

    fn example(&self) -> String {
        "{ desk = \"'sport'\" }".to_owned()
    }
}

const fn expression() -> super::Cel {
    value("'sport'")
}

/// A name that expressions can write behind a dot.
fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= MAX_NAME
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
