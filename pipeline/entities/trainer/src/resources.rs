//! The lexicon, from the files of clusters and gazetteers.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use anyhow::Context as _;
use dateline_entities::tokenise;
use dateline_entities::training::{Lexicon, PREFIX, Table, gazetteer_key, lower};
use flate2::read::GzDecoder;

/// Letters of the longest word that is kept: beyond are addresses and rows of letters.
const MAX_WORD: usize = 30;

const CITY: u16 = 1;
const COUNTRY: u16 = 2;
const STATE: u16 = 4;
const FIRST_NAME: u16 = 8;
const LAST_NAME: u16 = 16;
const PERSON: u16 = 32;
const COMPANY: u16 = 64;
const OPERATOR: u16 = 128;

pub(crate) fn lexicon(folder: &Path, brands: Option<&Path>) -> anyhow::Result<Lexicon> {
    let resources = folder.join("resources");
    let (words, clusters) = clusters(&resources.join("clusters.tsv.gz"))?;
    let mut names = Names::default();
    names.gazetteer(&resources.join("gazetteer.tsv"))?;
    let linking = folder.join("linking");
    names.column(&linking.join("legislators-world.csv"), 1, PERSON)?;
    names.column(&linking.join("office-holders.csv"), 1, PERSON)?;
    names.column(&linking.join("world-leaders-2021.csv"), 5, PERSON)?;
    names.column(&linking.join("sp500.csv"), 1, COMPANY)?;
    if let Some(brands) = brands {
        names.brands(brands)?;
    }
    Ok(Lexicon {
        words,
        clusters,
        names: Table::build(names.entries, |one, other| one | other),
    })
}

fn clusters(path: &Path) -> anyhow::Result<(Table, Vec<[u16; 2]>)> {
    let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let mut rows: Vec<[u16; 2]> = Vec::new();
    let mut words: HashMap<String, (u16, bool)> = HashMap::new();
    for line in BufReader::new(GzDecoder::new(file)).lines() {
        let line = line?;
        let mut fields = line.split('\t');
        let (Some(word), Some(coarse), Some(fine), Some(row)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let (coarse, fine, row): (u16, u16, u16) = (coarse.parse()?, fine.parse()?, row.parse()?);
        if rows.len() <= usize::from(row) {
            rows.resize(usize::from(row) + 1, [u16::MAX; 2]);
        }
        rows[usize::from(row)] = [coarse, fine];
        let small = word.to_lowercase();
        let exact = small == word;
        if word.len() > MAX_WORD || !is_one_token(word) {
            continue;
        }
        let known = words.entry(small).or_insert((row, exact));
        if exact && !known.1 {
            *known = (row, true);
        }
    }
    let mut sorted: Vec<(String, u16)> = words
        .into_iter()
        .map(|(word, (row, _))| (word, row))
        .collect();
    sorted.sort();
    let table = Table::build(
        sorted.iter().map(|(word, row)| (lower(word), *row)),
        |one, _| one,
    );
    Ok((table, rows))
}

fn is_one_token(word: &str) -> bool {
    matches!(tokenise(word).as_slice(), [token] if token.end - token.start == word.len())
}

#[derive(Debug, Default)]
struct Names {
    entries: Vec<(u64, u16)>,
}

impl Names {
    fn add(&mut self, name: &str, list: u16) {
        // A single short word of a person or a company is a word of everyday more often.
        let Some((whole, parts)) = gazetteer_key(name) else {
            return;
        };
        self.entries.push((whole, list));
        self.entries
            .extend(parts.into_iter().map(|part| (part, PREFIX)));
    }

    fn gazetteer(&mut self, path: &Path) -> anyhow::Result<()> {
        let file =
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        for (name, list) in file.lines().filter_map(|line| line.split_once('\t')) {
            let list = match list {
                "CITY" => CITY,
                "CTRY" => COUNTRY,
                "STATE" => STATE,
                "FN" => FIRST_NAME,
                "LN" => LAST_NAME,
                other => anyhow::bail!("{}: {other:?} is no known list", path.display()),
            };
            self.add(name, list);
        }
        Ok(())
    }

    /// Names from the index of brands and operators (name-suggestion-index, dist/json/nsi.min.json): those that Wikidata knows.
    fn brands(&mut self, path: &Path) -> anyhow::Result<()> {
        let file =
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        let index: Index =
            serde_json::from_str(&file).with_context(|| format!("reading {}", path.display()))?;
        for (tree, branch) in &index.nsi {
            let list = match tree.split('/').next() {
                Some("brands") => COMPANY,
                Some("operators" | "transit") => OPERATOR,
                _ => continue,
            };
            for item in &branch.items {
                let known = item.tags.keys().any(|tag| tag.ends_with(":wikidata"));
                if known
                    && item.name.starts_with(char::is_uppercase)
                    && item.name.chars().count() > 2
                {
                    self.add(&item.name, list);
                }
            }
        }
        Ok(())
    }

    /// Names from a column of a file of comma-separated values.
    fn column(&mut self, path: &Path, column: usize, list: u16) -> anyhow::Result<()> {
        let file =
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        for line in file.lines().skip(1) {
            if let Some(name) = field(line, column) {
                let name = name.split(" (").next().unwrap_or_default();
                if list != PERSON || name.contains(' ') {
                    self.add(name, list);
                }
            }
        }
        Ok(())
    }
}

/// A field of a line of comma-separated values; quotes within quotes do not occur in names.
fn field(line: &str, column: usize) -> Option<&str> {
    let mut quoted = false;
    let pieces = line.split(move |letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    pieces.map(|piece| piece.trim_matches('"')).nth(column)
}

#[derive(serde::Deserialize)]
struct Index {
    nsi: BTreeMap<String, Branch>,
}

#[derive(serde::Deserialize)]
struct Branch {
    items: Vec<Brand>,
}

#[derive(serde::Deserialize)]
struct Brand {
    #[serde(rename = "displayName")]
    name: String,
    tags: BTreeMap<String, String>,
}
