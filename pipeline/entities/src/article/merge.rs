//! Which groups of equal names are one entity.

use std::collections::HashMap;

use super::names::are_in_order;
use super::{Group, Part, titles};
use crate::knowledge::skeleton;
use crate::label::Kind;

/// Names that end alike and are looked at for one that is shorter. With more, nobody knows which is meant.
const MAX_ALIKE: usize = 8;

/// Letters of the shortest skeleton that tells persons apart well enough.
const SKELETON: usize = 6;

/// For each group, the one that it is merged into: itself, or one with a fuller name.
pub(super) fn roots(parts: &[Part<'_>], groups: &[Group]) -> Vec<usize> {
    let mut roots = Roots((0..groups.len()).collect());
    introduced(parts, groups, &mut roots);
    persons(groups, &mut roots);
    transcribed(groups, &mut roots);
    others(groups, &mut roots);
    (0..groups.len()).map(|group| roots.of(group)).collect()
}

struct Roots(Vec<usize>);

impl Roots {
    /// A root is always its own, and a group is merged into a root once: chains are as long as the kinds of merging.
    fn of(&self, mut group: usize) -> usize {
        while self.0[group] != group {
            group = self.0[group];
        }
        group
    }

    fn merge(&mut self, group: usize, into: usize) {
        let (group, into) = (self.of(group), self.of(into));
        self.0[group] = into;
    }
}

/// “Institute for the Study of War (ISW)”: what stands in brackets behind a name and has its first letter, the others in order.
fn introduced(parts: &[Part<'_>], groups: &[Group], roots: &mut Roots) {
    let mut places = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        for (part, mention) in &group.mentions {
            places.insert((*part, mention.start), number);
        }
    }
    for (number, part) in parts.iter().enumerate() {
        for pair in part.mentions.windows(2) {
            let [long, short] = [pair[0], pair[1]];
            let is_bracketed = part.text.get(long.end..short.start) == Some(" (")
                && part.text[short.end..].starts_with(')');
            let place = |start| places.get(&(number, start)).copied();
            let (Some(long), Some(short)) = (place(long.start), place(short.start)) else {
                continue;
            };
            let is_short = groups[short]
                .name
                .abbreviation()
                .is_some_and(|letters| are_in_order(letters, &groups[long].name.key));
            if is_bracketed && is_short && groups[long].kind != Kind::Person {
                roots.merge(short, long);
            }
        }
    }
}

/// Shorter names of persons: the last name, the first name, or both without what stands between.
fn persons(groups: &[Group], roots: &mut Roots) {
    let mut order: Vec<usize> = (0..groups.len())
        .filter(|&group| groups[group].kind == Kind::Person)
        .collect();
    // Longer names first: they are what the shorter ones are looked for in.
    order.sort_by_key(|&group| {
        let name = &groups[group].name;
        std::cmp::Reverse((name.words().count(), name.key.len()))
    });
    let mut by_end: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_begin: HashMap<&str, Vec<usize>> = HashMap::new();
    for group in order {
        let name = &groups[group].name;
        let (first, last) = (name.words().next(), name.words().next_back());
        let (Some(first), Some(last)) = (first, last) else {
            continue;
        };
        let longer = |index: &HashMap<&str, Vec<usize>>, word: &str| -> Vec<usize> {
            let found = index.get(word).map_or(&[][..], Vec::as_slice);
            let shortens = |other: &&usize| is_short_of(&name.key, &groups[**other].name.key);
            let mut found: Vec<usize> = found
                .iter()
                .filter(shortens)
                .map(|&other| roots.of(other))
                .collect();
            found.sort_unstable();
            found.dedup();
            found
        };
        let mut found = longer(&by_end, last);
        if found.is_empty() && first == last {
            found = longer(&by_begin, first);
        }
        if let [only] = found.as_slice() {
            roots.0[group] = *only;
        }
        for (index, word) in [(&mut by_end, last), (&mut by_begin, first)] {
            let alike = index.entry(word).or_default();
            if alike.len() < MAX_ALIKE && first != last {
                alike.push(group);
            }
        }
    }
}

/// Whether a name is another's end, its first word, or has its last word and some of its given names, which may be initials.
fn is_short_of(short: &str, long: &str) -> bool {
    let long: Vec<&str> = long.split(' ').collect();
    let short: Vec<&str> = short.split(' ').collect();
    let (Some((last, given)), Some((long_last, long_given))) =
        (short.split_last(), long.split_last())
    else {
        return false;
    };
    if short == long || short.len() > long.len() {
        return false;
    }
    if long.ends_with(&short) || given.is_empty() && long.first() == Some(last) {
        return true;
    }
    let stands_for =
        |name: &str, full: &str| name == full || name.len() == 1 && full.starts_with(name);
    let mut fuller = long_given.iter();
    let first = given.first().zip(long_given.first());
    last == long_last
        && first.is_some_and(|(name, full)| stands_for(name, full))
        && given
            .iter()
            .all(|name| fuller.any(|full| stands_for(name, full)))
}

/// Persons with the same kind of title whose names differ by their transcription.
fn transcribed(groups: &[Group], roots: &mut Roots) {
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        let head = group.title.as_deref().and_then(titles::head);
        let (Kind::Person, Some(head)) = (group.kind, head) else {
            continue;
        };
        let skeleton = skeleton(&group.name.key);
        let is_telling = skeleton.len() >= SKELETON && group.name.key.contains(' ');
        if !is_telling {
            continue;
        }
        match known.get(&(head.clone(), skeleton.clone())) {
            Some(&other) => roots.merge(number, other),
            None => {
                known.insert((head, skeleton), number);
            }
        }
    }
}

/// Organisations without their form of law, and the initials of organisations and places.
fn others(groups: &[Group], roots: &mut Roots) {
    let mut bases: HashMap<&str, usize> = HashMap::new();
    let mut initials: HashMap<String, Vec<usize>> = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        if group.kind == Kind::Organization {
            match bases.get(group.name.base()) {
                Some(&other) => roots.merge(number, other),
                None => {
                    bases.insert(group.name.base(), number);
                }
            }
        }
        if matches!(group.kind, Kind::Organization | Kind::Location) {
            for letters in group.name.initials().into_iter().flatten() {
                initials.entry(letters).or_default().push(number);
            }
        }
    }
    for (number, group) in groups.iter().enumerate() {
        let letters = group.name.abbreviation();
        let (Some(letters), false) = (letters, group.kind == Kind::Person) else {
            continue;
        };
        let mut found: Vec<usize> = initials
            .get(letters)
            .into_iter()
            .flatten()
            .map(|&other| roots.of(other))
            .collect();
        found.sort_unstable();
        found.dedup();
        if let ([only], true) = (found.as_slice(), roots.of(number) == number) {
            roots.merge(number, *only);
        }
    }
}
