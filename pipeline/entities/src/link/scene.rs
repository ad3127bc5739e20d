//! Where an article plays: the countries that it names, by name, by their people, by their cities, and where it was published.

use std::collections::HashMap;

use crate::article::Entity;
use crate::knowledge::{Entry, EntryKind, Found, Knowledge, fold};

use super::qualifiers::Qualifiers;

/// Of a mention of a city, beside one of its country by name.
const OF_A_CITY: f32 = 0.5;
/// Kept back, so that a single mention is no certainty.
const DOUBT: f32 = 0.3;

type Country = [u8; 2];
type Region = (Country, [u8; 3]);

#[derive(Debug, Default)]
pub(super) struct Scene {
    countries: HashMap<Country, f32>,
    regions: HashMap<Region, f32>,
    /// What each entity said itself: nobody bears witness for himself.
    own_countries: HashMap<(usize, Country), f32>,
    own_regions: HashMap<(usize, Region), f32>,
    total: f32,
    own_total: HashMap<usize, f32>,
    publisher: Option<Country>,
}

impl Scene {
    pub(super) fn of(
        entities: &[Entity],
        candidates: &[Vec<Found<'_>>],
        qualifiers: &Qualifiers,
        world: &Knowledge,
        publisher: Option<Country>,
    ) -> Self {
        let mut scene = Self {
            publisher,
            ..Self::default()
        };
        for (number, entity) in entities.iter().enumerate() {
            let weight = entity.mentions.len() as f32;
            let named = candidates[number]
                .iter()
                .filter(|found| found.is_main && found.entry.kind == EntryKind::Country);
            for country in named.filter_map(|found| found.entry.country_code()) {
                scene.add(number, country, weight);
            }
            let called = entity.is_nationality.then_some(entity.name.as_str());
            for country in called
                .into_iter()
                .flat_map(|name| world.demonym(&fold(name)))
            {
                scene.add(number, *country, weight);
            }
            for country in entity.title.iter().flat_map(|title| peoples(title, world)) {
                scene.add(number, country, 1.0);
            }
        }
        for (number, country) in qualifiers.countries() {
            scene.add(number, country, 1.0);
        }
        scene
    }

    /// A place that is certain speaks for its country and its part of it.
    pub(super) fn add_place(&mut self, number: usize, mentions: usize, entry: &Entry) {
        let Some(country) = entry
            .country_code()
            .filter(|_| entry.kind != EntryKind::Country)
        else {
            return;
        };
        let weight = mentions as f32 * OF_A_CITY;
        self.add(number, country, weight);
        if let Some(region) = entry.region_code() {
            *self.regions.entry((country, region)).or_default() += weight;
            *self
                .own_regions
                .entry((number, (country, region)))
                .or_default() += weight;
        }
    }

    fn add(&mut self, number: usize, country: Country, weight: f32) {
        *self.countries.entry(country).or_default() += weight;
        *self.own_countries.entry((number, country)).or_default() += weight;
        self.total += weight;
        *self.own_total.entry(number).or_default() += weight;
    }

    /// The share of a country in what the other entities say, 0 to 1.
    pub(super) fn share(&self, number: usize, country: Country) -> f32 {
        let of = |weight: Option<&f32>| weight.copied().unwrap_or(0.0);
        let others =
            of(self.countries.get(&country)) - of(self.own_countries.get(&(number, country)));
        others.max(0.0) / (self.others(number) + DOUBT)
    }

    /// The same of a part of a country.
    pub(super) fn share_of_region(&self, number: usize, region: Region) -> f32 {
        let of = |weight: Option<&f32>| weight.copied().unwrap_or(0.0);
        let others = of(self.regions.get(&region)) - of(self.own_regions.get(&(number, region)));
        others.max(0.0) / (self.others(number) + DOUBT)
    }

    /// All that the other entities say.
    fn others(&self, number: usize) -> f32 {
        let own = self.own_total.get(&number).copied().unwrap_or(0.0);
        (self.total - own).max(0.0)
    }

    pub(super) fn is_published_in(&self, country: Country) -> bool {
        self.publisher == Some(country)
    }
}

/// The countries whose people a title names: “Kazakh President”, “South Korean foreign minister”.
fn peoples(title: &str, world: &Knowledge) -> Vec<Country> {
    let words: Vec<&str> = title.split_whitespace().collect();
    let mut countries = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let pair = words.get(at..at + 2).map(|pair| fold(&pair.join(" ")));
        let of_pair = pair.map_or(&[][..], |pair| world.demonym(&pair));
        if of_pair.is_empty() {
            countries.extend(world.demonym(&fold(words[at])));
            at += 1;
        } else {
            countries.extend(of_pair);
            at += 2;
        }
    }
    countries
}
