//! From several dates to one: who is believed, who completes it, who contradicts.

use super::note::Note;
use super::reading::Reading;
use super::{Candidate, Role, SLACK, Settled, Source};
use crate::instant::Precision;

/// How much is left of the confidence in a date that another source contradicts.
const DISAGREEMENT_LEAVES: f32 = 0.8;

/// Weighs the candidates of one role, which are in the order of their sources.
pub(super) fn weigh(
    candidates: &[Candidate<'_>],
    role: Role,
    notes: &mut Vec<Note>,
) -> Option<Settled> {
    let of_role: Vec<&Candidate<'_>> = candidates
        .iter()
        .filter(|candidate| candidate.role == role)
        .collect();
    // Of one source, its first word.
    let mut sources: Vec<&Candidate<'_>> = Vec::new();
    for candidate in &of_role {
        if sources
            .last()
            .is_none_or(|last| last.source != candidate.source)
        {
            sources.push(candidate);
        }
    }
    let first = *sources.first()?;
    let chosen = majority_against(first, &sources[1..]).unwrap_or(first);
    let mut settled = Settled {
        reading: chosen.reading,
        source: chosen.source,
        raw: chosen.raw.map(str::to_owned),
        completed_by: None,
    };
    let others = || sources.iter().filter(|other| other.source != chosen.source);
    let contradicting: Vec<&&Candidate<'_>> = others()
        .filter(|other| !agree(&other.reading, &chosen.reading))
        .collect();
    if !contradicting.is_empty() {
        settled.reading.confidence *= DISAGREEMENT_LEAVES;
    }
    notes.extend(
        contradicting
            .iter()
            .map(|other| Note::disagrees(other, chosen)),
    );
    complete(&mut settled, of_role.iter().copied());
    Some(settled)
}

/// The best of two or more sources that contradict the first one and agree with each other.
fn majority_against<'a, 'c>(
    first: &Candidate<'c>,
    rest: &[&'a Candidate<'c>],
) -> Option<&'a Candidate<'c>> {
    let against: Vec<&&Candidate<'c>> = rest
        .iter()
        .filter(|other| !agree(&other.reading, &first.reading))
        .collect();
    against.iter().enumerate().find_map(|(index, one)| {
        against[index + 1..]
            .iter()
            .any(|other| agree(&one.reading, &other.reading))
            .then_some(**one)
    })
}

/// Takes the finer part of a day, month or year from the next source that has one.
fn complete<'a, 'c: 'a>(
    settled: &mut Settled,
    candidates: impl Iterator<Item = &'a Candidate<'c>>,
) {
    if settled.reading.precision > Precision::Day {
        return;
    }
    let coarse = settled.reading;
    let mut finer = candidates.filter(|candidate| {
        candidate.reading.precision > coarse.precision && coarse.holds(&candidate.reading)
    });
    if let Some(candidate) = finer.next() {
        settled.reading = Reading {
            confidence: coarse.confidence.min(candidate.reading.confidence),
            ..candidate.reading
        };
        settled.completed_by = (candidate.source != settled.source).then_some(candidate.source);
    }
}

/// Whether two dates may be the same.
fn agree(one: &Reading, other: &Reading) -> bool {
    let gap = one
        .instant
        .duration_since(other.end())
        .max(other.instant.duration_since(one.end()));
    gap <= SLACK
}

/// An article cannot be changed before it is published.
pub(super) fn compare(published: &mut Settled, modified: &mut Settled, notes: &mut Vec<Note>) {
    if published.source == Source::Url {
        return;
    }
    if published
        .reading
        .instant
        .duration_since(modified.reading.end())
        > SLACK
    {
        published.reading.confidence *= DISAGREEMENT_LEAVES;
        modified.reading.confidence *= DISAGREEMENT_LEAVES;
        notes.push(Note::ChangedBefore {
            published: published.reading.instant,
            modified: modified.reading.instant,
        });
    }
}
