//! Tells the entries of a document apart. No I/O.
//!
//! An entry is known by its guid, else by its link, else by everything it says. Where different
//! entries of one document share that name, more of what they say is taken into it until they
//! differ, so that a reused guid neither hides an article nor repeats one.

use std::collections::{HashMap, HashSet};

use dateline_pipeline::draft::Trust;
use dateline_pipeline::source::{Fingerprint, ItemKey};
use serde::Serialize;

use crate::read::Entry;

/// What names an entry, from the usual case to the most crowded one: guid or link alone; both; with
/// the title; with everything.
const TIERS: usize = 4;

/// Who an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Place of the entry in the document's list.
    pub index: usize,
    /// Its name within the source.
    pub key: ItemKey,
    /// Hash over all that it says.
    pub fingerprint: Fingerprint,
    /// Whether its guid is its own.
    pub guid_trust: Trust,
    /// Whether its link is its own.
    pub link_trust: Trust,
}

/// Identities of the entries in document order. Left out are entries that repeat an earlier one in
/// everything, and one that the document breaks off before it says its guid: whole, it comes under
/// another name.
pub fn identify(entries: &[Entry]) -> Vec<Identity> {
    let mut known = HashSet::new();
    let distinct: Vec<(usize, Fingerprint)> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| !entry.cut_off || entry.id.is_some())
        .map(|(index, entry)| (index, fingerprint(entry)))
        .filter(|(_, fingerprint)| known.insert(*fingerprint))
        .collect();
    let guids = counts(
        distinct
            .iter()
            .filter_map(|(index, _)| entries[*index].id.as_deref()),
    );
    let links = counts(
        distinct
            .iter()
            .filter_map(|(index, _)| entries[*index].link.as_deref()),
    );
    let trust = |name: Option<&str>, counts: &HashMap<&str, usize>| match name {
        Some(name) if counts.get(name).is_some_and(|count| *count > 1) => Trust::Shared,
        _ => Trust::Stated,
    };
    let keys = keys(entries, &distinct);
    distinct
        .into_iter()
        .zip(keys)
        .map(|((index, fingerprint), key)| Identity {
            index,
            key,
            fingerprint,
            guid_trust: trust(entries[index].id.as_deref(), &guids),
            link_trust: trust(entries[index].link.as_deref(), &links),
        })
        .collect()
}

fn counts<'e>(names: impl Iterator<Item = &'e str>) -> HashMap<&'e str, usize> {
    let mut counts = HashMap::new();
    for name in names {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

/// Names every entry by the first tier in which no other entry has its name.
fn keys(entries: &[Entry], distinct: &[(usize, Fingerprint)]) -> Vec<ItemKey> {
    let mut keys = vec![ItemKey::default(); distinct.len()];
    let mut left: Vec<usize> = (0..distinct.len()).collect();
    for tier in 0..TIERS {
        let mut holders: HashMap<ItemKey, usize> = HashMap::new();
        for place in &left {
            let (index, fingerprint) = distinct[*place];
            keys[*place] = name(&entries[index], fingerprint, tier);
            *holders.entry(keys[*place]).or_default() += 1;
        }
        left.retain(|place| holders.get(&keys[*place]).is_some_and(|count| *count > 1));
    }
    keys
}

/// The name of an entry in one tier. Names of different tiers never meet.
fn name(entry: &Entry, fingerprint: Fingerprint, tier: usize) -> ItemKey {
    let title = entry.title.as_ref().map(|title| title.value.as_str());
    match (tier, &entry.id, &entry.link) {
        (0, Some(id), _) => hash(&("guid", id)),
        (0, None, Some(link)) => hash(&("link", link)),
        (1, id, link) => hash(&("guid and link", id, link)),
        (2, id, link) => hash(&("guid, link and title", id, link, title)),
        _ => hash(&("everything", fingerprint)),
    }
}

/// Hash over everything an entry says.
pub fn fingerprint(entry: &Entry) -> Fingerprint {
    hash(entry)
}

/// The first 16 bytes of BLAKE3 over the value in JSON, in which no two values look alike.
fn hash(value: &impl Serialize) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    // Writing plain values with string keys into a hasher cannot fail.
    serde_json::to_writer(&mut hasher, value).unwrap_or_default();
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::Text;

    fn entry(id: &str, link: &str, title: &str, text: &str) -> Entry {
        let some = |value: &str| (!value.is_empty()).then(|| value.to_owned());
        Entry {
            id: some(id),
            link: some(link),
            title: some(title).map(Text::plain),
            summary: some(text).map(Text::plain),
            ..Entry::default()
        }
    }

    fn keys_of(entries: &[Entry]) -> Vec<ItemKey> {
        identify(entries)
            .into_iter()
            .map(|identity| identity.key)
            .collect()
    }

    #[test]
    fn an_edited_entry_keeps_its_key_and_changes_its_fingerprint() {
        for (id, link) in [("g", "l"), ("g", ""), ("", "l")] {
            let before = &identify(&[entry(id, link, "t", "one")])[0];
            let after = &identify(&[entry(id, link, "another", "two")])[0];
            assert_eq!(before.key, after.key);
            assert_ne!(before.fingerprint, after.fingerprint);
        }
    }

    #[test]
    fn an_entry_without_a_name_is_what_it_says() {
        assert_eq!(
            keys_of(&[entry("", "", "t", "one")]),
            keys_of(&[entry("", "", "t", "one")])
        );
        assert_ne!(
            keys_of(&[entry("", "", "t", "one")]),
            keys_of(&[entry("", "", "t", "two")])
        );
    }

    #[test]
    fn an_exact_repetition_is_one_item() {
        let entries = [
            entry("g", "l", "t", "x"),
            entry("h", "m", "t", "x"),
            entry("g", "l", "t", "x"),
        ];
        let found = identify(&entries);
        assert_eq!(
            found
                .iter()
                .map(|identity| identity.index)
                .collect::<Vec<_>>(),
            [0, 1]
        );
        assert!(
            found
                .iter()
                .all(|identity| identity.guid_trust == Trust::Stated)
        );
    }

    #[test]
    fn a_shared_guid_hides_nothing() {
        let entries = [
            entry("g", "l", "t", "x"),
            entry("g", "m", "t", "x"),
            entry("g", "n", "t", "x"),
            entry("g", "n", "u", "x"),
            entry("g", "n", "u", "y"),
            entry("h", "n", "u", "y"),
        ];
        let found = identify(&entries);
        assert_eq!(found.len(), 6);
        assert_eq!(
            found
                .iter()
                .map(|identity| identity.key)
                .collect::<HashSet<_>>()
                .len(),
            6
        );
        assert!(
            found[..5]
                .iter()
                .all(|identity| identity.guid_trust == Trust::Shared)
        );
        assert_eq!(found[5].guid_trust, Trust::Stated);
        assert_eq!(
            (found[0].link_trust, found[5].link_trust),
            (Trust::Stated, Trust::Shared)
        );
        assert_eq!(found[5].key, keys_of(&[entry("h", "n", "u", "y")])[0]);
    }

    #[test]
    fn entries_that_share_a_link_are_known_by_their_titles() {
        let before = keys_of(&[entry("", "l", "t", "x"), entry("", "l", "u", "x")]);
        let after = keys_of(&[entry("", "l", "t", "edited"), entry("", "l", "u", "x")]);
        assert_eq!(before, after);
        assert_ne!(before[0], before[1]);
    }
}
