//! Finds temporal expressions in the protocol of `dateline inspect text --batch`, and measures: `timex inspect text --batch` or `timex bench [FILE…]`, where a
//! file has one `{"text"}` in English a line.
#![allow(clippy::print_stdout, reason = "it is a program")]

use std::io::{BufRead, Write};
use std::time::{Duration, Instant};

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
    let mut arguments = std::env::args().skip(1);
    if arguments.next().is_some_and(|argument| argument == "bench") {
        return bench(&arguments.collect::<Vec<_>>());
    }
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

/// The marked texts of the tests: news and histories, each about an article long.
const TEXTS: [(&str, &str); 9] = [
    ("en.news", include_str!("../tests/texts/en.news.txt")),
    (
        "en.histories",
        include_str!("../tests/texts/en.histories.txt"),
    ),
    ("de.news", include_str!("../tests/texts/de.news.txt")),
    ("fr.news", include_str!("../tests/texts/fr.news.txt")),
    ("es.news", include_str!("../tests/texts/es.news.txt")),
    ("it.news", include_str!("../tests/texts/it.news.txt")),
    ("pt.news", include_str!("../tests/texts/pt.news.txt")),
    ("nl.news", include_str!("../tests/texts/nl.news.txt")),
    ("ru.news", include_str!("../tests/texts/ru.news.txt")),
];

/// Bytes of text a second on one core, article by article. The tests' texts have an expression every other line, several times as many as news has.
fn bench(files: &[String]) -> std::io::Result<()> {
    let mut sets = Vec::new();
    for file in files {
        let lines = std::fs::read_to_string(file)?;
        let requests = lines.lines().map(serde_json::from_str);
        let texts = requests.map(|request| request.map(|request: Request| request.text));
        sets.push((file.as_str(), "en", texts.collect::<Result<Vec<_>, _>>()?));
    }
    if files.is_empty() {
        sets.extend(TEXTS.map(|(name, marked)| {
            let articles = marked.split("# published").skip(1).map(unmarked);
            let language = name.split('.').next().unwrap_or_default();
            (name, language, articles.collect())
        }));
    }
    for (name, language, articles) in sets {
        let published = "2023-05-10T12:00:00".parse().ok();
        let context = Context {
            published,
            language,
            country: None,
        };
        let bytes: usize = articles.iter().map(String::len).sum();
        let mut found = 0;
        let mut round = || {
            let counted = articles
                .iter()
                .map(|text| annotate(std::hint::black_box(text), &context).len());
            found = counted.sum();
        };
        round();
        let (start, before) = (Instant::now(), on_the_processor());
        let mut rounds = 0;
        while start.elapsed() < Duration::from_secs(1) {
            round();
            rounds += 1;
        }
        let spent = on_the_processor().zip(before);
        let spent = spent.map_or(start.elapsed(), |(after, before)| after - before);
        let rate = (rounds * bytes) as f64 / spent.as_secs_f64() / 1e6;
        println!(
            "{name}: {rate:.1} MB/s of text on one core, {} bytes of text for each expression",
            bytes / found.max(1)
        );
    }
    Ok(())
}

/// Time that this thread has had a processor, where the system tells: what other programs take does not count.
fn on_the_processor() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = told.split_whitespace().next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

/// An article without its header and its marks.
fn unmarked(article: &str) -> String {
    let mut text = String::with_capacity(article.len());
    let lines = article
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with('#'));
    for line in lines {
        let mut rest = line;
        while let Some((before, marked)) = rest.split_once('[') {
            text.push_str(before);
            let (inside, after) = marked.split_once("](").unwrap_or((marked, ""));
            text.push_str(inside);
            rest = after.split_once(')').map_or("", |(_, rest)| rest);
        }
        text.push_str(rest);
        text.push('\n');
    }
    text
}
