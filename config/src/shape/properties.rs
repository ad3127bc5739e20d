//! Free properties of librdkafka.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::dotted::{Entry, entries};
use crate::decode::{Context, type_name, wrong_type};
use crate::finding::Finding;
use crate::suggest::{quote, sounds_secret};

/// Most librdkafka properties of one sink: the library knows about 200.
const MAX_PROPERTIES: usize = 256;

/// Free properties of a library, except those that `owned` names with the reason and the key to use instead.
pub(crate) struct Properties {
    pub(crate) owned: fn(&str) -> Option<&'static str>,
}

impl Properties {
    fn one(
        &self,
        context: &mut Context,
        name: &str,
        key: std::ops::Range<usize>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<String> {
        if sounds_secret(name) {
            context.mask(value.span());
        }
        if let Some(advice) = (self.owned)(name) {
            let finding = Finding::error(format!("property `{name}` is set by Dateline"))
                .at(key)
                .help(advice);
            context.report(finding);
            return None;
        }
        if sounds_secret(name) {
            let finding = Finding::warning(format!(
                "property `{name}` looks like a secret in plain text"
            ))
            .label(value.span(), "not shown")
            .help("keep the file readable by the user that runs dateline alone");
            context.report(finding);
        }
        match value.get_ref() {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            DeValue::Boolean(answer) => Some(answer.to_string()),
            other => {
                let finding = Finding::error(format!(
                    "property `{}` must be a string, a number or a boolean",
                    quote(name)
                ))
                .label(value.span(), format!("this is {}", type_name(other)))
                .help("for example: \"queue.buffering.max.kbytes\" = 65536");
                context.report(finding);
                None
            }
        }
    }
}

impl Shape for Properties {
    type Value = BTreeMap<String, String>;

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
        let mut properties = BTreeMap::new();
        for Entry { name, key, value } in entries(table) {
            if let Some(text) = self.one(context, &name, key, value) {
                properties.insert(name, text);
            }
        }
        if properties.len() > MAX_PROPERTIES {
            let finding =
                Finding::error(format!("{subject} holds {} properties", properties.len()))
                    .label(value.span(), format!("allowed: {MAX_PROPERTIES}"))
                    .help("take out those that only repeat librdkafka's defaults");
            context.report(finding);
            return None;
        }
        Some(properties)
    }

    fn write(&self, value: &Self::Value) -> Json {
        json!(value)
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "additionalProperties": { "type": ["string", "integer", "number", "boolean", "object"] },
            "maxProperties": MAX_PROPERTIES,
        })
    }

    fn kind(&self) -> String {
        "table of librdkafka properties".to_owned()
    }

    fn example(&self) -> String {
        "{ \"queue.buffering.max.kbytes\" = 65536 }".to_owned()
    }
}
