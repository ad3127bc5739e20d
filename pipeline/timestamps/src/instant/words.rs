//! What the words of a text can mean: looked up in all languages, cut where a script has no blanks, joined where a name has several parts.

use super::items::{Item, Items, Kind};
use super::refusal::Refusal;
use crate::names::{self, Entry, Key, Level, Role};

/// Letters of a name in a script without blanks; bounds the tries to cut a run of letters.
const MAX_UNSPACED: usize = 16;

/// Fills in the meanings.
pub(super) fn look_up(text: &str, items: &mut Items, language: Option<u16>) -> Result<(), Refusal> {
    let mut at = 0;
    while at < items.len() {
        let item = items[at];
        if item.kind == Kind::Word {
            let word = item.text(text);
            let entries = names::lookup(Key::of(word).as_str());
            if entries.is_empty() && names::is_unspaced(word) {
                cut(word, at, items)?;
            } else {
                items.set_meaning(at, entries);
            }
            join(text, at, items, language);
        }
        at += 1;
    }
    Ok(())
}

/// Cuts the longest known name off the front of a run of letters; the rest comes next.
fn cut(word: &str, at: usize, items: &mut Items) -> Result<(), Refusal> {
    let mut ends = [0; MAX_UNSPACED];
    let mut count = 0;
    for (start, c) in word.char_indices().take(MAX_UNSPACED) {
        ends[count] = start + c.len_utf8();
        count += 1;
    }
    for &end in ends[..count].iter().rev() {
        let entries = names::lookup(Key::of(&word[..end]).as_str());
        if !entries.is_empty() {
            if end < word.len() {
                items.cut(at, end)?;
            }
            items.set_meaning(at, entries);
            return Ok(());
        }
    }
    Ok(())
}

/// Joins the items of a name of several parts, the longest such name.
fn join(text: &str, at: usize, items: &mut Items, language: Option<u16>) {
    let parts = items[at]
        .entries
        .iter()
        .filter_map(|entry| match entry.role {
            Role::Start(parts) => Some(parts),
            _ => None,
        });
    let Some(longest) = parts.max() else { return };
    for parts in (2..=longest).rev() {
        let Some((key, count)) = key_of(text, &items[at..], parts) else {
            continue;
        };
        let entries = names::lookup(key.as_str());
        let with_number = items[at..at + count]
            .iter()
            .any(|item| item.number().is_some());
        let sure = !with_number
            || entries.iter().any(|entry| Some(entry.language) == language)
            || items[at].text(text).len() > 2;
        if !entries.is_empty() && sure {
            items.join(at, count);
            items.set_meaning(at, entries);
            return;
        }
    }
}

/// The key of the next `parts` words and numbers, and how many items they span; `None` where something other than the marks of a name is
/// between them.
fn key_of(text: &str, items: &[Item], parts: u8) -> Option<(Key, usize)> {
    let mut key = Key::new();
    let (mut found, mut blank) = (0, false);
    for (index, item) in items.iter().enumerate() {
        let is_part = !matches!(item.kind, Kind::Mark(_));
        if found > 0 {
            blank |= item.blank || item.is_mark('-') || item.is_mark('\'');
            if !is_part && !matches!(item.kind, Kind::Mark('.' | '-' | '\'')) {
                return None;
            }
        }
        if !is_part {
            continue;
        }
        if blank {
            key.push_blank();
            blank = false;
        }
        match item.kind {
            Kind::Number { value, .. } => key.push_number(value),
            _ => key.push(item.text(text)),
        }
        found += 1;
        if found == parts {
            return Some((key, index + 1));
        }
    }
    None
}

/// How near a meaning is: the language of the text, English, languages by how much is written in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Hinted,
    English,
    Modern,
    Moderate,
    Basic,
}

/// A meaning, its rank, and whether others of the same rank differ.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) rank: Rank,
    pub(super) contested: bool,
}

/// English is the first language of the table.
pub(super) const ENGLISH: u16 = 0;

pub(super) fn rank(entry: &Entry, language: Option<u16>) -> Rank {
    if Some(entry.language) == language {
        return Rank::Hinted;
    }
    if entry.language == ENGLISH {
        return Rank::English;
    }
    match entry.level {
        Level::Modern => Rank::Modern,
        Level::Moderate => Rank::Moderate,
        Level::Basic => Rank::Basic,
    }
}

/// The nearest meaning among those that `pick` takes.
pub(super) fn best<T: Copy + PartialEq>(
    entries: &[Entry],
    language: Option<u16>,
    pick: impl Fn(Role) -> Option<T>,
) -> Option<Found<T>> {
    let mut best: Option<Found<T>> = None;
    for entry in entries {
        let Some(value) = pick(entry.role) else {
            continue;
        };
        let rank = rank(entry, language);
        match &mut best {
            Some(found) if found.rank < rank => {}
            Some(found) if found.rank == rank => found.contested |= found.value != value,
            _ => {
                best = Some(Found {
                    value,
                    rank,
                    contested: false,
                });
            }
        }
    }
    best
}
