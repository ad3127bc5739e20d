//! Durations as people write them: `"15m"`, `"1h30m"`, `"500ms"`.

use std::time::Duration;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value as Json;
use toml::Spanned;
use toml::de::DeValue;

use super::Shape;
use crate::decode::{Context, wrong_type};
use crate::finding::Finding;
use crate::suggest::quote;

/// Units from large to small, in milliseconds.
const UNITS: [(&str, u64); 6] = [
    ("w", 7 * 24 * 3_600_000),
    ("d", 24 * 3_600_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Words for the units above that people write and that only a suggestion understands.
const WORDS: [(&str, &[&str]); 6] = [
    ("w", &["w", "week", "weeks"]),
    ("d", &["d", "day", "days"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    (
        "ms",
        &["ms", "msec", "msecs", "millisecond", "milliseconds"],
    ),
];

const PATTERN: &str = "^([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$";

pub(crate) const fn millis(number: u64) -> Duration {
    Duration::from_millis(number)
}

pub(crate) const fn secs(number: u64) -> Duration {
    Duration::from_secs(number)
}

pub(crate) const fn minutes(number: u64) -> Duration {
    secs(number * 60)
}

pub(crate) const fn hours(number: u64) -> Duration {
    secs(number * 3600)
}

pub(crate) const fn days(number: u64) -> Duration {
    hours(number * 24)
}

/// A duration from `least` to `most`.
pub(crate) const fn duration(least: Duration, most: Duration) -> DurationShape {
    DurationShape { least, most }
}

pub(crate) struct DurationShape {
    least: Duration,
    most: Duration,
}

impl DurationShape {
    fn limits(&self) -> String {
        format!(
            "{} to {}",
            format_duration(self.least),
            format_duration(self.most)
        )
    }
}

impl Shape for DurationShape {
    type Value = Duration;

    fn decode(
        &self,
        context: &mut Context,
        subject: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Duration> {
        let text = match value.get_ref() {
            DeValue::String(text) => text,
            DeValue::Integer(number) => {
                let finding = Finding::error(format!(
                    "{subject} must be a duration with a unit, in quotes"
                ))
                .label(value.span(), "a number without a unit")
                .help(format!(
                    "write \"{number}s\" for seconds, \"{number}m\" for minutes"
                ));
                context.report(finding);
                return None;
            }
            _ => {
                wrong_type(context, subject, self, value);
                return None;
            }
        };
        let Some(duration) = parse_duration(text) else {
            let finding = Finding::error(format!("{subject} is not a duration: `{}`", quote(text)))
                .at(value.span())
                .help(advice(text));
            context.report(finding);
            return None;
        };
        if duration < self.least || duration > self.most {
            let finding = Finding::error(format!("{subject} is out of range: `{text}`"))
                .label(value.span(), format!("allowed: {}", self.limits()))
                .help(format!("write a duration from {}", self.limits()));
            context.report(finding);
            return None;
        }
        Some(duration)
    }

    fn write(&self, value: &Duration) -> Json {
        Json::String(format_duration(*value))
    }

    fn schema(&self, _: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": PATTERN,
            "minLength": 2,
            "examples": ["500ms", "15m", "1h30m", "7d"],
        })
    }

    fn kind(&self) -> String {
        format!("duration, {}", self.limits())
    }

    fn example(&self) -> String {
        let shown = secs(900).clamp(self.least, self.most);
        format!("\"{}\"", format_duration(shown))
    }
}

/// Reads a duration in the notation of the configuration, `1h30m`: units from large to small, each at most once; `None` for
/// anything else and on overflow.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0u64;
    let mut units = UNITS.iter();
    if text.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit())?;
        let number: u64 = rest[..digits].parse().ok()?;
        let letters = &rest[digits..];
        let unit_end = letters
            .find(|letter: char| !letter.is_ascii_lowercase())
            .unwrap_or(letters.len());
        let unit = &letters[..unit_end];
        let (_, factor) = units.find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*factor)?)?;
        rest = &letters[unit_end..];
    }
    Some(Duration::from_millis(total))
}

/// The duration in the notation of the configuration, rounded down to milliseconds: `1h30m`.
pub fn format_duration(duration: Duration) -> String {
    let mut rest = duration.as_millis();
    if rest == 0 {
        return "0s".to_owned();
    }
    let mut text = String::new();
    for (unit, factor) in UNITS {
        // Whole days read better than weeks and days, except for whole weeks.
        if unit == "w" && (!rest.is_multiple_of(u128::from(factor)) || rest == u128::from(factor)) {
            continue;
        }
        let count = rest / u128::from(factor);
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
            rest -= count * u128::from(factor);
        }
    }
    text
}

fn advice(text: &str) -> String {
    match guess(text) {
        Some(duration) => format!("write \"{}\"", format_duration(duration)),
        None => "units are ms, s, m, h, d, w, from large to small: \"15m\", \"1h30m\", \"500ms\""
            .to_owned(),
    }
}

/// Reads what people mean by `15 minutes` or `1.5h`, for a suggestion.
fn guess(text: &str) -> Option<Duration> {
    let lower = text.to_lowercase();
    let mut total = 0.0;
    let mut rest = lower.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let letters = rest[digits..].trim_start();
        let word_end = letters
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(letters.len());
        let (unit, _) = WORDS
            .iter()
            .find(|(_, words)| words.contains(&&letters[..word_end]))?;
        let (_, factor) = UNITS.iter().find(|(name, _)| name == unit)?;
        total += number * *factor as f64;
        rest = letters[word_end..].trim_start_matches([' ', ',', '.']);
    }
    let whole = total.is_finite() && (1.0..1e15).contains(&total);
    whole.then(|| Duration::from_millis(total.round() as u64))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_units_from_large_to_small() {
        assert_eq!(parse_duration("500ms"), Some(millis(500)));
        assert_eq!(parse_duration("1h30m"), Some(minutes(90)));
        assert_eq!(parse_duration("2w"), Some(days(14)));
        assert_eq!(parse_duration("0s"), Some(millis(0)));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            "m",
            "15",
            "15 m",
            "15M",
            "30m1h",
            "1h1h",
            "1.5h",
            "-1s",
            "１s",
            "99999999999999w",
            "1h30",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }

    #[test]
    fn guesses_what_people_mean() {
        let guessed = |text| guess(text).map(format_duration);
        assert_eq!(guessed("15 minutes").unwrap(), "15m");
        assert_eq!(guessed("1.5h").unwrap(), "1h30m");
        assert_eq!(guessed("1 hour, 5 min").unwrap(), "1h5m");
        assert_eq!(guessed("5 parsecs"), None);
        assert_eq!(guessed("1.2.3s"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(number in 0u64..=1_000_000_000_000) {
            prop_assert_eq!(parse_duration(&format_duration(millis(number))), Some(millis(number)));
        }
    }
}
