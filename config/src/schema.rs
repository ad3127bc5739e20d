//! The JSON Schema and the reference page, both made from the sections' own definitions.

use std::fmt::Write;

use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value as Json;

use crate::model::{
    Admin, Auth, BasicAuth, Collect, Config, DropFields, DropFolder, Expect, Feed, FeedDefaults,
    Http, JsonlSink, KafkaSink, Log, ProxyLogin, Reload, Rule, RuleSet, Sasl, Shutdown, Sinks,
    State, Telemetry, TestCase, TestFile, Tls, WebSub,
};
use crate::section::{Field, Presence, Section};

/// A section as the reference and the suggestions see it.
pub(crate) struct Entry {
    pub(crate) place: &'static str,
    pub(crate) keys: &'static [&'static str],
    doc: &'static str,
    fields: fn(&mut SchemaGenerator) -> Vec<Field>,
}

fn entry<S: Section>() -> Entry {
    Entry {
        place: S::PLACE,
        keys: S::KEYS,
        doc: S::DOC,
        fields: S::fields,
    }
}

/// All sections, in the order of the reference.
pub(crate) fn catalogue() -> Vec<Entry> {
    vec![
        entry::<Config>(),
        entry::<State>(),
        entry::<Collect>(),
        entry::<Http>(),
        entry::<ProxyLogin>(),
        entry::<FeedDefaults>(),
        entry::<Feed>(),
        entry::<Auth>(),
        entry::<BasicAuth>(),
        entry::<DropFolder>(),
        entry::<DropFields>(),
        entry::<Rule>(),
        entry::<RuleSet>(),
        entry::<Sinks>(),
        entry::<JsonlSink>(),
        entry::<KafkaSink>(),
        entry::<Tls>(),
        entry::<Sasl>(),
        entry::<WebSub>(),
        entry::<Admin>(),
        entry::<Log>(),
        entry::<Telemetry>(),
        entry::<Reload>(),
        entry::<Shutdown>(),
    ]
}

/// The sections of test files, which are no part of a configuration.
fn test_catalogue() -> Vec<Entry> {
    vec![entry::<TestCase>(), entry::<Expect>()]
}

/// JSON Schema (draft 2020-12) of the configuration file, for editors and other tools.
pub fn json_schema() -> Json {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Config>();
    schema.insert(
        "title".to_owned(),
        Json::String("Dateline configuration".to_owned()),
    );
    schema.to_value()
}

/// The reference page in Markdown: every section and key with type, default and meaning.
pub fn reference() -> String {
    let mut page = String::from(
        "# Configuration reference\n\n<!-- Generated from config/src/model by `UPDATE_SCHEMA=1 cargo test -p dateline-config`. -->\n",
    );
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    describe(&mut page, catalogue(), &mut generator);
    page.push_str(&format!("\n# Test files\n\n{}\n", paragraph(TestFile::DOC)));
    describe(&mut page, test_catalogue(), &mut generator);
    page
}

/// Adds sections to the reference.
fn describe(page: &mut String, sections: Vec<Entry>, generator: &mut SchemaGenerator) {
    for section in sections {
        let fields = (section.fields)(generator);
        let heading = if section.place.starts_with('[') {
            format!("`{}`", section.place)
        } else {
            "The top level".to_owned()
        };
        let doc = paragraph(section.doc);
        page.push_str(&format!(
            "\n## {heading}\n\n{doc}\n\n| key | type | default | meaning |\n|---|---|---|---|\n"
        ));
        for field in &fields {
            let (kind, default, meaning) = (cell(&field.kind), default_of(field), cell(&field.doc));
            page.push_str(&format!(
                "| `{}` | {kind} | {default} | {meaning} |\n",
                field.key
            ));
        }
        for field in &fields {
            page.push_str(&choices(field, generator));
        }
    }
}

fn default_of(field: &Field) -> String {
    match &field.presence {
        Presence::Required => "**required**".to_owned(),
        Presence::Default(Json::Null) | Presence::Optional => String::new(),
        Presence::Default(default) => format!("`{default}`"),
        Presence::Inherited => "that of `[defaults]`".to_owned(),
    }
}

/// The words of an enumeration with their meanings; empty for any other key.
fn choices(field: &Field, generator: &SchemaGenerator) -> String {
    let definition = field
        .schema
        .get("$ref")
        .and_then(Json::as_str)
        .and_then(|reference| {
            let name = reference.rsplit('/').next()?;
            generator.definitions().get(name)
        });
    let words = definition.and_then(|definition| definition.get("oneOf")?.as_array());
    let mut list = String::new();
    for word in words.into_iter().flatten() {
        let text = |key| word.get(key).and_then(Json::as_str);
        let (Some(value), Some(doc)) = (text("const"), text("description")) else {
            return String::new();
        };
        if list.is_empty() {
            list = format!("\nValues of `{}`:\n\n", field.key);
        }
        let doc = paragraph(doc);
        // Writing to a string cannot fail.
        let _infallible = writeln!(list, "- `\"{value}\"`: {doc}");
    }
    list
}

fn paragraph(doc: &str) -> String {
    doc.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cell(text: &str) -> String {
    paragraph(text).replace('|', "\\|")
}
