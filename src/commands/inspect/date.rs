//! `inspect date`: what the library of dates makes of a string.

use clap::Args;
use dateline_timestamps::{Hints, Refusal, Stamp, offset_text, parse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::lines;
use super::moment::Moment;
use crate::exit::Exit;
use crate::terminal;

#[derive(Debug, Args)]
pub(crate) struct InspectDate {
    /// The date as somebody wrote it.
    #[arg(value_name = "TEXT", required_unless_present = "batch")]
    text: Vec<String>,
    /// Language of the text: de, pt-BR.
    #[arg(long, value_name = "TAG", conflicts_with = "batch")]
    language: Option<String>,
    /// Country of the publisher: GB, IN. Settles the order of numeric dates and ambiguous time zones.
    #[arg(long, value_name = "CODE", conflicts_with = "batch")]
    country: Option<String>,
    /// When the text was fetched, for dates without a year: 2023-05-10, 2023-05-10T09:12:00Z.
    #[arg(long, value_name = "INSTANT", conflicts_with = "batch")]
    now: Option<Moment>,
    /// Print the answer as JSON.
    #[arg(long, conflicts_with = "batch")]
    json: bool,
    /// Read requests {"text", "language", "country", "now"} from standard input and write answers, one JSON object a line.
    #[arg(long, conflicts_with = "text")]
    batch: bool,
}

#[derive(Debug, Deserialize)]
struct Request {
    text: String,
    language: Option<String>,
    country: Option<String>,
    now: Option<Moment>,
}

impl Request {
    fn answer(&self) -> Result<Stamp, Refusal> {
        let hints = Hints {
            language: self.language.as_deref(),
            country: self.country.as_deref(),
            now: self.now.map(|now| now.instant),
            ..Hints::default()
        };
        parse(&self.text, &hints)
    }
}

pub(super) fn date(args: &InspectDate) -> anyhow::Result<Exit> {
    if args.batch {
        return lines::answer(
            |request: Request| json(&request.answer()),
            |error| json!({ "error": error }),
        );
    }
    let request = Request {
        text: args.text.join(" "),
        language: args.language.clone(),
        country: args.country.clone(),
        now: args.now,
    };
    Ok(report(&request.answer(), args.json))
}

/// Shows what was made of a date.
pub(super) fn report(answer: &Result<Stamp, Refusal>, as_json: bool) -> Exit {
    if as_json {
        terminal::result(&json(answer).to_string());
    } else {
        match answer {
            Ok(stamp) => terminal::result(&shown(stamp)),
            Err(refusal) => terminal::result(&format!("refused: {refusal}")),
        }
    }
    if answer.is_ok() {
        Exit::Fine
    } else {
        Exit::Findings
    }
}

/// For a person: one fact a line.
fn shown(stamp: &Stamp) -> String {
    let offset = stamp.offset.map_or("unknown".to_owned(), offset_text);
    let zone = match stamp.zone.name() {
        "assumed" => "not written, UTC assumed",
        "hint" => "not written, told by the hints",
        other => other,
    };
    format!(
        "instant     {}\noffset      {offset}\nprecision   {}\nzone        {zone}\nconfidence  {:.2}",
        stamp.instant,
        stamp.precision.name(),
        stamp.confidence
    )
}

fn json(answer: &Result<Stamp, Refusal>) -> Value {
    match answer {
        Ok(stamp) => json!({
            "instant": stamp.instant,
            "offset": stamp.offset.map(offset_text),
            "precision": stamp.precision.name(),
            "zone": stamp.zone.name(),
            "confidence": (f64::from(stamp.confidence) * 1000.0).round() / 1000.0,
        }),
        Err(refusal) => json!({ "error": refusal.to_string() }),
    }
}
