//! How fast copies are looked up among millions of articles, and what an article takes of memory, on one core.
//!
//!   cargo run --release -p dateline-text --example copies -- [MILLIONS]     (default 5)
//!
//! The texts are the made-up stories of `tests/copies`. A hundred thousand of them are made; the others of the index have their keys, permuted in each
//! round of a hundred thousand: so every round shares as many sequences within itself as the stories do. A fifth of what is looked up are copies.
#![allow(clippy::print_stdout, reason = "it is a program")]

#[path = "../tests/copies/edits.rs"]
mod edits;
#[allow(dead_code, reason = "daily reports are for the tests")]
#[path = "../tests/copies/stories.rs"]
mod stories;

use std::time::Duration;

use dateline_text::copies::{Index, Likeness, Signature, is_copy};
use dateline_text::similar::title_overlap;

use edits::{Desk, copy, furnished};
use stories::{Dice, Newsroom};

/// Stories that are made.
const STORIES: usize = 100_000;

/// Articles that are looked up.
const LOOKED_UP: usize = 50_000;

/// One of so many of them is a copy.
const COPIES: usize = 5;

struct Told {
    title: String,
    text: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let millions: f64 = std::env::args().nth(1).map_or(Ok(5.0), |it| it.parse())?;
    let rounds = (millions * 1e6 / STORIES as f64).ceil() as u32;
    let newsroom = Newsroom::open();
    let mut dice = Dice::new(5);
    let mut held = Vec::with_capacity(STORIES);
    let mut asked = Vec::with_capacity(LOOKED_UP);
    for number in 0..STORIES {
        let facts = newsroom.facts(&mut dice);
        let story = newsroom.report(&facts, &mut dice);
        if number % COPIES == 0 && asked.len() < LOOKED_UP {
            let desk = Desk {
                newsroom: &newsroom,
                facts: &facts,
            };
            let (copied, _) = copy(&story, &desk, &mut dice);
            asked.push(told(&copied, number));
            asked.extend((1..COPIES).map(|number| told(&newsroom.story(&mut dice), number)));
        }
        let told = told(&story, number);
        let signature = Signature::of(&told.text).ok_or("a story is too short")?;
        held.push((told.title, signature));
    }
    asked.truncate(LOOKED_UP);
    let mut index = Index::starting_at(0);
    let start = worked()?;
    for round in 0..rounds {
        for (_, signature) in &held {
            let keys = signature.anchors().iter();
            let keys: Vec<u32> = keys
                .map(|key| key.rotate_left(round) ^ round.wrapping_mul(0x9e37_79b1))
                .collect();
            index.push(&keys);
        }
    }
    let seconds = (worked()? - start).as_secs_f64();
    println!(
        "{} articles in {seconds:.1} s ({:.0}/s), {:.1} bytes each",
        index.len(),
        index.len() as f64 / seconds,
        index.bytes() as f64 / index.len() as f64
    );
    look_up(&index, &held, &asked)
}

fn told(story: &stories::Story, house: usize) -> Told {
    Told {
        title: story.title.clone(),
        text: furnished(story, house),
    }
}

/// Time that this thread had the processor, so that other programs make no difference (proc(5), Linux).
fn worked() -> Result<Duration, Box<dyn std::error::Error>> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let nanoseconds = stat.split(' ').next().unwrap_or_default().parse()?;
    Ok(Duration::from_nanos(nanoseconds))
}

fn look_up(
    index: &Index,
    held: &[(String, Signature)],
    asked: &[Told],
) -> Result<(), Box<dyn std::error::Error>> {
    let start = worked()?;
    let signed: Vec<_> = asked.iter().map(|told| Signature::of(&told.text)).collect();
    let signing = worked()? - start;
    let start = worked()?;
    let (mut copies, mut candidates) = (0, 0);
    for (told, signature) in asked.iter().zip(&signed) {
        let Some(signature) = signature else { continue };
        for candidate in index.candidates(signature.anchors()) {
            candidates += 1;
            let (title, other) = &held[candidate.number as usize % STORIES];
            let titles = || title_overlap(&told.title, title);
            if Likeness::of(signature, other).is_some_and(|likeness| is_copy(&likeness, titles)) {
                copies += 1;
                break;
            }
        }
    }
    let looking = worked()? - start;
    let count = asked.len() as f64;
    let bytes: usize = asked.iter().map(|told| told.text.len()).sum();
    let a_second = |time: Duration| count / time.as_secs_f64();
    println!(
        "{count} articles of {:.1} KB: {:.0} looked up a second, {:.0} signed, {:.0} both; {copies} copies, {:.1} candidates each",
        bytes as f64 / count / 1e3,
        a_second(looking),
        a_second(signing),
        a_second(signing + looking),
        f64::from(candidates) / count,
    );
    Ok(())
}
