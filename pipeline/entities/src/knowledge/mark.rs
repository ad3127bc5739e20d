//! Names of the world in texts that no model reads: those that mean one thing in nearly every text, wherever they stand.

use super::{EntryKind, Found, Knowledge, fold};
use crate::gazetteer::Counted;
use crate::label::Kind;
use crate::tagger::{MAX_TEXT, Mention};
use crate::token::{Gap, TokenKind, tokenise};

/// Tokens of the longest name that is looked for.
const MAX_TOKENS: usize = 6;
/// Inhabitants of a town that everybody knows: “Essen” is more often a meal.
const KNOWN_TOWN: u32 = 700_000;
/// Sites and accounts of an organization that everybody knows, by a name of several words, and by one of one word that nothing else has.
const KNOWN: u32 = 6;
const KNOWN_BY_ONE_WORD: u32 = 9;
/// How sure it is that such a name is one.
const CONFIDENCE: f32 = 0.8;

impl Knowledge {
    /// The well-known names in a text of any language that is written with Latin letters: countries, capitals, great cities, heads of states and
    /// governments by their full names, organizations that are known widely. In order, none within another.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<Mention> {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let tokens = tokenise(text);
        let mut counted = Counted::default();
        let mut mentions = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let first = &tokens[at];
            let rest = tokens[at + 1..].iter().take(MAX_TOKENS - 1);
            let rest = rest.take_while(|token| matches!(token.gap, Gap::None | Gap::Space));
            let most = 1 + rest.count();
            let is_name = first.kind == TokenKind::Word
                && text[first.start..].starts_with(char::is_uppercase);
            let longest = (1..=most).rev().filter(|_| is_name).find_map(|count| {
                let written = &text[first.start..tokens[at + count - 1].end];
                Some((count, self.known(written)?))
            });
            let Some((count, kind)) = longest else {
                at += 1;
                continue;
            };
            let (start, end) = (first.start, tokens[at + count - 1].end);
            mentions.push(Mention {
                start,
                end,
                chars: (counted.up_to(text, start), counted.up_to(text, end)),
                kind,
                confidence: CONFIDENCE,
            });
            at += count;
        }
        mentions
    }

    fn known(&self, written: &str) -> Option<Kind> {
        // A name ends with what it is made of.
        if !written.ends_with(char::is_alphanumeric) {
            return None;
        }
        let folded = fold(written);
        let is_one_word = !folded.contains(' ');
        let mut found = self.named(&folded);
        let found = found.find(|found| self.is_known(found, is_one_word));
        found.map(|found| found.entry.kind.kind())
    }

    fn is_known(&self, found: &Found<'_>, is_one_word: bool) -> bool {
        let weight = found.entry.weight;
        match found.entry.kind {
            EntryKind::Continent | EntryKind::Country | EntryKind::Capital => true,
            EntryKind::Town => weight >= KNOWN_TOWN,
            EntryKind::Leader => !is_one_word,
            EntryKind::Organization if is_one_word => {
                weight >= KNOWN_BY_ONE_WORD && self.facts_of(found.number).is_distinctive
            }
            EntryKind::Organization => found.is_main && weight >= KNOWN,
            EntryKind::FormerCountry
            | EntryKind::Region
            | EntryKind::Legislator
            | EntryKind::OfficeHolder => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::world;

    #[test]
    fn a_long_line_is_read_in_time_by_its_length() {
        let mut text = "Der Hafen liegt still, und keiner sagt Paris. ".repeat(20_000);
        text.truncate(crate::tagger::MAX_TEXT);
        let count = text.matches("Paris").count();
        assert_eq!(world().unwrap().mentions(&text).len(), count);
    }

    #[test]
    fn well_known_names_are_found_in_other_languages() {
        for (text, names) in [
            (
                "Gestern traf Emmanuel Macron in Paris die Vertreter Deutschlands und der United Nations; das Essen war gut.",
                ["Emmanuel Macron", "Paris", "United Nations"].as_slice(),
            ),
            (
                "El presidente Gabriel Boric llegó a Alemania; «Moscú» calla.",
                &["Gabriel Boric", "Alemania", "Moscú"],
            ),
            ("paris, macron, der die das", &[]),
        ] {
            let found: Vec<&str> = world()
                .unwrap()
                .mentions(text)
                .iter()
                .map(|mention| &text[mention.start..mention.end])
                .collect();
            assert_eq!(found, names);
        }
    }
}
