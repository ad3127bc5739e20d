//! Which organization is meant: by its name with or without its form of law, how widely it is known, and where. A score is a logarithm of odds.

use crate::article::{Entity, Part, without_form};
use crate::knowledge::{EntryKind, Found, Knowledge, fold};
use crate::label::Kind;

use super::likelihood::{Best, best as likeliest, logistic};
use super::scene::Scene;

/// Of whom nothing is known but a name and an id.
const LEAST: f32 = -1.5;
/// Ten times as many sites and accounts.
const RENOWN: f32 = 3.0;
/// A name of one word that nothing else known has in its name.
const DISTINCTIVE: f32 = 0.7;
/// Another name of one word is often something else's too; one of three words hardly.
const ONE_WORD: f32 = -1.2;
const THREE_WORDS: f32 = 0.7;
/// In another language, or by a part of it.
const OTHER_NAME: f32 = -0.8;
/// With a form of law that the known name has not, or without one that it has.
const OTHER_FORM: f32 = -1.0;
/// A few capitals stand for many.
const ABBREVIATION: f32 = -2.2;
/// What is called as a city is often a club of the city.
const CITY: f32 = -1.5;
/// Known in one country alone: nothing that the article names is there, and what all of it is worth.
const ELSEWHERE: f32 = -2.0;
const SCENE: f32 = 4.0;
/// Known in one country alone, and the article names none.
const NOWHERE: f32 = -0.5;
const PUBLISHER: f32 = 0.7;
/// Names of one entity that are looked up: more are spellings of the same.
const MAX_NAMES: usize = 4;
/// Inhabitants from which a city counts.
const CITY_OF: u32 = 50_000;
/// Letters of the longest abbreviation that is doubted: longer ones are told apart by their letters.
const SHORT: usize = 4;
/// Candidates of one name.
const MAX_CANDIDATES: usize = 64;

/// An organization by one of an entity's names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'k> {
    found: Found<'k>,
    /// The form of law is another.
    is_bare: bool,
    is_abbreviation: bool,
    is_city: bool,
    /// Words of the name that it was found by.
    words: usize,
}

pub(super) fn candidates<'k>(
    entity: &Entity,
    parts: &[Part<'_>],
    world: &'k Knowledge,
) -> Vec<Candidate<'k>> {
    let mut names = vec![entity.name.as_str()];
    for (part, mention) in &entity.mentions {
        let text = parts.get(*part).map_or("", |part| part.text);
        let name = text.get(mention.start..mention.end).unwrap_or_default();
        // What an abbreviation stands for here, the whole name says; it may be another's there.
        if names.len() < MAX_NAMES && !names.contains(&name) && !is_abbreviation(name) {
            names.push(name);
        }
    }
    let whole = names
        .iter()
        .map(|name| named(name, &fold(name), false, world));
    let bare = names.iter().map(|name| {
        let folded = fold(name);
        named(name, without_form(&folded), true, world)
    });
    let mut found = whole.chain(bare).filter(|found| !found.is_empty());
    found.next().unwrap_or_default()
}

fn is_abbreviation(written: &str) -> bool {
    let capitals = written.chars().filter(|letter| letter.is_uppercase());
    written.chars().count() <= SHORT && capitals.count() > 1
}

/// Those of a written name, by what it is compared by: its whole, or without the form of law.
fn named<'k>(
    written: &str,
    folded: &str,
    is_bare: bool,
    world: &'k Knowledge,
) -> Vec<Candidate<'k>> {
    let is_abbreviation = folded.chars().count() <= SHORT && !written.contains(char::is_lowercase);
    let is_city = world.named(folded).any(|found| {
        let kind = found.entry.kind.kind();
        kind == Kind::Location && found.is_main && found.entry.weight >= CITY_OF
    });
    let found = world.named(folded).filter(|found| {
        let same = || without_form(&fold(world.name_of(found.entry))) == folded;
        found.entry.kind == EntryKind::Organization && (!is_bare || same())
    });
    found
        .take(MAX_CANDIDATES)
        .map(|found| Candidate {
            found,
            is_bare,
            is_abbreviation,
            is_city,
            words: folded.split(' ').count(),
        })
        .collect()
}

pub(super) fn best<'k>(
    number: usize,
    candidates: &[Candidate<'k>],
    scene: &Scene,
    world: &Knowledge,
) -> Option<Best<Found<'k>>> {
    let scored = candidates.iter().map(|candidate| {
        let score = score(number, candidate, scene, world);
        (candidate.found.number, score, candidate.found)
    });
    likeliest(scored, logistic)
}

fn score(number: usize, candidate: &Candidate<'_>, scene: &Scene, world: &Knowledge) -> f32 {
    let entry = candidate.found.entry;
    let mut score = LEAST + RENOWN * (1.0 + entry.weight as f32).log10();
    score += match candidate.words {
        1 if world.facts_of(candidate.found.number).is_distinctive => DISTINCTIVE,
        1 => ONE_WORD,
        2 => 0.0,
        _ => THREE_WORDS,
    };
    let signs = [
        (!candidate.found.is_main, OTHER_NAME),
        (candidate.is_bare, OTHER_FORM),
        (candidate.is_abbreviation, ABBREVIATION),
        (candidate.is_city, CITY),
    ];
    score += signs
        .iter()
        .map(|(holds, weight)| if *holds { *weight } else { 0.0 })
        .sum::<f32>();
    if let Some(country) = entry.country_code() {
        score += if scene.told(number) > 0.0 {
            ELSEWHERE + SCENE * scene.share(number, country)
        } else {
            NOWHERE
        };
        if scene.is_published_in(country) {
            score += PUBLISHER;
        }
    }
    score
}
