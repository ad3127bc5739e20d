//! What stands behind a place's name and says where it lies: “Portland, Ore.”, “Moscow, Russia”, “London, Ontario”.

use std::collections::HashSet;

use crate::article::{Entity, Part};
use crate::knowledge::{EntryKind, Found, Knowledge, fold};

/// Words of the longest qualifier: “Democratic Republic of the Congo”, “Papua New Guinea”.
const MAX_WORDS: usize = 5;
/// Bytes behind a name in which it stands.
const MAX_BYTES: usize = 64;

/// A part of the world that holds a place.
type Area = ([u8; 2], Option<[u8; 3]>);

/// What an article's places are said to lie in.
#[derive(Debug)]
pub(super) struct Qualifiers {
    /// For each entity, by its number.
    areas: Vec<Vec<Area>>,
    /// Numbers of the entries that were used so. They are parts and countries, even where a town has the same name.
    used: HashSet<u32>,
}

impl Qualifiers {
    pub(super) fn of(
        entities: &[Entity],
        parts: &[Part<'_>],
        candidates: &[Vec<Found<'_>>],
        world: &Knowledge,
    ) -> Self {
        let mut used = HashSet::new();
        let areas = entities.iter().zip(candidates).map(|(entity, candidates)| {
            let mut areas = Vec::new();
            if candidates.is_empty() {
                return areas;
            }
            let behind = entity.mentions.iter().filter_map(|(part, mention)| {
                parts
                    .get(*part)?
                    .text
                    .get(mention.end..)?
                    .strip_prefix(", ")
            });
            let within = entity.name.split_once(", ").map(|(_, behind)| behind);
            for text in behind.chain(within) {
                for found in read(text, world) {
                    let Some(area) = area(&found) else { continue };
                    // Of two places that stand beside each other by chance, neither lies in the other.
                    if candidates.iter().any(|other| lies_in(other, area)) {
                        areas.push(area);
                        used.insert(found.number);
                    }
                }
            }
            areas.sort_unstable();
            areas.dedup();
            areas
        });
        Self {
            areas: areas.collect(),
            used,
        }
    }

    /// Whether an entity is said to lie where this candidate does; none where nothing is said.
    pub(super) fn agree(&self, entity: usize, candidate: &Found<'_>) -> Option<bool> {
        let areas = self.areas.get(entity).filter(|areas| !areas.is_empty())?;
        Some(areas.iter().any(|area| lies_in(candidate, *area)))
    }

    pub(super) fn is_used(&self, candidate: &Found<'_>) -> bool {
        self.used.contains(&candidate.number)
    }

    /// The countries that entities are said to lie in.
    pub(super) fn countries(&self) -> impl Iterator<Item = (usize, [u8; 2])> {
        let numbered = self.areas.iter().enumerate();
        numbered
            .flat_map(|(entity, areas)| areas.iter().map(move |(country, _)| (entity, *country)))
    }
}

fn area(found: &Found<'_>) -> Option<Area> {
    let country = found.entry.country_code()?;
    match found.entry.kind {
        EntryKind::Region => Some((country, Some(found.entry.region_code()?))),
        _ => Some((country, None)),
    }
}

/// Whether a candidate lies in an area and is not the area itself. Where the candidate's part of the country is not known, the country decides.
fn lies_in(candidate: &Found<'_>, (country, region): Area) -> bool {
    let entry = candidate.entry;
    let is_whole =
        entry.kind == EntryKind::Country || region.is_some() && entry.kind == EntryKind::Region;
    let same_region =
        region.is_none_or(|region| entry.region_code().is_none_or(|other| other == region));
    !is_whole && entry.country_code() == Some(country) && same_region
}

/// The parts and countries that the longest name at the begin of a text means.
fn read<'k>(text: &str, world: &'k Knowledge) -> Vec<Found<'k>> {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    if !text.starts_with(char::is_uppercase) {
        return Vec::new();
    }
    let stop = text
        .find([
            ',', ';', ':', '(', ')', '\n', '"', '“', '”', '—', '–', '?', '!',
        ])
        .unwrap_or(text.len());
    let words: Vec<&str> = text[..stop].split_whitespace().take(MAX_WORDS).collect();
    for count in (1..=words.len()).rev() {
        let folded = fold(&words[..count].join(" "));
        let found: Vec<Found<'_>> = world.qualified(&folded).collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}
