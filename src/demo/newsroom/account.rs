//! The newsroom's own account of what it published, kept apart from everything that the pipeline
//! says, and the comparison of the two.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use dateline_pipeline::record::{Record, SourceKind};

/// What an article is known by on both sides: its address without tracking parameters, or the name
/// of its file.
pub(crate) type Key = String;

/// One version of an article, as a reader reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    title: String,
    /// Hash of the text: a demo that stays need not keep all that was ever written.
    text: u64,
}

impl Version {
    pub(crate) fn new(title: &str, text: &str) -> Version {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Version {
            title: title.to_owned(),
            text: hasher.finish(),
        }
    }
}

/// What was published, and what of it was delivered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    published: BTreeMap<Key, Vec<Version>>,
    /// Times that an article was published once more without a change.
    repeats: u64,
    /// Dropped files that are no articles.
    impostors: u64,
}

impl Account {
    /// Enters a version; the first one of its article, or the next.
    pub(crate) fn publish(&mut self, key: Key, version: Version) {
        self.published.entry(key).or_default().push(version);
    }

    /// Enters that an article was published once more as it was.
    pub(crate) fn repeat(&mut self) {
        self.repeats += 1;
    }

    /// Enters that something was dropped that is no article.
    pub(crate) fn pretend(&mut self) {
        self.impostors += 1;
    }

    pub(crate) fn repeats(&self) -> u64 {
        self.repeats
    }

    pub(crate) fn impostors(&self) -> u64 {
        self.impostors
    }

    pub(crate) fn articles(&self) -> usize {
        self.published.len()
    }

    pub(crate) fn versions(&self) -> usize {
        self.published.values().map(Vec::len).sum()
    }

    /// How many versions of an article were published.
    pub(crate) fn versions_of(&self, key: &str) -> usize {
        self.published.get(key).map_or(0, Vec::len)
    }
}

/// What was delivered, in the order of the output.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delivered {
    entries: Vec<Entry>,
    latest: BTreeMap<Key, u32>,
}

#[derive(Debug, Clone)]
struct Entry {
    key: Key,
    id: String,
    revision: u32,
    version: Version,
}

impl Delivered {
    pub(crate) fn add(&mut self, record: &Record) {
        let entry = Entry {
            key: key_of(record),
            id: record.id.clone(),
            revision: record.revision,
            version: Version::new(
                record.title.as_deref().unwrap_or_default(),
                record.text.as_deref().unwrap_or_default(),
            ),
        };
        let latest = self.latest.entry(entry.key.clone()).or_default();
        *latest = entry.revision.max(*latest);
        self.entries.push(entry);
    }

    pub(crate) fn records(&self) -> usize {
        self.entries.len()
    }

    /// The latest revision of an article, 0 where there is none.
    pub(crate) fn revision_of(&self, key: &str) -> u32 {
        self.latest.get(key).copied().unwrap_or(0)
    }

    /// Whether everything that was published is here.
    pub(crate) fn covers(&self, account: &Account) -> bool {
        let mut published = account.published.iter();
        published.all(|(key, versions)| self.revision_of(key) as usize >= versions.len())
    }
}

/// The key of a record's article.
fn key_of(record: &Record) -> Key {
    let address = match record.source.kind {
        SourceKind::Feed => &record.canonical_url,
        SourceKind::Drop => &record.provenance.file,
    };
    address.clone().unwrap_or_default()
}

/// What the comparison found; `differences` is empty when both sides agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comparison {
    /// One line that says it all.
    pub(crate) line: String,
    /// What differs, one line each.
    pub(crate) differences: Vec<String>,
}

/// Compares what was published with what was delivered: every version once, in order, under one id
/// for each article, with the words that were published.
pub(crate) fn compare(account: &Account, delivered: &Delivered) -> Comparison {
    let mut differences = Vec::new();
    let mut counts: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    let mut latest: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ids: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut unissued = 0;
    for entry in &delivered.entries {
        let (key, revision) = (entry.key.as_str(), entry.revision);
        ids.entry(&entry.id).or_default().insert(key);
        let count = counts.entry((key, revision)).or_default();
        *count += 1;
        if *count > 1 {
            continue;
        }
        if latest
            .insert(key, revision)
            .is_some_and(|before| before > revision)
        {
            differences.push(format!("out of order: revision {revision} of {key}"));
        }
        let published = account.published.get(key);
        let number = (revision as usize).checked_sub(1);
        match published
            .zip(number)
            .and_then(|(versions, number)| versions.get(number))
        {
            None => {
                unissued += 1;
                differences.push(format!("never published: revision {revision} of {key}"));
            }
            Some(version) if *version != entry.version => {
                differences.push(format!(
                    "other words than published: revision {revision} of {key}"
                ));
            }
            Some(_) => {}
        }
    }
    let lost: Vec<String> = account
        .published
        .iter()
        .flat_map(|(key, versions)| {
            (1_u32..)
                .zip(versions)
                .map(move |(number, _)| (key, number))
        })
        .filter(|(key, number)| !counts.contains_key(&(key.as_str(), *number)))
        .map(|(key, number)| format!("lost: revision {number} of {key}"))
        .collect();
    let twice: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 1)
        .map(|((key, revision), count)| format!("{count} times: revision {revision} of {key}"))
        .collect();
    let line = format!(
        "published {} versions of {} articles, delivered {}: {} lost, {} twice{}",
        account.versions(),
        account.articles(),
        delivered.records(),
        none_or(lost.len()),
        none_or(twice.len()),
        if unissued > 0 {
            format!(", {unissued} never published")
        } else {
            String::new()
        },
    );
    differences.extend(lost);
    differences.extend(twice);
    differences.extend(identity_differences(&ids));
    Comparison { line, differences }
}

/// Articles under more than one id, and ids with more than one article.
fn identity_differences(ids: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differences = Vec::new();
    for (id, keys) in ids {
        if keys.len() > 1 {
            differences.push(format!("one id for {} articles: {id}", keys.len()));
        }
        for key in keys {
            *by_key.entry(key).or_default() += 1;
        }
    }
    let torn = by_key.into_iter().filter(|(_, count)| *count > 1);
    differences.extend(torn.map(|(key, count)| format!("{count} ids for one article: {key}")));
    differences
}

fn none_or(count: usize) -> String {
    if count == 0 {
        "none".to_owned()
    } else {
        count.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> Account {
        let mut account = Account::default();
        for (key, title) in [("a", "one"), ("b", "two"), ("a", "one, edited")] {
            account.publish(key.to_owned(), Version::new(title, "text"));
        }
        account
    }

    fn delivered(entries: &[(&str, &str, u32, &str)]) -> Delivered {
        let mut delivered = Delivered::default();
        for (key, id, revision, title) in entries {
            delivered.latest.insert((*key).to_owned(), *revision);
            delivered.entries.push(Entry {
                key: (*key).to_owned(),
                id: (*id).to_owned(),
                revision: *revision,
                version: Version::new(title, "text"),
            });
        }
        delivered
    }

    const ALL: [(&str, &str, u32, &str); 3] = [
        ("a", "1", 1, "one"),
        ("b", "2", 1, "two"),
        ("a", "1", 2, "one, edited"),
    ];

    #[test]
    fn agreement_is_one_line() {
        let delivered = delivered(&ALL);
        assert!(delivered.covers(&account()));
        let comparison = compare(&account(), &delivered);
        let line = "published 3 versions of 2 articles, delivered 3: none lost, none twice";
        assert_eq!(comparison.line, line);
        assert!(comparison.differences.is_empty());
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        type Line = (&'static str, &'static str, u32, &'static str);
        let cases: [(&[Line], &str); 7] = [
            (&ALL[..2], "lost: revision 2 of a"),
            (
                &[ALL[0], ALL[1], ALL[2], ALL[2]],
                "2 times: revision 2 of a",
            ),
            (
                &[ALL[0], ALL[1], ALL[2], ("c", "3", 1, "?")],
                "never published: revision 1 of c",
            ),
            (
                &[ALL[0], ALL[1], ("a", "1", 2, "one")],
                "other words than published: revision 2 of a",
            ),
            (&[ALL[2], ALL[0], ALL[1]], "out of order: revision 1 of a"),
            (
                &[ALL[0], ALL[1], ("a", "9", 2, "one, edited")],
                "2 ids for one article: a",
            ),
            (
                &[ALL[0], ("b", "1", 1, "two"), ALL[2]],
                "one id for 2 articles: 1",
            ),
        ];
        for (entries, expected) in cases {
            let comparison = compare(&account(), &delivered(entries));
            assert_eq!(comparison.differences, [expected], "{entries:?}");
        }
    }
}
