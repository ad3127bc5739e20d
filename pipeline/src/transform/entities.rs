//! Whom and what a record's texts name: which text is read, and which mentions are one entity. What is a name is for `dateline_entities` to say.

use std::borrow::Cow;
use std::collections::HashMap;

use dateline_entities::{Tagger, english};

use super::{dates, fields};
use crate::record::{Entity, Mention, Record};

/// Mentions in one record: a long article has some hundreds, a table of results thousands. Who reads those reads the table.
const MAX_MENTIONS: usize = 2000;

/// The language that is read, and taken for granted where none is declared.
const LANGUAGE: &str = "en";

/// Finds the names in a record's texts. Nothing is looked for in a text whose language is declared and is another than English.
pub(super) fn annotate(record: &mut Record) {
    let declared = record.language.as_ref();
    if declared.is_some_and(|language| language.code != LANGUAGE) {
        return;
    }
    let model = match english() {
        Ok(model) => model,
        Err(error) => {
            let line = format!("names were not looked for: {error}");
            record.provenance.recovered.push(line);
            return;
        }
    };
    let tagger = Tagger::new(model);
    let mut found = Found::default();
    for (field, text) in fields::of(record) {
        found.add(&tagger, &field, text);
    }
    let left_out = found.left_out;
    record.entities = found.entities;
    record.provenance.models.entities = Some(model.name().to_owned());
    if left_out > 0 {
        record.provenance.recovered.push(format!(
            "the texts hold {} names and only the first {MAX_MENTIONS} were taken",
            MAX_MENTIONS + left_out
        ));
    }
}

/// The entities of one text, as a record has them: for `inspect`.
#[must_use]
pub fn of_text(field: &str, text: &str) -> Vec<Entity> {
    let mut found = Found::default();
    if let Ok(model) = english() {
        found.add(&Tagger::new(model), field, text);
    }
    found.entities
}

/// Entities in the order of their first mentions.
#[derive(Default)]
struct Found {
    entities: Vec<Entity>,
    /// By type and name in lower case, the place in the list.
    places: HashMap<(&'static str, String), usize>,
    mentions: usize,
    left_out: usize,
}

impl Found {
    fn add(&mut self, tagger: &Tagger<'_>, field: &str, text: &str) {
        for name in tagger.mentions(text) {
            if self.mentions == MAX_MENTIONS {
                self.left_out += 1;
                continue;
            }
            self.mentions += 1;
            let words = text.get(name.start..name.end).unwrap_or_default();
            let (start, end) = name.chars;
            let mention = Mention {
                field: field.to_owned(),
                start,
                end,
                text: words.to_owned(),
            };
            let confidence = dates::hundredths(name.confidence);
            let key = (name.kind.as_str(), words.to_lowercase());
            let place = *self.places.entry(key).or_insert(self.entities.len());
            if let Some(entity) = self.entities.get_mut(place) {
                entity.confidence = entity.confidence.max(confidence);
                entity.mentions.push(mention);
                continue;
            }
            self.entities.push(Entity {
                kind: Cow::Borrowed(name.kind.as_str()),
                name: words.split_whitespace().collect::<Vec<_>>().join(" "),
                confidence,
                mentions: vec![mention],
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_of_one_name_are_one_entity_in_code_points() {
        let text = "“Łódź is far,” said Mary Robinson in Paris. Mary Robinson left Paris for Łódź.";
        let entities = of_text("text", text);
        let robinson = entities
            .iter()
            .find(|entity| entity.name == "Mary Robinson")
            .unwrap();
        assert_eq!(robinson.kind, "person");
        let spans: Vec<(usize, usize)> = robinson
            .mentions
            .iter()
            .map(|mention| (mention.start, mention.end))
            .collect();
        assert_eq!(spans, [(20, 33), (44, 57)]);
        for mention in entities.iter().flat_map(|entity| &entity.mentions) {
            let part: String = text
                .chars()
                .skip(mention.start)
                .take(mention.end - mention.start)
                .collect();
            assert_eq!(part, mention.text);
        }
    }

    #[test]
    fn a_table_of_names_is_cut() {
        let entities = of_text(
            "text",
            &"Mary Robinson met Bill Clinton in Paris.\n".repeat(1000),
        );
        let mentions: usize = entities.iter().map(|entity| entity.mentions.len()).sum();
        assert_eq!(mentions, MAX_MENTIONS);
    }
}
