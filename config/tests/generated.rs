//! The schema and the reference page: generated, committed, and in step with what the decoder knows.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dateline_config::{Finding, json_schema, parse, reference};
use serde_json::Value;

/// Compares a generated file with the committed one; writes it where `UPDATE_SCHEMA` is 1.
fn assert_committed(file: &str, generated: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    if std::env::var("UPDATE_SCHEMA").as_deref() == Ok("1") {
        fs::write(&path, generated).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "config/{file} is out of date: run `UPDATE_SCHEMA=1 cargo test -p dateline-config` and commit the result"
    );
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap();
    assert_committed("schema/config.schema.json", &format!("{schema}\n"));
}

#[test]
fn the_committed_reference_is_up_to_date() {
    assert_committed("REFERENCE.md", &reference());
}

/// How each section of the schema is opened in a file.
const OPENINGS: [(&str, &str); 27] = [
    ("Config", ""),
    ("State", "[state]\n"),
    ("Collect", "[collect]\n"),
    ("Http", "[http]\n"),
    ("ProxyLogin", "[http.proxy_login]\n"),
    ("FeedDefaults", "[defaults]\n"),
    ("Feed", "[[feeds]]\n"),
    ("Auth", "[[feeds]]\n[feeds.auth]\n"),
    ("BasicAuth", "[[feeds]]\n[feeds.auth.basic]\n"),
    ("DropFolder", "[[drops]]\n"),
    ("DropFields", "[[drops]]\n[drops.fields]\n"),
    ("Duplicates", "[duplicates]\n"),
    ("Enrich", "[enrich]\n"),
    ("EnrichEntities", "[enrich.entities]\n"),
    ("Rule", "[[rules]]\n"),
    ("RuleSet", "[[rules]]\n[rules.set]\n"),
    ("Sinks", "[sinks]\n"),
    ("JsonlSink", "[sinks.jsonl.a]\n"),
    ("KafkaSink", "[sinks.kafka.a]\n"),
    ("Tls", "[sinks.kafka.a.tls]\n"),
    ("Sasl", "[sinks.kafka.a.sasl]\n"),
    ("Admin", "[admin]\n"),
    ("WebSub", "[websub]\n"),
    ("Log", "[log]\n"),
    ("Telemetry", "[telemetry]\n"),
    ("Reload", "[reload]\n"),
    ("Shutdown", "[shutdown]\n"),
];

/// Properties of every section of the schema, by the section's name.
fn sections() -> BTreeMap<String, BTreeMap<String, Value>> {
    let schema = json_schema();
    let properties = |section: &Value| -> Option<BTreeMap<String, Value>> {
        let properties = section.get("properties")?.as_object()?;
        Some(
            properties
                .iter()
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
        )
    };
    let mut sections = BTreeMap::from([("Config".to_owned(), properties(&schema).unwrap())]);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        if let Some(properties) = properties(definition) {
            sections.insert(name.clone(), properties);
        }
    }
    sections
}

fn findings(text: &str) -> Vec<Finding> {
    match parse(text, Path::new("dateline.toml")) {
        Ok(loaded) => loaded.warnings,
        Err(errors) => errors.findings().to_vec(),
    }
}

#[test]
fn schema_and_decoder_know_the_same_sections_and_keys() {
    let sections = sections();
    let named: BTreeSet<&str> = OPENINGS.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        sections.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        named
    );
    for (name, opening) in OPENINGS {
        let keys: BTreeSet<&str> = sections[name].keys().map(String::as_str).collect();
        for key in &keys {
            // No key takes a date, so a known one is refused for its value, at its value.
            let found = findings(&format!("{opening}{key} = 1979-05-27\n"));
            let unknown = found
                .iter()
                .any(|finding| finding.message().starts_with("unknown key"));
            assert!(!unknown, "the decoder does not know `{key}` of {name}");
            let line = opening.lines().count() + 1;
            let refused = found
                .iter()
                .any(|finding| finding.position().is_some_and(|place| place.0 == line));
            assert!(refused, "the decoder does not look at `{key}` of {name}");
        }
        let found = findings(&format!("{opening}zqxjzq = 1\n"));
        let unknown = found
            .iter()
            .find(|finding| finding.message().starts_with("unknown key"))
            .unwrap();
        let listed = unknown
            .suggestion()
            .unwrap()
            .strip_prefix("known here: ")
            .unwrap();
        assert_eq!(listed.split(", ").collect::<BTreeSet<_>>(), keys, "{name}");
    }
}

#[test]
fn every_key_is_documented() {
    for (name, properties) in sections() {
        for (key, schema) in properties {
            let doc = schema
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert!(
                doc.ends_with('.'),
                "`{key}` of {name} needs a doc comment of whole sentences: {doc:?}"
            );
        }
    }
}

#[test]
fn defaults_of_the_schema_are_what_holds_without_them() {
    let source = "[[feeds]]\nurl = \"https://example.org/feed\"\n[[drops]]\npath = \"in\"\n[sinks.jsonl.a]\ndir = \"out\"\n[sinks.kafka.a2]\nbrokers = [\"a:1\"]\ntopic = \"t\"\n";
    let plain = parse(source, Path::new("dateline.toml")).unwrap().config;
    let mut text = source.to_owned();
    for (name, opening) in OPENINGS {
        let defaults: Vec<String> = sections()[name]
            .iter()
            .filter_map(|(key, schema)| Some(format!("{key} = {}\n", schema.get("default")?)))
            .filter(|line| line != "headers = {}\n")
            .collect();
        let defaults = defaults.concat();
        text = match name {
            "Config" => format!("{defaults}{text}"),
            "DropFolder" => text.replace("path = \"in\"\n", &format!("path = \"in\"\n{defaults}")),
            "JsonlSink" => text.replace("dir = \"out\"\n", &format!("dir = \"out\"\n{defaults}")),
            "KafkaSink" => text.replace("topic = \"t\"\n", &format!("topic = \"t\"\n{defaults}")),
            "Feed" | "Auth" | "BasicAuth" | "DropFields" | "ProxyLogin" | "Rule" | "RuleSet"
            | "Sinks" | "Tls" | "Sasl" => text,
            _ => format!("{text}{opening}{defaults}"),
        };
    }
    assert!(text.contains("rotate_every = \"1h\""), "{text}");
    assert!(text.contains("every = \"adaptive\""), "{text}");
    let written = parse(&text, Path::new("dateline.toml"))
        .unwrap_or_else(|errors| panic!("{}", errors.render(false, 100)));
    assert_eq!(written.config, plain);
}
