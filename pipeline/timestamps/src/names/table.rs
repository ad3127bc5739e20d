//! The map from a folded spelling to what it can mean, and in which languages.

use std::sync::OnceLock;

use super::chars::{digit, is_ignored, is_letter};
use super::hash::FixedMap;
use super::key::Key;

const TABLES: [&str; 2] = [
    include_str!("../../data/names.tsv"),
    include_str!("../../data/supplement.tsv"),
];

/// What a name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Month(u8),
    /// Monday is 1.
    Weekday(u8),
    PersianMonth(u8),
    IslamicMonth(u8),
    /// As CLDR counts: 1 is Tishri, 6 and 14 the first and second Adar of a leap year, 7 the Adar that does not say which.
    HebrewMonth(u8),
    Noon,
    Midnight,
    Am,
    Pm,
    /// Before noon for small hours, after it for large ones.
    Night,
    Unit(Unit),
    Ordinal,
    /// Years are counted from this one: 1989 is 平成1.
    Era(u16),
    Buddhist,
    Persian,
    Islamic,
    /// Passed over.
    Filler,
    /// First part of a name of this many parts, letters and numbers counted.
    Start(u8),
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// How well CLDR covers a language, which is near to how much is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Modern,
    Moderate,
    Basic,
}

/// One meaning of one spelling in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) role: Role,
    pub(crate) level: Level,
    pub(crate) language: u16,
}

struct Table {
    languages: FixedMap<&'static str, u16>,
    entries: Vec<Entry>,
    spans: FixedMap<Box<str>, (u32, u32)>,
    /// Names of months and weekdays of one word, by language, for names that are cut short.
    short: Vec<(u16, Box<str>, Role)>,
}

/// All meanings of a folded spelling.
pub(crate) fn lookup(key: &str) -> &'static [Entry] {
    let table = table();
    table.spans.get(key).map_or(&[], |&(start, end)| {
        &table.entries[start as usize..end as usize]
    })
}

/// The number of a language by its tag; the part before the first hyphen counts.
pub(crate) fn language(tag: &str) -> Option<u16> {
    let base = tag.split(['-', '_']).next()?;
    let mut lower = [0; 8];
    let lower = lower.get_mut(..base.len())?;
    lower.copy_from_slice(base.as_bytes());
    lower.make_ascii_lowercase();
    let base = std::str::from_utf8(lower).ok()?;
    let known = match base {
        "tl" => "fil",
        "iw" => "he",
        "in" => "id",
        "nb" => "no",
        "sh" => "sr",
        "mo" => "ro",
        other => other,
    };
    table().languages.get(known).copied()
}

/// The month or weekday that a word cut short stands for: the one whose names in this language begin so, where there is just one.
pub(crate) fn by_prefix(key: &str, language: u16) -> Option<Role> {
    let names = &table().short;
    let from = names.partition_point(|(code, name, _)| (*code, name.as_ref()) < (language, key));
    let mut found = names[from..]
        .iter()
        .take_while(|(code, name, _)| *code == language && name.starts_with(key))
        .map(|&(_, _, role)| role);
    let first = found.next()?;
    found.all(|role| role == first).then_some(first)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(load)
}

fn load() -> Table {
    let mut languages = FixedMap::default();
    let mut short = Vec::new();
    let mut named: Vec<(Box<str>, Entry)> = Vec::new();
    let lines = TABLES.iter().flat_map(|table| table.lines());
    for line in lines {
        let Some((tag, level, role, spellings)) = columns(line) else {
            continue;
        };
        let next = languages.len() as u16;
        let language = *languages.entry(tag).or_insert(next);
        let entry = Entry {
            role,
            level,
            language,
        };
        for spelling in spellings.split('|') {
            let name = key_of(spelling);
            if name.key.is_empty() {
                continue;
            }
            if let (Role::Month(_) | Role::Weekday(_), 1) = (role, name.parts) {
                short.push((language, name.key.clone(), role));
            }
            if name.parts > 1 {
                let start = Entry {
                    role: Role::Start(name.parts),
                    ..entry
                };
                named.push((name.first, start));
            }
            named.push((name.key, entry));
        }
    }
    short.sort_unstable();
    named.sort_unstable();
    named.dedup();
    let mut entries = Vec::with_capacity(named.len());
    let mut spans: FixedMap<Box<str>, (u32, u32)> = FixedMap::default();
    for (key, entry) in named {
        let at = entries.len() as u32;
        spans.entry(key).or_insert((at, at)).1 = at + 1;
        entries.push(entry);
    }
    Table {
        languages,
        entries,
        spans,
        short,
    }
}

fn columns(line: &'static str) -> Option<(&'static str, Level, Role, &'static str)> {
    if line.starts_with('#') {
        return None;
    }
    let mut columns = line.split('\t');
    let language = columns.next()?;
    let level = match columns.next()? {
        "a" => Level::Modern,
        "b" => Level::Moderate,
        _ => Level::Basic,
    };
    Some((language, level, role(columns.next()?)?, columns.next()?))
}

fn role(name: &str) -> Option<Role> {
    Some(match name {
        "am" => Role::Am,
        "pm" => Role::Pm,
        "night" => Role::Night,
        "noon" => Role::Noon,
        "midnight" => Role::Midnight,
        "Y" => Role::Unit(Unit::Year),
        "M" => Role::Unit(Unit::Month),
        "D" => Role::Unit(Unit::Day),
        "h" => Role::Unit(Unit::Hour),
        "m" => Role::Unit(Unit::Minute),
        "s" => Role::Unit(Unit::Second),
        "o" => Role::Ordinal,
        "x" => Role::Filler,
        "be" => Role::Buddhist,
        "ap" => Role::Persian,
        "ah" => Role::Islamic,
        "roc" => Role::Era(1912),
        _ => {
            if let Some(first) = name.strip_prefix("era-") {
                return first.parse().ok().map(Role::Era);
            }
            let (kind, number) = name.split_at_checked(1)?;
            let number = number.parse().ok()?;
            match kind {
                "m" => Role::Month(number),
                "d" => Role::Weekday(number),
                "p" => Role::PersianMonth(number),
                "i" => Role::IslamicMonth(number),
                "j" => Role::HebrewMonth(number),
                _ => return None,
            }
        }
    })
}

struct Name {
    key: Box<str>,
    first: Box<str>,
    parts: u8,
}

/// Folds a spelling as `items` splits a text: parts that touch or have only a dot between them are joined, others have one blank between.
fn key_of(spelling: &str) -> Name {
    let mut key = Key::new();
    let mut first = None;
    let mut parts: u8 = 0;
    let mut rest = spelling;
    let mut gap = "";
    while let Some(start) = rest.find(|c| is_letter(c) || digit(c).is_some()) {
        if parts > 0 {
            gap = &rest[..start];
        }
        rest = &rest[start..];
        let number = rest.starts_with(|c| digit(c).is_some());
        let end = rest
            .find(|c| {
                if number {
                    digit(c).is_none()
                } else {
                    !is_letter(c) && !is_ignored(c)
                }
            })
            .unwrap_or(rest.len());
        if !matches!(gap, "" | ".") {
            key.push_blank();
        }
        if number {
            key.push_number(rest[..end].parse().unwrap_or(u64::MAX));
        } else {
            key.push(&rest[..end]);
        }
        first.get_or_insert_with(|| Box::<str>::from(key.as_str()));
        parts = parts.saturating_add(1);
        rest = &rest[end..];
    }
    Name {
        key: key.as_str().into(),
        first: first.unwrap_or_default(),
        parts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(word: &str, tag: &str) -> Vec<Role> {
        let code = language(tag).unwrap();
        let all = lookup(Key::of(word).as_str()).iter();
        all.filter(|entry| entry.language == code)
            .map(|entry| entry.role)
            .collect()
    }

    #[test]
    fn names_of_all_kinds() {
        assert_eq!(means("октября", "ru"), [Role::Month(10)]);
        assert_eq!(means("Miércoles", "es-MX"), [Role::Weekday(3)]);
        assert!(means("mar", "fr").contains(&Role::Month(3)));
        assert!(means("mar", "fr").contains(&Role::Weekday(2)));
        assert_eq!(means("오후", "ko"), [Role::Pm]);
        assert!(means("segunda", "pt").contains(&Role::Start(2)));
    }

    #[test]
    fn names_of_several_parts_are_keyed_with_one_blank() {
        assert_eq!(&*key_of("segunda-feira").key, "segunda feira");
        assert_eq!(&*key_of("a.m.").key, "am");
        assert_eq!(&*key_of("tháng 03").key, "thang 3");
        assert_eq!(key_of("tháng 3").parts, 2);
    }

    #[test]
    fn a_month_cut_short_is_found_where_only_one_begins_so() {
        let ukrainian = language("uk").unwrap();
        assert_eq!(
            by_prefix(Key::of("верес").as_str(), ukrainian),
            Some(Role::Month(9))
        );
        assert_eq!(by_prefix(Key::of("л").as_str(), ukrainian), None);
    }
}
