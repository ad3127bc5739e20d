//! Organizations: brands, operators and networks of the name-suggestion-index by their Wikidata ids, and the companies of the S&P 500 by their CIK numbers.

use std::collections::{BTreeMap, BTreeSet};

use dateline_entities::EntryKind;
use dateline_entities::making::{LineKind, fold, without_form};

use crate::entry::Entry;
use crate::sources::{Company, Item, Sources};

/// What a company of the index is weighed by at least: its name is known to every reader of finance.
const LISTED: u32 = 12;
/// Letters of the shortest name of a brand that is kept.
const MIN_LETTERS: usize = 3;
/// Tags that hold a name whose id stands beside.
const TAGS: [&str; 4] = ["operator", "brand", "network", "subject"];
/// Tags of other names of the same.
const MORE: [&str; 5] = ["short", "en", "official", "alt", "abbr"];

#[derive(Default)]
struct Known {
    names: BTreeSet<String>,
    /// Codes of countries, `001` for all.
    areas: BTreeSet<String>,
}

pub(crate) fn entries(sources: &Sources) -> Vec<Entry> {
    let mut known: BTreeMap<&str, Known> = BTreeMap::new();
    for (path, items) in &sources.brands {
        for item in items {
            for tag in TAGS {
                if let Some((id, known_by)) = named(path, item, tag) {
                    let known = known.entry(id).or_default();
                    known.names.extend(known_by);
                    known.areas.extend(item.areas());
                }
            }
        }
    }
    // Countries and their parts operate much themselves, and have ids of their own.
    let lands: BTreeSet<&str> = sources.flag_owners().collect();
    let mut entries: Vec<Entry> = known
        .iter()
        .filter(|(id, _)| !lands.contains(*id))
        .filter_map(|(id, known)| entry(id, known, sources))
        .collect();
    list(&mut entries, &sources.companies);
    mark_distinctive(&mut entries, sources);
    entries
}

/// Marks whose name is one word that no place, no person in office and no other organization has in its name.
fn mark_distinctive(entries: &mut [Entry], sources: &Sources) {
    let towns = sources.towns.values().map(|town| town.name.as_str());
    let people = sources.lives.iter().map(|life| life.name.as_str());
    let mut others: BTreeSet<String> = BTreeSet::new();
    for name in towns.chain(people) {
        others.extend(fold(name).split(' ').map(str::to_owned));
    }
    let mut owners: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let more = entry.more_names.split('|');
        for name in std::iter::once(entry.name.as_str()).chain(more) {
            for word in fold(name).split(' ') {
                owners.entry(word.to_owned()).or_default().insert(place);
            }
        }
    }
    for entry in entries {
        let folded = fold(&entry.name);
        let bare = without_form(&folded);
        let is_own = owners.get(bare).is_some_and(|owners| owners.len() == 1);
        entry.facts.is_distinctive = is_own && !bare.contains(' ') && !others.contains(bare);
    }
}

/// The id and the names of what an item's tag names.
fn named<'i>(path: &str, item: &'i Item, tag: &str) -> Option<(&'i str, Vec<String>)> {
    // Flags are of countries and their parts too, which ISO 3166 has.
    let flag = item.tags.get("flag:type").map(String::as_str);
    if path.starts_with("flags/")
        && !matches!(flag, Some("governmental" | "military" | "organisation"))
    {
        return None;
    }
    let id = item.tags.get(&format!("{tag}:wikidata"))?;
    let name = item.tags.get(tag)?;
    let mut names = vec![name.clone()];
    let more = MORE
        .iter()
        .filter_map(|more| item.tags.get(&format!("{tag}:{more}")));
    names.extend(more.cloned());
    Some((id, names))
}

fn entry(id: &str, known: &Known, sources: &Sources) -> Option<Entry> {
    let facts = sources.wikidata.get(id)?;
    let label = facts.label.as_deref()?;
    // English texts name it in Latin letters, and what has no name but a common noun is written small.
    let is_name = |name: &str| {
        let letters = name.chars().filter(|letter| letter.is_alphanumeric());
        let is_latin = name
            .chars()
            .all(|letter| !letter.is_alphabetic() || letter < '\u{250}');
        letters.count() >= MIN_LETTERS
            && is_latin
            && !name.contains([';', '|'])
            && name
                .chars()
                .any(|letter| letter.is_uppercase() || letter.is_numeric())
    };
    let mut names: Vec<&str> = std::iter::once(label)
        .chain(known.names.iter().map(String::as_str))
        .filter(|name| is_name(name))
        .collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(fold(name)));
    let (name, more) = names.split_first()?;
    let mut more = marked(name, more);
    let folded = fold(name);
    let bare = without_form(&folded);
    if seen.insert(bare.to_owned()) {
        more.push(short(bare));
    }
    let mut areas = known.areas.iter();
    let country = areas
        .next()
        .filter(|area| areas.next().is_none() && area.len() == 2);
    Some(Entry {
        kind: LineKind::Entry(EntryKind::Organization),
        id: format!("wikidata:{id}"),
        name: (*name).to_owned(),
        country: country.map_or_else(String::new, |code| code.to_uppercase()),
        weight: (facts.identities.len() + facts.official_websites.len()) as u32,
        more_names: more.join("|"),
        ..Entry::default()
    })
}

/// Other names, marked where they are not the name for short: its initials, or without its form of law.
fn marked(name: &str, more: &[&str]) -> Vec<String> {
    let folded = fold(name);
    let initials: String = folded
        .split(' ')
        .filter_map(|word| word.chars().next())
        .collect();
    let is_short = |other: &str| other == without_form(&folded) || initials.starts_with(other);
    let more = more.iter();
    more.map(|other| match is_short(&fold(other)) {
        true => (*other).to_owned(),
        false => format!("~{other}"),
    })
    .collect()
}

/// A name without its form of law. “Dow Inc.” is not all that is called Dow.
fn short(bare: &str) -> String {
    let mark = if bare.contains(' ') { "" } else { "~" };
    format!("{mark}{bare}")
}

/// Companies become what is known of their name already, or entries of their own.
fn list(entries: &mut Vec<Entry>, companies: &[Company]) {
    let bare = |name: &str| without_form(&fold(name)).to_owned();
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, entry) in entries.iter().enumerate() {
        let is_american = matches!(entry.country.as_str(), "" | "US");
        if is_american {
            by_name.entry(bare(&entry.name)).or_default().push(place);
        }
    }
    for company in companies {
        // “Alphabet Inc. (Class A)”, “Lilly (Eli)”.
        let name = company.security.split(" (").next().unwrap_or_default();
        let ids = [
            format!("cik:{}", company.cik),
            format!("ticker:{}", company.symbol),
        ];
        // The best known of several: a bank, and not the park that bears its name.
        let same = by_name.get(&bare(name)).and_then(|places| {
            places
                .iter()
                .max_by_key(|place| entries[**place].weight)
                .copied()
        });
        if let Some(entry) = same.map(|place| &mut entries[place]) {
            entry.weight = entry.weight.max(LISTED);
            // Wherever its shops are, it is known everywhere.
            entry.country.clear();
            let fresh = ids
                .into_iter()
                .filter(|id| !entry.facts.same_as.contains(id));
            let fresh: Vec<String> = fresh.collect();
            entry.facts.same_as.extend(fresh);
            continue;
        }
        let folded = fold(name);
        let bare = bare(name);
        let [cik, ticker] = ids;
        if let Some(entry) = entries.iter_mut().find(|entry| entry.id == cik) {
            entry.facts.same_as.push(ticker);
            continue;
        }
        let mut entry = Entry {
            kind: LineKind::Entry(EntryKind::Organization),
            id: cik,
            name: name.to_owned(),
            weight: LISTED,
            more_names: if bare == folded {
                String::new()
            } else {
                short(&bare)
            },
            ..Entry::default()
        };
        entry.facts.same_as.push(ticker);
        entries.push(entry);
    }
}
