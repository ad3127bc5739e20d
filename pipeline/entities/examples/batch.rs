//! Reads requests {"id", "text"} from standard input and writes answers {"id", "entities"}, one JSON object a line: what `dateline inspect text
//! --batch` does, without the rest of Dateline. `batch MODEL` takes the model from that file; other arguments are left alone.

use std::io::{BufRead as _, Write as _};

use dateline_entities::{Model, Tagger, english};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    id: Value,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let own = std::env::args()
        .nth(1)
        .filter(|argument| argument.ends_with(".model"));
    let own = own
        .map(|path| std::fs::read(path).map(|file| Model::read(&file)))
        .transpose()?
        .transpose()?;
    let tagger = Tagger::new(match &own {
        Some(model) => model,
        None => english()?,
    });
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let request: Request = serde_json::from_str(&line?)?;
        let entities: Vec<Value> = tagger
            .mentions(&request.text)
            .iter()
            .map(|mention| {
                let (start, end) = mention.chars;
                let text = &request.text[mention.start..mention.end];
                json!({ "type": mention.kind.as_str(), "name": text, "confidence": mention.confidence,
                        "mentions": [{ "field": "text", "start": start, "end": end, "text": text }] })
            })
            .collect();
        serde_json::to_writer(&mut out, &json!({ "id": request.id, "entities": entities }))?;
        writeln!(out)?;
    }
    Ok(())
}
