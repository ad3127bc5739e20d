//! Where a record has lists: one that is empty is left out of its JSON, and is there for expressions all the same.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::record;

/// What is known of a part of a record.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Whether it is a list; its fields are then those of its entries.
    pub(super) is_list: bool,
    /// The fields that are lists, or hold some.
    pub(super) fields: BTreeMap<String, Shape>,
}

/// Of a part that holds no lists.
pub(super) static PLAIN: Shape = Shape {
    is_list: false,
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
            is_list: true,
            ..shape_of(entries, root)
        };
    }
    let properties = schema.get("properties").and_then(Json::as_object);
    let shapes = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), shape_of(schema, root)));
    Shape {
        is_list: false,
        fields: shapes
            .filter(|(_, shape)| shape.is_list || !shape.fields.is_empty())
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
