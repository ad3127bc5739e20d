//! The forms of all languages: which words say how far back. Out of CLDR's `relative.tsv`, and the roles `ago-…` of `supplement.tsv`.

use std::sync::OnceLock;

use crate::instant::items::{self, Item, Kind};
use crate::names::{self, FixedMap, Key};

const TABLE: &str = include_str!("../../../data/relative.tsv");
const SUPPLEMENT: &str = include_str!("../../../data/supplement.tsv");

/// What the roles of the supplement begin with.
const PREFIX: &str = "ago-";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

/// One reading of a form, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) language: u16,
    pub(super) unit: Unit,
    /// How many, where the words say it.
    pub(super) count: Option<i64>,
}

/// The folded words with a blank between; numbers are all the same, marks do not count.
pub(super) fn key(items: &[Item], text: &str) -> Key {
    let mut key = Key::new();
    let mut first = true;
    for item in items {
        if matches!(item.kind, Kind::Mark(_)) {
            continue;
        }
        if !std::mem::take(&mut first) {
            key.push_blank();
        }
        match item.kind {
            Kind::Number { .. } => key.push("#"),
            _ => key.push(item.text(text)),
        }
    }
    key
}

/// The forms of all languages by their keys.
pub(super) fn table() -> &'static FixedMap<Box<str>, Vec<Form>> {
    static FORMS: OnceLock<FixedMap<Box<str>, Vec<Form>>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let mut forms = FixedMap::<Box<str>, Vec<Form>>::default();
        for (language, role, spellings) in rows_of_cldr().chain(rows_by_hand()) {
            let Some((form, spellings)) = row(language, role).zip(Some(spellings)) else {
                continue;
            };
            for spelling in spellings.split('|') {
                let of_key = forms.entry(spelled(spelling)).or_default();
                if !of_key.contains(&form) {
                    of_key.push(form);
                }
            }
        }
        forms
    })
}

/// Language, role, spellings.
type Row = (&'static str, &'static str, &'static str);

pub(super) fn rows_of_cldr() -> impl Iterator<Item = Row> {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?, columns.next()?))
    })
}

pub(super) fn rows_by_hand() -> impl Iterator<Item = Row> {
    SUPPLEMENT.lines().filter_map(|line| {
        let mut columns = line.split('\t');
        let language = columns.next()?;
        let role = columns.nth(1)?.strip_prefix(PREFIX)?;
        Some((language, role, columns.next()?))
    })
}

/// `h`: the number stands in the text; `2h`: two.
pub(super) fn row(language: &str, role: &str) -> Option<Form> {
    let (count, unit) = role.split_at_checked(role.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => Unit::Second,
        "m" => Unit::Minute,
        "h" => Unit::Hour,
        "D" => Unit::Day,
        "W" => Unit::Week,
        "M" => Unit::Month,
        "Y" => Unit::Year,
        _ => return None,
    };
    Some(Form {
        language: names::language(language)?,
        unit,
        count: match count {
            "" => None,
            count => Some(count.parse().ok()?),
        },
    })
}

/// The key of a spelling of the table.
fn spelled(spelling: &str) -> Box<str> {
    let text = spelling.replace("{0}", "7");
    let items = items::split(&text);
    let key = items.map(|items| key(&items, &text));
    key.map_or_else(|_| "".into(), |key| key.as_str().into())
}
