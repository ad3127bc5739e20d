//! What rules cost a record: `cargo run --release --package dateline-pipeline --example rules`, with a file of records (JSON lines) or without one.

use std::sync::Arc;
use std::time::Instant;

use cel::Env;
use dateline_pipeline::deliver::Route;
use dateline_pipeline::expression::{Expression, Sight, Wanted};

/// Rounds over the records.
const ROUNDS: u32 = 200;

/// Two conditions as people write them.
const CONDITIONS: [&str; 2] = [
    "record.categories.exists(c, c.lowerAscii() == 'sport')",
    "'coast' in record.source.tags || record.entities.exists(e, e.name == 'Holmgate' && e.salience > 0.1)",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sample = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../examples/consumers/sample.jsonl"
    );
    let path = std::env::args().nth(1).unwrap_or_else(|| sample.to_owned());
    let text = std::fs::read_to_string(path)?;
    let records: Vec<&str> = text.lines().collect();
    let environment = Env::stdlib();
    let expression = |text: &str| -> Result<Expression, Box<dyn std::error::Error>> {
        let program = environment
            .compile(text)
            .map_err(|error| error.to_string())?;
        Ok(Expression::new(Arc::new(program), "example"))
    };
    let conditions = CONDITIONS.iter().map(|text| expression(text));
    let conditions = conditions.collect::<Result<Vec<_>, _>>()?;
    let mut wanted = Wanted::default();
    for condition in &conditions {
        wanted.and(&condition.wanted());
    }
    let count = records.len() as u32 * ROUNDS;
    let bytes = text.len() / records.len().max(1);

    let begun = Instant::now();
    let mut held = 0_u32;
    for _ in 0..ROUNDS {
        for record in &records {
            let sight = Sight::of(record.as_bytes(), &wanted)?;
            held += conditions
                .iter()
                .map(|asked| u32::from(asked.holds(&sight) == Ok(true)))
                .sum::<u32>();
        }
    }
    let asking = begun.elapsed() / count;

    let begun = Instant::now();
    for _ in 0..ROUNDS {
        for record in &records {
            let record: dateline_pipeline::record::Record = serde_json::from_str(record)?;
            std::hint::black_box(serde_json::to_vec(&record)?);
        }
    }
    let writing = begun.elapsed() / count;

    let route = Route::new(expression("record.language.code == 'en'")?);
    let begun = Instant::now();
    let taken = (0..ROUNDS)
        .flat_map(|_| &records)
        .filter(|record| route.takes(record.as_bytes()))
        .count();
    let routing = begun.elapsed() / count;

    println_all(&[
        format!("{} records of {bytes} bytes", records.len()),
        format!("two rules: {asking:?} a record, true {held} times"),
        format!("(reading and writing the record as JSON: {writing:?})"),
        format!("one `where`: {routing:?} a record, true {taken} times"),
    ]);
    Ok(())
}

#[allow(clippy::print_stdout, reason = "an example prints")]
fn println_all(lines: &[String]) {
    for line in lines {
        println!("{line}");
    }
}
