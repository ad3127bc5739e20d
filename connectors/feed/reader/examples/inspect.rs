//! Reads feeds as `dateline inspect feed --batch` does, without the rest of Dateline: one JSON request a line
//! (`{"path", "headers"}`) on standard input, one JSON answer a line on standard output. Arguments are ignored.

use std::collections::BTreeMap;
use std::io::{BufRead, BufWriter, Write};

use dateline_feed_reader::{Context, Options, inspect_answer, read_with};
use serde::Deserialize;

#[derive(Deserialize)]
struct Request {
    path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
}

fn main() -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let header = |name: &str| {
            let found = request
                .headers
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.clone())
        };
        let context = Context::from_headers(header);
        let reading = read_with(
            &std::fs::read(&request.path)?,
            &context,
            Options::COMPARABLE,
        );
        serde_json::to_writer(&mut out, &inspect_answer(&reading))?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
