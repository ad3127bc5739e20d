//! The file: a header, a checksum and one packed text, a line an entry, so that `tail -c +17 world.knowledge | zstd -d` shows it to anyone.

use thiserror::Error;

use super::EntryKind;
use crate::model::checksum;

/// What the file begins with.
const MAGIC: &[u8; 8] = b"DLKNOW\0\x01";
/// Bytes of the unpacked text: twice as many as there are.
const MAX_UNPACKED: usize = 64 << 20;
/// Between the fields of a line, and between names.
const FIELD: char = '\t';
const NAME: char = '|';

/// Why a file of knowledge cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum KnowledgeError {
    /// It is of another version, or no such file.
    #[error(
        "this is no knowledge of the version that is understood; make it with the knowledge maker of the same version"
    )]
    Version,
    /// It is damaged.
    #[error("the knowledge is damaged: {0}; make it again or take another copy")]
    Damaged(&'static str),
}

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Of an entry.
    Entry(EntryKind),
    /// What is called after a country.
    Demonym,
}

/// How a name is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// As the English name.
    Main,
    /// In other languages, in other times, or seldom.
    Other,
    /// Only behind a comma after another place's name.
    Qualifier,
}

/// A line of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'t> {
    /// What it tells.
    pub kind: LineKind,
    /// The id without its scheme.
    pub id: &'t str,
    /// The English name.
    pub name: &'t str,
    /// ISO 3166-1.
    pub country: &'t str,
    /// ISO 3166-2 behind the hyphen.
    pub region: &'t str,
    /// Millionths of degrees, north and east.
    pub point: Option<(i32, i32)>,
    /// Inhabitants, 0 where unknown.
    pub population: u32,
    /// More names, between strokes, `~` before one of [`Naming::Other`] and `,` before one of [`Naming::Qualifier`].
    pub more_names: &'t str,
}

const LETTERS: [(char, LineKind); 7] = [
    ('k', LineKind::Entry(EntryKind::Continent)),
    ('c', LineKind::Entry(EntryKind::Country)),
    ('f', LineKind::Entry(EntryKind::FormerCountry)),
    ('r', LineKind::Entry(EntryKind::Region)),
    ('p', LineKind::Entry(EntryKind::Town)),
    ('P', LineKind::Entry(EntryKind::Capital)),
    ('d', LineKind::Demonym),
];

impl<'t> Line<'t> {
    pub(super) fn read(line: &'t str) -> Option<Self> {
        let mut fields = line.split(FIELD);
        let letter = fields.next()?;
        let kind = LETTERS
            .iter()
            .find(|(other, _)| letter.chars().eq([*other]))?
            .1;
        let [id, name, country, region] = [
            fields.next()?,
            fields.next()?,
            fields.next()?,
            fields.next()?,
        ];
        let point = match (fields.next()?, fields.next()?) {
            ("", "") => None,
            (north, east) => Some((north.parse().ok()?, east.parse().ok()?)),
        };
        let population = match fields.next()? {
            "" => 0,
            number => number.parse().ok()?,
        };
        let more_names = fields.next()?;
        fields.next().is_none().then_some(Self {
            kind,
            id,
            name,
            country,
            region,
            point,
            population,
            more_names,
        })
    }

    fn write(&self, out: &mut String) {
        let letter = LETTERS.iter().find(|(_, kind)| *kind == self.kind);
        let (north, east) = self.point.map_or_else(Default::default, |(north, east)| {
            (north.to_string(), east.to_string())
        });
        let population = match self.population {
            0 => String::new(),
            number => number.to_string(),
        };
        out.extend(letter.map(|(letter, _)| letter));
        for field in [
            self.id,
            self.name,
            self.country,
            self.region,
            &north,
            &east,
            &population,
            self.more_names,
        ] {
            out.push(FIELD);
            out.extend(field.chars().filter(|letter| !letter.is_control()));
        }
        out.push('\n');
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&'t str, Naming)> {
        let names = self.more_names.split(NAME).filter(|name| !name.is_empty());
        names.map(|name| match name.chars().next() {
            Some('~') => (&name[1..], Naming::Other),
            Some(',') => (&name[1..], Naming::Qualifier),
            _ => (name, Naming::Main),
        })
    }
}

pub(super) fn pack(lines: &[Line<'_>]) -> std::io::Result<Vec<u8>> {
    let mut text = String::new();
    for line in lines {
        line.write(&mut text);
    }
    let packed = zstd::bulk::compress(text.as_bytes(), 19)?;
    let mut file = MAGIC.to_vec();
    file.extend(checksum(&packed).to_le_bytes());
    file.extend(packed);
    Ok(file)
}

pub(super) fn unpack(file: &[u8]) -> Result<String, KnowledgeError> {
    let rest = file.strip_prefix(MAGIC).ok_or(KnowledgeError::Version)?;
    let (check, packed) = rest
        .split_at_checked(8)
        .ok_or(KnowledgeError::Damaged("it ends early"))?;
    if checksum(packed).to_le_bytes() != *check {
        return Err(KnowledgeError::Damaged("its checksum is another"));
    }
    let bytes = zstd::bulk::decompress(packed, MAX_UNPACKED)
        .map_err(|_| KnowledgeError::Damaged("it does not unpack"))?;
    String::from_utf8(bytes).map_err(|_| KnowledgeError::Damaged("it is no text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line<'static> {
        Line {
            kind: LineKind::Entry(EntryKind::Region),
            id: "US-OR",
            name: "Oregon",
            country: "US",
            region: "OR",
            point: Some((-1, 120_000_000)),
            population: 7,
            more_names: "Beaver State|~Orégon|,Ore.",
        }
    }

    #[test]
    fn lines_survive_the_file() {
        let file = pack(&[line()]).unwrap();
        let text = unpack(&file).unwrap();
        let again = Line::read(text.trim_end()).unwrap();
        assert_eq!(again, line());
        let names: Vec<_> = again.names().collect();
        assert_eq!(
            names,
            [
                ("Beaver State", Naming::Main),
                ("Orégon", Naming::Other),
                ("Ore.", Naming::Qualifier)
            ]
        );
    }

    #[test]
    fn damage_is_noticed() {
        let file = pack(&[line()]).unwrap();
        assert_eq!(unpack(b"DLKNOW\0\x02"), Err(KnowledgeError::Version));
        for at in 8..file.len() {
            let mut damaged = file.clone();
            damaged[at] ^= 0x10;
            assert!(matches!(unpack(&damaged), Err(KnowledgeError::Damaged(_))));
        }
        for line in [
            "",
            "p",
            "x\t\t\t\t\t\t\t\t",
            "p\t\t\t\t\t1\t\t\t",
            "p\t\t\t\t\t\t\tmany\t",
        ] {
            assert_eq!(Line::read(line), None, "{line:?}");
        }
    }
}
