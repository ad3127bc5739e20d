#![doc = include_str!("../README.md")]

mod calendar;
pub mod holidays;
pub mod instant;
mod names;
pub mod publication;
pub mod text;
mod zones;

pub use instant::{FieldOrder, Hints, Part, Precision, Refusal, Stamp, ZoneSource, parse};
pub use text::{Anchor, Context, Granularity, Interval, Kind, Modifier, Relation, Timex, annotate};
pub use zones::{offset, offset_text};
