//! What holidays are called in each language.

use std::sync::OnceLock;

use super::table::Holiday;
use crate::names::FixedMap;

const TABLE: &str = include_str!("../../data/holiday-names.tsv");

/// The row that tells in which country a language is at home.
const COUNTRY: &str = "@country";

/// One spelling of one holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// As the table has it. One that begins with a capital is a holiday only with a capital: without, its words mean something else.
    pub spelling: String,
    /// Which one.
    pub holiday: Holiday,
}

#[derive(Default)]
struct Names {
    of_language: FixedMap<&'static str, Vec<Name>>,
    countries: FixedMap<&'static str, &'static str>,
}

/// The names in a language, by its tag without region: `de`.
pub fn names(language: &str) -> &'static [Name] {
    table().of_language.get(language).map_or(&[], Vec::as_slice)
}

/// The country whose holidays a text in this language means where nothing else is known of it; none for languages of many countries.
pub fn country_of(language: &str) -> Option<&'static str> {
    table().countries.get(language).copied()
}

fn table() -> &'static Names {
    static NAMES: OnceLock<Names> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut names = Names::default();
        for (name, language, rest) in TABLE.lines().filter_map(columns) {
            if name == COUNTRY {
                names.countries.insert(language, rest);
                continue;
            }
            let Some(holiday) = Holiday::named(name) else {
                continue;
            };
            let spellings = rest.split('|').flat_map(spelled_out);
            let of_language = names.of_language.entry(language).or_default();
            of_language.extend(spellings.map(|spelling| Name { spelling, holiday }));
        }
        names
    })
}

fn columns(line: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let mut columns = line.split('\t');
    let row = (columns.next()?, columns.next()?, columns.next()?);
    (!line.starts_with('#')).then_some(row)
}

/// All spellings of one with endings in braces: `Пасх{а,и}` to `Пасха` and `Пасхи`.
fn spelled_out(written: &str) -> Vec<String> {
    let mut spellings = vec![String::new()];
    let mut rest = written;
    while let Some((before, choices, after)) = braces(rest) {
        let add = |spelling: &String| {
            let endings = choices.split(',');
            let longer = endings.map(|ending| format!("{spelling}{before}{ending}"));
            longer.collect::<Vec<_>>()
        };
        spellings = spellings.iter().flat_map(add).collect();
        rest = after;
    }
    for spelling in &mut spellings {
        spelling.push_str(rest);
    }
    spellings
}

fn braces(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (choices, after) = rest.split_once('}')?;
    Some((before, choices, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spellings that one entry may stand for: three inflected words; more is a slip of braces.
    const MAX_SPELLINGS: usize = 250;

    #[test]
    fn every_row_is_of_a_holiday() {
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (name, language, rest) = columns(line).unwrap();
            assert!(name == COUNTRY || Holiday::named(name).is_some(), "{line}");
            assert_eq!(language.len(), 2, "{line}");
            for entry in rest.split('|') {
                let spellings = spelled_out(entry);
                assert!(spellings.len() <= MAX_SPELLINGS, "{line}");
                for spelling in spellings {
                    assert_eq!(spelling.trim(), spelling, "{line}");
                    assert!(
                        !spelling.is_empty() && !spelling.contains(['{', '}']),
                        "{line}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_holiday_has_a_name() {
        let languages = ["en", "de", "fr", "es", "it", "pt", "nl", "ru"];
        let named: Vec<Holiday> = languages
            .iter()
            .flat_map(|language| names(language).iter().map(|name| name.holiday))
            .collect();
        for holiday in super::super::table::all() {
            assert!(named.contains(&holiday), "{}", holiday.name());
        }
    }

    #[test]
    fn endings_are_spelled_out() {
        let spellings = spelled_out("Д{ень,ня} Победы");
        assert_eq!(spellings, ["День Победы", "Дня Победы"]);
        assert_eq!(spelled_out("Noël"), ["Noël"]);
        assert_eq!(spelled_out("Abend{,s}"), ["Abend", "Abends"]);
    }

    #[test]
    fn languages_at_home_in_one_country() {
        assert_eq!(country_of("de"), Some("DE"));
        assert_eq!(country_of("la"), None);
    }
}
