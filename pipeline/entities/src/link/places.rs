//! How likely each candidate is. A score is a logarithm to the base of ten, as inhabitants are counted: one more is ten times as likely.

use crate::knowledge::{Entry, EntryKind, Found};

use super::qualifiers::Qualifiers;
use super::scene::Scene;

/// Of whom nothing is known: a hamlet.
const LEAST: f32 = 2.0;
/// A country is named more than its cities together.
const COUNTRY: f32 = 1.5;
/// The smallest of them, and those that are no more, are still countries.
const LEAST_COUNTRY: f32 = 6.0;
const CONTINENT: f32 = 9.0;
/// A part of a country is named less than the city of the same name: New York, Washington, Luxembourg.
const REGION: f32 = -1.0;
/// One without known inhabitants.
const SOME_REGION: f32 = 5.0;
const CAPITAL: f32 = 1.0;
/// All of the article's countries are this one.
const SCENE: f32 = 2.5;
const SCENE_REGION: f32 = 1.5;
const PUBLISHER: f32 = 0.7;
/// Another language's name, or another time's.
const OTHER_NAME: f32 = -1.5;
/// Said to lie there, or elsewhere.
const QUALIFIED: f32 = 4.0;
const ELSEWHERE: f32 = -3.0;
/// Used to say where another place lies.
const QUALIFIES: f32 = 3.0;

/// The score at which a lone candidate is as likely as not, and how steeply that changes.
const EVEN: f32 = 4.4;
const STEEPNESS: f32 = 1.5;
/// The same of the lead over the second.
const LEAD: f32 = 1.6;

/// The best of an entity's candidates.
#[derive(Debug)]
pub(super) struct Scored<'k> {
    pub(super) entry: &'k Entry,
    pub(super) confidence: f32,
}

pub(super) fn best<'k>(
    number: usize,
    candidates: &[Found<'k>],
    qualifiers: &Qualifiers,
    scene: &Scene,
) -> Option<Scored<'k>> {
    let mut first: Option<(f32, &Found<'k>)> = None;
    let mut second = f32::NEG_INFINITY;
    for candidate in candidates {
        let score = score(number, candidate, qualifiers, scene);
        match first {
            // An entry may be found by two of its names.
            Some((best, known)) if known.number == candidate.number => {
                first = Some((best.max(score), known));
            }
            Some((best, _)) if best >= score => second = second.max(score),
            Some((best, _)) => {
                second = best;
                first = Some((score, candidate));
            }
            None => first = Some((score, candidate)),
        }
    }
    let (score, candidate) = first?;
    let is_any = logistic(STEEPNESS * (score - EVEN));
    let is_this = logistic(LEAD * (score - second));
    Some(Scored {
        entry: candidate.entry,
        confidence: is_any * is_this,
    })
}

fn score(number: usize, candidate: &Found<'_>, qualifiers: &Qualifiers, scene: &Scene) -> f32 {
    let entry = candidate.entry;
    let inhabitants = (entry.population.max(1) as f32).log10().max(LEAST);
    let mut score = match entry.kind {
        EntryKind::Continent => CONTINENT,
        EntryKind::Country => (inhabitants + COUNTRY).max(LEAST_COUNTRY),
        EntryKind::FormerCountry => LEAST_COUNTRY,
        EntryKind::Region if entry.population == 0 => SOME_REGION,
        EntryKind::Region => inhabitants + REGION,
        EntryKind::Town => inhabitants,
        EntryKind::Capital => inhabitants + CAPITAL,
    };
    if let Some(country) = entry.country_code() {
        score += SCENE * scene.share(number, country);
        if let Some(region) = entry.region_code() {
            score += SCENE_REGION * scene.share_of_region(number, (country, region));
        }
        if scene.is_published_in(country) {
            score += PUBLISHER;
        }
    }
    if !candidate.is_main {
        score += OTHER_NAME;
    }
    score += match qualifiers.agree(number, candidate) {
        Some(true) => QUALIFIED,
        Some(false) => ELSEWHERE,
        None => 0.0,
    };
    if qualifiers.is_used(candidate) {
        score += QUALIFIES;
    }
    score
}

fn logistic(value: f32) -> f32 {
    1.0 / (1.0 + (-value).exp())
}
