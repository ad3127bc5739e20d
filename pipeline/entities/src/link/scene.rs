//! Where an article plays: the countries that it names, by name, by their people, by their cities, and where it was published.

use std::collections::HashMap;
use std::hash::Hash;

use crate::article::{Entity, MiscKind};
use crate::knowledge::{Entry, EntryKind, Found, Knowledge, fold};

use super::qualifiers::Qualifiers;

/// Of a mention of a city, beside one of its country by name.
const OF_A_CITY: f32 = 0.5;
/// Kept back, so that a single mention is no certainty.
const DOUBT: f32 = 0.3;
/// Words of the longest name of a country or a people in a title: “Democratic Republic of the Congo”.
const MAX_WORDS: usize = 6;

/// ISO 3166-1.
pub(super) type Country = [u8; 2];
/// ISO 3166-2, the country apart.
type Region = (Country, [u8; 3]);

#[derive(Debug, Default)]
pub(super) struct Scene {
    countries: Tally<Country>,
    regions: Tally<Region>,
    publisher: Option<Country>,
}

/// How often something was said, and by which entities: nobody bears witness for himself.
#[derive(Debug)]
struct Tally<K> {
    said: HashMap<K, f32>,
    own: HashMap<(usize, K), f32>,
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self {
            said: HashMap::new(),
            own: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Tally<K> {
    fn add(&mut self, entity: usize, what: K, weight: f32) {
        *self.said.entry(what).or_default() += weight;
        *self.own.entry((entity, what)).or_default() += weight;
    }

    /// What the others say of it.
    fn others(&self, entity: usize, what: K) -> f32 {
        let of = |weight: Option<&f32>| weight.copied().unwrap_or(0.0);
        (of(self.said.get(&what)) - of(self.own.get(&(entity, what)))).max(0.0)
    }
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
            let is_nationality = entity.misc == Some(MiscKind::Nationality);
            let called = is_nationality.then_some(entity.name.as_str());
            for country in called
                .into_iter()
                .flat_map(|name| world.demonym(&fold(name)))
            {
                scene.add(number, *country, weight);
            }
            let titles = entity.title.iter();
            for country in titles.flat_map(|title| countries_of(title, world)) {
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
            self.regions.add(number, (country, region), weight);
        }
    }

    fn add(&mut self, number: usize, country: Country, weight: f32) {
        self.countries.add(number, country, weight);
        self.countries.add(number, ALL, weight);
    }

    /// The share of a country in what the other entities say, 0 to 1.
    pub(super) fn share(&self, number: usize, country: Country) -> f32 {
        self.countries.others(number, country) / (self.told(number) + DOUBT)
    }

    /// The same of a part of a country.
    pub(super) fn share_of_region(&self, number: usize, region: Region) -> f32 {
        self.regions.others(number, region) / (self.told(number) + DOUBT)
    }

    /// How much the other entities say of any country.
    pub(super) fn told(&self, number: usize) -> f32 {
        self.countries.others(number, ALL)
    }

    pub(super) fn is_published_in(&self, country: Country) -> bool {
        self.publisher == Some(country)
    }
}

/// Stands for all countries together: no code of ISO 3166.
const ALL: Country = *b"**";

/// The countries that a title names, by name or by their people: “Kazakh President”, “South Korean foreign minister”, “president of Kazakhstan”.
pub(super) fn countries_of(title: &str, world: &Knowledge) -> Vec<Country> {
    let words: Vec<&str> = title.split_whitespace().collect();
    let mut countries = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let longest = (1..=MAX_WORDS.min(words.len() - at))
            .rev()
            .find_map(|count| {
                let found = named(&words[at..at + count].join(" "), world);
                (!found.is_empty()).then_some((count, found))
            });
        let (count, found) = longest.unwrap_or((1, Vec::new()));
        countries.extend(found);
        at += count;
    }
    countries
}

/// The countries of one name or one people.
fn named(words: &str, world: &Knowledge) -> Vec<Country> {
    // “us” is a word, “US” a country.
    if !words.starts_with(char::is_uppercase) {
        return Vec::new();
    }
    let folded = fold(words);
    let countries = world
        .named(&folded)
        .filter(|found| found.is_main && found.entry.kind == EntryKind::Country);
    let by_name = countries.filter_map(|found| found.entry.country_code());
    let by_people = world.demonym(&folded).iter().copied();
    by_name.chain(by_people).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world;

    #[test]
    fn titles_name_countries() {
        for (title, country) in [
            ("Kazakh President", *b"KZ"),
            ("South Korean foreign minister", *b"KR"),
            ("president of Kazakhstan", *b"KZ"),
            ("US Secretary of State", *b"US"),
            ("U.S. Sen.", *b"US"),
            ("president of the Democratic Republic of the Congo", *b"CD"),
        ] {
            let found = countries_of(title, world().unwrap());
            assert_eq!(found, [country], "{title}");
        }
        assert!(countries_of("chief of staff", world().unwrap()).is_empty());
    }
}
