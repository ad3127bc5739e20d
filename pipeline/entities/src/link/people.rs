//! Which person is meant: by the name, and by what the text says that he is and where. A score is a logarithm of odds.
//!
//! Names are shared by many of whom nothing is known here. So a bare name is enough for those at the head of a large country alone; for others the title
//! has to say a political office, and for a name in another transcription, or a surname alone, the same office of the same country.

use std::sync::LazyLock;

use crate::article::Entity;
use crate::knowledge::{EntryKind, Facts, Found, Knowledge, Office, Term, fold, skeleton};

use super::Context;
use super::likelihood::{Best, best as likeliest, logistic};
use super::scene::{Country, Scene, countries_of};

/// Inhabitants (their logarithm) of a country whose head is as likely as not meant by his bare name.
const EVEN_COUNTRY: f32 = 6.5;
const LEGISLATOR: f32 = -1.2;
const OFFICE_HOLDER: f32 = -1.8;
/// By the whole name in another transcription, and by the surname alone.
const SPELLED: f32 = -0.5;
const SURNAME: f32 = -1.5;
/// The title is an office that he held at the time of the article; that he held, where the time is not known or the title says that it is over;
/// that he held at another time; and another office than the one he held then.
const IN_OFFICE: f32 = 3.0;
const ONCE_IN_OFFICE: f32 = 1.5;
const AT_ANOTHER_TIME: f32 = -1.0;
const ANOTHER_OFFICE: f32 = -2.0;
/// Some political title, of somebody whose offices are not all known.
const SOME_OFFICE: f32 = 2.6;
const SAME_COUNTRY: f32 = 2.5;
const OTHER_COUNTRY: f32 = -5.0;
/// All that the article names is in the country.
const SCENE: f32 = 2.0;
/// The article is about parliament or parties.
const POLITICS: f32 = 1.5;
/// Dead for years: still named, but seldom as one who acts.
const DEAD: f32 = -3.0;
/// Years by which an office is known before it begins and after it has ended.
const SLACK: i16 = 1;
/// Nobody holds an office at an earlier age.
const OF_AGE: i16 = 18;
/// The share of the scene from which a country that the title does not name is the article's.
const PLAYS_THERE: f32 = 0.4;
/// Consonants of the shortest surname that is known in another transcription.
const MIN_SKELETON: usize = 3;
/// Candidates of one surname: more bear none in parliaments.
const MAX_CANDIDATES: usize = 64;

/// What titles say, by office: words that title has in this order, in small letters.
static OFFICES: LazyLock<Vec<(Office, Vec<&str>)>> = LazyLock::new(|| {
    let lines = include_str!("../../data/world/offices.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = lines.filter_map(|line| {
        let (office, words) = line.split_once(' ')?;
        let office = match office {
            "state" => Office::State,
            "government" => Office::Government,
            "senator" => Office::Senator,
            "representative" => Office::Representative,
            _ => Office::Other,
        };
        Some((office, words.split(" | ").map(str::trim).collect()))
    });
    read.collect()
});

/// Names by which it is known that an article is about parliament or parties.
const OF_POLITICS: [&str; 14] = [
    "senate",
    "us senate",
    "congress",
    "us congress",
    "house",
    "house of representatives",
    "us house of representatives",
    "white house",
    "capitol hill",
    "republican",
    "republicans",
    "democrat",
    "democrats",
    "democratic",
];

/// How a candidate's name agrees with the article's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Whole,
    Spelled,
    Surname,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate<'k> {
    pub(super) found: Found<'k>,
    agreement: Agreement,
}

/// What a title says.
#[derive(Debug, Default)]
pub(super) struct Title {
    offices: Vec<Office>,
    is_former: bool,
    countries: Vec<Country>,
}

impl Title {
    pub(super) fn of(entity: &Entity, world: &Knowledge) -> Self {
        let Some(title) = &entity.title else {
            return Self::default();
        };
        let folded = fold(title);
        let words: Vec<&str> = folded.split(' ').collect();
        let is_second = words
            .iter()
            .any(|word| matches!(*word, "vice" | "deputy" | "assistant" | "aide"));
        let mut offices: Vec<Office> = Vec::new();
        let is_said = |phrase: &str| {
            let phrase: Vec<&str> = phrase.split(' ').collect();
            words.windows(phrase.len()).any(|window| window == phrase)
        };
        for (office, phrases) in &*OFFICES {
            if phrases.iter().any(|phrase| is_said(phrase)) {
                offices.push(if is_second { Office::Other } else { *office });
            }
        }
        Self {
            offices,
            is_former: words
                .iter()
                .any(|word| matches!(*word, "former" | "ex" | "late")),
            countries: countries_of(title, world),
        }
    }

    fn is_political(&self) -> bool {
        !self.offices.is_empty()
    }
}

/// Whether an article is about parliament or parties.
pub(super) fn is_political(entities: &[Entity]) -> bool {
    entities
        .iter()
        .any(|entity| OF_POLITICS.contains(&fold(&entity.name).as_str()))
}

pub(super) fn candidates<'k>(
    entity: &Entity,
    title: &Title,
    world: &'k Knowledge,
) -> Vec<Candidate<'k>> {
    let folded = fold(&entity.name);
    let mut candidates: Vec<Candidate<'_>> = world
        .named(&folded)
        .filter(|found| found.entry.kind.kind() == crate::Kind::Person)
        .map(|found| Candidate {
            found,
            agreement: Agreement::Whole,
        })
        .collect();
    if title.is_political() && candidates.is_empty() {
        let words: Vec<&str> = folded.split(' ').collect();
        let last = skeleton(words.last().copied().unwrap_or_default());
        let alike = world.with_surname(&last).take(MAX_CANDIDATES);
        candidates.extend(alike.filter_map(|found| {
            let known = fold(world.name_of(found.entry));
            let agreement = agreement(&words, &known)?;
            Some(Candidate { found, agreement })
        }));
    }
    candidates
}

/// How the words of a name agree with a known name; none where they do not.
fn agreement(words: &[&str], known: &str) -> Option<Agreement> {
    let known: Vec<&str> = known.split(' ').collect();
    let (last, known_last) = (words.last()?, known.last()?);
    let is_surname = |known: &str| {
        let bare = skeleton(last);
        *last == known || bare.trim_end().len() >= MIN_SKELETON && bare == skeleton(known)
    };
    if words.len() == 1 {
        let known_first = known.first()?;
        // In some languages the surname comes first.
        return (is_surname(known_last) || last == known_first).then_some(Agreement::Surname);
    }
    let given = |words: &[&str]| words.first().map(|word| skeleton(word));
    (is_surname(known_last) && given(words) == given(&known)).then_some(Agreement::Spelled)
}

/// What a person is weighed by, besides the candidates.
pub(super) struct Evidence<'e> {
    pub(super) number: usize,
    pub(super) title: &'e Title,
    pub(super) scene: &'e Scene,
    pub(super) context: &'e Context<'e>,
    pub(super) is_political: bool,
}

pub(super) fn best<'k>(
    candidates: &[Candidate<'k>],
    evidence: &Evidence<'_>,
    world: &Knowledge,
) -> Option<Best<Found<'k>>> {
    let scored = candidates.iter().filter_map(|candidate| {
        let facts = world.facts_of(candidate.found.number);
        let score = score(candidate, &facts, evidence)?;
        Some((candidate.found.number, score, candidate.found))
    });
    likeliest(scored, logistic)
}

/// None where the candidate cannot be meant.
fn score(candidate: &Candidate<'_>, facts: &Facts, evidence: &Evidence<'_>) -> Option<f32> {
    let entry = candidate.found.entry;
    let title = evidence.title;
    let country = entry.country_code();
    let year = evidence.context.year;
    let share = country.map_or(0.0, |country| {
        evidence.scene.share(evidence.number, country)
    });
    let same_country = country
        .filter(|_| !title.countries.is_empty())
        .map(|country| title.countries.contains(&country));
    let held = || {
        facts
            .terms
            .iter()
            .filter(|term| title.offices.contains(&term.office))
    };
    if candidate.agreement != Agreement::Whole {
        let plays_there = same_country.unwrap_or(share >= PLAYS_THERE);
        if !plays_there || held().next().is_none() {
            return None;
        }
    }
    if year
        .zip(facts.born)
        .is_some_and(|(year, born)| year < born + OF_AGE)
    {
        return None;
    }
    let mut score = match entry.kind {
        EntryKind::Leader => (entry.weight.max(1) as f32).log10() - EVEN_COUNTRY,
        EntryKind::Legislator => LEGISLATOR,
        _ => OFFICE_HOLDER,
    };
    score += match candidate.agreement {
        Agreement::Whole => 0.0,
        Agreement::Spelled => SPELLED,
        Agreement::Surname => SURNAME,
    };
    if title.is_political() {
        score += if held().any(|term| year.is_some_and(|year| covers(term, year))) {
            IN_OFFICE
        } else if held().next().is_some() && (title.is_former || year.is_none()) {
            ONCE_IN_OFFICE
        } else if entry.kind == EntryKind::OfficeHolder {
            SOME_OFFICE
        } else if held().next().is_some() {
            AT_ANOTHER_TIME
        } else {
            ANOTHER_OFFICE
        };
    } else if entry.kind == EntryKind::OfficeHolder {
        return None;
    } else if entry.kind == EntryKind::Legislator && evidence.is_political {
        score += POLITICS;
    }
    score += match same_country {
        Some(true) => SAME_COUNTRY,
        Some(false) => OTHER_COUNTRY,
        None => SCENE * share,
    };
    if year
        .zip(facts.died)
        .is_some_and(|(year, died)| year > died + SLACK)
    {
        score += DEAD;
    }
    Some(score)
}

fn covers(term: &Term, year: i16) -> bool {
    term.from.is_none_or(|from| from - SLACK <= year) && term.to.is_none_or(|to| year <= to + SLACK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_agree_by_surname_and_given_name() {
        let of = |name: &str, known: &str| {
            let words: Vec<&str> = name.split(' ').collect();
            agreement(&words, known)
        };
        assert_eq!(of("xi", "xi jinping"), Some(Agreement::Surname));
        assert_eq!(of("rahman", "emomali rahmon"), Some(Agreement::Surname));
        assert_eq!(
            of("sadyr japarov", "sadyr zhaparov"),
            Some(Agreement::Spelled)
        );
        assert_eq!(of("sadyr japarov", "akylbek japarov"), None);
        assert_eq!(of("xu", "xi jinping"), None);
    }
}
