//! One dead letter: why it was set aside, and its bytes, which are shown as text or as numbers and never as anything that a browser acts upon.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use dateline_pipeline::store::{Letter, LetterEntry};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::{Answer, Missing, Visit, answer};
use crate::admin::Facts;
use crate::admin::html::Place;
use crate::admin::html::parts::{act, bytes as size, exact, facts as fact_list, foreign, number};

/// Bytes that are shown; the rest is in the download.
const SHOWN: usize = 16 << 10;

/// Bytes in a line of numbers.
const LINE: usize = 16;

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Asked {
    r#as: String,
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    head: Letter,
    /// The first bytes as text; what is not UTF-8 is replaced.
    text: String,
    #[serde(skip)]
    hex: Option<String>,
    /// Whether it can be tried again by the page.
    #[serde(skip)]
    acts: bool,
}

pub(super) async fn page(
    State(facts): State<Arc<Facts>>,
    Path(seq): Path<i64>,
    Query(asked): Query<Asked>,
    visit: Visit,
) -> Answer {
    let LetterEntry {
        letter: head,
        bytes,
        ..
    } = letter(&facts, seq).await?;
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let is_text = std::str::from_utf8(shown).is_ok() || !asked.r#as.is_empty();
    let as_hex = asked.r#as == "hex" || !is_text;
    let letter = Shown {
        text: String::from_utf8_lossy(shown).into_owned(),
        hex: as_hex.then(|| hex(shown)),
        acts: facts.control.is_some(),
        head,
    };
    let title = format!("Dead letter {seq}");
    Ok(answer(
        &facts,
        &visit,
        (Place::DeadLetters, &title),
        &letter,
        show,
    ))
}

/// The bytes themselves, as a file to be kept: no browser is to guess what they are.
pub(super) async fn bytes(State(facts): State<Arc<Facts>>, Path(seq): Path<i64>) -> Answer {
    let entry = letter(&facts, seq).await?;
    let mut answer = entry.bytes.into_response();
    let fields = answer.headers_mut();
    let plain = HeaderValue::from_static("application/octet-stream");
    fields.insert(header::CONTENT_TYPE, plain);
    if let Ok(kept) =
        HeaderValue::from_str(&format!("attachment; filename=\"dead-letter-{seq}.bin\""))
    {
        fields.insert(header::CONTENT_DISPOSITION, kept);
    }
    Ok(answer)
}

async fn letter(facts: &Facts, seq: i64) -> Result<LetterEntry, Missing> {
    let found = facts.ask(move |reader| reader.letter(seq)).await?;
    found.ok_or_else(|| {
        Missing::Nothing(format!(
            "There is no dead letter {seq}, or there is not any more."
        ))
    })
}

fn show(letter: &Shown) -> Markup {
    let head = &letter.head;
    let own = format!("/dead-letters/{}", head.number);
    html! {
        nav aria-label="Where this is" { a href="/dead-letters" { "Dead letters" } }
        div.title {
            h1 { "Dead letter " (number(head.number)) }
            @if letter.acts { (act(&format!("{own}/retry"), "retry", "Try it again", &[])) }
        }
        (fact_list(&[
            ("reason", foreign(&head.reason)),
            ("kind", html! { (head.kind) }),
            ("subject", foreign(&head.subject)),
            ("stage", html! { (head.stage) }),
            ("from", foreign(&head.origin)),
            ("set aside", exact(head.at)),
            ("bytes", html! { (size(head.size)) " – " a href={ (own) "/bytes" } { "download" } }),
        ]))
        @if let Some(record) = head.record {
            p { a href={ "/articles/" (record) } { "The record that was refused" } }
        }
        section {
            h2 { "Bytes" }
            nav.ranges aria-label="How they are shown" {
                a href={ (own) "?as=text" } aria-current=[letter.hex.is_none().then_some("true")] { "as text" }
                a href={ (own) "?as=hex" } aria-current=[letter.hex.is_some().then_some("true")] { "as numbers" }
                @if head.size > SHOWN as u64 { span.quiet { "the first " (size(SHOWN as u64)) } }
            }
            @match &letter.hex {
                Some(hex) => pre.hex tabindex="0" { (hex) },
                None => pre.bytes tabindex="0" { bdi { (visible(&letter.text)) } },
            }
        }
    }
}

/// Text in which nothing hides: control characters have their pictures.
fn visible(text: &str) -> String {
    let visible = |character: char| match character {
        '\n' | '\t' => character,
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => '\u{fffd}',
        _ => character,
    };
    text.chars().map(visible).collect()
}

/// Bytes in lines of sixteen: where they are, as numbers, and as the letters that they would be.
fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (number, line) in bytes.chunks(LINE).enumerate() {
        let digits: String = line.iter().map(|byte| format!("{byte:02x} ")).collect();
        let letters: String = line.iter().map(|byte| printable(*byte)).collect();
        text.push_str(&format!("{:06x}  {digits:<48} {letters}\n", number * LINE));
    }
    text
}

fn printable(byte: u8) -> char {
    match byte {
        b' '..=b'~' => char::from(byte),
        _ => '·',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_with_their_places() {
        let text = hex(b"Tern sails at one.\0\xff");
        assert_eq!(
            text,
            "000000  54 65 72 6e 20 73 61 69 6c 73 20 61 74 20 6f 6e  Tern sails at on\n\
             000010  65 2e 00 ff                                      e.··\n"
        );
    }

    #[test]
    fn nothing_hides_in_a_text() {
        assert_eq!(
            visible("a\0\u{1b}[31m\u{202e}\n\tø"),
            "a\u{2400}\u{241b}[31m\u{fffd}\n\tø"
        );
    }
}
