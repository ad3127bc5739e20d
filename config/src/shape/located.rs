//! Values that know where they are written, for what is said of them later on.

use schemars::{Schema, SchemaGenerator};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::Context;

/// A value with the line that it is written on.
#[derive(Clone, Debug, PartialEq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
}

/// A value of another shape, and where it is.
pub(crate) struct At<S>(pub(crate) S);

impl<S: Shape> Shape for At<S> {
    type Value = Located<S::Value>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value> {
        let line = context.source.line_of(value.span().start) + 1;
        let value = self.0.decode(context, subject, value)?;
        Some(Located { value, line })
    }

    fn write(&self, value: &Self::Value) -> Json {
        self.0.write(&value.value)
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        self.0.schema(generator)
    }

    fn kind(&self) -> String {
        self.0.kind()
    }

    fn example(&self) -> String {
        self.0.example()
    }
}
