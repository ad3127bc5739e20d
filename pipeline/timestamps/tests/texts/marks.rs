//! Reads the marked texts (their form: `README.md` beside this file). Knows nothing of the annotator.

use jiff::civil::{Date, DateTime};

/// One article, its marks taken out of the text.
pub(crate) struct Article {
    pub(crate) published: DateTime,
    pub(crate) country: Option<String>,
    pub(crate) text: String,
    pub(crate) marks: Vec<Mark>,
}

/// One marked expression; the span in bytes.
pub(crate) struct Mark {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) modifier: Option<String>,
}

/// The articles of a file, or what is wrong in it and on which line.
pub(crate) fn read(file: &str) -> Result<Vec<Article>, String> {
    let mut articles: Vec<Article> = Vec::new();
    for (index, line) in file.lines().enumerate() {
        let located = |fault: String| format!("line {}: {fault}", index + 1);
        if let Some(published) = line.strip_prefix("# published ") {
            articles.push(Article {
                published: read_published(published).map_err(located)?,
                country: None,
                text: String::new(),
                marks: Vec::new(),
            });
            continue;
        }
        let Some(article) = articles.last_mut() else {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            return Err(located("text before the first header".to_owned()));
        };
        if let Some(country) = line.strip_prefix("# country ") {
            article.country = Some(country.to_owned());
        } else if !line.starts_with('#') {
            read_line(line, article).map_err(located)?;
            article.text.push('\n');
        }
    }
    Ok(articles)
}

fn read_published(published: &str) -> Result<DateTime, String> {
    let civil = published.trim_end_matches('Z');
    civil
        .parse::<DateTime>()
        .or_else(|_| civil.parse::<Date>().map(DateTime::from))
        .map_err(|fault| format!("no day or instant of publication: {fault}"))
}

fn read_line(line: &str, article: &mut Article) -> Result<(), String> {
    let mut rest = line;
    while let Some((before, opened)) = rest.split_once('[') {
        let (expression, meaning) = opened
            .split_once("](")
            .ok_or("a bracket that is not closed")?;
        let (meaning, after) = meaning
            .split_once(')')
            .ok_or("a parenthesis that is not closed")?;
        article.text.push_str(before);
        let start = article.text.len();
        article.text.push_str(expression);
        article
            .marks
            .push(read_mark(start, article.text.len(), meaning)?);
        rest = after;
    }
    if rest.contains(']') {
        return Err("a bracket that was not opened".to_owned());
    }
    article.text.push_str(rest);
    Ok(())
}

fn read_mark(start: usize, end: usize, meaning: &str) -> Result<Mark, String> {
    let mut words = meaning.split(' ');
    let (kind, value) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let fits = match kind {
        "DATE" => !value.is_empty() && !value.starts_with('P') || value.ends_with("_REF"),
        "TIME" => value.contains('T'),
        "DURATION" => value.starts_with('P'),
        "SET" => value.starts_with('P') || value.starts_with("XXXX"),
        _ => false,
    };
    if !fits || start == end {
        return Err(format!("no type with a value of its own: {meaning}"));
    }
    let mut modifier = None;
    for word in words {
        match word.split_once('=') {
            Some(("mod", name)) => modifier = Some(name.to_owned()),
            Some(("quant" | "freq", _)) => {}
            _ => return Err(format!("no attribute of TIMEX3: {word}")),
        }
    }
    Ok(Mark {
        start,
        end,
        kind: kind.to_owned(),
        value: value.to_owned(),
        modifier,
    })
}
