//! Reads requests {"text"} from standard input, one JSON object a line, tags all of them again and again for a second, and prints the processor
//! time in seconds that one pass took. `speed MODEL` takes the model from that file; `speed quantities` finds quantities instead, and prints how many
//! bytes of text a second it reads.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::hint::black_box;
use std::io::BufRead as _;
use std::time::{Duration, Instant};

use dateline_entities::{Model, Tagger, english, quantities};
use serde::Deserialize;

/// How long is measured at least, on the wall.
const LONG_ENOUGH: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
struct Request {
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let texts = std::io::stdin()
        .lock()
        .lines()
        .map(|line| Ok(serde_json::from_str::<Request>(&line?)?.text))
        .collect::<Result<Vec<String>, std::io::Error>>()?;
    let choice = std::env::args().nth(1);
    if choice.as_deref() == Some("quantities") {
        let seconds = seconds_of(&texts, |text| drop(black_box(quantities(text))));
        let bytes: usize = texts.iter().map(String::len).sum();
        println!("{:.1} MB/s", bytes as f64 / seconds / 1e6);
        return Ok(());
    }
    let own = choice.map(std::fs::read).transpose()?;
    let own = own.map(|file| Model::read(&file)).transpose()?;
    let tagger = Tagger::new(match &own {
        Some(model) => model,
        None => english()?,
    });
    let seconds = seconds_of(&texts, |text| drop(black_box(tagger.mentions(text))));
    println!("{seconds}");
    Ok(())
}

/// Processor time of one pass over the texts.
fn seconds_of(texts: &[String], look: impl Fn(&str)) -> f64 {
    let pass = || {
        for text in texts {
            look(black_box(text));
        }
    };
    // The first pass brings model and texts into memory.
    pass();
    let (start, before) = (Instant::now(), on_the_processor());
    let mut passes = 0;
    while start.elapsed() < LONG_ENOUGH {
        pass();
        passes += 1;
    }
    let spent = on_the_processor().zip(before);
    let spent = spent.map_or(start.elapsed(), |(after, before)| after - before);
    spent.as_secs_f64() / f64::from(passes)
}

/// Time that this thread has had a processor, where the system tells: what other programs take does not count.
fn on_the_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}
