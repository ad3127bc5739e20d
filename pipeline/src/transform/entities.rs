//! Whom and what a record's texts name: which texts are read. What is a name, and which are of one entity, is for `dateline_entities` to say.

use std::borrow::Cow;

use dateline_entities as article;
pub use dateline_entities::Context;
use dateline_entities::{Knowledge, Part, Tagger, english, world};

use super::{dates, fields};
use crate::record::{Coordinates, Entity, Link, Mention, Record};

/// Mentions in one record: a long article has some hundreds, a table of results thousands. Who reads those reads the table.
const MAX_MENTIONS: usize = 2000;

/// The type of what is called after a country, which the model has no type for.
const NATIONALITY: &str = "nationality";

/// Finds the names in a record's texts. Nothing is looked for in a text whose language is declared and is another than English.
/// `publisher` is the publisher's country in two letters of ISO 3166-1.
pub(super) fn annotate(record: &mut Record, publisher: Option<&str>) {
    if !fields::are_english(record) {
        return;
    }
    let model = match english() {
        Ok(model) => model,
        Err(error) => {
            let line = format!("names were not looked for, for want of the model: {error}");
            record.provenance.recovered.push(line);
            return;
        }
    };
    let known = world();
    let mut left_out = 0;
    let fields: Vec<(Cow<'_, str>, &str)> = fields::of(record).collect();
    let setting = Setting {
        known: known.ok(),
        context: Context {
            publisher,
            year: stated_year(record),
        },
    };
    let entities = entities_of(&Tagger::new(model), &fields, &setting, &mut left_out);
    record.entities = entities;
    record.provenance.models.entities = Some(model.name().to_owned());
    if let Err(error) = known {
        let line = format!("entities were not linked, for want of the knowledge: {error}");
        record.provenance.recovered.push(line);
    }
    if left_out > 0 {
        record.provenance.recovered.push(format!(
            "the texts hold {} names and only the first {MAX_MENTIONS} were taken",
            MAX_MENTIONS + left_out
        ));
    }
}

/// The year in which the article was published, or else changed.
fn stated_year(record: &Record) -> Option<i16> {
    let stated = record.published.as_ref().or(record.updated.as_ref())?;
    Some(jiff::tz::Offset::UTC.to_datetime(stated.instant).year())
}

/// The entities of one text, as a record has them: for `inspect`.
#[must_use]
pub fn of_text(field: &str, text: &str, context: Context<'_>) -> Vec<Entity> {
    let setting = Setting {
        known: world().ok(),
        context,
    };
    let fields = [(field.into(), text)];
    english().map_or_else(
        |_| Vec::new(),
        |model| entities_of(&Tagger::new(model), &fields, &setting, &mut 0),
    )
}

/// What is known besides the texts.
struct Setting<'s> {
    known: Option<&'s Knowledge>,
    context: Context<'s>,
}

/// Those whom some fields name, by the fields' names and texts. Counts the mentions that are left out.
fn entities_of(
    tagger: &Tagger<'_>,
    fields: &[(Cow<'_, str>, &str)],
    setting: &Setting<'_>,
    left_out: &mut usize,
) -> Vec<Entity> {
    let mut room = MAX_MENTIONS;
    let mut parts = Vec::with_capacity(fields.len());
    for (field, text) in fields {
        let mut mentions = tagger.mentions(text);
        *left_out += mentions.len().saturating_sub(room);
        mentions.truncate(room);
        room -= mentions.len();
        parts.push(Part {
            text,
            mentions,
            is_headline: field == "title",
        });
    }
    let mut named = article::entities(&parts);
    if let Some(known) = setting.known {
        article::link(&mut named, &parts, known, &setting.context);
    }
    let named = named.iter();
    named.map(|entity| as_recorded(entity, fields)).collect()
}

fn as_recorded(entity: &article::Entity, fields: &[(Cow<'_, str>, &str)]) -> Entity {
    let mention = |(place, name): &(usize, article::Mention)| {
        let (field, text) = &fields[*place];
        let words = text.get(name.start..name.end).unwrap_or_default();
        Mention {
            field: field.clone().into_owned(),
            start: name.chars.0,
            end: name.chars.1,
            text: words.to_owned(),
        }
    };
    Entity {
        kind: Cow::Borrowed(if entity.is_nationality {
            NATIONALITY
        } else {
            entity.kind.as_str()
        }),
        name: entity.name.clone(),
        id: entity.link.as_ref().map(|link| link.id.clone()),
        link: entity.link.as_ref().map(|link| Link {
            name: link.name.clone(),
            confidence: dates::hundredths(link.confidence),
            same_as: link.same_as.clone(),
            country: link.country.clone(),
            coordinates: link.coordinates.map(|(latitude, longitude)| Coordinates {
                latitude,
                longitude,
            }),
        }),
        title: entity.title.clone(),
        salience: dates::hundredths(entity.salience),
        confidence: dates::hundredths(entity.confidence),
        mentions: entity.mentions.iter().map(mention).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::drafts::record;
    use super::*;
    use crate::draft::{Item, Text, Trust};

    #[test]
    fn mentions_of_one_name_are_one_entity_in_code_points() {
        let text = "“Łódź is far,” said Mary Robinson in Paris. Mary Robinson left Paris for Łódź.";
        let entities = of_text("text", text, Context::default());
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
    fn fields_name_the_same_entities() {
        let model = english().unwrap();
        let fields = [
            ("title".into(), "Robinson leaves Paris"),
            (
                "text".into(),
                "Irish President Mary Robinson left Paris on Monday.",
            ),
        ];
        let setting = Setting {
            known: None,
            context: Context::default(),
        };
        let entities = entities_of(&Tagger::new(model), &fields, &setting, &mut 0);
        let robinson = entities
            .iter()
            .find(|entity| entity.name == "Mary Robinson")
            .unwrap();
        assert_eq!(robinson.title.as_deref(), Some("Irish President"));
        let fields: Vec<&str> = robinson
            .mentions
            .iter()
            .map(|mention| mention.field.as_str())
            .collect();
        assert_eq!(fields, ["title", "text"]);
        assert!(robinson.salience > 0.7, "{}", robinson.salience);
    }

    #[test]
    fn places_are_linked_and_nationalities_told_apart() {
        let item = Item {
            link: Some(crate::draft::Link {
                href: "https://news.example.com.au/a".to_owned(),
                trust: Trust::default(),
            }),
            title: Some(Text::plain("Bridge closed in Perth")),
            content: Some(Text::plain(
                "Two Kazakh drivers were seen in Perth before the bridge fell, and later in Moscow.",
            )),
            ..Item::default()
        };
        let record = record(item);
        let entity = |name: &str| {
            let mut entities = record.entities.iter();
            entities.find(|entity| entity.name == name).unwrap()
        };
        let perth = entity("Perth");
        assert_eq!(perth.id.as_deref(), Some("geonames:2063523"));
        let link = perth.link.as_ref().unwrap();
        assert_eq!(
            (link.name.as_str(), link.country.as_deref()),
            ("Perth", Some("AU"))
        );
        let coordinates = link.coordinates.unwrap();
        assert!((-32.0..-31.9).contains(&coordinates.latitude));
        assert!((115.8..115.9).contains(&coordinates.longitude));
        assert_eq!(entity("Moscow").id.as_deref(), Some("geonames:524901"));
        let kazakh = entity("Kazakh");
        assert_eq!((kazakh.kind.as_ref(), &kazakh.id), ("nationality", &None));
    }

    #[test]
    fn a_table_of_names_is_cut() {
        let entities = of_text(
            "text",
            &"Mary Robinson met Bill Clinton in Paris.\n".repeat(1000),
            Context::default(),
        );
        let mentions: usize = entities.iter().map(|entity| entity.mentions.len()).sum();
        assert_eq!(mentions, MAX_MENTIONS);
    }
}
