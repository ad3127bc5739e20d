//! What is known of the world outside an article: places, persons in office and organizations by all their names, with ids and what tells them apart.
//! Made by `knowledge-maker`; KNOWLEDGE.md says from what. Which of several is meant is for `link` to say.

mod facts;
mod key;
mod line;
mod mark;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use facts::{Facts, Office, Term};
pub use key::fold;
pub(crate) use key::{key_of_folded, skeleton};
use line::Naming;
pub use line::{Line, LineKind};

use crate::label::Kind;
use crate::packed::{self, FileError, Magic};

/// Made by the knowledge maker.
static FILE: &[u8] = include_bytes!("../../model/world.knowledge");

/// What the file begins with.
const MAGIC: Magic = *b"DLKNOW\0\x02";

/// Bits of a key that number an entry: sixteen million of them.
const ENTRY_BITS: u32 = 24;

/// What an entry is, from which follows what it is called by and how it is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A continent.
    Continent,
    /// A country of ISO 3166-1.
    Country,
    /// A country that is no more, of ISO 3166-3.
    FormerCountry,
    /// A part of a country, of ISO 3166-2.
    Region,
    /// A town or city.
    Town,
    /// A country's capital.
    Capital,
    /// A head of a state or of a government.
    Leader,
    /// A member of a country's parliament.
    Legislator,
    /// Who holds or held another office.
    OfficeHolder,
    /// A company, a brand, an authority, a union of states.
    Organization,
}

impl EntryKind {
    /// What the tagger calls it.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Continent
            | Self::Country
            | Self::FormerCountry
            | Self::Region
            | Self::Town
            | Self::Capital => Kind::Location,
            Self::Leader | Self::Legislator | Self::OfficeHolder => Kind::Person,
            Self::Organization => Kind::Organization,
        }
    }
}

/// Somebody or something in the world.
#[derive(Debug)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Where its id and its name lie in the texts, and how long they are.
    id: (u32, u8),
    name: (u32, u8),
    /// ISO 3166-1, two letters; blank for continents and countries that are no more.
    country: [u8; 2],
    /// What follows the country's hyphen in ISO 3166-2, filled with blanks.
    region: [u8; 3],
    /// Millionths of a degree, north and east; none where the source has no point.
    point: Option<(i32, i32)>,
    /// What it is weighed by, 0 where unknown: a place's inhabitants, those of a person's country, an organization's sites and accounts on the web.
    pub weight: u32,
}

/// By what sort of name an entry was found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'k> {
    pub(crate) number: u32,
    pub(crate) entry: &'k Entry,
    /// By the name that it is known by in English.
    pub(crate) is_main: bool,
}

/// Everything that is known, ready to be looked up.
#[derive(Debug, Default)]
pub struct Knowledge {
    entries: Vec<Entry>,
    texts: String,
    /// Hashes of folded names in the high bits, numbers of entries in the low ones; sorted.
    keys: Vec<u64>,
    /// The same of names that are no main ones, and of those that hold only behind a comma.
    others: Vec<u64>,
    qualifiers: Vec<u64>,
    /// The same of what transcription leaves of the first and the last words of leaders' and legislators' names.
    surnames: Vec<u64>,
    /// Where the facts of an entry lie in the texts, by its number. Few have any.
    facts: HashMap<u32, (u32, u8)>,
    /// From folded demonyms to countries. Few are of two.
    demonyms: HashMap<String, Vec<[u8; 2]>>,
}

/// What is known of the world.
///
/// # Errors
///
/// Where the file was damaged when the library was built.
pub fn world() -> Result<&'static Knowledge, &'static FileError> {
    static WORLD: OnceLock<Result<Knowledge, FileError>> = OnceLock::new();
    WORLD.get_or_init(|| Knowledge::read(FILE)).as_ref()
}

impl Knowledge {
    /// Reads what the maker wrote.
    ///
    /// # Errors
    ///
    /// Where it is of another version or damaged.
    pub fn read(file: &[u8]) -> Result<Self, FileError> {
        let mut knowledge = Self::default();
        for line in packed::lines(MAGIC, file)? {
            let line = line?;
            let line = Line::read(&line).ok_or(FileError::Damaged("a line lacks fields"))?;
            knowledge.add(&line)?;
        }
        for keys in [
            &mut knowledge.keys,
            &mut knowledge.others,
            &mut knowledge.qualifiers,
            &mut knowledge.surnames,
        ] {
            keys.sort_unstable();
            keys.dedup();
            keys.shrink_to_fit();
        }
        knowledge.entries.shrink_to_fit();
        knowledge.texts.shrink_to_fit();
        Ok(knowledge)
    }

    /// The bytes of a file with these lines, in their order: the likes beside each other pack better.
    ///
    /// # Errors
    ///
    /// Where it cannot be packed.
    #[doc(hidden)]
    pub fn write(lines: &[Line<'_>]) -> std::io::Result<Vec<u8>> {
        let mut text = String::new();
        for line in lines {
            line.write(&mut text);
        }
        packed::write(MAGIC, text.as_bytes())
    }

    fn add(&mut self, line: &Line<'_>) -> Result<(), FileError> {
        let country: [u8; 2] = code(line.country);
        let LineKind::Entry(kind) = line.kind else {
            for (name, _) in line.names() {
                let countries = self.demonyms.entry(fold(name)).or_default();
                countries.push(country);
            }
            return Ok(());
        };
        let number = self.entries.len() as u64;
        if number >> ENTRY_BITS > 0 {
            return Err(FileError::Damaged("it has too many entries"));
        }
        let id = self.keep(line.id);
        let name = self.keep(line.name);
        self.entries.push(Entry {
            kind,
            id,
            name,
            country,
            region: code(line.region),
            point: line.point,
            weight: line.weight,
        });
        if !line.facts.is_empty() {
            let facts = self.keep(&line.facts.to_string());
            self.facts.insert(number as u32, facts);
        }
        self.keys.push(key_of_folded(&fold(line.name), number));
        if matches!(kind, EntryKind::Leader | EntryKind::Legislator) {
            let name = fold(line.name);
            let ends = [name.split(' ').next(), name.split(' ').next_back()];
            for word in ends.into_iter().flatten() {
                self.surnames.push(key_of_folded(&skeleton(word), number));
            }
        }
        for (name, naming) in line.names() {
            let keys = match naming {
                Naming::Main => &mut self.keys,
                Naming::Other => &mut self.others,
                Naming::Qualifier => &mut self.qualifiers,
            };
            keys.push(key_of_folded(&fold(name), number));
        }
        Ok(())
    }

    fn keep(&mut self, text: &str) -> (u32, u8) {
        let end = text.floor_char_boundary(usize::from(u8::MAX));
        let kept = (self.texts.len() as u32, end as u8);
        self.texts.push_str(&text[..end]);
        kept
    }

    fn text(&self, (start, length): (u32, u8)) -> &str {
        let start = start as usize;
        self.texts
            .get(start..start + usize::from(length))
            .unwrap_or_default()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let lists = [&self.keys, &self.others, &self.qualifiers, &self.surnames];
        let keys: usize = lists.iter().map(|keys| keys.capacity()).sum();
        self.entries.capacity() * size_of::<Entry>() + self.texts.capacity() + keys * 8
    }

    /// Those with a name, folded.
    pub(crate) fn named<'k>(&'k self, folded: &str) -> impl Iterator<Item = Found<'k>> + use<'k> {
        let main = self.with_key(&self.keys, folded, true);
        main.chain(self.with_key(&self.others, folded, false))
    }

    /// Those that a text behind a comma means, folded: “Ore.”, “Oregon”, “Russia”.
    pub(crate) fn qualified<'k>(
        &'k self,
        folded: &str,
    ) -> impl Iterator<Item = Found<'k>> + use<'k> {
        let short = self.with_key(&self.qualifiers, folded, true);
        let long = self.with_key(&self.keys, folded, true);
        short.chain(long).filter(|found| {
            matches!(
                found.entry.kind,
                EntryKind::Country | EntryKind::Region | EntryKind::FormerCountry
            )
        })
    }

    /// Leaders and legislators one end of whose name transcription may have made this of: see [`skeleton`].
    pub(crate) fn with_surname<'k>(
        &'k self,
        skeleton: &str,
    ) -> impl Iterator<Item = Found<'k>> + use<'k> {
        self.with_key(&self.surnames, skeleton, true)
    }

    fn with_key<'k>(
        &'k self,
        keys: &'k [u64],
        folded: &str,
        is_main: bool,
    ) -> impl Iterator<Item = Found<'k>> + use<'k> {
        let key = key_of_folded(folded, 0);
        let first = keys.partition_point(|&other| other < key);
        let same = keys[first..]
            .iter()
            .take_while(move |&&other| other >> ENTRY_BITS == key >> ENTRY_BITS);
        same.filter_map(move |&other| {
            let number = (other & ((1 << ENTRY_BITS) - 1)) as u32;
            let entry = self.entries.get(number as usize)?;
            Some(Found {
                number,
                entry,
                is_main,
            })
        })
    }

    /// The countries whose people or things are called so, folded.
    pub(crate) fn demonym(&self, folded: &str) -> &[[u8; 2]] {
        self.demonyms.get(folded).map_or(&[], Vec::as_slice)
    }

    /// The id with its scheme: `geonames:524901`, `iso3166:US-CA`, `wikidata:Q159`.
    #[must_use]
    pub fn id_of(&self, entry: &Entry) -> String {
        let id = self.text(entry.id);
        match entry.kind {
            EntryKind::Continent | EntryKind::Town | EntryKind::Capital => {
                format!("geonames:{id}")
            }
            EntryKind::Country | EntryKind::FormerCountry | EntryKind::Region => {
                format!("iso3166:{id}")
            }
            EntryKind::Leader
            | EntryKind::Legislator
            | EntryKind::OfficeHolder
            | EntryKind::Organization => id.to_owned(),
        }
    }

    /// What else is known of an entry, by its number.
    pub(crate) fn facts_of(&self, number: u32) -> Facts {
        let facts = self.facts.get(&number);
        facts
            .and_then(|place| Facts::read(self.text(*place)))
            .unwrap_or_default()
    }

    /// The name that it is known by in English.
    #[must_use]
    pub fn name_of(&self, entry: &Entry) -> &str {
        self.text(entry.name)
    }
}

impl Entry {
    /// The country that it is or lies in, as ISO 3166-1 has it.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        let code = std::str::from_utf8(&self.country).ok()?;
        (code != "  ").then_some(code)
    }

    /// The country's code in bytes, for comparing.
    pub(crate) fn country_code(&self) -> Option<[u8; 2]> {
        (self.country != *b"  ").then_some(self.country)
    }

    /// The part of the country, where it is known.
    pub(crate) fn region_code(&self) -> Option<[u8; 3]> {
        (self.region != *b"   ").then_some(self.region)
    }

    /// Degrees north and east (WGS 84).
    #[must_use]
    pub fn coordinates(&self) -> Option<(f64, f64)> {
        let (north, east) = self.point?;
        Some((f64::from(north) / 1e6, f64::from(east) / 1e6))
    }
}

/// A code in a fixed number of bytes, filled with blanks.
fn code<const N: usize>(text: &str) -> [u8; N] {
    let mut code = [b' '; N];
    for (place, byte) in code.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(name: &str) -> Vec<String> {
        let world = world().unwrap();
        let found = world.named(&fold(name));
        found.map(|found| world.id_of(found.entry)).collect()
    }

    #[test]
    fn the_world_is_known_by_its_names() {
        for (name, id) in [
            ("Moscow", "geonames:524901"),
            ("Washington DC", "geonames:4140963"),
            ("Washington, D.C.", "geonames:4140963"),
            ("the U.S.", "iso3166:US"),
            ("Côte d’Ivoire", "iso3166:CI"),
            ("Ivory Coast", "iso3166:CI"),
            ("USSR", "iso3166:SUHH"),
            ("Scotland", "iso3166:GB-SCT"),
            ("California", "iso3166:US-CA"),
            ("Kiev", "geonames:703448"),
            ("Kyiv", "geonames:703448"),
            ("New York", "geonames:5128581"),
            ("Africa", "geonames:6255146"),
        ] {
            let ids = ids(name);
            assert!(ids.iter().any(|other| other == id), "{name}: {ids:?}");
        }
        assert_eq!(ids("Nowhere-upon-Sea"), Vec::<String>::new());
    }

    #[test]
    fn abbreviations_hold_behind_a_comma_alone() {
        let world = world().unwrap();
        let qualified: Vec<String> = world
            .qualified(&fold("Ore."))
            .map(|found| world.id_of(found.entry))
            .collect();
        assert_eq!(qualified, ["iso3166:US-OR"]);
        assert!(!ids("Ore.").contains(&"iso3166:US-OR".to_owned()));
    }

    #[test]
    fn nationalities_tell_their_country() {
        let world = world().unwrap();
        assert_eq!(world.demonym(&fold("Kazakh")), [*b"KZ"]);
        assert_eq!(world.demonym(&fold("Russians")), [*b"RU"]);
        assert_eq!(world.demonym(&fold("Dominican")), [*b"DM", *b"DO"]);
        assert!(world.demonym(&fold("Moscow")).is_empty());
    }

    #[test]
    fn it_is_small_enough() {
        let world = world().unwrap();
        assert!(world.len() > 230_000, "{}", world.len());
        // Model and knowledge together are to fit into 60 MiB of memory and 16 MB of file.
        assert!(world.bytes() < 32 << 20, "{}", world.bytes());
        assert!(FILE.len() < 8_000_000, "{}", FILE.len());
    }
}
