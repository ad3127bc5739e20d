//! Persons in office: heads of states and governments, members of the American Congress, holders of offices of unions of states.

use std::collections::{BTreeMap, BTreeSet};

use dateline_entities::EntryKind;
use dateline_entities::making::{Facts, LineKind, Office, Term, fold};

use crate::entry::{Countries, Entry};
use crate::sources::{Leader, Legislator, OfficeTerm, Sources};

pub(crate) fn entries(sources: &Sources, countries: &Countries) -> Vec<Entry> {
    let mut people = leaders(sources, countries);
    let mut known: BTreeSet<String> = people.iter().map(|person| person.id.clone()).collect();
    for person in legislators(sources)
        .into_iter()
        .chain(office_holders(sources))
    {
        if known.insert(person.id.clone()) {
            people.push(person);
        }
    }
    people
}

fn person(kind: EntryKind, id: &str, name: &str) -> Entry {
    Entry {
        kind: LineKind::Entry(kind),
        id: format!("wikidata:{id}"),
        name: name.to_owned(),
        ..Entry::default()
    }
}

fn leaders(sources: &Sources, countries: &Countries) -> Vec<Entry> {
    let mut by_id: BTreeMap<&str, Vec<&Leader>> = BTreeMap::new();
    for leader in &sources.leaders {
        by_id.entry(&leader.officeholder).or_default().push(leader);
    }
    let offices = by_id.into_iter();
    offices
        // Without a label, the id stands in its place.
        .filter(|(id, offices)| offices[0].name != *id)
        .map(|(id, offices)| {
            let mut entry = person(EntryKind::Leader, id, &offices[0].name);
            // Who heads several countries is known by the largest of them.
            let home = offices
                .iter()
                .filter_map(|leader| countries.find(&leader.country))
                .max_by_key(|country| country.population);
            if let Some(country) = home {
                entry.country.clone_from(&country.code);
                entry.weight = country.population;
            }
            for leader in offices {
                let term = Term {
                    office: office_of(&leader.position),
                    from: year(&leader.start_year),
                    to: year(&leader.end_year),
                };
                if !entry.facts.terms.contains(&term) && entry.facts.terms.len() < MAX_TERMS {
                    entry.facts.terms.push(term);
                }
            }
            entry
        })
        .collect()
}

/// Terms of one person that are kept: Charles III has fifteen thrones and one crown.
const MAX_TERMS: usize = 4;

fn office_of(position: &str) -> Office {
    let folded = fold(position);
    let is_of_government = [
        "prime minister",
        "premier",
        "chancellor",
        "taoiseach",
        "chief minister",
        "council of ministers",
        "minister of state",
        "executive yuan",
    ];
    if is_of_government.iter().any(|words| folded.contains(words)) {
        Office::Government
    } else {
        Office::State
    }
}

fn legislators(sources: &Sources) -> Vec<Entry> {
    let wikidata = |legislator: &Legislator| {
        let id = legislator.id.wikidata.as_deref()?;
        let names = &legislator.name;
        let name = match &names.official_full {
            Some(full) => full.clone(),
            None => format!("{} {}", names.first, names.last),
        };
        let mut entry = person(EntryKind::Legislator, id, &name);
        "US".clone_into(&mut entry.country);
        let given = [
            Some(&names.first),
            names.nickname.as_ref(),
            names.middle.as_ref(),
        ];
        let mut more: Vec<String> = given
            .into_iter()
            .flatten()
            .filter(|given| !given.ends_with('.'))
            .map(|given| format!("{given} {}", names.last))
            .collect();
        // “Charles E. Schumer” is called Charles, or Chuck.
        let bare: Vec<&str> = name
            .split(' ')
            .filter(|word| !word.ends_with('.') || word.len() > 2)
            .collect();
        more.push(bare.join(" "));
        let mut seen = BTreeSet::from([fold(&name)]);
        more.retain(|name| seen.insert(fold(name)));
        entry.more_names = more.join("|");
        entry.facts.born = legislator.bio.birthday.as_deref().and_then(year);
        entry.facts.terms = terms(legislator);
        Some(entry)
    };
    sources.legislators.iter().filter_map(wikidata).collect()
}

/// Terms that follow each other are one.
fn terms(legislator: &Legislator) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for term in &legislator.terms {
        let office = if term.kind == "sen" {
            Office::Senator
        } else {
            Office::Representative
        };
        let (from, to) = (year(&term.start), year(&term.end));
        match terms.last_mut() {
            Some(last) if last.office == office && last.to >= from => last.to = to,
            _ => terms.push(Term { office, from, to }),
        }
    }
    terms
}

fn office_holders(sources: &Sources) -> Vec<Entry> {
    let mut terms: BTreeMap<&str, Vec<&OfficeTerm>> = BTreeMap::new();
    for term in &sources.office_terms {
        terms.entry(&term.id).or_default().push(term);
    }
    let lives: BTreeMap<&str, (Option<i16>, Option<i16>, &str)> = sources
        .lives
        .iter()
        .map(|life| {
            let born = year(&life.born);
            (
                life.id.as_str(),
                (born, year(&life.died), life.name.as_str()),
            )
        })
        .collect();
    let holder = |(id, terms): (&str, Vec<&OfficeTerm>)| {
        let (born, died, name) =
            lives
                .get(id)
                .copied()
                .unwrap_or((None, None, terms[0].name.as_str()));
        let mut entry = person(
            EntryKind::OfficeHolder,
            id,
            if name.is_empty() {
                &terms[0].name
            } else {
                name
            },
        );
        let from = terms.iter().filter_map(|term| year(&term.start)).min();
        let open = terms.iter().any(|term| year(&term.end).is_none());
        let to = terms.iter().filter_map(|term| year(&term.end)).max();
        entry.facts = Facts {
            born,
            died,
            terms: vec![Term {
                office: Office::Other,
                from,
                to: to.filter(|_| !open),
            }],
            ..Facts::default()
        };
        entry
    };
    // A name of one word is no name to link by, and without a label the id stands in its place.
    let named = terms.into_iter().map(holder);
    named.filter(|entry| entry.name.contains(' ')).collect()
}

/// The year that a date begins with.
fn year(date: &str) -> Option<i16> {
    date.split('-').next()?.parse().ok()
}
