//! Record logs for the checks: entries of articles that exist nowhere else.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use dateline_pipeline::clock::Dice;
use dateline_pipeline::sink::Entry;
use serde_json::json;

/// A record log with what is known about its entries.
#[derive(Debug, Clone)]
pub(super) struct Log {
    /// Whose log it is, for messages and as the log's identity.
    pub(super) name: String,
    /// The first half of every article id in this log.
    pub(super) prefix: String,
    /// The entries, by rising sequence number.
    pub(super) entries: Vec<Entry>,
    /// Sequence numbers of entries that the sink can never take.
    pub(super) unacceptable: BTreeSet<i64>,
}

impl Log {
    /// A log of `count` records: two revisions of each of `count / 2` articles, all first
    /// revisions before all second ones.
    pub(super) fn of(name: &str, count: usize) -> Log {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let prefix = format!("{:016x}", hasher.finish());
        let articles = count.div_ceil(2).max(1);
        let entries = (0..count)
            .map(|index| {
                entry(
                    &prefix,
                    index as i64 + 1,
                    index % articles,
                    (index / articles) as u32 + 1,
                )
            })
            .collect();
        Log {
            name: name.to_owned(),
            prefix,
            entries,
            unacceptable: BTreeSet::new(),
        }
    }

    /// Gives the entry at `index` a body with `text`.
    pub(super) fn set_text(&mut self, index: usize, text: &str) {
        let entry = &mut self.entries[index];
        entry.body = body(&entry.id, entry.revision, text);
    }

    /// Gives the entry at `index` a body that the sink can never take.
    pub(super) fn set_unacceptable(&mut self, index: usize, body: Vec<u8>) {
        let entry = &mut self.entries[index];
        entry.body = body;
        self.unacceptable.insert(entry.seq);
    }

    /// Leaves gaps of up to nine between the sequence numbers.
    pub(super) fn spread(&mut self, dice: &mut Dice) {
        let mut seq = 0;
        for entry in &mut self.entries {
            seq += 1 + (dice.roll() % 10) as i64;
            entry.seq = seq;
        }
    }
}

fn entry(prefix: &str, seq: i64, article: usize, revision: u32) -> Entry {
    let id = format!("{prefix}{article:016x}");
    Entry {
        seq,
        body: body(
            &id,
            revision,
            &format!("Text of article {article}, revision {revision}."),
        ),
        id,
        revision,
        op: if revision == 1 { "new" } else { "revised" }.to_owned(),
        source: "conformance".to_owned(),
        kind: "feed".to_owned(),
        language: article.is_multiple_of(2).then(|| "en".to_owned()),
        trace: None,
    }
}

fn body(id: &str, revision: u32, text: &str) -> Vec<u8> {
    json!({ "id": id, "revision": revision, "text": text })
        .to_string()
        .into_bytes()
}
