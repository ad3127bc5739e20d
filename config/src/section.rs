//! The one definition of a section: `section!` makes from it the struct, its defaults, its decoder and its schema,
//! `choice!` does the same for an enumeration. The doc comments are the user's documentation.

use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};
use toml::de::DeTable;

use crate::decode::Context;

/// The place of keys that stand before the first section.
pub(crate) const TOP_LEVEL: &str = "the top level";

/// A table that users write.
pub(crate) trait Section: Sized + JsonSchema {
    /// How users write it, for example `[collect]`.
    const PLACE: &'static str;
    /// Its doc comment.
    const DOC: &'static str;
    /// Its keys, in the order of the reference.
    const KEYS: &'static [&'static str];
    /// Keys of other programs or of habit, and what to write instead.
    const HINTS: &'static [(&'static str, &'static str)];

    /// Decodes `table`; `None` after an error that leaves nothing to build (reported).
    fn decode(context: &mut Context, table: &DeTable<'_>, span: Range<usize>) -> Option<Self>;

    /// Its keys with their documentation.
    fn fields(generator: &mut SchemaGenerator) -> Vec<Field>;
}

/// A key of a section, as the schema and the reference describe it.
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) doc: String,
    /// The type in words.
    pub(crate) kind: String,
    pub(crate) presence: Presence,
    pub(crate) schema: Schema,
}

/// What holds where a key is not written.
pub(crate) enum Presence {
    /// It must be written.
    Required,
    /// This holds, in the user's notation; null for a sub-table, whose own keys have defaults.
    Default(Json),
    /// Nothing, or what its documentation says.
    Optional,
    /// The value of the same key in `[defaults]`.
    Inherited,
}

/// The key that a field is called by: one that is a word of Rust is written `r#where` there.
pub(crate) const fn key_name(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', name @ ..] => match std::str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// Joins the lines of a doc comment.
pub(crate) fn join_doc(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    lines.join("\n").trim().to_owned()
}

/// The schema of a section.
pub(crate) fn schema_of<S: Section>(generator: &mut SchemaGenerator) -> Schema {
    let fields = S::fields(generator);
    let required: Vec<&str> = fields
        .iter()
        .filter(|field| matches!(field.presence, Presence::Required))
        .map(|field| field.key)
        .collect();
    let mut schema = schemars::json_schema!({
        "type": "object",
        "description": join_doc(&S::DOC.lines().collect::<Vec<_>>()),
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    let properties: Map<String, Json> = fields.into_iter().map(property).collect();
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema
}

fn property(field: Field) -> (String, Json) {
    let mut schema = field.schema;
    let doc = match field.presence {
        Presence::Inherited => format!("{}\nWhere absent, `[defaults]` holds.", field.doc),
        _ => field.doc,
    };
    schema.insert("description".to_owned(), Json::String(doc));
    match field.presence {
        Presence::Default(default) if !default.is_null() => {
            schema.insert("default".to_owned(), default);
        }
        _ => {}
    }
    (field.key.to_owned(), schema.to_value())
}

/// Defines a section.
///
/// `table` is one that may be absent as a whole (it gets `Default`), `item` one that has required keys.
/// Each key is `name: Type = presence, shape;` where the presence is one of
/// `required`; `default(value)`; `optional` (the type is an `Option`); `inherited` (from `[defaults]`);
/// `derived` (filled in by the section's `check` or after loading).
/// `check` names a function `fn(&mut Self, &mut Context, &Fields)` for what concerns more than one key.
macro_rules! section {
    (@default default($default:expr)) => { $default };
    (@default optional) => { None };
    (@default derived) => { Default::default() };

    (@read required, $at:ident, $context:ident, $key:ident, $shape:expr) => {
        $at.required($context, $crate::section::key_name(stringify!($key)), &$shape)
    };
    (@read default($default:expr), $at:ident, $context:ident, $key:ident, $shape:expr) => {
        Some(match $at.optional($context, $crate::section::key_name(stringify!($key)), &$shape) {
            Some(value) => value,
            None => $crate::shape::Shape::adopt(&$shape, $context, $default),
        })
    };
    (@read optional, $at:ident, $context:ident, $key:ident, $shape:expr) => {
        Some($at.optional($context, $crate::section::key_name(stringify!($key)), &$shape))
    };
    (@read derived, $at:ident, $context:ident, $key:ident, $shape:expr) => {
        Some($at.optional($context, $crate::section::key_name(stringify!($key)), &$shape).unwrap_or_default())
    };
    (@read inherited, $at:ident, $context:ident, $key:ident, $shape:expr) => {
        Some(match $at.optional($context, $crate::section::key_name(stringify!($key)), &$shape) {
            Some(value) => value,
            None => $context.feed_defaults.$key.clone(),
        })
    };

    (@presence required, $shape:expr) => { $crate::section::Presence::Required };
    (@presence default($default:expr), $shape:expr) => {
        $crate::section::Presence::Default($crate::shape::Shape::write(&$shape, &$default))
    };
    (@presence optional, $shape:expr) => { $crate::section::Presence::Optional };
    (@presence derived, $shape:expr) => { $crate::section::Presence::Optional };
    (@presence inherited, $shape:expr) => { $crate::section::Presence::Inherited };

    (@body
        [$($doc:literal)*] $name:ident, $place:literal, [$($hint:literal => $advice:literal),*], [$($check:path)?]
        { $( [$($key_doc:literal)*] $key:ident : $type:ty = $presence:ident $(($default:expr))?, $shape:expr; )* }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(unreachable_pub, reason = "a section that only the loader sees is written like the others")]
        pub struct $name {
            $( $(#[doc = $key_doc])* pub $key: $type, )*
        }

        impl $crate::section::Section for $name {
            const PLACE: &'static str = $place;
            const DOC: &'static str = concat!($($doc, "\n",)*);
            const KEYS: &'static [&'static str] = &[$($crate::section::key_name(stringify!($key))),*];
            const HINTS: &'static [(&'static str, &'static str)] = &[$(($hint, $advice)),*];

            fn decode(
                context: &mut $crate::decode::Context,
                table: &toml::de::DeTable<'_>,
                span: std::ops::Range<usize>,
            ) -> Option<Self> {
                let mut at = $crate::decode::Fields::open::<Self>(context, table, span);
                $( let $key: Option<$type> =
                    section!(@read $presence $(($default))?, at, context, $key, $shape); )*
                #[allow(unused_mut, reason = "only a section with a check changes it")]
                let mut value = Self { $($key: $key?,)* };
                $( $check(&mut value, context, &at); )?
                Some(value)
            }

            fn fields(generator: &mut schemars::SchemaGenerator) -> Vec<$crate::section::Field> {
                vec![$( $crate::section::Field {
                    key: $crate::section::key_name(stringify!($key)),
                    doc: $crate::section::join_doc(&[$($key_doc),*]),
                    kind: $crate::shape::Shape::kind(&$shape),
                    presence: section!(@presence $presence $(($default))?, $shape),
                    schema: $crate::shape::Shape::schema(&$shape, generator),
                }),*]
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                $crate::section::schema_of::<Self>(generator)
            }
        }
    };

    (
        $(#[doc = $doc:literal])*
        table $name:ident at $place:literal
        $(, hints { $($hint:literal => $advice:literal),* $(,)? })? $(, check $check:path)?
        { $( $(#[doc = $key_doc:literal])* $key:ident : $type:ty = $presence:ident $(($default:expr))?, $shape:expr; )* }
    ) => {
        section!(@body [$($doc)*] $name, $place, [$($($hint => $advice),*)?], [$($check)?]
            { $( [$($key_doc)*] $key : $type = $presence $(($default))?, $shape; )* });

        impl Default for $name {
            fn default() -> Self {
                Self { $( $key: section!(@default $presence $(($default))?), )* }
            }
        }
    };

    (
        $(#[doc = $doc:literal])*
        item $name:ident at $place:literal
        $(, hints { $($hint:literal => $advice:literal),* $(,)? })? $(, check $check:path)?
        { $( $(#[doc = $key_doc:literal])* $key:ident : $type:ty = $presence:ident $(($default:expr))?, $shape:expr; )* }
    ) => {
        section!(@body [$($doc)*] $name, $place, [$($($hint => $advice),*)?], [$($check)?]
            { $( [$($key_doc)*] $key : $type = $presence $(($default))?, $shape; )* });
    };
}

/// An enumeration whose values users write as strings.
pub(crate) trait Choice: Copy + JsonSchema + 'static {
    /// Every value with the word for it.
    const ALL: &'static [(Self, &'static str)];

    /// The word for this value.
    fn word(self) -> &'static str;
}

/// Defines an enumeration of words.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])*
        $name:ident { $( $(#[doc = $value_doc:literal])* $value:ident = $word:literal ),* $(,)? }
    ) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[doc = $value_doc])* $value ),* }

        impl $name {
            /// The word for this value in the configuration.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$value => $word ),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::section::Choice for $name {
            const ALL: &'static [(Self, &'static str)] = &[$((Self::$value, $word)),*];

            fn word(self) -> &'static str {
                self.as_str()
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": $crate::section::join_doc(&[$($doc),*]),
                    "oneOf": [$({
                        "const": $word,
                        "description": $crate::section::join_doc(&[$($value_doc),*]),
                    }),*],
                })
            }
        }
    };
}
