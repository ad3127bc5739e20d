//! Values of expressions as JSON, and in words.

use cel::Value;
use cel::objects::Key;
use serde_json::{Map, Number, Value as Json};

/// Levels of a value: far more than a record has, and few enough to be walked.
const MAX_DEPTH: usize = 32;

/// A value as JSON: instants are written as in records (RFC 3339, UTC), lengths of time in seconds.
///
/// # Errors
/// What of it JSON cannot say.
pub fn json(value: &Value) -> Result<Json, String> {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err(format!("it holds more than {MAX_DEPTH} levels"));
    }
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::UInt(value) => Json::from(*value),
        Value::Float(value) => Number::from_f64(*value)
            .map(Json::Number)
            .ok_or("it is a number beyond all numbers")?,
        Value::String(value) => Json::String(value.to_string()),
        Value::Timestamp(value) => instant(value.timestamp(), value.timestamp_subsec_nanos())?,
        Value::Duration(value) => Json::from(value.num_seconds()),
        Value::List(values) => {
            let values = values.iter().map(|value| at_depth(value, depth + 1));
            Json::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Map(values) => {
            let entries = values.map.iter().map(|(key, value)| {
                let Key::String(key) = key else {
                    return Err("it has a name that is no text".to_owned());
                };
                Ok((key.to_string(), at_depth(value, depth + 1)?))
            });
            // In the order of their names: the interpreter keeps none.
            let mut entries = entries.collect::<Result<Vec<(String, Json)>, _>>()?;
            entries.sort_by(|left, right| left.0.cmp(&right.0));
            Json::Object(Map::from_iter(entries))
        }
        other => return Err(format!("{} cannot be written as JSON", kind(other))),
    })
}

fn instant(seconds: i64, nanoseconds: u32) -> Result<Json, String> {
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    let instant = jiff::Timestamp::new(seconds, nanoseconds);
    let instant = instant.map_err(|_| "it is an instant beyond all calendars")?;
    Ok(Json::String(instant.to_string()))
}

/// What sort of value it is, in words.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Int(_) | Value::UInt(_) => "an integer",
        Value::Float(_) => "a number",
        Value::String(_) => "a text",
        Value::Timestamp(_) => "an instant",
        Value::Duration(_) => "a length of time",
        Value::List(_) => "a list",
        Value::Map(_) => "an object",
        Value::Bytes(_) => "a sequence of bytes",
        _ => "a value of another kind",
    }
}
