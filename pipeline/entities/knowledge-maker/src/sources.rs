//! The sources as they are written.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, Deserialize)]
pub(crate) struct Town {
    pub(crate) geonameid: u32,
    pub(crate) name: String,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) countrycode: String,
    pub(crate) population: u32,
    pub(crate) admin1code: String,
    pub(crate) alternatenames: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Country {
    pub(crate) name: String,
    pub(crate) capital: String,
    pub(crate) population: u32,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Continent {
    #[serde(rename = "geonameId")]
    pub(crate) geonameid: u32,
    #[serde(rename = "toponymName")]
    pub(crate) name: String,
    pub(crate) lat: String,
    pub(crate) lng: String,
    pub(crate) population: u32,
}

/// A table of ours: a key and its names.
pub(crate) type Table = Vec<(String, Vec<String>)>;

#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) towns: Vec<Town>,
    pub(crate) countries: BTreeMap<String, Country>,
    pub(crate) continents: BTreeMap<String, Continent>,
    /// CLDR's names by code, `US` or `US-alt-short`.
    pub(crate) territories: BTreeMap<String, String>,
    /// CLDR's names by code, `usca`.
    pub(crate) subdivisions: BTreeMap<String, String>,
    pub(crate) demonyms: Table,
    pub(crate) names: Table,
    pub(crate) places: Table,
    pub(crate) not_towns: Vec<String>,
}

impl Sources {
    pub(crate) fn read(
        geonames: &Path,
        territories: &Path,
        subdivisions: &Path,
        tables: &Path,
    ) -> anyhow::Result<Self> {
        let towns: BTreeMap<String, serde_json::Value> = json(&geonames.join("cities500.json"))?;
        Ok(Self {
            towns: towns_of(towns)?,
            countries: json(&geonames.join("countries.json"))?,
            continents: json(&geonames.join("continents.json"))?,
            territories: strings(territories, "/main/en/localeDisplayNames/territories")?,
            subdivisions: strings(
                subdivisions,
                "/subdivisions/localeDisplayNames/subdivisions",
            )?,
            demonyms: table(&tables.join("demonyms.txt"))?,
            names: table(&tables.join("names.txt"))?,
            places: table(&tables.join("places.txt"))?,
            not_towns: list(&tables.join("not-towns.txt"))?,
        })
    }
}

/// Under each id stands a town, or a list of them.
fn towns_of(by_id: BTreeMap<String, serde_json::Value>) -> anyhow::Result<Vec<Town>> {
    let mut towns = Vec::with_capacity(by_id.len());
    for value in by_id.into_values() {
        match value {
            serde_json::Value::Array(list) => {
                for value in list {
                    towns.push(serde_json::from_value(value)?);
                }
            }
            value => towns.push(serde_json::from_value(value)?),
        }
    }
    Ok(towns)
}

fn json<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let file = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
    serde_json::from_slice(&file).with_context(|| format!("reading {}", path.display()))
}

fn strings(path: &Path, pointer: &str) -> anyhow::Result<BTreeMap<String, String>> {
    let whole: serde_json::Value = json(path)?;
    let part = whole
        .pointer(pointer)
        .with_context(|| format!("{} has nothing at {pointer}", path.display()))?;
    Ok(serde_json::from_value(part.clone())?)
}

/// Lines that are no comments.
fn list(path: &Path) -> anyhow::Result<Vec<String>> {
    let file =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let lines = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

/// Lines of a key, a blank and names between strokes.
fn table(path: &Path) -> anyhow::Result<Table> {
    let lines = list(path)?;
    lines
        .iter()
        .map(|line| {
            let (key, names) = line
                .split_once(' ')
                .with_context(|| format!("{}: {line:?} has no names", path.display()))?;
            let names = names.split('|').map(|name| name.trim().to_owned());
            Ok((key.to_owned(), names.collect()))
        })
        .collect()
}
