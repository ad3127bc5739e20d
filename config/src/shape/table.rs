//! Shapes that hold other shapes: lists, tables, lists of tables.

use std::marker::PhantomData;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Shape;
use crate::decode::{Context, type_name};
use crate::finding::Finding;
use crate::section::Section;
use crate::suggest::quote;

/// Between `least` and `most` values of one shape.
pub(crate) struct List<S> {
    pub(crate) of: S,
    pub(crate) least: usize,
    pub(crate) most: usize,
}

impl<S: Shape> Shape for List<S> {
    type Value = Vec<S::Value>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value> {
        let DeValue::Array(array) = value.get_ref() else {
            let written = value.get_ref().as_str().map(quote);
            let help = match written {
                Some(text) => format!("write [\"{text}\"]"),
                None => format!("for example: {}", self.example()),
            };
            let finding = Finding::error(format!("{subject} must be an array"))
                .label(
                    value.span(),
                    format!("this is {}", type_name(value.get_ref())),
                )
                .help(help);
            context.report(finding);
            return None;
        };
        if array.len() < self.least || array.len() > self.most {
            let finding = Finding::error(format!(
                "{subject} must hold {} to {} values",
                self.least, self.most
            ))
            .label(value.span(), format!("these are {}", array.len()))
            .help(format!("for example: {}", self.example()));
            context.report(finding);
            return None;
        }
        let subject = format!("an entry of {subject}");
        // Every entry is decoded before the first failure counts, so that all are reported.
        let decoded: Vec<Option<S::Value>> = array
            .iter()
            .map(|entry| self.of.decode(context, &subject, entry))
            .collect();
        decoded.into_iter().collect()
    }

    fn write(&self, value: &Self::Value) -> Json {
        value.iter().map(|entry| self.of.write(entry)).collect()
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let items = self.of.schema(generator);
        json_schema!({ "type": "array", "items": items, "minItems": self.least, "maxItems": self.most })
    }

    fn kind(&self) -> String {
        format!("array; each: {}", self.of.kind())
    }

    fn example(&self) -> String {
        format!("[{}]", self.of.example())
    }
}

/// A sub-table.
pub(crate) struct Table<T>(PhantomData<T>);

impl<T> Table<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Section> Shape for Table<T> {
    type Value = T;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<T> {
        if let DeValue::Table(table) = value.get_ref() {
            return T::decode(context, table, value.span());
        }
        let finding = Finding::error(format!("{subject} must be a table"))
            .label(
                value.span(),
                format!("this is {}", type_name(value.get_ref())),
            )
            .help(format!(
                "write it as a section of its own, `{}`, with these keys: {}",
                T::PLACE,
                T::KEYS.join(", ")
            ));
        context.report(finding);
        None
    }

    fn write(&self, _: &T) -> Json {
        Json::Null
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }

    fn kind(&self) -> String {
        "table".to_owned()
    }

    fn example(&self) -> String {
        T::PLACE.to_owned()
    }

    fn adopt(&self, context: &mut Context, value: T) -> T {
        // An absent table means what an empty one means, its relative paths included.
        T::decode(context, &DeTable::new(), 0..0).unwrap_or(value)
    }
}

/// `[[things]]`: at most `most` tables of one kind.
pub(crate) struct Items<T> {
    most: usize,
    of: PhantomData<T>,
}

impl<T> Items<T> {
    pub(crate) const fn new(most: usize) -> Self {
        Self {
            most,
            of: PhantomData,
        }
    }
}

impl<T: Section> Shape for Items<T> {
    type Value = Vec<T>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Vec<T>> {
        let DeValue::Array(array) = value.get_ref() else {
            let finding = Finding::error(format!(
                "{subject} is a list: each entry has its own `{}`",
                T::PLACE
            ))
            .label(
                value.span(),
                format!("this is {}", type_name(value.get_ref())),
            )
            .help(format!(
                "write `{}`, with two brackets, above each entry",
                T::PLACE
            ));
            context.report(finding);
            return None;
        };
        if array.len() > self.most {
            let finding = Finding::error(format!("there are {} entries of {subject}", array.len()))
                .label(value.span(), format!("allowed: {}", self.most))
                .help("run a second dateline with its own state for the rest");
            context.report(finding);
            return None;
        }
        let subject = format!("an entry of {subject}");
        let decoded: Vec<Option<T>> = array
            .iter()
            .map(|entry| Table::<T>::new().decode(context, &subject, entry))
            .collect();
        Some(decoded.into_iter().flatten().collect())
    }

    fn write(&self, _: &Vec<T>) -> Json {
        Json::Null
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "items": items, "maxItems": self.most })
    }

    fn kind(&self) -> String {
        format!("list of {}", T::PLACE)
    }

    fn example(&self) -> String {
        T::PLACE.to_owned()
    }
}
