//! What a name of no person, organization or place is, where that can be told: a nationality, a group, an event, a product, a work.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::article::{Entity, MiscKind, Part};
use crate::knowledge::{EntryKind, Found, Knowledge, fold};
use crate::label::Kind;

/// Inhabitants from which a town is rather meant than a nationality of the same name.
const KNOWN_TOWN: u32 = 100_000;
/// Sites and accounts of a maker whose name begins those of its products.
const KNOWN_MAKER: u32 = 6;

#[derive(Default)]
struct Events {
    ends: HashSet<&'static str>,
    begins: Vec<&'static str>,
}

static EVENTS: LazyLock<Events> = LazyLock::new(|| {
    let mut events = Events::default();
    let mut is_begin = false;
    for line in include_str!("../../data/events.txt").lines() {
        match line {
            "[begins]" => is_begin = true,
            _ if line.starts_with('#') => {}
            _ if is_begin => events.begins.extend(line.split(" | ")),
            _ => events.ends.extend(line.split_whitespace()),
        }
    }
    events
});

static GROUPS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let lines = include_str!("../../data/groups.txt").lines();
    let lines = lines.filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| line.split(" | ")).map(fold).collect()
});

/// Nationalities become `misc` where they were taken for places; what else is `misc` is told apart.
pub(super) fn refine(entity: &mut Entity, parts: &[Part<'_>], world: &Knowledge) {
    if is_nationality(entity, world) {
        entity.kind = Kind::Misc;
        entity.misc = Some(MiscKind::Nationality);
    } else if entity.kind == Kind::Misc {
        let folded = fold(&entity.name);
        entity.misc = if is_quoted(entity, parts) {
            Some(MiscKind::Work)
        } else if is_event(&folded) {
            Some(MiscKind::Event)
        } else if is_group(&folded) {
            Some(MiscKind::Group)
        } else if is_product(&folded, world) {
            Some(MiscKind::Product)
        } else {
            None
        };
    }
}

/// “Kazakh”, “Russians”: what is called after a country and is no known town.
fn is_nationality(entity: &Entity, world: &Knowledge) -> bool {
    if !matches!(entity.kind, Kind::Misc | Kind::Location) {
        return false;
    }
    let folded = fold(&entity.name);
    let is_known_place = |found: Found<'_>| match found.entry.kind {
        EntryKind::Town | EntryKind::Capital => found.is_main && found.entry.weight >= KNOWN_TOWN,
        kind => found.is_main && kind.kind() == Kind::Location,
    };
    !world.demonym(&folded).is_empty() && !world.named(&folded).any(is_known_place)
}

/// Names of several words that end or begin as those of events do: “Victory Day”, “Operation Grey Heron”, “2024 Summer Olympics”.
fn is_event(folded: &str) -> bool {
    let without_year =
        folded.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == ' ');
    let begins = |begin: &&str| {
        folded
            .strip_prefix(*begin)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if EVENTS.begins.iter().any(begins) {
        return true;
    }
    match without_year.rsplit_once(' ') {
        Some((before, "i" | "ii" | "iii")) => before.ends_with(" war"),
        Some((_, last)) => EVENTS.ends.contains(last),
        None => matches!(
            without_year,
            "olympics"
                | "paralympics"
                | "brexit"
                | "christmas"
                | "easter"
                | "ramadan"
                | "hanukkah"
                | "diwali"
                | "eid"
                | "thanksgiving"
                | "halloween"
                | "passover"
                | "holocaust"
                | "oscars"
                | "emmys"
                | "grammys"
        ),
    }
}

/// “Central Asian”, “Muslims”.
fn is_group(folded: &str) -> bool {
    GROUPS.contains(folded)
        || folded
            .strip_suffix('s')
            .is_some_and(|one| GROUPS.contains(one))
}

/// A maker's name and more behind it: “Boeing 787 Dreamliner”, “Samsung Galaxy”.
fn is_product(folded: &str, world: &Knowledge) -> bool {
    let Some((maker, _)) = folded.split_once(' ') else {
        return false;
    };
    world.named(maker).any(|found| {
        found.entry.kind == EntryKind::Organization
            && found.entry.weight >= KNOWN_MAKER
            && world.facts_of(found.number).is_distinctive
    })
}

/// Whether a mention of several words stands between quotation marks.
fn is_quoted(entity: &Entity, parts: &[Part<'_>]) -> bool {
    entity.name.contains(' ')
        && entity.mentions.iter().any(|(part, mention)| {
            let text = parts.get(*part).map_or("", |part| part.text);
            let before = text.get(..mention.start).unwrap_or_default();
            let behind = text.get(mention.end..).unwrap_or_default();
            let behind = behind.trim_start_matches([',', '.', '!', '?']);
            before.ends_with(['“', '"', '‘', '«']) && behind.starts_with(['”', '"', '’', '»'])
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagger::Mention;
    use crate::world;

    #[test]
    fn other_names_are_told_apart() {
        let text = "She read “The Grey Heron” aloud.";
        for (name, kind, sort) in [
            ("Kyrgyz", Kind::Location, Some(MiscKind::Nationality)),
            ("Victory Day", Kind::Misc, Some(MiscKind::Event)),
            ("World War II", Kind::Misc, Some(MiscKind::Event)),
            ("World Cup 2022", Kind::Misc, Some(MiscKind::Event)),
            ("Olympics", Kind::Misc, Some(MiscKind::Event)),
            ("Boeing 787 Dreamliner", Kind::Misc, Some(MiscKind::Product)),
            ("The Grey Heron", Kind::Misc, Some(MiscKind::Work)),
            ("Type II", Kind::Misc, None),
            ("Central Asian", Kind::Misc, Some(MiscKind::Group)),
            ("First Nations", Kind::Misc, Some(MiscKind::Group)),
            ("World Cup", Kind::Organization, None),
        ] {
            let start = text.find(name).unwrap_or(0);
            let mention = Mention {
                start,
                end: start + name.len().min(text.len()),
                chars: (start, start + name.len()),
                kind,
                confidence: 0.9,
            };
            let parts = [Part {
                text,
                mentions: vec![mention],
                is_headline: false,
            }];
            let mut entity = crate::entities(&parts).remove(0);
            name.clone_into(&mut entity.name);
            refine(&mut entity, &parts, world().unwrap());
            assert_eq!(entity.misc, sort, "{name}");
        }
    }
}
