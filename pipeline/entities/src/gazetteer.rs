//! Names that the user knows: found wherever they stand in a text, and linked to the ids that the user gives them.

use std::collections::{HashMap, HashSet};

use crate::article::{Entity, Part};
use crate::knowledge::fold;
use crate::label::Kind;
use crate::link::Link;
use crate::tagger::{MAX_TEXT, Mention};
use crate::token::{Gap, Token, TokenKind, tokenise};

/// Tokens of the longest name: what has more is a sentence.
const MAX_TOKENS: usize = 16;
/// Letters of the longest name without small letters that has to be written in capitals: “SEA” is not the sea.
const ABBREVIATION: usize = 6;

/// Somebody or something that the user knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GazetteerEntry {
    /// What it is.
    pub kind: Kind,
    /// The name.
    pub name: String,
    /// The user's id for it, with a scheme of its own; without one it is found and not linked.
    pub id: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
}

/// A list of names, ready to be looked for.
#[derive(Debug, Default)]
pub struct Gazetteer {
    entries: Vec<GazetteerEntry>,
    /// Folded names, whose they are and how they are written.
    names: HashMap<String, Vec<(usize, Writing)>>,
    /// What the first tokens of names are folded to.
    firsts: HashSet<String>,
    longest: usize,
}

/// What capitals a name has, which the text has to have too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writing {
    /// A short name in capitals alone.
    Capitals,
    /// One that begins with a capital.
    Capital,
    /// Any other.
    Small,
}

impl Writing {
    fn of(name: &str) -> Self {
        let is_upper = name.contains(char::is_uppercase) && !name.contains(char::is_lowercase);
        if is_upper && name.chars().count() <= ABBREVIATION {
            Self::Capitals
        } else if name.starts_with(char::is_uppercase) {
            Self::Capital
        } else {
            Self::Small
        }
    }

    fn allows(self, written: &str) -> bool {
        match self {
            Self::Capitals => !written.contains(char::is_lowercase),
            Self::Capital => !written.starts_with(char::is_lowercase),
            Self::Small => true,
        }
    }
}

impl Gazetteer {
    /// Makes a list ready. A name without letters and digits, or of more than 16 tokens, is never found.
    #[must_use]
    pub fn new(entries: Vec<GazetteerEntry>) -> Self {
        let mut gazetteer = Self::default();
        for (number, entry) in entries.iter().enumerate() {
            for name in std::iter::once(&entry.name).chain(&entry.aliases) {
                gazetteer.learn(name, number);
            }
        }
        gazetteer.entries = entries;
        gazetteer
    }

    fn learn(&mut self, name: &str, number: usize) {
        let tokens = tokenise(name);
        let words = tokens
            .iter()
            .skip_while(|token| name[token.start..token.end].eq_ignore_ascii_case("the"));
        let count = words.clone().count();
        let first = words.clone().next();
        let Some(first) = first.filter(|_| count <= MAX_TOKENS) else {
            return;
        };
        let bare = &name[first.start..];
        let folded = fold(bare);
        if folded.is_empty() {
            return;
        }
        self.firsts.insert(fold(&name[first.start..first.end]));
        self.longest = self.longest.max(count);
        let known = self.names.entry(folded).or_default();
        let named = (number, Writing::of(bare));
        if !known.contains(&named) {
            known.push(named);
        }
    }

    /// Whether it holds no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The mentions of a text, where the list's names are known too: of overlapping ones the list's, but for a name of one word within a longer
    /// mention (“Tern” in “Tern Island Council”). `mentions` are those that are known already, in order and none within another; so are those that
    /// come back. Linear in the text, by the tokens of the longest name.
    #[must_use]
    pub fn mark(&self, text: &str, mentions: Vec<Mention>) -> Vec<Mention> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let found = self.found(text);
        if found.is_empty() {
            return mentions;
        }
        let mut kept: Vec<Mention> = Vec::with_capacity(mentions.len() + found.len());
        let mut found = found.into_iter().peekable();
        for mention in mentions {
            while let Some(own) = found.next_if(|own| own.mention.end <= mention.start) {
                kept.push(own.mention);
            }
            let mut gives_way = false;
            while let Some(own) = found.next_if(|own| own.mention.start < mention.end) {
                let is_within = mention.start <= own.mention.start
                    && own.mention.end <= mention.end
                    && mention.end - mention.start > own.mention.end - own.mention.start;
                if own.is_one_word && is_within {
                    continue;
                }
                kept.push(own.mention);
                gives_way = true;
            }
            let is_free = kept.last().is_none_or(|last| last.end <= mention.start);
            if !gives_way && is_free {
                kept.push(mention);
            }
        }
        kept.extend(found.map(|own| own.mention));
        kept
    }

    fn found(&self, text: &str) -> Vec<Found> {
        let mut found = Vec::new();
        if self.is_empty() {
            return found;
        }
        let tokens = tokenise(text);
        let mut counted = Counted::default();
        let mut at = 0;
        while at < tokens.len() {
            let Some((count, kind)) = self.longest_at(text, &tokens[at..]) else {
                at += 1;
                continue;
            };
            let (start, end) = (tokens[at].start, tokens[at + count - 1].end);
            found.push(Found {
                mention: Mention {
                    start,
                    end,
                    chars: (counted.up_to(text, start), counted.up_to(text, end)),
                    kind,
                    confidence: 1.0,
                },
                is_one_word: count == 1,
            });
            at += count;
        }
        found
    }

    /// How many tokens the longest name at the begin of these has, and what it names.
    fn longest_at(&self, text: &str, tokens: &[Token]) -> Option<(usize, Kind)> {
        let first = tokens.first()?;
        if !matches!(first.kind, TokenKind::Word | TokenKind::Number)
            || !self.firsts.contains(&fold(&text[first.start..first.end]))
        {
            return None;
        }
        // What has a known first token is one of the names, of which the longest has one token at least.
        let rest = tokens[1..].iter().take(self.longest - 1);
        let most = 1 + rest.take_while(|token| token.gap != Gap::Paragraph).count();
        (1..=most).rev().find_map(|count| {
            let written = &text[first.start..tokens[count - 1].end];
            // Marks behind a name are not compared, and do not belong to it.
            let number = self.named(written).next()?;
            if !written.ends_with(char::is_alphanumeric) {
                return None;
            }
            Some((count, self.entries[number].kind))
        })
    }

    /// The entries that a text may mean.
    fn named(&self, written: &str) -> impl Iterator<Item = usize> {
        let known = self.names.get(&fold(written)).into_iter().flatten();
        known
            .filter(move |(_, writing)| writing.allows(written))
            .map(|(number, _)| *number)
    }

    /// Links entities to the list's ids, whatever they were linked to before: those one of whose mentions is a name of one entry alone.
    pub fn link(&self, entities: &mut [Entity], parts: &[Part<'_>]) {
        if self.is_empty() {
            return;
        }
        for entity in entities {
            let mut numbers = HashSet::new();
            for (part, mention) in &entity.mentions {
                let text = parts.get(*part).map_or("", |part| part.text);
                let written = text.get(mention.start..mention.end).unwrap_or_default();
                let same_kind = |number: &usize| self.entries[*number].kind == entity.kind;
                numbers.extend(self.named(written).filter(same_kind));
            }
            let mut numbers = numbers.into_iter();
            let (Some(number), None) = (numbers.next(), numbers.next()) else {
                continue;
            };
            let entry = &self.entries[number];
            let Some(id) = &entry.id else { continue };
            entity.link = Some(Link {
                id: id.clone(),
                same_as: Vec::new(),
                name: entry.name.clone(),
                confidence: 1.0,
                country: None,
                coordinates: None,
            });
        }
    }
}

struct Found {
    mention: Mention,
    is_one_word: bool,
}

/// Code points up to a byte, counted on from the byte before.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    bytes: usize,
    chars: usize,
}

impl Counted {
    /// `byte` is not before that of the last call.
    pub(crate) fn up_to(&mut self, text: &str, byte: usize) -> usize {
        self.chars += text[self.bytes..byte].chars().count();
        self.bytes = byte;
        self.chars
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Tagger, english, entities};

    fn gazetteer() -> Gazetteer {
        let entry = |kind, name: &str, id: Option<&str>, aliases: &[&str]| GazetteerEntry {
            kind,
            name: name.to_owned(),
            id: id.map(str::to_owned),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        };
        Gazetteer::new(vec![
            entry(
                Kind::Organization,
                "Tern Island Ferries",
                Some("desk:1"),
                &["TIF", "Tern"],
            ),
            entry(Kind::Person, "Kasim Comert Tokayev", Some("desk:2"), &[]),
            entry(Kind::Misc, "Operation Grey Heron", None, &[]),
            entry(Kind::Location, "Łódź Quay", Some("desk:3"), &["the Quay"]),
            entry(Kind::Location, "South Pier", Some("desk:4"), &["Pier"]),
            entry(Kind::Location, "North Pier", Some("desk:5"), &["Pier"]),
        ])
    }

    fn mention(text: &str, part: &str, kind: Kind) -> Mention {
        let start = text.find(part).unwrap();
        Mention {
            start,
            end: start + part.len(),
            chars: (
                text[..start].chars().count(),
                text[..start + part.len()].chars().count(),
            ),
            kind,
            confidence: 0.7,
        }
    }

    #[track_caller]
    fn check(text: &str, known: &[(&str, Kind)], expected: &[(&str, Kind)]) {
        let known = known.iter().map(|(part, kind)| mention(text, part, *kind));
        let marked = gazetteer().mark(text, known.collect());
        let found: Vec<(&str, Kind)> = marked
            .iter()
            .map(|mention| (&text[mention.start..mention.end], mention.kind))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_of_the_list_are_found_as_they_are_written() {
        check(
            "Tern Island Ferries (TIF) sails from Lodz Quay, not from the quay of the tern, tif!",
            &[],
            &[
                ("Tern Island Ferries", Kind::Organization),
                ("TIF", Kind::Organization),
                ("Lodz Quay", Kind::Location),
            ],
        );
        check("", &[], &[]);
    }

    #[test]
    fn the_list_wins_but_for_one_word_in_a_longer_name() {
        check(
            "The Tern Island Council met Kazakhstan Kasim Comert Tokayev in Paris.",
            &[
                ("Tern Island Council", Kind::Organization),
                ("Kazakhstan Kasim Comert", Kind::Organization),
                ("Paris", Kind::Location),
            ],
            &[
                ("Tern Island Council", Kind::Organization),
                ("Kasim Comert Tokayev", Kind::Person),
                ("Paris", Kind::Location),
            ],
        );
    }

    #[test]
    fn a_name_of_one_entry_is_linked_and_that_of_two_is_not() {
        let text = "Passengers of Tern Island Ferries and of TIF waited on the Pier. Operation Grey Heron began.";
        let tagger = Tagger::new(english().unwrap());
        let gazetteer = gazetteer();
        let parts = [Part {
            text,
            mentions: gazetteer.mark(text, tagger.mentions(text)),
            is_headline: false,
        }];
        let mut entities = entities(&parts);
        gazetteer.link(&mut entities, &parts);
        let id = |name: &str| {
            let entity = entities.iter().find(|entity| entity.name == name).unwrap();
            entity.link.as_ref().map(|link| link.id.as_str())
        };
        assert_eq!(id("Tern Island Ferries"), Some("desk:1"));
        assert_eq!(id("Pier"), None);
        assert_eq!(id("Operation Grey Heron"), None);
    }

    proptest! {
        #[test]
        fn mentions_stay_in_order_and_on_characters(text in "(Tern|TIF|Kasim Comert Tokayev|Łódź Quay|[a-zé .,\n]{0,6}| ){0,20}") {
            let tagger = Tagger::new(english().unwrap());
            let marked = gazetteer().mark(&text, tagger.mentions(&text));
            let mut last = 0;
            for mention in marked {
                prop_assert!(last <= mention.start && mention.start < mention.end);
                prop_assert_eq!(text[..mention.start].chars().count(), mention.chars.0);
                prop_assert_eq!(text[..mention.end].chars().count(), mention.chars.1);
                last = mention.end;
            }
        }
    }
}
