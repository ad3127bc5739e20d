//! How often a feed is asked: a duration, or `"adaptive"`.

use std::time::Duration;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use super::duration::{DurationShape, duration};
use crate::decode::Context;
use crate::finding::Finding;
use crate::suggest::quote;

/// The word for an interval that follows the feed.
const ADAPTIVE: &str = "adaptive";

/// Words that people write for it, and that only a suggestion understands.
const MEANT: [&str; 5] = ["auto", "automatic", "adapt", "dynamic", "default"];

/// Time from one fetch of a feed to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// As the feed's own rhythm asks for, between `min_every` and `max_every`.
    Adaptive,
    /// Always the same.
    Fixed(Duration),
}

/// `"adaptive"`, or a duration from `least` to `most`.
pub(crate) const fn every(least: Duration, most: Duration) -> EveryShape {
    EveryShape(duration(least, most))
}

pub(crate) struct EveryShape(DurationShape);

impl Shape for EveryShape {
    type Value = Every;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Every> {
        let word = value.get_ref().as_str().map(str::to_lowercase);
        match word.as_deref() {
            Some(ADAPTIVE) if value.get_ref().as_str() == Some(ADAPTIVE) => Some(Every::Adaptive),
            Some(word) if word == ADAPTIVE || MEANT.contains(&word) => {
                let finding =
                    Finding::error(format!("{subject} is not a duration: `{}`", quote(word)))
                        .at(value.span())
                        .help(format!("write \"{ADAPTIVE}\""));
                context.report(finding);
                None
            }
            _ => self.0.decode(context, subject, value).map(Every::Fixed),
        }
    }

    fn write(&self, value: &Every) -> Json {
        match value {
            Every::Adaptive => Json::String(ADAPTIVE.to_owned()),
            Every::Fixed(duration) => self.0.write(duration),
        }
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{ "const": ADAPTIVE }, self.0.schema(generator)],
        })
    }

    fn kind(&self) -> String {
        format!("\"{ADAPTIVE}\" or {}", self.0.kind())
    }

    fn example(&self) -> String {
        self.0.example()
    }
}
