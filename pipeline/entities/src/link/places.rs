//! How likely each candidate is. A score is a logarithm to the base of ten, as inhabitants are counted: one more is ten times as likely.

use crate::knowledge::{EntryKind, Found};

use super::likelihood::{Best, best as likeliest, logistic};
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

/// The likeliest of an entity's candidates.
pub(super) fn best<'k>(
    number: usize,
    candidates: &[Found<'k>],
    qualifiers: &Qualifiers,
    scene: &Scene,
) -> Option<Best<Found<'k>>> {
    let scored = candidates.iter().map(|candidate| {
        let score = score(number, candidate, qualifiers, scene);
        (candidate.number, score, *candidate)
    });
    likeliest(scored, |score| logistic(STEEPNESS * (score - EVEN)))
}

fn score(number: usize, candidate: &Found<'_>, qualifiers: &Qualifiers, scene: &Scene) -> f32 {
    let entry = candidate.entry;
    let inhabitants = (entry.weight.max(1) as f32).log10().max(LEAST);
    let mut score = match entry.kind {
        EntryKind::Continent => CONTINENT,
        EntryKind::Country => (inhabitants + COUNTRY).max(LEAST_COUNTRY),
        EntryKind::FormerCountry => LEAST_COUNTRY,
        EntryKind::Region if entry.weight == 0 => SOME_REGION,
        EntryKind::Region => inhabitants + REGION,
        EntryKind::Town => inhabitants,
        EntryKind::Capital => inhabitants + CAPITAL,
        // No place at all.
        EntryKind::Leader
        | EntryKind::Legislator
        | EntryKind::OfficeHolder
        | EntryKind::Organization => return f32::NEG_INFINITY,
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
