//! From an article's entities to those of the world: which Georgia, which of the Londons, which president, and whether it is any that is known.
//!
//! Each candidate of a name is scored by what speaks for it; the best is taken where it is far enough before the second and likely enough at all.
//! A link that would be a guess is none. Places come first: they tell in which countries an article plays, which tells the others apart.

mod likelihood;
mod organizations;
mod people;
mod places;
mod qualifiers;
mod refine;
mod scene;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::article::{Entity, Part};
use crate::knowledge::{Found, Knowledge, fold};
use crate::label::Kind;

use likelihood::Best;
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

/// Somebody or something of the world that an entity is.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The id with its scheme: `geonames:524901`, `iso3166:US-CA`, `wikidata:Q159`, `cik:66740`.
    pub id: String,
    /// Other ids of the same, with their schemes.
    pub same_as: Vec<String>,
    /// The name that it is known by in English.
    pub name: String,
    /// How sure it is that this one is meant, 0.6 to 1.
    pub confidence: f32,
    /// The country that a place is or lies in, whose office a person holds, or where alone an organization works, by ISO 3166-1.
    pub country: Option<String>,
    /// Degrees north and east (WGS 84).
    pub coordinates: Option<(f64, f64)>,
}

/// What is known of an article besides its texts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'c> {
    /// The publisher's country in two letters of ISO 3166-1.
    pub publisher: Option<&'c str>,
    /// The year of publication.
    pub year: Option<i16>,
}

/// Tells who and what of the world an article's entities are ([`Entity::link`]); those that are the same become one. Tells too what sort of `misc` an
/// entity is ([`Entity::misc`]); nationalities that were taken for places become `misc`. `entities` are those that [`entities`](crate::entities) made of the same `parts`.
///
/// What speaks for a place: its inhabitants; that it is a capital; the countries that the rest of the article names, by their names, their people or
/// their cities; the part of the country named behind a comma (“Portland, Ore.”); the publisher's country. What speaks against: that only another
/// language or another time calls it so. For a person: the office and the country that the title says, the article's year, the country's size. For an
/// organization: how widely it is known, and whether it is in a country that the article names. Time grows with the entities, and by at most 512
/// candidates for each.
pub fn link(
    entities: &mut Vec<Entity>,
    parts: &[Part<'_>],
    world: &Knowledge,
    context: &Context<'_>,
) {
    for entity in entities.iter_mut() {
        refine::refine(entity, parts, world);
    }
    let places: Vec<Vec<Found<'_>>> = entities
        .iter()
        .map(|entity| candidates(entity, world))
        .collect();
    let qualifiers = Qualifiers::of(entities, parts, &places, world);
    let publisher = context
        .publisher
        .and_then(|code| <[u8; 2]>::try_from(code.as_bytes()).ok());
    let mut scene = Scene::of(entities, &places, &qualifiers, world, publisher);
    let mut is_told = vec![false; entities.len()];
    for _ in 0..ROUNDS {
        for (number, place) in best(&places, &qualifiers, &scene).iter().enumerate() {
            let certain = place.as_ref().filter(|place| place.confidence >= CERTAIN);
            if let (Some(place), false) = (certain, is_told[number]) {
                is_told[number] = true;
                scene.add_place(
                    number,
                    entities[number].mentions.len(),
                    place.candidate.entry,
                );
            }
        }
    }
    let is_political = people::is_political(entities);
    let places = best(&places, &qualifiers, &scene);
    for (number, (entity, place)) in entities.iter_mut().zip(places).enumerate() {
        let found = match entity.kind {
            Kind::Location => place,
            Kind::Person => {
                let title = people::Title::of(entity, world);
                let candidates = people::candidates(entity, &title, world);
                let evidence = people::Evidence {
                    number,
                    title: &title,
                    scene: &scene,
                    context,
                    is_political,
                };
                people::best(&candidates, &evidence, world)
            }
            Kind::Organization => {
                let candidates = organizations::candidates(entity, parts, world);
                organizations::best(number, &candidates, &scene, world)
            }
            Kind::Misc => None,
        };
        entity.link = found
            .filter(|found| found.confidence >= THRESHOLD)
            .map(|found| as_link(&found, world));
    }
    unite(entities, parts);
}

/// Those with one id are one entity, whatever the article calls them: “Kasim Comert Tokayev” and “Kassym-Jomart Tokayev”, “US” and “America”.
fn unite(entities: &mut Vec<Entity>, parts: &[Part<'_>]) {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut united: Vec<Entity> = Vec::with_capacity(entities.len());
    for entity in entities.drain(..) {
        let id = entity.link.as_ref().map(|link| link.id.clone());
        let known = id.and_then(|id| match places.entry(id) {
            Entry::Occupied(place) => Some(*place.get()),
            Entry::Vacant(place) => {
                place.insert(united.len());
                None
            }
        });
        match known {
            Some(place) => united[place].absorb(entity, parts),
            None => united.push(entity),
        }
    }
    *entities = united;
}

fn best<'k>(
    candidates: &[Vec<Found<'k>>],
    qualifiers: &Qualifiers,
    scene: &Scene,
) -> Vec<Option<Best<Found<'k>>>> {
    let numbered = candidates.iter().enumerate();
    numbered
        .map(|(number, candidates)| places::best(number, candidates, qualifiers, scene))
        .collect()
}

fn as_link(best: &Best<Found<'_>>, world: &Knowledge) -> Link {
    let Found { number, entry, .. } = best.candidate;
    Link {
        id: world.id_of(entry),
        same_as: world.facts_of(number).same_as,
        name: world.name_of(entry).to_owned(),
        confidence: best.confidence,
        country: entry.country().map(str::to_owned),
        coordinates: entry.coordinates(),
    }
}

/// The places that bear an entity's name, or else what stands before a comma in it.
fn candidates<'k>(entity: &Entity, world: &'k Knowledge) -> Vec<Found<'k>> {
    if entity.kind != Kind::Location {
        return Vec::new();
    }
    let of = |name: &str| -> Vec<Found<'k>> {
        let found = world.named(&fold(name));
        let places = found.filter(|found| found.entry.kind.kind() == Kind::Location);
        places.take(MAX_CANDIDATES).collect()
    };
    let found = of(&entity.name);
    match entity.name.split_once(", ") {
        Some((before, _)) if found.is_empty() => of(before),
        _ => found,
    }
}

#[cfg(test)]
mod tests;
