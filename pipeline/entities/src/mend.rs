//! What a tagger that knows letters and neighbours alone takes for names, put right by what is known of the world.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::article::is_head;
use crate::knowledge::{EntryKind, Knowledge, fold};
use crate::label::Kind;
use crate::tagger::Mention;

/// Words of the longest name of a country that a person's is taken apart from.
const MAX_COUNTRY: usize = 5;
/// Words of a person's name behind it.
const PERSON: std::ops::RangeInclusive<usize> = 2..=4;

/// Seats of power, which stand for those who sit there.
static SEATS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = include_str!("../data/seats.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    lines.map(fold).collect()
});

/// The mentions of a text, put right: a country and a person who are one name behind a title (“President of Kazakhstan Kasim Comert Tokayev”) are two;
/// the Kremlin is an organization, not a place; “Soviet republics” are no place; “(L)” in a caption and “Tuesday” name nobody. In order, none within another.
#[must_use]
pub fn mend(text: &str, mentions: Vec<Mention>, world: &Knowledge) -> Vec<Mention> {
    let mut mended = Vec::with_capacity(mentions.len());
    for mut mention in mentions {
        let Some(name) = text.get(mention.start..mention.end) else {
            continue;
        };
        if is_position(text, &mention) || mention.kind == Kind::Misc && is_day_or_month(name) {
            continue;
        }
        if let Some(at) = person_behind_country(text, &mention, world) {
            mended.extend(split(text, &mention, at));
            continue;
        }
        if mention.kind != Kind::Organization && SEATS.contains(&fold(name)) {
            mention.kind = Kind::Organization;
        } else if mention.kind != Kind::Misc && is_group_of_states(name, world) {
            mention.kind = Kind::Misc;
        }
        mended.push(mention);
    }
    mended
}

/// Whether it is a letter that says where somebody stands in a picture: “(L)”, “(2nd R)”, “(L-R)”.
fn is_position(text: &str, mention: &Mention) -> bool {
    let name = &text[mention.start..mention.end];
    if !matches!(name, "L" | "R" | "C" | "L-R" | "R-L") {
        return false;
    }
    let before = text[..mention.start].trim_end_matches(['L', 'R', '-', ' ']);
    before.ends_with('(')
        || before.ends_with(['d', 'h', 't']) && {
            // “(2nd R)”
            let word = before.rsplit(' ').next().unwrap_or_default();
            word.starts_with('(') && word.contains(|letter: char| letter.is_ascii_digit())
        }
}

/// “Tuesday”, “March”: times, and no names.
fn is_day_or_month(name: &str) -> bool {
    matches!(
        name,
        "Monday"
            | "Tuesday"
            | "Wednesday"
            | "Thursday"
            | "Friday"
            | "Saturday"
            | "Sunday"
            | "January"
            | "February"
            | "March"
            | "April"
            | "May"
            | "June"
            | "July"
            | "August"
            | "September"
            | "October"
            | "November"
            | "December"
    )
}

/// Where the person begins in a name of a country and a person behind a title.
fn person_behind_country(text: &str, mention: &Mention, world: &Knowledge) -> Option<usize> {
    let mut before = text[..mention.start].split_whitespace().rev();
    if before.next()? != "of" || !is_head(before.next()?) {
        return None;
    }
    let name = &text[mention.start..mention.end];
    let starts: Vec<usize> = word_starts(name).collect();
    (1..=MAX_COUNTRY).find_map(|count| {
        let at = *starts.get(count)?;
        let rest: Vec<&str> = name[at..].split_whitespace().collect();
        let is_person = PERSON.contains(&rest.len())
            && rest.iter().all(|word| word.starts_with(char::is_uppercase));
        let is_country = world
            .named(&fold(&name[..at]))
            .any(|found| found.is_main && found.entry.kind == EntryKind::Country);
        (is_person && is_country).then_some(mention.start + at)
    })
}

fn word_starts(name: &str) -> impl Iterator<Item = usize> {
    let mut is_in_word = false;
    name.char_indices().filter_map(move |(at, letter)| {
        let begins = !is_in_word && !letter.is_whitespace();
        is_in_word = !letter.is_whitespace();
        begins.then_some(at)
    })
}

/// The country before a byte and the person from it on.
fn split(text: &str, mention: &Mention, at: usize) -> [Mention; 2] {
    let country = text[mention.start..at].trim_end();
    let chars = |part: &str| part.chars().count();
    let country_end = mention.start + country.len();
    [
        Mention {
            end: country_end,
            chars: (mention.chars.0, mention.chars.0 + chars(country)),
            kind: Kind::Location,
            ..*mention
        },
        Mention {
            start: at,
            chars: (
                mention.chars.0 + chars(&text[mention.start..at]),
                mention.chars.1,
            ),
            kind: Kind::Person,
            ..*mention
        },
    ]
}

/// “Soviet republics”, “Arab states”: what is called after a people or a country and is none.
fn is_group_of_states(name: &str, world: &Knowledge) -> bool {
    let Some((people, group)) = name.rsplit_once(' ') else {
        return false;
    };
    let is_group = matches!(
        fold(group).as_str(),
        "republic" | "republics" | "states" | "countries" | "nations"
    );
    is_group
        && (!world.demonym(&fold(people)).is_empty() || fold(people) == "soviet")
        && world.named(&fold(name)).next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world;

    #[track_caller]
    fn check(text: &str, before: &[(&str, Kind)], after: &[(&str, Kind)]) {
        let mut from = 0;
        let mentions = before.iter().map(|(name, kind)| {
            let start = from + text[from..].find(name).unwrap();
            from = start + name.len();
            Mention {
                start,
                end: from,
                chars: (text[..start].chars().count(), text[..from].chars().count()),
                kind: *kind,
                confidence: 0.5,
            }
        });
        let mended = mend(text, mentions.collect(), world().unwrap());
        let found: Vec<(&str, Kind)> = mended
            .iter()
            .map(|mention| {
                let chars = text.chars().skip(mention.chars.0);
                let counted: String = chars.take(mention.chars.1 - mention.chars.0).collect();
                assert_eq!(counted, text[mention.start..mention.end]);
                (&text[mention.start..mention.end], mention.kind)
            })
            .collect();
        assert_eq!(found, after);
    }

    #[test]
    fn a_person_behind_a_country_is_a_name_of_his_own() {
        check(
            "É: President of Kazakhstan Kasim Comert Tokayev (R), President of South Korea Jane Roe (2nd R)",
            &[
                ("Kazakhstan Kasim Comert Tokayev", Kind::Organization),
                ("R", Kind::Organization),
                ("South Korea Jane Roe", Kind::Location),
                ("R", Kind::Organization),
            ],
            &[
                ("Kazakhstan", Kind::Location),
                ("Kasim Comert Tokayev", Kind::Person),
                ("South Korea", Kind::Location),
                ("Jane Roe", Kind::Person),
            ],
        );
        check(
            "Members of Kazakhstan Gas Holding met.",
            &[("Kazakhstan Gas Holding", Kind::Organization)],
            &[("Kazakhstan Gas Holding", Kind::Organization)],
        );
    }

    #[test]
    fn seats_of_power_are_organizations_and_groups_of_states_are_no_places() {
        check(
            "The Kremlin told former Soviet Republics and the Czech Republic of R in China.",
            &[
                ("Kremlin", Kind::Person),
                ("Soviet Republics", Kind::Location),
                ("Czech Republic", Kind::Location),
                ("R", Kind::Misc),
            ],
            &[
                ("Kremlin", Kind::Organization),
                ("Soviet Republics", Kind::Misc),
                ("Czech Republic", Kind::Location),
                ("R", Kind::Misc),
            ],
        );
    }
}
