#![doc = include_str!("../README.md")]

mod calendar;
pub mod instant;
mod names;
mod zones;

pub use instant::{FieldOrder, Hints, Part, Precision, Refusal, Stamp, ZoneSource, parse};
