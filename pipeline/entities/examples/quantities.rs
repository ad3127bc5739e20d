//! Finds quantities: reads texts from standard input, one JSON object {"text"} a line, and prints every quantity with what it means;
//! `quantities bench` says instead how fast the texts are read.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::hint::black_box;
use std::io::BufRead as _;
use std::time::{Duration, Instant};

use dateline_entities::quantities;
use serde::Deserialize;

/// How long is measured at least.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Request {
    text: String,
}

fn main() -> std::io::Result<()> {
    let texts = std::io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(serde_json::from_str::<Request>(&line?)?.text))
        .collect::<std::io::Result<Vec<String>>>()?;
    if std::env::args().any(|argument| argument == "bench") {
        bench(&texts);
        return Ok(());
    }
    for text in &texts {
        for found in quantities(text) {
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

/// Bytes a second on one core, text by text.
fn bench(texts: &[String]) {
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut count = 0;
    let (start, mut passes) = (Instant::now(), 0);
    while start.elapsed() < LONG_ENOUGH {
        count = texts
            .iter()
            .map(|text| quantities(black_box(text)).len())
            .sum();
        passes += 1;
    }
    let rate = (passes * bytes) as f64 / start.elapsed().as_secs_f64() / 1e6;
    println!("{rate:.0} MB/s of text, {count} quantities in {bytes} bytes");
}
