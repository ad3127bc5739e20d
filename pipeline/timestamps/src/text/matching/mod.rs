//! Finds the expressions of a paragraph: at each word the longest sequence that some rule names, the earlier rule of the table where two are as
//! long. Says what the words mean, not yet which time that is.

mod builtin;
mod frame;
mod numbers;
mod surroundings;
mod walk;

pub(crate) use frame::Frame;

use super::scan::Token;
use super::table::Language;
use super::types::Relation;
use crate::instant::FieldOrder;

/// An expression with what stands around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Place of its frame.
    pub(crate) frame: u32,
    pub(crate) relation: Option<Relation>,
    /// -1 where the words around speak of the past, 1 of the future.
    pub(crate) tense: i8,
    /// Its paragraph.
    pub(crate) paragraph: u32,
}

/// All that was found in a text.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) found: Vec<Found>,
    pub(crate) frames: Vec<Frame>,
}

/// Searches one paragraph and adds what it finds.
pub(crate) fn paragraph(
    language: &Language,
    tokens: &[Token],
    order: FieldOrder,
    number: u32,
    findings: &mut Findings,
) {
    let surroundings = surroundings::Surroundings::of(language);
    let mut walker = walk::Walker::new(language, tokens, order);
    let mut at = 0;
    while at < tokens.len() {
        if !walker.may_begin(language.top, at)
            || language.starts.is_vain(&tokens[at], tokens.get(at + 1))
            || builtin::splits(tokens, at)
        {
            at += 1;
            continue;
        }
        let Some(hit) = walker.longest(language.top, at) else {
            at += 1;
            continue;
        };
        if language.rules[walker.frames[hit.frame as usize].rule as usize].op
            != super::table::Op::Nothing
        {
            let frame = keep(&walker.frames, hit.frame, tokens, &mut findings.frames);
            findings.found.push(Found {
                frame,
                relation: surroundings.relation(tokens, at),
                tense: surroundings.tense(tokens, at, hit.end),
                paragraph: number,
            });
        }
        at = hit.end;
    }
}

/// Copies a frame and its parts out of the paragraph's own, their tokens as bytes; returns its place.
fn keep(from: &[Frame], frame: u32, tokens: &[Token], to: &mut Vec<Frame>) -> u32 {
    let mut kept = from[frame as usize];
    kept.start = tokens[kept.start as usize].start;
    kept.end = tokens[kept.end as usize - 1].end;
    // As deep as the phrases of the table stand in one another, whatever the text.
    kept.parts = kept
        .parts
        .map(|part| part.map(|part| keep(from, part, tokens, to)));
    to.push(kept);
    to.len() as u32 - 1
}
