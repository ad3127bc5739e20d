//! From the places that an article names to places of the world: which Georgia, which of the Londons, and whether it is any that is known.
//!
//! Each candidate of a name is scored by what speaks for it; the best is taken where it is far enough before the second and likely enough at all.
//! A link that would be a guess is none.

mod places;
mod qualifiers;
mod scene;

use crate::article::{Entity, Part};
use crate::knowledge::{EntryKind, Found, Knowledge, fold};
use crate::label::Kind;

use places::Scored;
use qualifiers::Qualifiers;
use scene::Scene;

/// Confidence from which a link is given.
const THRESHOLD: f32 = 0.6;
/// Confidence from which a place speaks for its neighbours.
const CERTAIN: f32 = 0.75;
/// How often those that are certain by now are heard: once for the cities that everybody knows, once for those known by them.
const ROUNDS: usize = 2;
/// Candidates of one name that are weighed. The most frequent name of a town, San José, has two hundred.
const MAX_CANDIDATES: usize = 512;
/// Inhabitants from which a town is rather meant than a nationality of the same name.
const KNOWN_TOWN: u32 = 100_000;

/// A place of the world that an entity is.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its id with its scheme: `geonames:524901`, `iso3166:US-CA`.
    pub id: String,
    /// The name that it is known by in English.
    pub name: String,
    /// How sure it is that this one is meant, 0.6 to 1.
    pub confidence: f32,
    /// The country that it is or lies in, by ISO 3166-1.
    pub country: Option<String>,
    /// Degrees north and east (WGS 84).
    pub coordinates: Option<(f64, f64)>,
}

/// Tells which places of the world an article's entities are ([`Entity::link`]), and which are nationalities ([`Entity::is_nationality`]), of which
/// those taken for places become `misc`. `entities` are those that [`entities`](crate::entities) made of the same `parts`; `publisher` is the
/// publisher's country in two letters of ISO 3166-1, where it is known.
///
/// What speaks for a candidate: its inhabitants; that it is a capital; the countries that the rest of the article names, by their names, their
/// people or their cities; the part of the country named behind a comma (“Portland, Ore.”); the publisher's country. What speaks against: that only
/// another language or another time calls it so. Time grows with the entities, and by at most 512 candidates for each.
pub fn link(
    entities: &mut [Entity],
    parts: &[Part<'_>],
    world: &Knowledge,
    publisher: Option<&str>,
) {
    for entity in entities.iter_mut() {
        if is_nationality(entity, world) {
            entity.is_nationality = true;
            entity.kind = Kind::Misc;
        }
    }
    let candidates: Vec<Vec<Found<'_>>> = entities
        .iter()
        .map(|entity| candidates(entity, world))
        .collect();
    let qualifiers = Qualifiers::of(entities, parts, &candidates, world);
    let publisher = publisher.and_then(|code| <[u8; 2]>::try_from(code.as_bytes()).ok());
    let mut scene = Scene::of(entities, &candidates, &qualifiers, world, publisher);
    let mut is_told = vec![false; entities.len()];
    for _ in 0..ROUNDS {
        for (number, scored) in best(&candidates, &qualifiers, &scene).iter().enumerate() {
            let certain = scored
                .as_ref()
                .filter(|scored| scored.confidence >= CERTAIN);
            if let (Some(scored), false) = (certain, is_told[number]) {
                is_told[number] = true;
                scene.add_place(number, entities[number].mentions.len(), scored.entry);
            }
        }
    }
    let last = best(&candidates, &qualifiers, &scene);
    for (entity, scored) in entities.iter_mut().zip(last) {
        entity.link = scored
            .filter(|scored| scored.confidence >= THRESHOLD)
            .map(|scored| as_link(&scored, world));
    }
}

fn best<'k>(
    candidates: &[Vec<Found<'k>>],
    qualifiers: &Qualifiers,
    scene: &Scene,
) -> Vec<Option<Scored<'k>>> {
    let numbered = candidates.iter().enumerate();
    numbered
        .map(|(number, candidates)| places::best(number, candidates, qualifiers, scene))
        .collect()
}

fn as_link(scored: &Scored<'_>, world: &Knowledge) -> Link {
    Link {
        id: world.id_of(scored.entry),
        name: world.name_of(scored.entry).to_owned(),
        confidence: scored.confidence,
        country: scored.entry.country().map(str::to_owned),
        coordinates: scored.entry.coordinates(),
    }
}

/// “Kazakh”, “Russians”: what is called after a country and is no known town.
fn is_nationality(entity: &Entity, world: &Knowledge) -> bool {
    if !matches!(entity.kind, Kind::Misc | Kind::Location) {
        return false;
    }
    let folded = fold(&entity.name);
    let is_known_place = |found: Found<'_>| match found.entry.kind {
        EntryKind::Town | EntryKind::Capital => {
            found.is_main && found.entry.population >= KNOWN_TOWN
        }
        _ => found.is_main,
    };
    !world.demonym(&folded).is_empty() && !world.named(&folded).any(is_known_place)
}

/// The places that bear an entity's name, or else one of the names that it is mentioned by, or what stands before a comma in it.
fn candidates<'k>(entity: &Entity, world: &'k Knowledge) -> Vec<Found<'k>> {
    if entity.kind != Kind::Location {
        return Vec::new();
    }
    let whole = fold(&entity.name);
    let found: Vec<Found<'_>> = world.named(&whole).take(MAX_CANDIDATES).collect();
    match entity.name.split_once(", ") {
        Some((before, _)) if found.is_empty() => {
            world.named(&fold(before)).take(MAX_CANDIDATES).collect()
        }
        _ => found,
    }
}

#[cfg(test)]
mod tests;
