//! Reads date strings in the protocol of `dateline inspect date --batch`, and measures: `dates inspect date --batch` or `dates bench`.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::io::{BufRead, Write};
use std::time::Instant;

use dateline_timestamps::{Hints, parse};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Request {
    text: String,
    language: Option<String>,
    country: Option<String>,
}

fn main() -> std::io::Result<()> {
    if std::env::args().any(|argument| argument == "bench") {
        bench();
        return Ok(());
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let hints = Hints {
            language: request.language.as_deref(),
            country: request.country.as_deref(),
            ..Hints::default()
        };
        let answer = match parse(&request.text, &hints) {
            Ok(stamp) => {
                json!({ "instant": stamp.instant.to_string(), "zone": stamp.zone.name(), "precision": stamp.precision.name(), "confidence": stamp.confidence })
            }
            Err(refusal) => json!({ "error": refusal.to_string() }),
        };
        serde_json::to_writer(&mut out, &answer)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// Strings a second on one core: the forms of RFC 3339 and RFC 822, and a mixture of what the wild writes.
fn bench() {
    let rfc: &[(&str, &str)] = &[
        ("2024-01-15T10:00:00Z", "en"),
        ("2024-01-15T10:00:00.123+05:30", "en"),
        ("Mon, 15 Jan 2024 10:00:00 GMT", "en"),
        ("Mon, 15 Jan 2024 10:00:00 +0100", "en"),
    ];
    let mixed: &[(&str, &str)] = &[
        ("Mon, 15 Jan 2024 10:00:00 EST", "en"),
        ("2024-01-15 10:00:00", "en"),
        ("January 15th, 2024 at 10:00 am", "en"),
        ("15. Januar 2024, 10:00 Uhr", "de"),
        ("lundi 15 janvier 2024 à 10h00", "fr"),
        ("15 января 2024 г. в 10:00", "ru"),
        ("15 de enero de 2024", "es"),
        ("2024年1月15日 10時00分", "ja"),
        ("2024. 1. 15. 오전 10:00", "ko"),
        ("15 ม.ค. 2567 10:00 น.", "th"),
        ("١٥ يناير ٢٠٢٤", "ar"),
        ("01/15/2024 10:00", "en"),
        ("1705312800", "en"),
        ("20240115T100000Z", "en"),
        ("Fri Jul 3 2015 06:04:07 GMT+0100 (GMT Daylight Time)", "en"),
        ("15.01.2024", "de"),
        ("Mon, 15 Jan 2024 10:00:00 Europe/Paris", "en"),
        ("no date in this text", "en"),
        ("2023-02-29T10:00:00Z", "en"),
        ("15 जनवरी 2024 10:00 पूर्वाह्न", "hi"),
    ];
    for (name, texts) in [("rfc 3339 and 822", rfc), ("mixed", mixed)] {
        measure(name, texts);
    }
}

fn measure(name: &str, texts: &[(&str, &str)]) {
    const ROUNDS: usize = 100_000;
    let mut read = 0_u64;
    let run = |rounds: usize, read: &mut u64| {
        for _ in 0..rounds {
            for (text, language) in texts {
                let hints = Hints {
                    language: Some(language),
                    ..Hints::default()
                };
                *read += u64::from(parse(std::hint::black_box(text), &hints).is_ok());
            }
        }
    };
    run(100, &mut read);
    let start = Instant::now();
    run(ROUNDS, &mut read);
    let strings = (ROUNDS * texts.len()) as f64;
    println!(
        "{name}: {:.0} strings/s on one core",
        strings / start.elapsed().as_secs_f64()
    );
}
