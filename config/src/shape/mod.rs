//! The kinds of values that users write: each knows how to decode itself, how it is written, and its JSON Schema.
//! A shape sees one value at a time; what concerns several keys is the section's check.

mod choice;
mod dotted;
mod duration;
mod every;
mod expected;
mod expression;
mod headers;
mod listen;
mod located;
mod moment;
mod named;
mod net;
mod network;
mod number;
mod own_fields;
mod path;
mod pointer;
mod properties;
mod proxy;
mod secret;
mod size;
mod table;
mod template;
mod text;

pub(crate) use choice::OneOf;
pub(crate) use duration::{days, duration, hours, millis, minutes, secs};
pub use duration::{format_duration, parse_duration};
pub use every::Every;
pub(crate) use every::every;
pub(crate) use expected::ByPath;
pub use expected::Expected;
pub(crate) use expression::{Cel, condition, value};
pub use headers::HeaderValue;
pub(crate) use headers::{Headers, set_header_defaults};
pub use listen::Listen;
pub(crate) use listen::{host_name, listen};
pub(crate) use located::At;
pub use located::Located;
pub(crate) use moment::Moment;
pub(crate) use named::Named;
pub(crate) use net::{broker, callback_url, collector_url, contact, feed_url, socket, user_agent};
pub use network::Network;
pub(crate) use network::network;
pub(crate) use number::{Bool, Float, Integer};
pub(crate) use own_fields::OwnFields;
pub(crate) use path::{ConfigPath, file_pattern, include_pattern};
pub use pointer::{Pointer, Step};
pub(crate) use pointer::{pointer, pointers};
pub(crate) use properties::Properties;
pub use proxy::{NoProxy, Proxy};
pub(crate) use proxy::{no_proxy, proxy};
pub(crate) use secret::SecretRef;
pub use secret::{Revealed, Secret, SecretError};
pub use size::ByteSize;
pub(crate) use size::{gib, kib, mib, size, tib};
pub(crate) use table::{Items, List, Table};
pub(crate) use template::placeholders;
pub(crate) use text::{
    Text, bare_topic, file_template, identifier, language, line, sink_name, tag, topic_template,
};

use schemars::{Schema, SchemaGenerator};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use crate::decode::Context;

/// A kind of value.
pub(crate) trait Shape {
    /// What it decodes to.
    type Value;

    /// Decodes `value`; `None` after reporting why not. `subject` names it in messages.
    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Self::Value>;

    /// The value in the user's notation; null where there is none.
    fn write(&self, value: &Self::Value) -> Json;

    /// Its JSON Schema.
    fn schema(&self, generator: &mut SchemaGenerator) -> Schema;

    /// The kind in words, with its limits: "duration, 1s to 1d".
    fn kind(&self) -> String;

    /// A right value, as TOML.
    fn example(&self) -> String;

    /// Makes a default fit the current file: a relative path starts from the file's folder.
    fn adopt(&self, _context: &mut Context, value: Self::Value) -> Self::Value {
        value
    }
}
