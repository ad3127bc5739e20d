//! From the sources to the entries: countries and their parts by ISO 3166, towns and continents by GeoNames.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use dateline_entities::EntryKind;
use dateline_entities::making::{Facts, LineKind, fold};

use crate::entry::Entry;
use crate::sources::{Sources, Town};

/// Inhabitants from which a town's names in other languages are kept: English texts name smaller ones as GeoNames does.
const KNOWN_ABROAD: u32 = 15_000;
/// Letters of the shortest name in another language that is kept: shorter ones are codes of airports and cars, or words.
const MIN_LETTERS: usize = 4;
/// Countries whose parts GeoNames numbers as ISO 3166-2 does.
const SAME_CODES: [&str; 4] = ["BE", "CH", "GB", "US"];
/// What CLDR marks names with that another part of the same country has too.
const MARK: char = '²';

pub(crate) fn entries(sources: &Sources) -> anyhow::Result<Vec<Entry>> {
    let mut entries = continents(sources)?;
    let names: BTreeMap<&str, &[String]> = sources
        .names
        .iter()
        .map(|(code, names)| (code.as_str(), names.as_slice()))
        .collect();
    entries.extend(countries(sources, &names));
    entries.extend(former_countries(sources));
    entries.extend(regions(sources, &names));
    entries.extend(towns(sources));
    entries.extend(demonyms(sources));
    Ok(entries)
}

fn continents(sources: &Sources) -> anyhow::Result<Vec<Entry>> {
    let entry = |continent: &crate::sources::Continent| {
        Ok(Entry {
            kind: LineKind::Entry(EntryKind::Continent),
            id: continent.geonameid.to_string(),
            name: continent.name.clone(),
            point: Some((
                millionths(continent.lat.parse().context("a continent's latitude")?),
                millionths(continent.lng.parse().context("a continent's longitude")?),
            )),
            weight: continent.population,
            ..Entry::default()
        })
    };
    sources.continents.values().map(entry).collect()
}

fn countries(sources: &Sources, names: &BTreeMap<&str, &[String]>) -> Vec<Entry> {
    let flags: BTreeMap<&str, &str> = sources.flags().collect();
    let is_code =
        |code: &str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let known = sources.territories.iter();
    known
        .filter(|(code, _)| is_code(code) && sources.countries.contains_key(*code))
        .map(|(code, name)| {
            let country = &sources.countries[code];
            let variants = sources
                .territories
                .iter()
                .filter(|(other, _)| other.starts_with(&format!("{code}-alt-")));
            let mut more: Vec<&str> = variants.map(|(_, name)| name.as_str()).collect();
            more.push(&country.name);
            // “Hong Kong SAR China”, “Myanmar (Burma)”: nobody writes so.
            let short = sources.territories.get(&format!("{code}-alt-short"));
            let name = short
                .filter(|_| name.contains("SAR") || name.contains('('))
                .unwrap_or(name);
            more.extend(of(names, code));
            let abroad: Vec<String> = sources
                .abroad
                .iter()
                .filter_map(|names| names.get(code))
                .filter(|name| is_kept(name))
                .map(|name| format!("~{name}"))
                .collect();
            more.extend(abroad.iter().map(String::as_str));
            Entry {
                kind: LineKind::Entry(EntryKind::Country),
                id: code.clone(),
                name: name.clone(),
                country: code.clone(),
                weight: country.population,
                more_names: joined(name, &more),
                facts: Facts {
                    same_as: flags
                        .get(code.as_str())
                        .into_iter()
                        .map(|id| format!("wikidata:{id}"))
                        .collect(),
                    ..Facts::default()
                },
                ..Entry::default()
            }
        })
        .collect()
}

fn former_countries(sources: &Sources) -> Vec<Entry> {
    let former = sources.names.iter();
    former
        .filter(|(code, _)| code.len() == 4)
        .filter_map(|(code, names)| {
            let (name, more) = names.split_first()?;
            let more: Vec<&str> = more.iter().map(String::as_str).collect();
            Some(Entry {
                kind: LineKind::Entry(EntryKind::FormerCountry),
                id: code.clone(),
                name: name.clone(),
                more_names: joined(name, &more),
                ..Entry::default()
            })
        })
        .collect()
}

fn regions(sources: &Sources, names: &BTreeMap<&str, &[String]>) -> Vec<Entry> {
    let mut populations: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for town in sources.towns.values() {
        let region = (town.countrycode.as_str(), town.admin1code.as_str());
        let sum = populations.entry(region).or_default();
        *sum = sum.saturating_add(town.population);
    }
    let parts = sources.subdivisions.iter();
    parts
        .filter_map(|(code, name)| {
            let (country, region) = code.split_at_checked(2)?;
            let (country, region) = (country.to_uppercase(), region.to_uppercase());
            sources.countries.get(&country)?;
            let name = name.trim_end_matches(MARK).to_owned();
            let id = format!("{country}-{region}");
            let more: Vec<&str> = of(names, &id).collect();
            let is_numbered = SAME_CODES.contains(&country.as_str());
            let population = populations.get(&(country.as_str(), region.as_str()));
            let more_names = joined(&name, &more);
            Some(Entry {
                kind: LineKind::Entry(EntryKind::Region),
                id,
                name,
                weight: population.copied().filter(|_| is_numbered).unwrap_or(0),
                country,
                region,
                more_names,
                ..Entry::default()
            })
        })
        .collect()
}

fn towns(sources: &Sources) -> Vec<Entry> {
    let ours: BTreeMap<&str, &[String]> = sources
        .places
        .iter()
        .map(|(id, names)| (id.as_str(), names.as_slice()))
        .collect();
    let capitals: BTreeSet<(&str, String)> = sources
        .countries
        .iter()
        .map(|(code, country)| (code.as_str(), fold(&country.capital)))
        .collect();
    let left_out: BTreeSet<String> = sources.not_towns.iter().map(|name| fold(name)).collect();
    let kept = sources.towns.values();
    let mut sorted: Vec<&Town> = kept
        .filter(|town| !left_out.contains(&fold(&town.name)))
        .collect();
    // Neighbours pack well, and the greatest of two with one name comes first.
    sorted.sort_by(|one, other| {
        let place = |town: &'_ Town| (u32::MAX - town.population, town.geonameid);
        let region = one.countrycode.cmp(&other.countrycode);
        region
            .then_with(|| one.admin1code.cmp(&other.admin1code))
            .then_with(|| one.name.cmp(&other.name))
            .then_with(|| place(one).cmp(&place(other)))
    });
    let mut greatest: BTreeMap<(&str, String), &Town> = BTreeMap::new();
    for town in &sorted {
        for name in std::iter::once(&town.name).chain(&town.alternatenames) {
            let place = (town.countrycode.as_str(), fold(name));
            if !capitals.contains(&place) {
                continue;
            }
            let known = greatest.entry(place).or_insert(town);
            if known.population < town.population {
                *known = town;
            }
        }
    }
    let capitals: BTreeSet<u32> = greatest.values().map(|town| town.geonameid).collect();
    let entry = |town: &&Town| {
        let id = town.geonameid.to_string();
        let is_capital = capitals.contains(&town.geonameid);
        let mut more: Vec<String> = of(&ours, &id).map(str::to_owned).collect();
        if town.population >= KNOWN_ABROAD || is_capital {
            let abroad = town.alternatenames.iter();
            let abroad = abroad.filter(|name| !left_out.contains(&fold(name)));
            more.extend(
                abroad
                    .filter(|name| is_kept(name))
                    .map(|name| format!("~{name}")),
            );
        }
        let more: Vec<&str> = more.iter().map(String::as_str).collect();
        let is_numbered = SAME_CODES.contains(&town.countrycode.as_str());
        Entry {
            kind: LineKind::Entry(if is_capital {
                EntryKind::Capital
            } else {
                EntryKind::Town
            }),
            name: town.name.clone(),
            country: town.countrycode.clone(),
            region: if is_numbered {
                town.admin1code.clone()
            } else {
                String::new()
            },
            point: Some((millionths(town.latitude), millionths(town.longitude))),
            weight: town.population,
            more_names: joined(&town.name, &more),
            id,
            ..Entry::default()
        }
    };
    sorted.iter().map(entry).collect()
}

fn demonyms(sources: &Sources) -> Vec<Entry> {
    let entry = |(code, names): &(String, Vec<String>)| {
        let mut more: Vec<String> = Vec::new();
        for name in names {
            let has_plural = !["s", "ese", "ish", "ch", "men"]
                .iter()
                .any(|end| name.ends_with(end));
            more.push(name.clone());
            if has_plural {
                more.push(format!("{name}s"));
            }
        }
        Entry {
            kind: LineKind::Demonym,
            country: code.clone(),
            more_names: more.join("|"),
            ..Entry::default()
        }
    };
    sources.demonyms.iter().map(entry).collect()
}

/// Whether a name in another language may stand in an English text: in Latin letters, with a capital, and no code.
fn is_kept(name: &str) -> bool {
    let is_latin = name.chars().all(|letter| {
        letter.is_ascii_alphabetic()
            || matches!(letter, ' ' | '-' | '\'' | '’' | '.' | '‘')
            || ('\u{c0}'..'\u{250}').contains(&letter)
            || ('\u{1e00}'..'\u{1f00}').contains(&letter)
    });
    is_latin
        && name.chars().count() >= MIN_LETTERS
        && name.starts_with(char::is_uppercase)
        && name.contains(char::is_lowercase)
}

/// Names between strokes, each once by what it is compared by, without the main one.
fn joined(name: &str, more: &[&str]) -> String {
    let mut seen = BTreeSet::from([fold(name)]);
    let fresh = more.iter().filter(|name| {
        let mark = name.starts_with(',').then_some(',');
        seen.insert(mark.into_iter().chain(fold(name).chars()).collect())
    });
    fresh.copied().collect::<Vec<_>>().join("|")
}

fn of<'n>(names: &BTreeMap<&str, &'n [String]>, code: &str) -> impl Iterator<Item = &'n str> {
    let names = names.get(code).copied().unwrap_or_default();
    names.iter().map(String::as_str)
}

fn millionths(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}
