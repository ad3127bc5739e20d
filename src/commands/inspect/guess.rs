//! `inspect THING`: tells what the thing is by its content, says so, and does what the command for it does.

use std::io::{Cursor, Read};
use std::path::Path;

use dateline_drop::{Kind, Settings};
use dateline_pipeline::fault::Fault;
use dateline_pipeline::source::{Harvest, Outcome};
use dateline_timestamps::{Hints, parse};

use super::{begun, date, drop, is_address, of_feed, of_harvest, open, page, polled, report, text};
use crate::cli::InspectAnything;
use crate::exit::Exit;
use crate::terminal;

/// Why a document that was asked for is no feed, as its reader calls it.
const NOT_A_FEED: &str = "not_a_feed";

/// The longest content of a file that may be a date and nothing else, in bytes.
const MAX_DATE: usize = 200;

pub(super) fn guess(args: &InspectAnything) -> anyhow::Result<Exit> {
    let thing = args.thing.join(" ");
    if is_address(&thing) {
        return address(&thing, args.json);
    }
    if thing == "-" || Path::new(&thing).is_file() {
        return match opened(&thing) {
            Ok((bytes, rest)) => file(&thing, bytes, rest, args.json),
            Err(error) => {
                terminal::complain(&error);
                Ok(Exit::Unavailable)
            }
        };
    }
    words(&thing, args.json)
}

/// What is at an address: a feed, else a page.
fn address(address: &str, as_json: bool) -> anyhow::Result<Exit> {
    let harvest = match polled(address) {
        Ok(harvest) => harvest,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    if is_no_feed(&harvest) {
        taken_for("page", address);
        return page::page(address, as_json);
    }
    taken_for("feed", address);
    report(Ok(of_harvest(harvest)), as_json)
}

fn is_no_feed(harvest: &Harvest) -> bool {
    matches!(
        &harvest.outcome,
        Outcome::Failed {
            fault: Fault {
                kind: NOT_A_FEED,
                ..
            },
            ..
        }
    )
}

/// The bytes that a file or standard input begins with, and the rest, which only an archive has.
fn opened(name: &str) -> anyhow::Result<(Vec<u8>, Box<dyn Read + Send>)> {
    let mut file = open(name)?;
    Ok((begun(name, &mut file)?, file))
}

/// What a file or standard input holds, of which the first bytes and the rest are given.
fn file(
    name: &str,
    bytes: Vec<u8>,
    rest: Box<dyn Read + Send>,
    as_json: bool,
) -> anyhow::Result<Exit> {
    match dateline_drop::kind(&bytes) {
        Kind::Feed => {
            taken_for("feed", name);
            report(Ok(of_feed(name, &bytes)), as_json)
        }
        Kind::Page => {
            taken_for("page", name);
            page::of_page(name, &bytes, None, as_json)
        }
        Kind::Text if !is_article(&bytes) => plain(name, &bytes, as_json),
        Kind::Text | Kind::Other => {
            taken_for("drop", name);
            let whole = Box::new(Cursor::new(bytes).chain(rest));
            report(Ok(drop::of_drop(name, whole, None)), as_json)
        }
    }
}

/// Whether a plain text has an article's headline and text.
fn is_article(bytes: &[u8]) -> bool {
    let articles = dateline_drop::read(bytes, &Settings::default()).unwrap_or_default();
    let mut items = articles.iter().map(|article| &article.item);
    items.any(|item| item.title.is_some() && item.content.is_some())
}

/// A plain text: a date, where it is nothing else.
fn plain(name: &str, bytes: &[u8], as_json: bool) -> anyhow::Result<Exit> {
    let text = match text::decoded(name, bytes) {
        Ok(text) => text,
        Err(error) => {
            terminal::complain(&error);
            return Ok(Exit::Unavailable);
        }
    };
    let stamp = (text.len() <= MAX_DATE).then(|| parse(&text, &Hints::default()));
    if let Some(Ok(stamp)) = stamp {
        taken_for("date", text.trim());
        return Ok(date::report(&Ok(stamp), as_json));
    }
    taken_for("text", name);
    text::of_text(&text, as_json);
    Ok(Exit::Fine)
}

/// What was written on the command line itself: a date, else a text. One word that is no date was rather meant to be a file.
fn words(thing: &str, as_json: bool) -> anyhow::Result<Exit> {
    if let Ok(stamp) = parse(thing, &Hints::default()) {
        taken_for("date", thing);
        return Ok(date::report(&Ok(stamp), as_json));
    }
    if !thing.trim().contains(char::is_whitespace) {
        terminal::complain(&anyhow::anyhow!(
            "{thing} is no file, no web address and no date; a text has more than one word"
        ));
        return Ok(Exit::Unavailable);
    }
    terminal::say("taken for a text; to say so, give it to: dateline inspect text -");
    text::of_text(thing, as_json);
    Ok(Exit::Fine)
}

/// Says what a thing was taken for, and by which command that is said outright.
fn taken_for(what: &str, thing: &str) {
    terminal::say(&format!(
        "taken for a {what}; to say so: dateline inspect {what} {}",
        quoted(thing)
    ));
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_./:=%@,+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_the_shell() {
        assert_eq!(quoted("news/feed.xml"), "news/feed.xml");
        assert_eq!(quoted("9 May 2023"), "'9 May 2023'");
        assert_eq!(
            quoted("https://a.example/?a=1&b=2"),
            "'https://a.example/?a=1&b=2'"
        );
        assert_eq!(quoted("Jane's"), "'Jane'\\''s'");
    }
}
