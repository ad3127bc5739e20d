//! Instants.

use jiff::Timestamp;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;

const EXAMPLE: &str = "2026-03-01T12:00:00Z";

/// A date and time with an offset from UTC.
pub(crate) struct Moment;

impl Shape for Moment {
    type Value = Timestamp;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Timestamp> {
        let DeValue::Datetime(written) = value.get_ref() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        if let Ok(instant) = written.to_string().parse() {
            return Some(instant);
        }
        let finding = Finding::error(format!("{subject} is no instant"))
            .at(value.span())
            .help(format!("write date, time and offset from UTC: {EXAMPLE}"));
        context.report(finding);
        None
    }

    fn write(&self, value: &Timestamp) -> Json {
        json!(value.to_string())
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }

    fn kind(&self) -> String {
        "date and time with offset".to_owned()
    }

    fn example(&self) -> String {
        EXAMPLE.to_owned()
    }
}
