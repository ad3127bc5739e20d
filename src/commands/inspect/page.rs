//! `inspect page`: what an article's page says, and its text without the furniture around it.

use dateline_pipeline::record::Instant;
use dateline_pipeline::transform::pages::{self, PageArticle};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{bytes, is_address, lines, world};
use crate::exit::Exit;
use crate::terminal::{self, Style, paint};

#[derive(Debug, Deserialize)]
struct Request {
    path: String,
    url: Option<String>,
}

/// `{"path", "url"}` → the answer, or `{"error"}`.
pub(super) fn batch() -> anyhow::Result<Exit> {
    lines::answer(
        |request: Request| {
            let page = bytes(&request.path).map_err(|error| format!("{error:#}"));
            let read = page.and_then(|page| {
                let url = request.url.as_deref();
                pages::read(&page, None, url, Timestamp::now()).map_err(|fault| fault.reason)
            });
            read.map_or_else(
                |error| json!({ "error": error }),
                |article| answer(&article),
            )
        },
        |error| json!({ "error": error }),
    )
}

pub(super) fn page(target: &str, as_json: bool) -> anyhow::Result<Exit> {
    let fetched = if is_address(target) {
        super::super::runtime()?.block_on(world::fetch_page(target))
    } else {
        bytes(target).map(|bytes| (bytes, None))
    };
    let (page, content_type) = match fetched {
        Ok(fetched) => fetched,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    of_page(target, &page, content_type.as_deref(), as_json)
}

/// Shows the article of a page that has been had from `target`.
pub(super) fn of_page(
    target: &str,
    page: &[u8],
    content_type: Option<&str>,
    as_json: bool,
) -> anyhow::Result<Exit> {
    let url = Some(target).filter(|target| target.contains("://"));
    let article = match pages::read(page, content_type, url, Timestamp::now()) {
        Ok(article) => article,
        Err(fault) => {
            terminal::complain(&anyhow::anyhow!(fault.reason));
            return Ok(Exit::Findings);
        }
    };
    if as_json {
        terminal::result(&answer(&article).to_string());
    } else {
        terminal::result_raw(&shown(&article));
    }
    Ok(if article.page.paragraphs.is_empty() {
        Exit::Findings
    } else {
        Exit::Fine
    })
}

fn answer(article: &PageArticle) -> Value {
    let page = &article.page;
    json!({
        "title": page.title,
        "authors": page.authors,
        "publisher": page.publisher,
        "published": article.published.as_ref().map(written),
        "updated": article.updated.as_ref().map(written),
        "summary": page.summary,
        "section": page.section,
        "tags": page.tags,
        "language": page.language,
        "canonical": page.canonical,
        "image": page.image.as_ref().map(|image| json!({ "url": image.url, "caption": image.caption, "credit": image.credit })),
        "paragraphs": page.paragraphs,
        "notes": article.notes,
    })
}

/// An instant on the clock that it was written by.
fn written(instant: &Instant) -> String {
    let offset = instant
        .offset
        .as_deref()
        .and_then(dateline_timestamps::offset)
        .unwrap_or(jiff::tz::Offset::UTC);
    instant.instant.display_with_offset(offset).to_string()
}

fn shown(article: &PageArticle) -> String {
    let colour = terminal::stdout_is_colourful();
    let page = &article.page;
    let mut text = String::new();
    if let Some(title) = &page.title {
        text += &format!("{}\n\n", paint(title, Style::Bold, colour));
    }
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text += &format!(
                "{} {value}\n",
                paint(&format!("{name:<10}"), Style::Dim, colour)
            );
        }
    };
    line("authors", Some(page.authors.join(", ")));
    line("publisher", page.publisher.clone());
    line("published", article.published.as_ref().map(written));
    line("updated", article.updated.as_ref().map(written));
    line("section", page.section.clone());
    line("tags", Some(page.tags.join(", ")));
    line("language", page.language.clone());
    line("image", page.image.as_ref().map(|image| image.url.clone()));
    line(
        "caption",
        page.image.as_ref().and_then(|image| image.caption.clone()),
    );
    line(
        "credit",
        page.image.as_ref().and_then(|image| image.credit.clone()),
    );
    for paragraph in &page.paragraphs {
        text += &format!("\n{paragraph}\n");
    }
    if page.paragraphs.is_empty() {
        text += "\nno text was found\n";
    }
    for note in &article.notes {
        text += &format!("\n{} {note}", paint("note:", Style::Warning, colour));
    }
    if !article.notes.is_empty() {
        text.push('\n');
    }
    text
}
