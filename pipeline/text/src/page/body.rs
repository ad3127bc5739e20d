//! The paragraphs of a page's article: those on which two extractors of different kinds, and the page's linked data, agree.
//!
//! `trafilatura` (rules and fallbacks) misses little and takes in teasers; `dom_smoothie` (Mozilla's Readability) takes in other furniture and sometimes
//! the wrong part of the page. A paragraph that only the first has is furniture more often than not, where the two agree on much of the article.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use dom_smoothie::{Config, Readability, TextMode};
use trafilatura::{ExtractionFocus, HtmlDateMode, Options};

use crate::html::scan::{Piece, Scanner};

use super::slim::{is_one_of, line};
use super::title::folded;

/// The share of a text's word groups that another has, from which they are the same text.
const SAME: f64 = 0.5;
/// The share of the words on which the two have to agree for the second to be heard.
const AGREEMENT: f64 = 0.3;
/// The share of the second's words below which the first has missed the article.
const MISSED: f64 = 0.6;
/// The same of the linked data's text, and the words from which that is an article and no summary.
const COVERED: f64 = 0.7;
const MIN_LINKED: usize = 60;
/// The share of links from which a short paragraph is a teaser, and what is short.
const LINKED: f64 = 0.75;
const SHORT: usize = 200;
/// Words of the shortest sentence.
const SENTENCE: usize = 8;
/// Per cent of a page's sentences below which an article is thin, and looked for once more.
const THIN: usize = 20;
/// Paragraphs that are taken apart: each is compared with all of the page.
const MAX_GLUED: usize = 4;
/// Letters of the shortest text that is one: less is a label that was left when all else was furniture.
const MIN_LETTERS: usize = 20;
/// Words in a group that is compared.
const GROUP: usize = 3;

/// Elements that part paragraphs.
const BLOCKS: [&str; 34] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "td",
    "tr",
    "ul",
];

/// A paragraph and how much of it is links.
#[derive(Debug, Clone, Default)]
struct Block {
    text: String,
    linked: usize,
}

impl AsRef<str> for Block {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// The article's paragraphs, by the page made slim, what linked data says of it, and what it is described by to others.
pub(super) fn paragraphs(slim: &str, linked: Option<&str>, summary: Option<&str>) -> Vec<String> {
    let all = blocks(slim);
    let mut paragraphs = unglued(agreed(slim, linked), &all);
    if count_all(&paragraphs) < THIN * words_of(&all) / 100 {
        let second = unglued(blocks_text(by_rules(slim, ExtractionFocus::Balanced)), &all);
        if count_all(&second) > 2 * count_all(&paragraphs) {
            paragraphs = second;
        }
    }
    if let Some(first) = standfirst(&all, &paragraphs, summary) {
        paragraphs.insert(0, first);
    }
    let letters = paragraphs.iter().flat_map(|text| text.chars());
    if letters.filter(|letter| letter.is_alphanumeric()).count() < MIN_LETTERS {
        paragraphs.clear();
    }
    paragraphs
}

/// The words of paragraphs that are no lists of links.
fn words_of(blocks: &[Block]) -> usize {
    let texts = blocks
        .iter()
        .filter(|block| block.linked * 2 < block.text.len());
    let words = texts.map(|block| count(&block.text));
    words.filter(|words| *words >= SENTENCE).sum()
}

fn blocks_text(blocks: Vec<Block>) -> Vec<String> {
    blocks.into_iter().map(|block| block.text).collect()
}

/// Paragraphs that an extractor put into one, taken apart again: the page's own, where they are in it and make up most of it.
fn unglued(paragraphs: Vec<String>, all: &[Block]) -> Vec<String> {
    let own: HashSet<&str> = all.iter().map(|block| block.text.as_str()).collect();
    let mut apart = Vec::with_capacity(paragraphs.len());
    let mut looked_at = 0;
    for paragraph in paragraphs {
        if own.contains(paragraph.as_str()) || looked_at >= MAX_GLUED {
            apart.push(paragraph);
            continue;
        }
        looked_at += 1;
        let letters = folded(&paragraph);
        let within: Vec<&Block> = all
            .iter()
            .filter(|block| count(&block.text) >= 2)
            .filter(|block| letters.contains(&folded(&block.text)))
            .collect();
        let found: usize = within.iter().map(|block| folded(&block.text).len()).sum();
        if within.len() > 1 && found * 5 >= letters.len() * 4 {
            apart.extend(within.iter().map(|block| block.text.clone()));
        } else {
            apart.push(paragraph);
        }
    }
    apart
}

/// The paragraph above the article that is its summary too, where extractors left it out.
fn standfirst(all: &[Block], paragraphs: &[String], summary: Option<&str>) -> Option<String> {
    let summary = line(summary?);
    let summary = summary.trim_end_matches(['…', '.', ' ']);
    if count(summary) < SENTENCE || paragraphs.iter().any(|text| text.contains(summary)) {
        return None;
    }
    let end = paragraphs.first().and_then(|first| {
        let mut places = all.iter();
        places.position(|block| block.text == *first)
    });
    let above = &all[..end.unwrap_or(all.len())];
    let found = above.iter().find(|block| block.text.starts_with(summary));
    found.map(|block| block.text.clone())
}

fn agreed(slim: &str, linked: Option<&str>) -> Vec<String> {
    let first = by_rules(slim, ExtractionFocus::FavorRecall);
    let second = by_readability(slim);
    if (count_all(&first) as f64) < MISSED * count_all(&second) as f64 {
        return second;
    }
    let mut kept: Vec<&Block> = first.iter().filter(|block| !is_teaser(block)).collect();
    if let Some(text) = linked.filter(|text| count(text) >= MIN_LINKED) {
        let same = also_in(&kept, std::iter::once(text));
        if count_all(&same) as f64 >= COVERED * count(text) as f64 {
            kept = same;
        }
    }
    let same = also_in(&kept, second.iter().map(String::as_str));
    if count_all(&same) as f64 >= AGREEMENT * count_all(&kept) as f64 {
        kept = same;
    }
    if kept.is_empty() {
        return second;
    }
    let mut paragraphs: Vec<String> = Vec::with_capacity(kept.len());
    for block in kept {
        if paragraphs.last() != Some(&block.text) {
            paragraphs.push(block.text.clone());
        }
    }
    paragraphs
}

/// Those of `blocks` whose words stand in `texts` too.
fn also_in<'b, 't>(blocks: &[&'b Block], texts: impl Iterator<Item = &'t str>) -> Vec<&'b Block> {
    let known = groups(texts);
    let blocks = blocks.iter().copied();
    blocks.filter(|block| is_in(&block.text, &known)).collect()
}

fn by_rules(slim: &str, focus: ExtractionFocus) -> Vec<Block> {
    let options = Options::default()
        .with_fallback(true)
        .with_focus(focus)
        .with_exclude_comments(true)
        .with_links(true)
        .with_html_date_mode(HtmlDateMode::Disabled);
    let extracted = trafilatura::extract(slim, &options);
    extracted.map_or_else(|_| Vec::new(), |page| blocks(&page.content_html))
}

fn by_readability(slim: &str) -> Vec<String> {
    let config = Config {
        text_mode: TextMode::Formatted,
        disable_json_ld: true,
        ..Config::default()
    };
    let read = Readability::new(slim, None, Some(config)).and_then(|mut page| page.parse());
    let Ok(article) = read else {
        return Vec::new();
    };
    let lines = article.text_content.lines().map(line);
    lines.filter(|line| !line.is_empty()).collect()
}

/// The paragraphs of markup.
fn blocks(html: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut block = Block::default();
    let mut links = 0_usize;
    for piece in Scanner::new(html) {
        match piece {
            Piece::Text(text) => {
                block.text.push_str(text);
                if links > 0 {
                    block.linked += text.len();
                }
            }
            Piece::Tag(tag) if tag.name().eq_ignore_ascii_case("a") => {
                links = if tag.is_end() {
                    links.saturating_sub(1)
                } else {
                    1
                };
            }
            Piece::Tag(tag) if is_one_of(&BLOCKS, tag.name()) => {
                push(&mut blocks, std::mem::take(&mut block))
            }
            Piece::Tag(_) | Piece::Raw { .. } | Piece::Other(_) => {}
        }
    }
    push(&mut blocks, block);
    blocks
}

fn push(blocks: &mut Vec<Block>, block: Block) {
    let text = line(&block.text);
    if text.contains(char::is_alphanumeric) {
        blocks.push(Block {
            text,
            linked: block.linked,
        });
    }
}

fn is_teaser(block: &Block) -> bool {
    block.text.len() < SHORT && block.linked as f64 >= LINKED * block.text.len() as f64
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

fn count(text: &str) -> usize {
    words(text).count()
}

/// The words of several texts.
fn count_all<T: AsRef<str>>(texts: &[T]) -> usize {
    texts.iter().map(|text| count(text.as_ref())).sum()
}

/// The word groups of a text, as hashes; a shorter text is one group.
fn groups_of(text: &str) -> Vec<u64> {
    let words: Vec<&str> = words(text).collect();
    let hash = |group: &[&str]| {
        let mut hasher = DefaultHasher::new();
        group.hash(&mut hasher);
        hasher.finish()
    };
    if words.len() < GROUP {
        return vec![hash(&words)];
    }
    words.windows(GROUP).map(hash).collect()
}

fn groups<'t>(texts: impl Iterator<Item = &'t str>) -> HashSet<u64> {
    let mut all = HashSet::new();
    for text in texts {
        all.extend(groups_of(text));
    }
    all
}

fn is_in(text: &str, known: &HashSet<u64>) -> bool {
    let groups = groups_of(text);
    let same = groups.iter().filter(|group| known.contains(group)).count();
    same as f64 >= SAME * groups.len() as f64
}
