//! Booleans, integers and fractions within limits.

use std::ops::RangeInclusive;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::suggest::quote;

/// `true` or `false`.
pub(crate) struct Bool;

impl Shape for Bool {
    type Value = bool;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<bool> {
        if let DeValue::Boolean(answer) = value.get_ref() {
            return Some(*answer);
        }
        let answer = value
            .get_ref()
            .as_str()
            .and_then(|word| match word.to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(true),
                "false" | "no" | "off" | "0" => Some(false),
                _ => None,
            });
        match answer {
            Some(answer) => {
                let finding = Finding::error(format!("{subject} must be true or false"))
                    .label(value.span(), "this is a string")
                    .help(format!("write {answer}, without quotes"));
                context.report(finding);
            }
            None => wrong_type(context, subject, self, value),
        }
        None
    }

    fn write(&self, value: &bool) -> Json {
        json!(value)
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "boolean" })
    }

    fn kind(&self) -> String {
        "true or false".to_owned()
    }

    fn example(&self) -> String {
        "true".to_owned()
    }
}

/// A whole number within limits.
pub(crate) struct Integer(pub(crate) RangeInclusive<usize>);

impl Shape for Integer {
    type Value = usize;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<usize> {
        let DeValue::Integer(written) = value.get_ref() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        let number = usize::from_str_radix(written.as_str(), written.radix()).ok();
        if let Some(number) = number.filter(|number| self.0.contains(number)) {
            return Some(number);
        }
        let limits = format!("{} to {}", self.0.start(), self.0.end());
        let shown = quote(&written.to_string());
        let finding = Finding::error(format!("{subject} is out of range: `{shown}`"))
            .label(value.span(), format!("allowed: {limits}"))
            .help(format!("write a number from {limits}"));
        context.report(finding);
        None
    }

    fn write(&self, value: &usize) -> Json {
        json!(value)
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": self.0.start(), "maximum": self.0.end() })
    }

    fn kind(&self) -> String {
        format!("integer, {} to {}", self.0.start(), self.0.end())
    }

    fn example(&self) -> String {
        10.clamp(*self.0.start(), *self.0.end()).to_string()
    }
}

/// A fraction within limits; a whole number will do.
pub(crate) struct Float(pub(crate) RangeInclusive<f64>);

impl Shape for Float {
    type Value = f64;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<f64> {
        let written = match value.get_ref() {
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            _ => {
                wrong_type(context, subject, self, value);
                return None;
            }
        };
        let number: Option<f64> = written.parse().ok();
        if let Some(number) = number.filter(|number| self.0.contains(number)) {
            return Some(number);
        }
        let limits = format!("{} to {}", self.0.start(), self.0.end());
        let finding = Finding::error(format!("{subject} is out of range: `{}`", quote(&written)))
            .label(value.span(), format!("allowed: {limits}"))
            .help(format!("write a number from {limits}"));
        context.report(finding);
        None
    }

    fn write(&self, value: &f64) -> Json {
        json!(value)
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": self.0.start(), "maximum": self.0.end() })
    }

    fn kind(&self) -> String {
        format!("number, {} to {}", self.0.start(), self.0.end())
    }

    fn example(&self) -> String {
        self.0.end().to_string()
    }
}
