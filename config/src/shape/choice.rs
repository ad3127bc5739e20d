//! Words of an enumeration.

use std::marker::PhantomData;

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value as Json, json};
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::section::Choice;
use crate::suggest::{nearest, quote};

/// A word of an enumeration.
pub(crate) struct OneOf<T>(PhantomData<T>);

impl<T> OneOf<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Choice> Shape for OneOf<T> {
    type Value = T;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<T> {
        let Some(word) = value.get_ref().as_str() else {
            wrong_type(context, subject, self, value);
            return None;
        };
        if let Some((choice, _)) = T::ALL.iter().find(|(_, known)| *known == word) {
            return Some(*choice);
        }
        let words = T::ALL.iter().map(|(_, known)| *known);
        let help = match nearest(word, words) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("write {}", self.kind()),
        };
        let finding = Finding::error(format!("{subject} is unknown: `{}`", quote(word)))
            .label(value.span(), self.kind())
            .help(help);
        context.report(finding);
        None
    }

    fn write(&self, value: &T) -> Json {
        json!(value.word())
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn kind(&self) -> String {
        let words: Vec<&str> = T::ALL.iter().map(|(_, word)| *word).collect();
        format!("one of {}", words.join(", "))
    }

    fn example(&self) -> String {
        T::ALL
            .first()
            .map_or(String::new(), |(_, word)| format!("\"{word}\""))
    }
}
