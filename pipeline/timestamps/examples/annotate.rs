//! Finds temporal expressions in the protocol of `dateline inspect text --batch`, and measures: `annotate` or `annotate bench`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::io::{BufRead, Write};

use dateline_timestamps::{Context, annotate, parse};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Request {
    text: String,
    published: Option<String>,
    language: Option<String>,
    country: Option<String>,
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let stamp = request
            .published
            .as_deref()
            .and_then(|published| parse(published, &dateline_timestamps::Hints::default()).ok());
        let mut context = Context {
            language: request.language.as_deref().unwrap_or("en"),
            country: request.country.as_deref(),
            published: None,
        };
        if let Some(stamp) = stamp {
            context.published = Context::at(stamp.instant, stamp.offset, "").published;
        }
        let found: Vec<_> = annotate(&request.text, &context)
            .into_iter()
            .map(|timex| {
                json!({
                    "start": timex.start, "end": timex.end, "type": timex.kind.name(), "value": timex.value,
                    "modifier": timex.modifier.map(dateline_timestamps::Modifier::name),
                    "interval": timex.interval.map(|interval| interval.to_string()),
                    "rule": timex.rule, "anchor": timex.anchor.name(),
                    "relation": timex.relation.map(dateline_timestamps::Relation::name),
                })
            })
            .collect();
        serde_json::to_writer(&mut out, &json!({ "timestamps": found }))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
