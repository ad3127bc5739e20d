//! Tables by name: the sinks.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Shape;
use super::text::check_identifier;
use crate::decode::{Context, type_name};
use crate::finding::Finding;
use crate::section::Section;
use crate::suggest::{quote, sounds_secret};

/// Most tables of one name that a configuration may hold, such as sinks: each has its own connections and buffers.
const MAX_NAMED: usize = 64;

/// Settings that are tables themselves; every other table stands under a name.
const TABLES: [&str; 3] = ["properties", "sasl", "tls"];

/// `[sinks.kind.NAME]`: tables of one kind by name.
pub(crate) struct Named<T>(PhantomData<T>);

impl<T> Named<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: Section> Named<T> {
    /// `[sinks.jsonl.NAME]` with a name in it.
    fn named(name: &str) -> String {
        T::PLACE.replace("NAME", name)
    }

    /// Whether `key` stands where a name should, though it is a setting.
    fn is_setting(key: &str, value: &DeValue<'_>) -> bool {
        !value.is_table() || (T::KEYS.contains(&key) && TABLES.contains(&key))
    }

    fn nameless(context: &mut Context, table: &DeTable<'_>) -> bool {
        let first = table
            .iter()
            .filter(|(key, value)| Self::is_setting(key.get_ref(), value.get_ref()))
            .min_by_key(|(key, _)| key.span().start);
        let Some((key, value)) = first else {
            return false;
        };
        if sounds_secret(key.get_ref()) {
            context.mask(value.span());
        }
        let finding = Finding::error(format!("a sink needs a name: {}", T::PLACE))
            .label(key.span(), "settings stand under the sink's name")
            .help(format!(
                "write `{}` above it, with a name of your choice",
                Self::named("main")
            ));
        context.report(finding);
        true
    }

    fn one(
        context: &mut Context,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<(String, T)> {
        let name = key.get_ref().as_ref();
        let right = check_identifier(name).is_ok() && !name.is_empty();
        if right {
            let message = format!("two sinks are named `{name}`");
            context.claim(
                T::PLACE,
                name,
                key.span(),
                &message,
                "give one of them another name: each sink keeps its position under its name",
            );
        } else {
            let finding = Finding::error(format!("`{}` is not a name for a sink", quote(name)))
                .at(key.span())
                .help("letters, digits, `.`, `_` and `-` are allowed, 128 at most");
            context.report(finding);
        }
        let table = value.get_ref().as_table()?;
        let decoded = T::decode(context, table, value.span())?;
        right.then(|| (name.to_owned(), decoded))
    }
}

impl<T: Section> Shape for Named<T> {
    type Value = BTreeMap<String, T>;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value> {
        let DeValue::Table(table) = value.get_ref() else {
            let finding = Finding::error(format!("{subject} holds sinks by name: {}", T::PLACE))
                .label(
                    value.span(),
                    format!("this is {}", type_name(value.get_ref())),
                )
                .help(format!(
                    "write `{}`, with single brackets and a name of your choice",
                    Self::named("main")
                ));
            context.report(finding);
            return None;
        };
        if Self::nameless(context, table) {
            return None;
        }
        if table.len() > MAX_NAMED {
            let finding = Finding::error(format!("{subject} holds {} sinks", table.len()))
                .label(value.span(), format!("allowed: {MAX_NAMED}"))
                .help("send records to one sink and let its readers share them");
            context.report(finding);
            return None;
        }
        // In the order of the file, so that the second of two equal names is the one reported.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        Some(
            entries
                .into_iter()
                .filter_map(|(key, value)| Self::one(context, key, value))
                .collect(),
        )
    }

    fn write(&self, _: &Self::Value) -> Json {
        Json::Null
    }

    fn schema(&self, generator: &mut SchemaGenerator) -> Schema {
        let sink = generator.subschema_for::<T>();
        json_schema!({
            "type": "object",
            "additionalProperties": sink,
            "propertyNames": { "pattern": "^[A-Za-z0-9._-]{1,128}$" },
            "maxProperties": MAX_NAMED,
        })
    }

    fn kind(&self) -> String {
        format!("tables by name: {}", T::PLACE)
    }

    fn example(&self) -> String {
        Self::named("main")
    }
}
