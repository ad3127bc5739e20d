//! Reads requests {"path"} from standard input, one JSON object a line, and writes what is read from the pages: title, authors, dates as written and
//! paragraphs, one JSON object a line.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::io::BufRead as _;

use dateline_text::charset::{Declared, decode};
use dateline_text::page;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for request in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&request?)?;
        let path = request["path"].as_str().ok_or("a request has no path")?;
        let bytes = std::fs::read(path)?;
        let page = page::read(&decode(&bytes, &Declared::default()).text);
        let dates = page.dates.iter().map(|date| date.text.as_str());
        let dates: Vec<&str> = dates.collect();
        let answer = json!({
            "title": page.title, "authors": page.authors, "publisher": page.publisher, "dates": dates, "published": dates.first(),
            "paragraphs": page.paragraphs,
        });
        println!("{answer}");
    }
    Ok(())
}
