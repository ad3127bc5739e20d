//! What stands above the body, but for the image: source line, headline, byline, dates, key points.

use super::names::{is_agency, is_host, is_person, is_title_case, words};
use super::{caption, dateline, is_short};
use crate::clean;

/// Says whether a text is a date and nothing else: this crate reads none.
pub type Dates<'d> = &'d dyn Fn(&str) -> bool;

/// The longest source line, in words: two names of four words, as in "Norhaven Evening News - Full Text Articles".
const MAX_SOURCE_WORDS: usize = 8;

/// The longest source line that is one name.
const MAX_NAME_WORDS: usize = 4;

/// Words by which media and collections of articles call themselves, in lower case.
const MEDIA_WORDS: [&str; 58] = [
    "agency",
    "archive",
    "archives",
    "article",
    "articles",
    "blog",
    "broadcasting",
    "bulletin",
    "chronicle",
    "courier",
    "daily",
    "diario",
    "digest",
    "dispatch",
    "edition",
    "examiner",
    "express",
    "feed",
    "gazette",
    "gazeta",
    "giornale",
    "globe",
    "guardian",
    "herald",
    "independent",
    "inquirer",
    "journal",
    "kurier",
    "ledger",
    "magazine",
    "mail",
    "media",
    "messenger",
    "mirror",
    "monitor",
    "nachrichten",
    "news",
    "newspaper",
    "newswire",
    "noticias",
    "observer",
    "online",
    "post",
    "press",
    "radio",
    "record",
    "register",
    "review",
    "sources",
    "standard",
    "telegraph",
    "times",
    "tribune",
    "tv",
    "weekly",
    "wire",
    "zeitung",
    "новости",
];

const SEPARATORS: [&str; 7] = [" - ", " – ", " — ", " | ", " · ", " » ", " / "];

/// How many authors a byline has at most; what lists more is a list of something else.
const MAX_AUTHORS: usize = 8;

const BYLINE_STARTS: [&str; 27] = [
    "By: ",
    "By ",
    "BY: ",
    "BY ",
    "by ",
    "Von: ",
    "Von ",
    "VON ",
    "Par: ",
    "Par ",
    "PAR ",
    "Por: ",
    "Por ",
    "POR ",
    "Di ",
    "Door ",
    "Av ",
    "Af ",
    "Автор: ",
    "بقلم: ",
    "بقلم ",
    "كتب: ",
    "كتبت: ",
    "به قلم ",
    "نویسنده: ",
    "מאת: ",
    "מאת ",
];

/// The last words of what somebody is by trade, in small letters: "Staff Writer", "Political Correspondent".
const TRADES: [&str; 12] = [
    "columnist",
    "contributor",
    "correspondent",
    "editor",
    "journalist",
    "korrespondent",
    "redakteur",
    "redakteurin",
    "redacción",
    "reporter",
    "rédaction",
    "writer",
];

/// What parts the statements of one line above the body: "By Jane Doe | 9 May 2023".
const STATEMENT_MARKS: [&str; 5] = [" | ", " · ", " • ", " – ", "; "];

/// What introduces the date of publication, in small letters, longest first where one begins another.
const PUBLISHED_LABELS: [&str; 22] = [
    "first published on",
    "first published",
    "published on",
    "published at",
    "published",
    "posted on",
    "posted",
    "issued",
    "date",
    "veröffentlicht am",
    "veröffentlicht",
    "erschienen am",
    "publié le",
    "publicado el",
    "publicado em",
    "publicado",
    "pubblicato il",
    "gepubliceerd op",
    "опубликовано",
    "نشر في",
    "تاریخ انتشار",
    "פורסם",
];

/// Likewise the date of the last change.
const UPDATED_LABELS: [&str; 17] = [
    "last updated on",
    "last updated",
    "last modified",
    "updated on",
    "updated at",
    "updated",
    "aktualisiert am",
    "aktualisiert",
    "stand",
    "mis à jour le",
    "actualizado el",
    "actualizado",
    "atualizado em",
    "aggiornato il",
    "обновлено",
    "تحديث",
    "עודכן",
];

/// The longest date of a line without a label, in words: "Tuesday, 9 May 2023, 10:15 a.m. British Summer Time" has nine.
const MAX_DATE_WORDS: usize = 10;

/// Whether the first of `paragraphs` is the line of a medium above a headline.
pub(super) fn is_source_line(paragraphs: &[String]) -> bool {
    let [first, headline, _, ..] = paragraphs else {
        return false;
    };
    let word_count = words(first).count();
    reads_like_headline(first)
        && reads_like_headline(headline)
        && word_count < words(headline).count()
        && (is_host(first)
            || (word_count <= MAX_SOURCE_WORDS
                && is_title_case(first)
                && names_a_medium(first, word_count)))
}

/// Whether `line` calls itself by a word that media use. Without a separator that word ends the name, as in "The Norhaven
/// Gazette": "Post Workers Strike" is a headline.
pub(super) fn names_a_medium(line: &str, word_count: usize) -> bool {
    let is_media_word = |word: &str| MEDIA_WORDS.contains(&word.to_lowercase().as_str());
    if SEPARATORS.iter().any(|separator| line.contains(separator)) {
        words(line).any(is_media_word)
    } else {
        word_count <= MAX_NAME_WORDS && words(line).last().is_some_and(is_media_word)
    }
}

/// Whether the first of `paragraphs` is a headline above something else.
pub(super) fn has_headline(paragraphs: &[String]) -> bool {
    matches!(paragraphs, [first, _, ..] if reads_like_headline(first)) && !is_numbered(paragraphs)
}

fn reads_like_headline(paragraph: &str) -> bool {
    is_short(paragraph)
        && paragraph.contains(char::is_alphanumeric)
        && !ends_like_sentence(paragraph)
        && clean::bullet(paragraph).is_none()
        && byline(paragraph).is_none()
        && dateline::agency(paragraph).is_none()
        && caption::credit(paragraph).is_none()
}

/// Whether `paragraphs` begin with a numbered list, whose first item is no headline.
fn is_numbered(paragraphs: &[String]) -> bool {
    let mut numbers = paragraphs.iter().map(|text| clean::item_number(text));
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(first), Some(second)) => second == first + 1,
        _ => false,
    }
}

/// Whether `paragraph` ends with a full stop, other than that of an abbreviation (`U.S.`) or three dots.
pub(super) fn ends_like_sentence(paragraph: &str) -> bool {
    let unquoted = paragraph.trim_end_matches(clean::CLOSING);
    let is_abbreviation = || {
        let last_word = unquoted.rsplit(' ').next().unwrap_or_default();
        last_word.trim_end_matches('.').contains('.') && !is_host(last_word.trim_end_matches('.'))
    };
    unquoted.ends_with(['。', '।', '۔', '։'])
        || (unquoted.ends_with('.') && !unquoted.ends_with("..") && !is_abbreviation())
}

/// What lines above the body say of the article and nothing else.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Credits {
    /// Who wrote it.
    pub(super) authors: Vec<String>,
    /// The agency or medium that they wrote it for.
    pub(super) agency: Option<String>,
    /// When it was published, as written.
    pub(super) published: Option<String>,
    /// When it was changed, as written.
    pub(super) updated: Option<String>,
    /// There is more in the line, such as what an author is by trade.
    pub(super) says_more: bool,
}

/// What `paragraph` says, where it is a byline, a date or both, and nothing else.
pub(super) fn credits(paragraph: &str, dates: Dates<'_>) -> Option<Credits> {
    if !is_short(paragraph) {
        return None;
    }
    let marks = std::iter::once("\n").chain(STATEMENT_MARKS);
    let mut marks = marks.filter(|mark| *mark == "\n" || paragraph.contains(*mark));
    marks.find_map(|mark| credits_of(paragraph.split(mark).map(str::trim), dates))
}

/// What statements say, if each is a byline or a date and no two are of a kind.
fn credits_of<'s>(statements: impl Iterator<Item = &'s str>, dates: Dates<'_>) -> Option<Credits> {
    let mut credits = Credits::default();
    for statement in statements {
        if let Some(byline) = byline(statement).filter(|_| credits.authors.is_empty()) {
            credits.authors = byline.authors;
            credits.agency = byline.agency;
            credits.says_more = byline.says_more;
            continue;
        }
        let (is_update, date) = date(statement, dates)?;
        let slot = if is_update {
            &mut credits.updated
        } else {
            &mut credits.published
        };
        if slot.replace(date.to_owned()).is_some() {
            return None;
        }
    }
    Some(credits)
}

/// The date that `statement` is, and whether it is one of a change.
fn date<'s>(statement: &'s str, dates: Dates<'_>) -> Option<(bool, &'s str)> {
    let labelled = |labels: &[&str]| {
        labels
            .iter()
            .find_map(|label| behind_label(statement, label))
    };
    let is_date = |date: &&str| date.contains(char::is_numeric) && dates(date);
    if let Some(date) = labelled(&UPDATED_LABELS).filter(is_date) {
        return Some((true, date));
    }
    if let Some(date) = labelled(&PUBLISHED_LABELS).filter(is_date) {
        return Some((false, date));
    }
    let fits = words(statement).take(MAX_DATE_WORDS + 1).count() <= MAX_DATE_WORDS;
    (fits && is_date(&statement)).then_some((false, statement))
}

/// What follows `label` and a colon or a space, compared without regard to case.
fn behind_label<'s>(statement: &'s str, label: &str) -> Option<&'s str> {
    let (head, tail) = statement.split_at_checked(label.len())?;
    let rest = tail.strip_prefix(':').or_else(|| tail.strip_prefix(' '))?;
    (head.to_lowercase() == *label).then(|| rest.trim_start_matches([':', ' ']))
}

/// Who wrote an article, by its byline.
struct Byline {
    authors: Vec<String>,
    agency: Option<String>,
    says_more: bool,
}

/// The authors, where `paragraph` is a byline and nothing else but what they are by trade or for whom they write.
fn byline(paragraph: &str) -> Option<Byline> {
    let names = BYLINE_STARTS
        .iter()
        .find_map(|start| paragraph.strip_prefix(start))?;
    let mut byline = Byline {
        authors: Vec::new(),
        agency: None,
        says_more: false,
    };
    if is_agency(names) {
        byline.authors.push(names.to_owned());
        return Some(byline);
    }
    let mut parts: Vec<&str> = split_names(names).take(MAX_AUTHORS + 2).collect();
    if let [_, .., last] = parts.as_slice() {
        if is_agency(last) || names_a_medium(last, words(last).count()) && is_title_case(last) {
            byline.agency = Some((*last).to_owned());
        } else {
            byline.says_more = is_trade(last);
        }
    }
    if byline.agency.is_some() || byline.says_more {
        parts.pop();
    }
    let fits = parts.len() <= MAX_AUTHORS && parts.iter().all(|author| is_person(author));
    byline.authors = parts.into_iter().map(str::to_owned).collect();
    fits.then_some(byline)
}

fn is_trade(text: &str) -> bool {
    let last = words(text).last().map(str::to_lowercase);
    last.is_some_and(|last| TRADES.contains(&last.trim_end_matches('s')))
        && words(text).count() <= MAX_NAME_WORDS
}

/// The names of a list such as "Jane Doe, John Smith and Ann Other".
fn split_names(names: &str) -> impl Iterator<Item = &str> {
    let conjunctions = [
        " and ", " AND ", " And ", " & ", " und ", " UND ", " et ", " ET ", " y ", " Y ", " e ",
        " en ", " och ", " og ", " и ",
    ];
    names
        .split(',')
        .map(str::trim)
        .enumerate()
        .flat_map(move |(i, part)| {
            // The conjunction behind a comma: "A, B, and C".
            let part = if i > 0 {
                conjunctions
                    .iter()
                    .find_map(|c| part.strip_prefix(c.trim_start()))
                    .unwrap_or(part)
            } else {
                part
            };
            let conjunction = conjunctions
                .iter()
                .copied()
                .find(|conjunction| part.contains(conjunction))
                .unwrap_or(", ");
            part.split(conjunction)
        })
}

/// The items of the list at the start of `paragraphs`, without their bullets; each is one paragraph.
///
/// A single item counts with a real bullet alone: a dash may begin a line of speech.
pub(super) fn key_points(paragraphs: &[String]) -> Vec<String> {
    let Some((list_bullet, _)) = paragraphs.first().and_then(|first| clean::bullet(first)) else {
        return Vec::new();
    };
    let item = |paragraph: &String| {
        let (bullet, item) = clean::bullet(paragraph)?;
        (bullet == list_bullet).then(|| item.to_owned())
    };
    let items: Vec<String> = paragraphs.iter().map_while(item).collect();
    let is_list = items.len() > 1 || matches!(list_bullet, '•' | '▪' | '●' | '‣');
    if is_list { items } else { Vec::new() }
}
