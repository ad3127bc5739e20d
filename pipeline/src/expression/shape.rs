//! Where a record has lists and objects: one that is empty is left out of its JSON, and is there for expressions all the same, so that what is in it can be
//! asked for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::record;

/// What is known of a part of a record.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    /// The fields that are lists or objects: its own, or those of a list's entries.
    pub(super) fields: BTreeMap<String, Shape>,
}

/// What sort of part it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text, a number or the like, or nothing is known of it.
    Plain,
    List,
    Object,
}

/// Of a part of which nothing is known.
pub(super) static PLAIN: Shape = Shape {
    kind: Kind::Plain,
    fields: BTreeMap::new(),
};

/// Of a record, by its schema.
pub(super) static RECORD: LazyLock<Shape> = LazyLock::new(|| {
    let schema = record::json_schema();
    shape_of(&schema, &schema)
});

impl Shape {
    pub(super) fn field(&self, name: &str) -> &Shape {
        self.fields.get(name).unwrap_or(&PLAIN)
    }
}

/// The shape that a schema of the record's own describes; they are not nested in themselves.
fn shape_of(schema: &Json, root: &Json) -> Shape {
    let schema = resolved(schema, root);
    if let Some(entries) = schema.get("items") {
        return Shape {
            kind: Kind::List,
            ..shape_of(entries, root)
        };
    }
    let is_object = schema.get("type").and_then(Json::as_str) == Some("object");
    let properties = schema.get("properties").and_then(Json::as_object);
    let shapes = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), shape_of(schema, root)));
    Shape {
        kind: if is_object { Kind::Object } else { Kind::Plain },
        fields: shapes
            .filter(|(_, shape)| shape.kind != Kind::Plain)
            .collect(),
    }
}

/// What a reference stands for, also where it may be null.
fn resolved<'s>(schema: &'s Json, root: &'s Json) -> &'s Json {
    let either = schema.get("anyOf").and_then(|either| either.get(0));
    let schema = either.unwrap_or(schema);
    let pointer = schema.get("$ref").and_then(Json::as_str);
    let target = pointer.and_then(|pointer| root.pointer(pointer.strip_prefix('#')?));
    target.unwrap_or(schema)
}
