//! Exact-span F1 over persons, organisations and locations from raw text: a leading article and a trailing possessive are trimmed on both sides.

use std::collections::BTreeSet;

use dateline_entities::{Kind, Tagger};
use serde::Deserialize;

use crate::corpus::{Name, Text};

const KINDS: [Kind; 3] = [Kind::Person, Kind::Organization, Kind::Location];

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    hits: [usize; 3],
    found: [usize; 3],
    gold: [usize; 3],
}

fn f1(hits: usize, found: usize, gold: usize) -> f64 {
    200.0 * hits as f64 / ((found + gold).max(1)) as f64
}

impl Counts {
    pub(crate) fn total(&self) -> f64 {
        f1(
            self.hits.iter().sum(),
            self.found.iter().sum(),
            self.gold.iter().sum(),
        )
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (hits, found, gold): (usize, usize, usize) = (
            self.hits.iter().sum(),
            self.found.iter().sum(),
            self.gold.iter().sum(),
        );
        write!(
            out,
            "F1 {:.1} (P {:.1} R {:.1})",
            self.total(),
            100.0 * hits as f64 / found.max(1) as f64,
            100.0 * hits as f64 / gold.max(1) as f64
        )?;
        for (at, kind) in KINDS.iter().enumerate() {
            write!(
                out,
                "  {} {:.1}",
                kind.as_str(),
                f1(self.hits[at], self.found[at], self.gold[at])
            )?;
        }
        write!(out, "  ({gold} gold)")
    }
}

/// Bytes of a name as it is compared.
fn trimmed(text: &str, name: Name) -> (usize, usize, Kind) {
    let Name {
        mut start,
        mut end,
        kind,
    } = name;
    for article in ["the ", "The ", "a ", "A ", "an "] {
        if text[start..].starts_with(article) && start + article.len() < end {
            start += article.len();
            break;
        }
    }
    for clitic in ["'s", "’s"] {
        end -= if text[start..end].ends_with(clitic) {
            clitic.len()
        } else {
            0
        };
    }
    while end > start && text[start..end].ends_with([' ', '\n', '.', ',', ';', ':']) {
        if text[start..end].ends_with('.') && text[start..end - 1].contains('.') {
            break;
        }
        end -= 1;
    }
    (start, end, kind)
}

/// Scores the tagger on texts.
pub(crate) fn score<'t>(tagger: &Tagger<'_>, texts: impl IntoIterator<Item = &'t Text>) -> Counts {
    let mut counts = Counts::default();
    for text in texts {
        let set = |names: &mut dyn Iterator<Item = Name>| -> BTreeSet<(usize, usize, Kind)> {
            names.map(|name| trimmed(&text.text, name)).collect()
        };
        let gold = set(&mut text.names.iter().copied());
        let found = set(&mut tagger.mentions(&text.text).iter().map(|mention| Name {
            start: mention.start,
            end: mention.end,
            kind: mention.kind,
        }));
        for (at, kind) in KINDS.iter().enumerate() {
            counts.gold[at] += gold.iter().filter(|name| name.2 == *kind).count();
            counts.found[at] += found.iter().filter(|name| name.2 == *kind).count();
            counts.hits[at] += gold
                .intersection(&found)
                .filter(|name| name.2 == *kind)
                .count();
        }
    }
    counts
}

/// Slope and offset of the confidence that fit best what was right and what was wrong in texts that were held back: logistic regression by
/// plain descent, the scores' own confidence turned back into margins.
pub(crate) fn calibrate<'t>(
    tagger: &Tagger<'_>,
    known: [f32; 2],
    texts: impl IntoIterator<Item = &'t Text>,
) -> [f32; 2] {
    let mut cases: Vec<(f64, f64)> = Vec::new();
    for text in texts {
        for mention in tagger.mentions(&text.text) {
            let sure = f64::from(mention.confidence).clamp(0.001, 0.999);
            let margin = ((sure / (1.0 - sure)).ln() - f64::from(known[1])) / f64::from(known[0]);
            let right = text.names.contains(&Name {
                start: mention.start,
                end: mention.end,
                kind: mention.kind,
            });
            cases.push((margin / 100.0, f64::from(u8::from(right))));
        }
    }
    let (mut slope, mut offset) = (0.0, 0.0);
    for _ in 0..2000 {
        let (mut down_slope, mut down_offset) = (0.0, 0.0);
        for &(margin, right) in &cases {
            let error = right - 1.0 / (1.0 + (-(slope * margin + offset)).exp());
            down_slope += error * margin;
            down_offset += error;
        }
        slope += down_slope / cases.len() as f64;
        offset += down_offset / cases.len() as f64;
    }
    [(slope / 100.0) as f32, offset as f32]
}

#[derive(Deserialize)]
struct Line {
    text: String,
    entities: Vec<Entity>,
}

#[derive(Deserialize)]
struct Entity {
    start: usize,
    end: usize,
    #[serde(rename = "type")]
    kind: String,
}

/// Reads a development set of JSON lines; offsets in code points become bytes.
pub(crate) fn read(path: &std::path::Path) -> anyhow::Result<Vec<Text>> {
    let file = std::fs::read_to_string(path)?;
    let mut texts = Vec::new();
    for line in file.lines() {
        let line: Line = serde_json::from_str(line)?;
        let places: Vec<usize> = line
            .text
            .char_indices()
            .map(|(at, _)| at)
            .chain([line.text.len()])
            .collect();
        let names = line.entities.iter().filter_map(|entity| {
            let kind = match entity.kind.as_str() {
                "PER" | "PERSON" => Kind::Person,
                "ORG" | "ORGANIZATION" => Kind::Organization,
                "LOC" | "LOCATION" | "GPE" => Kind::Location,
                _ => return None,
            };
            Some(Name {
                start: *places.get(entity.start)?,
                end: *places.get(entity.end)?,
                kind,
            })
        });
        let names = names.collect();
        texts.push(Text {
            set: path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            text: line.text,
            names,
            has_misc: true,
        });
    }
    Ok(texts)
}
