//! Several articles in one file: where one ends and the next begins.
//!
//! A separator parts articles only where an article of its own stands behind it, and one before it; else it is a rule within one.

use std::ops::Range;

use super::front::{self, Dates};
use super::{PlainArticle, is_short, one};
use crate::clean;

/// Articles of one file: more are an archive, which is better cut into days. What follows stays with the last.
const MAX_ARTICLES: usize = 10_000;

/// Bytes of a part that are looked at to tell whether it is an article: headline, front matter and some paragraphs of the body.
const HEAD_BYTES: usize = 8 * 1024;

/// Signs of the shortest rule that means more than a pause.
const MIN_RULE: usize = 3;

/// Signs from which a rule is one between articles: Markdown's and typewriters' pauses are shorter.
const LONG_RULE: usize = 10;

/// The fewest words of a headline behind a short rule: those of a section within an article are shorter.
const MIN_HEADLINE_WORDS: usize = 4;

/// The longest separator, in bytes: a line of a wide terminal, in a sign of three bytes.
const MAX_SEPARATOR_BYTES: usize = 600;

/// Form feed, which ends a page.
const PAGE_END: char = '\u{c}';

/// Letters of the longest end mark.
const MAX_MARK_LETTERS: usize = 4;

/// What marks that end an article say, in capitals.
const ENDS: [&str; 3] = ["END", "ENDS", "FIN"];

/// What stands below the end of a press release, in small letters: it belongs to the article above.
const NOTES: [&str; 12] = [
    "about ",
    "contact",
    "editor’s note",
    "editor's note",
    "for further information",
    "for media",
    "for more information",
    "media contact",
    "note to editor",
    "notes to editor",
    "notes for editor",
    "press contact",
];

/// How surely a line ends an article, from the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Separator {
    /// Asterisks, as between the sections of one article.
    Pause,
    /// A short rule.
    Rule,
    /// A long rule, a form feed, or a mark such as `ENDS`.
    End,
}

/// What `line` separates, where it is a rule or an end mark and nothing else.
pub(super) fn separator(line: &str) -> Option<Separator> {
    let letters = line.bytes().filter(u8::is_ascii_alphanumeric);
    if line.len() > MAX_SEPARATOR_BYTES
        || letters.take(MAX_MARK_LETTERS + 1).count() > MAX_MARK_LETTERS
    {
        return None;
    }
    let line = clean::line(line);
    if line.contains(char::is_alphanumeric) {
        return is_end_mark(&line).then_some(Separator::End);
    }
    let mut signs = line.chars().filter(|c| *c != ' ');
    let sign = signs.next()?;
    let count = 1 + signs.clone().count();
    if count < MIN_RULE || signs.any(|other| other != sign) {
        return None;
    }
    match sign {
        '#' => Some(Separator::End),
        '-' | '=' | '*' | '_' | '~' | '—' | '─' | '━' | '═' if count >= LONG_RULE => {
            Some(Separator::End)
        }
        '*' | '~' => Some(Separator::Pause),
        '-' | '=' | '_' | '—' | '─' | '━' | '═' => Some(Separator::Rule),
        _ => None,
    }
}

/// Whether a line is `ENDS`, `(END)`, `- ends -`, `-30-` or the like.
fn is_end_mark(line: &str) -> bool {
    let word = line.trim_matches(|c: char| !c.is_alphanumeric());
    let is_set_off = !line.starts_with(char::is_alphanumeric);
    let is_shouted = !word.contains(char::is_lowercase);
    if word == "30" {
        return line.starts_with(['-', '–', '—']) && line.ends_with(['-', '–', '—']);
    }
    (is_shouted || is_set_off) && ENDS.contains(&word.to_uppercase().as_str())
}

/// The articles of `text`, in its order; together with the separators between them they are all of it.
pub(super) fn articles<'t>(text: &'t str, dates: Dates<'_>) -> Vec<&'t str> {
    let separators = separators(text);
    let mut articles = Vec::new();
    let mut start = 0;
    // Whether what has been gathered since `start` holds an article, where that is known already.
    let mut holds_article = false;
    // Where separators without words between them begin, and the surest of them.
    let mut run: Option<(usize, Separator)> = None;
    for (place, (range, kind)) in separators.iter().enumerate() {
        let (end, kind) = run.map_or((range.start, *kind), |(end, known)| (end, known.max(*kind)));
        let next = separators.get(place + 1);
        let below = &text[range.end..next.map_or(text.len(), |(next, _)| next.start)];
        if below.trim().is_empty() {
            run = Some((end, kind));
            continue;
        }
        run = None;
        if articles.len() + 1 >= MAX_ARTICLES || !opens_article(below, kind, dates) {
            continue;
        }
        if holds_article || is_article(&head(&text[start..end], dates)) {
            articles.push(&text[start..end]);
            start = range.end;
        }
        holds_article = true;
    }
    articles.push(&text[start..]);
    articles
}

/// Where separators stand.
fn separators(text: &str) -> Vec<(Range<usize>, Separator)> {
    let mut separators = Vec::new();
    let mut end = 0;
    for line in text.split_inclusive(['\n', '\r', PAGE_END, '\u{85}', '\u{2028}', '\u{2029}']) {
        let start = end;
        end += line.len();
        if let Some(kind) = separator(line) {
            separators.push((start..end, kind));
        } else if line.ends_with(PAGE_END) {
            // A page may end behind words.
            separators.push((end - PAGE_END.len_utf8()..end, Separator::End));
        }
    }
    separators
}

/// The article that the first bytes of `text` hold.
fn head(text: &str, dates: Dates<'_>) -> PlainArticle {
    let text = text.trim_start();
    one(&text[..text.floor_char_boundary(HEAD_BYTES)], dates)
}

/// Whether there is a headline, and a body with a sentence or a long paragraph.
fn is_article(article: &PlainArticle) -> bool {
    let is_body = |paragraph: &String| front::ends_like_sentence(paragraph) || !is_short(paragraph);
    article.headline.is_some() && article.body.iter().any(is_body)
}

/// Whether `text`, behind a separator, is an article of its own. The less the separator says, the more the text has to.
fn opens_article(text: &str, separator: Separator, dates: Dates<'_>) -> bool {
    let article = head(text, dates);
    let headline = article.headline.as_deref().unwrap_or_default();
    let small = headline.to_lowercase();
    let is_note = NOTES.iter().any(|start| small.starts_with(start));
    if !is_article(&article) || is_note {
        return false;
    }
    let is_signed = !article.byline.is_empty()
        || article.published.is_some()
        || article.updated.is_some()
        || article.agency.is_some()
        || article.source_line.is_some();
    match separator {
        Separator::End => true,
        Separator::Rule => is_signed || headline.split(' ').count() >= MIN_HEADLINE_WORDS,
        Separator::Pause => is_signed,
    }
}
