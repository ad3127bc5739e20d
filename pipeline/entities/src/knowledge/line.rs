//! A line of the file: one entry, in fields that `cut` can take.

use super::EntryKind;
use super::facts::Facts;

/// Between the fields of a line, and between names.
const FIELD: char = '\t';
const NAME: char = '|';

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
pub(super) enum Naming {
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
    /// The id, without its scheme where the kind has one of its own.
    pub id: &'t str,
    /// The English name.
    pub name: &'t str,
    /// ISO 3166-1.
    pub country: &'t str,
    /// ISO 3166-2 behind the hyphen.
    pub region: &'t str,
    /// Millionths of degrees, north and east.
    pub point: Option<(i32, i32)>,
    /// What it is weighed by: see [`Entry::weight`](super::Entry::weight).
    pub weight: u32,
    /// More names, between strokes, with `~` before one of other languages or times and `,` before one that holds only behind a comma.
    pub more_names: &'t str,
    /// What else is known.
    pub facts: Facts,
}

const LETTERS: [(char, LineKind); 11] = [
    ('k', LineKind::Entry(EntryKind::Continent)),
    ('c', LineKind::Entry(EntryKind::Country)),
    ('f', LineKind::Entry(EntryKind::FormerCountry)),
    ('r', LineKind::Entry(EntryKind::Region)),
    ('p', LineKind::Entry(EntryKind::Town)),
    ('P', LineKind::Entry(EntryKind::Capital)),
    ('l', LineKind::Entry(EntryKind::Leader)),
    ('m', LineKind::Entry(EntryKind::Legislator)),
    ('o', LineKind::Entry(EntryKind::OfficeHolder)),
    ('g', LineKind::Entry(EntryKind::Organization)),
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
        let weight = match fields.next()? {
            "" => 0,
            number => number.parse().ok()?,
        };
        let more_names = fields.next()?;
        let facts = Facts::read(fields.next()?)?;
        fields.next().is_none().then_some(Self {
            kind,
            id,
            name,
            country,
            region,
            point,
            weight,
            more_names,
            facts,
        })
    }

    pub(super) fn write(&self, out: &mut String) {
        let letter = LETTERS.iter().find(|(_, kind)| *kind == self.kind);
        let (north, east) = self.point.map_or_else(Default::default, |(north, east)| {
            (north.to_string(), east.to_string())
        });
        let weight = match self.weight {
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
            &weight,
            self.more_names,
            &self.facts.to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_were_written() {
        let line = Line {
            kind: LineKind::Entry(EntryKind::Region),
            id: "US-OR",
            name: "Oregon",
            country: "US",
            region: "OR",
            point: Some((-1, 120_000_000)),
            weight: 7,
            more_names: "Beaver State|~Orégon|,Ore.",
            facts: Facts {
                same_as: vec!["wikidata:Q0".to_owned()],
                ..Facts::default()
            },
        };
        let mut text = String::new();
        line.write(&mut text);
        let again = Line::read(text.trim_end_matches('\n')).unwrap();
        assert_eq!(again, line);
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
    fn what_is_no_line_is_refused() {
        for line in [
            "",
            "p",
            "x\t\t\t\t\t\t\t\t\t",
            "p\t\t\t\t\t1\t\t\t\t",
            "p\t\t\t\t\t\t\tmany\t\t",
            "p\t\t\t\t\t\t\t\t\tb",
        ] {
            assert_eq!(Line::read(line), None, "{line:?}");
        }
    }
}
