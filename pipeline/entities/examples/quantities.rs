//! Finds quantities: reads texts from standard input, one JSON object {"text"} a line, and prints every quantity with what it means.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::io::BufRead as _;

use dateline_entities::quantities;
use serde::Deserialize;

#[derive(Deserialize)]
struct Request {
    text: String,
}

fn main() -> std::io::Result<()> {
    for line in std::io::stdin().lock().lines() {
        let Request { text } = serde_json::from_str(&line?)?;
        for found in quantities(&text) {
            println!(
                "{}\t{}\t{}\t{}\t{}\t{}",
                text[found.start..found.end].replace('\n', " "),
                found.kind.as_str(),
                found.value.as_deref().unwrap_or("?"),
                found.value_to.as_deref().unwrap_or_default(),
                found.unit.unwrap_or("?"),
                found.modifier.map_or("", |modifier| modifier.as_str()),
            );
        }
    }
    Ok(())
}
