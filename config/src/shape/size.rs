//! Sizes in bytes as people write them: `"16MiB"`, `"500kB"`, or a plain number of bytes.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::suggest::quote;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;
const TIB: u64 = 1024 * GIB;

/// Units with their bytes; the binary ones from large to small are the ones a size is shown in.
const UNITS: [(&str, u64); 9] = [
    ("TiB", TIB),
    ("GiB", GIB),
    ("MiB", MIB),
    ("KiB", KIB),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

const PATTERN: &str = "^[0-9]+(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$";

/// A number of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize(pub u64);

impl ByteSize {
    /// The number of bytes, capped at what this machine can address.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for ByteSize {
    /// Writes the size in the largest unit that holds it exactly: `16MiB`, `500kB`, `1234B`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = |(_, bytes): &&(&str, u64)| self.0 >= *bytes && self.0.is_multiple_of(*bytes);
        match UNITS.iter().find(exact) {
            Some((unit, bytes)) => write!(formatter, "{}{unit}", self.0 / bytes),
            None => write!(formatter, "{}B", self.0),
        }
    }
}

pub(crate) const fn kib(number: u64) -> ByteSize {
    ByteSize(number * KIB)
}

pub(crate) const fn mib(number: u64) -> ByteSize {
    ByteSize(number * MIB)
}

pub(crate) const fn gib(number: u64) -> ByteSize {
    ByteSize(number * GIB)
}

pub(crate) const fn tib(number: u64) -> ByteSize {
    ByteSize(number * TIB)
}

/// A size from `least` to `most`.
pub(crate) const fn size(least: ByteSize, most: ByteSize) -> SizeShape {
    SizeShape { least, most }
}

pub(crate) struct SizeShape {
    least: ByteSize,
    most: ByteSize,
}

impl Shape for SizeShape {
    type Value = ByteSize;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<ByteSize> {
        let (shown, read) = match value.get_ref() {
            DeValue::String(text) => (text.to_string(), parse(text)),
            DeValue::Integer(number) => {
                let bytes = u64::from_str_radix(number.as_str(), number.radix()).ok();
                (number.to_string(), bytes.map(ByteSize))
            }
            _ => {
                wrong_type(context, subject, self, value);
                return None;
            }
        };
        let Some(bytes) = read else {
            let finding = Finding::error(format!("{subject} is not a size: `{}`", quote(&shown)))
                .at(value.span())
                .help(advice(&shown));
            context.report(finding);
            return None;
        };
        if bytes < self.least || bytes > self.most {
            let limits = format!("{} to {}", self.least, self.most);
            let finding = Finding::error(format!("{subject} is out of range: `{shown}`"))
                .label(value.span(), format!("allowed: {limits}"))
                .help(format!("write a size from {limits}"));
            context.report(finding);
            return None;
        }
        Some(bytes)
    }

    fn write(&self, value: &ByteSize) -> Json {
        Json::String(value.to_string())
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [
                { "type": "string", "pattern": PATTERN },
                { "type": "integer", "minimum": self.least.0, "maximum": self.most.0 },
            ],
            "examples": ["16MiB", "500kB"],
        })
    }

    fn kind(&self) -> String {
        format!("size, {} to {}", self.least, self.most)
    }

    fn example(&self) -> String {
        format!("\"{}\"", mib(16).clamp(self.least, self.most))
    }
}

/// Reads `16MiB`; `None` for anything else and on overflow.
fn parse(text: &str) -> Option<ByteSize> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let number: u64 = text[..digits].parse().ok()?;
    let (_, bytes) = UNITS.iter().find(|(unit, _)| *unit == &text[digits..])?;
    Some(ByteSize(number.checked_mul(*bytes)?))
}

/// Reads what people mean by `16 mb` or `1G`, for a suggestion: a bare letter is taken as the binary unit.
fn advice(text: &str) -> String {
    let text = text.trim();
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = (&text[..digits], text[digits..].trim().to_lowercase());
    let meant = UNITS.iter().find(|(name, _)| {
        let name = name.to_lowercase();
        name == unit || (unit.len() == 1 && name.len() == 3 && name.starts_with(&unit))
    });
    match meant {
        Some((name, _)) if !number.is_empty() && parse(&format!("{number}{name}")).is_some() => {
            format!("write \"{number}{name}\"")
        }
        _ => "units are B, kB, MB, GB, TB and KiB, MiB, GiB, TiB: \"16MiB\", \"500kB\"".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_binary_and_decimal_units() {
        assert_eq!(parse("16MiB"), Some(mib(16)));
        assert_eq!(parse("500kB"), Some(ByteSize(500_000)));
        assert_eq!(parse("0B"), Some(ByteSize(0)));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "16",
            "MiB",
            "16 MiB",
            "16mib",
            "1.5GiB",
            "-1B",
            "99999999999999TiB",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn suggests_the_right_spelling() {
        assert_eq!(advice("16 mib"), "write \"16MiB\"");
        assert_eq!(advice("1G"), "write \"1GiB\"");
        assert_eq!(advice("5mb"), "write \"5MB\"");
        assert!(advice("big").starts_with("units are"));
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(number in any::<u64>()) {
            prop_assert_eq!(parse(&ByteSize(number).to_string()), Some(ByteSize(number)));
        }
    }
}
