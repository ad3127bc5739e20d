//! What is generated from the record's types is committed, and what is written about it is whole.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use dateline_pipeline::record::json_schema;
use serde_json::Value;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    let path = repository().join("pipeline/schema/record.schema.json");
    let generated = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == generated,
        "{} is out of date: run `make generate` and commit it",
        path.display()
    );
}

/// Every field of every type in the schema, as `docs/record.md` names them: `field` or `parent.field`.
fn fields(schema: &Value) -> Vec<String> {
    fn walk(schema: &Value, root: &Value, path: &str, found: &mut Vec<String>) {
        let schema = match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        if let Some(items) = schema.get("items") {
            walk(items, root, path, found);
        }
        for alternative in schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            walk(alternative, root, path, found);
        }
        for (name, property) in schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let name = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            walk(property, root, &name, found);
            found.push(name);
        }
    }
    let mut found = Vec::new();
    walk(schema, schema, "", &mut found);
    found
}

#[test]
fn the_records_documentation_names_every_field() {
    let text = std::fs::read_to_string(repository().join("docs/record.md")).unwrap();
    let fields = fields(&json_schema());
    assert!(fields.len() > 40, "{fields:?}");
    // `published` and `updated` share the fields of an instant.
    let missing: Vec<_> = fields
        .iter()
        .filter(|field| !text.contains(&format!("`{}`", field.replace("updated.", "published."))))
        .collect();
    assert!(
        missing.is_empty(),
        "docs/record.md does not explain {missing:?}"
    );
}

/// The records that the consumer examples are tried with are what Dateline writes.
#[test]
fn the_consumers_samples_are_records() {
    let text =
        std::fs::read_to_string(repository().join("examples/consumers/sample.jsonl")).unwrap();
    assert!(text.lines().count() > 3);
    for line in text.lines() {
        let sample: Value = serde_json::from_str(line).unwrap();
        let record: dateline_pipeline::record::Record =
            serde_json::from_value(sample.clone()).unwrap();
        assert_eq!(serde_json::to_value(&record).unwrap(), sample);
    }
}
