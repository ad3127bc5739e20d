//! A record as expressions see it: read from its JSON, field by field as they are wanted, without copying its texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use cel::Context;
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelUInt,
};
use cel::common::value::Val;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::functions::ENVIRONMENT;
use super::names::Wanted;
use super::shape::{self, Kind, Shape};

type Seen<'v> = Box<dyn Val + 'v>;

/// What expressions see of a record.
pub struct Sight<'v> {
    context: Context<'v, 'v>,
}

impl<'v> Sight<'v> {
    /// Reads the fields that are wanted out of a record's JSON. Lists and objects that are left out there are empty ones.
    ///
    /// # Errors
    /// When it is no JSON object.
    pub fn of(record: &'v [u8], wanted: &Wanted) -> Result<Self, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(record);
        let fields = reader.deserialize_map(Fields {
            shape: &shape::RECORD,
            wanted: Some(wanted),
        })?;
        reader.end()?;
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        context.add_variable_as_val(super::RECORD, fields);
        Ok(Self { context })
    }

    pub(super) fn context(&self) -> &Context<'v, 'v> {
        &self.context
    }
}

/// Reads the fields of an object: all of them, or those that are wanted.
struct Fields<'s> {
    shape: &'s Shape,
    wanted: Option<&'s Wanted>,
}

impl Fields<'_> {
    fn wants(&self, field: &str) -> bool {
        self.wanted.is_none_or(|wanted| wanted.has(field))
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = Seen<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a record")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut entries: M) -> Result<Seen<'de>, M::Error> {
        let mut fields: HashMap<CelMapKey<'de>, Seen<'de>> = HashMap::new();
        while let Some(name) = entries.next_key::<Name<'de>>()? {
            let Name(name) = name;
            if self.wants(&name) {
                let value = entries.next_value_seed(Part(self.shape.field(&name)))?;
                fields.insert(key(name), value);
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        for (name, shape) in &self.shape.fields {
            if self.wants(name) {
                let field = fields.entry(CelMapKey::from(name.clone()));
                field.or_insert_with(|| empty(shape));
            }
        }
        Ok(Box::new(CelMap::from(fields)))
    }
}

/// A list or object that a record leaves out because nothing is in it. Shapes are as deep as the record's types.
fn empty<'v>(shape: &Shape) -> Seen<'v> {
    match shape.kind {
        Kind::Plain => Box::new(CelNull),
        Kind::List => Box::new(CelList::from(Vec::new())),
        Kind::Object => {
            let within = shape.fields.iter();
            let within = within.map(|(name, shape)| (CelMapKey::from(name.clone()), empty(shape)));
            Box::new(CelMap::from(within.collect::<HashMap<_, _>>()))
        }
    }
}

fn key(name: Cow<'_, str>) -> CelMapKey<'_> {
    match name {
        Cow::Borrowed(name) => name.into(),
        Cow::Owned(name) => name.into(),
    }
}

/// A name, which borrows from the JSON where nothing is escaped in it.
struct Name<'v>(Cow<'v, str>);

impl<'de> serde::Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(text.into()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(text.to_owned().into()))
            }
        }
        from.deserialize_str(Text)
    }
}

/// Reads any part of a record. How deep parts may be nested is limited by the reader of JSON.
struct Part<'s>(&'s Shape);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Seen<'de>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Seen<'de>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Seen<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelNull))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelBool::from(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelInt::from(value)))
    }

    /// Integers are of CEL's one signed kind, as the literals that they are compared with and added to.
    fn visit_u64<E: Error>(self, value: u64) -> Result<Seen<'de>, E> {
        Ok(match i64::try_from(value) {
            Ok(value) => Box::new(CelInt::from(value)),
            Err(_) => Box::new(CelUInt::from(value)),
        })
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelDouble::from(value)))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelString::from(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Seen<'de>, E> {
        Ok(Box::new(CelString::from(text.to_owned())))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut entries: S) -> Result<Seen<'de>, S::Error> {
        let mut list: Vec<Seen<'de>> = Vec::new();
        while let Some(entry) = entries.next_element_seed(Part(self.0))? {
            list.push(entry);
        }
        Ok(Box::new(CelList::from(list)))
    }

    fn visit_map<M: MapAccess<'de>>(self, entries: M) -> Result<Seen<'de>, M::Error> {
        Fields {
            shape: self.0,
            wanted: None,
        }
        .visit_map(entries)
    }
}
