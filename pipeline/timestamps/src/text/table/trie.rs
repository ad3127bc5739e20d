//! The sequences of a phrase, merged by what they begin with, so that what they share is looked at once.

use super::builtin::Builtin;
use super::pattern::{Ask, Context, Glue, Sequence};
use super::slots::Slot;
use super::vocabulary::Key;

/// All sequences of one phrase.
#[derive(Debug)]
pub(crate) struct Trie {
    /// The first is the root.
    pub(crate) nodes: Vec<Node>,
    /// Whether a sequence begins with the key: by word number, by class number.
    first: First,
}

/// What the sequences of a phrase may begin with.
#[derive(Debug, Default, Clone)]
struct First {
    keys: Vec<Key>,
    builtins: Vec<Builtin>,
}

/// A place in the trie.
#[derive(Debug, Default)]
pub(crate) struct Node {
    /// A bit for each key: most tokens are told apart by it.
    pub(crate) bloom: u64,
    /// Sorted by key.
    pub(crate) keyed: Vec<(Key, Child)>,
    pub(crate) other: Vec<(What, Child)>,
    /// Sequences that end here.
    pub(crate) accepts: Vec<Accept>,
}

/// The way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Child {
    pub(crate) slot: Option<Slot>,
    pub(crate) glue: Glue,
    pub(crate) node: u32,
}

/// What is not asked by a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Builtin(Builtin),
    Phrase(usize),
}

/// A sequence that is complete, if what stands beside it fits.
#[derive(Debug, Clone)]
pub(crate) struct Accept {
    pub(crate) rule: u32,
    pub(crate) behind: Vec<Context>,
    pub(crate) ahead: Vec<Context>,
}

impl Trie {
    pub(crate) fn new() -> Trie {
        Trie {
            nodes: vec![Node::default()],
            first: First::default(),
        }
    }

    pub(crate) fn insert(&mut self, sequence: Sequence, rule: u32) {
        let mut at = 0;
        for place in &sequence.places {
            let next = self.nodes.len() as u32;
            let node = &mut self.nodes[at];
            let child = Child {
                slot: place.slot,
                glue: place.glue,
                node: next,
            };
            let same = |known: &Child| known.slot == place.slot && known.glue == place.glue;
            let known = match place.ask {
                Ask::Key(key) => match node.keyed.iter().find(|(k, c)| *k == key && same(c)) {
                    Some((_, child)) => Some(child.node),
                    None => {
                        let after = node.keyed.partition_point(|(k, _)| *k <= key);
                        node.keyed.insert(after, (key, child));
                        node.bloom |= key.bloom();
                        None
                    }
                },
                Ask::Builtin(_) | Ask::Phrase(_) => {
                    let what = match place.ask {
                        Ask::Builtin(builtin) => What::Builtin(builtin),
                        Ask::Phrase(phrase) => What::Phrase(phrase),
                        Ask::Key(_) => continue,
                    };
                    match node.other.iter().find(|(w, c)| *w == what && same(c)) {
                        Some((_, child)) => Some(child.node),
                        None => {
                            node.other.push((what, child));
                            None
                        }
                    }
                }
            };
            at = known.unwrap_or_else(|| {
                self.nodes.push(Node::default());
                next
            }) as usize;
        }
        self.nodes[at].accepts.push(Accept {
            rule,
            behind: sequence.behind,
            ahead: sequence.ahead,
        });
    }

    /// Gathers what the sequences may begin with. `before` holds the phrases that this one may name.
    pub(crate) fn finish(&mut self, before: &[Trie]) {
        let mut first = First::default();
        for (key, _) in &self.nodes[0].keyed {
            first.keys.push(*key);
        }
        for (what, _) in &self.nodes[0].other {
            match what {
                What::Builtin(builtin) => first.builtins.push(*builtin),
                What::Phrase(phrase) => {
                    first.keys.extend_from_slice(&before[*phrase].first.keys);
                    let builtins = &before[*phrase].first.builtins;
                    first.builtins.extend_from_slice(builtins);
                }
            }
        }
        first.keys.sort_unstable();
        first.keys.dedup();
        first.builtins.sort_unstable();
        first.builtins.dedup();
        self.first = first;
    }

    pub(crate) fn begins_with(&self, key: Key) -> bool {
        self.first.keys.binary_search(&key).is_ok()
    }

    pub(crate) fn first_keys(&self) -> &[Key] {
        &self.first.keys
    }

    pub(crate) fn first_builtins(&self) -> &[Builtin] {
        &self.first.builtins
    }
}
