//! Whom and what a record's texts name: which texts are read. What is a name, and which are of one entity, is for `dateline_entities` to say.

use std::borrow::Cow;

use dateline_entities as article;
pub use dateline_entities::Context;
pub use dateline_entities::Gazetteer;
use dateline_entities::{FileError, Knowledge, Model, Part, Tagger, english, world};

use super::{dates, fields};
use crate::record::{Coordinates, Entity, Link, Mention, Record};

/// Mentions in one record: a long article has some hundreds, a table of results thousands. Who reads those reads the table.
const MAX_MENTIONS: usize = 2000;

/// What the record says of texts that no model reads: their well-known names come from lists alone.
const LISTS: &str = "lists-1";

/// Finds the names in a record's texts: by the model in English ones, by lists of well-known names in those that are declared to be of another language.
/// Names of the user's own are found in all.
/// `publisher` is the publisher's country in two letters of ISO 3166-1.
pub(super) fn annotate(record: &mut Record, publisher: Option<&str>, gazetteer: &Gazetteer) {
    let reader = match Reader::of(fields::are_english(record)) {
        Ok(reader) => reader,
        Err(error) => {
            let line = format!("names were not looked for, for want of the model: {error}");
            record.provenance.recovered.push(line);
            return;
        }
    };
    let known = world();
    let mut left_out = 0;
    let fields: Vec<(Cow<'_, str>, &str)> = fields::with_credits(record).collect();
    let setting = Setting {
        reader: &reader,
        gazetteer,
        known: known.ok(),
        context: Context {
            publisher,
            year: stated_year(record),
        },
    };
    let entities = entities_of(&fields, &setting, &mut left_out);
    record.entities = entities;
    record.provenance.models.entities = Some(reader.name().to_owned());
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

/// Who finds names.
enum Reader {
    /// A model.
    Model(&'static Model),
    /// Nobody but lists.
    Lists,
}

impl Reader {
    fn of(is_english: bool) -> Result<Self, &'static FileError> {
        if is_english {
            english().map(Self::Model)
        } else {
            Ok(Self::Lists)
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Model(model) => model.name(),
            Self::Lists => LISTS,
        }
    }

    fn mentions(&self, text: &str, known: Option<&Knowledge>) -> Vec<article::Mention> {
        match self {
            Self::Model(model) => {
                let mentions = Tagger::new(model).mentions(text);
                match known {
                    Some(known) => article::mend(text, mentions, known),
                    None => mentions,
                }
            }
            Self::Lists => known.map_or_else(Vec::new, |known| known.mentions(text)),
        }
    }
}

/// The year in which the article was published, or else changed.
fn stated_year(record: &Record) -> Option<i16> {
    let stated = record.published.as_ref().or(record.updated.as_ref())?;
    Some(jiff::tz::Offset::UTC.to_datetime(stated.instant).year())
}

/// The entities of one text, as a record has them: for `inspect`.
#[must_use]
pub fn of_text(
    field: &str,
    text: &str,
    is_english: bool,
    context: Context<'_>,
    gazetteer: &Gazetteer,
) -> Vec<Entity> {
    let fields = [(field.into(), text)];
    Reader::of(is_english).map_or_else(
        |_| Vec::new(),
        |reader| {
            let setting = Setting {
                reader: &reader,
                gazetteer,
                known: world().ok(),
                context,
            };
            entities_of(&fields, &setting, &mut 0)
        },
    )
}

/// What is known besides the texts.
struct Setting<'s> {
    reader: &'s Reader,
    gazetteer: &'s Gazetteer,
    known: Option<&'s Knowledge>,
    context: Context<'s>,
}

/// Those whom some fields name, by the fields' names and texts. Counts the mentions that are left out.
fn entities_of(
    fields: &[(Cow<'_, str>, &str)],
    setting: &Setting<'_>,
    left_out: &mut usize,
) -> Vec<Entity> {
    let mut room = MAX_MENTIONS;
    let mut parts = Vec::with_capacity(fields.len());
    for (field, text) in fields {
        let found = if field.ends_with(fields::CREDIT) {
            article::credit(text)
        } else {
            setting.reader.mentions(text, setting.known)
        };
        let mut mentions = setting.gazetteer.mark(text, found);
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
    setting.gazetteer.link(&mut named, &parts);
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
        kind: Cow::Borrowed(entity.sort()),
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
    use std::collections::HashMap;

    use dateline_entities::GazetteerEntry;
    use proptest::prelude::*;

    use super::super::drafts::record;
    use super::*;
    use crate::draft::{Item, Text, Trust};
    use crate::record::Image;

    fn english_of(text: &str) -> Vec<Entity> {
        let none = Gazetteer::default();
        of_text("text", text, true, Context::default(), &none)
    }

    #[test]
    fn mentions_of_one_name_are_one_entity_in_code_points() {
        let text = "“Łódź is far,” said Mary Robinson in Paris. Mary Robinson left Paris for Łódź.";
        let entities = english_of(text);
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
        let fields = [
            ("title".into(), "Robinson leaves Paris"),
            (
                "text".into(),
                "Irish President Mary Robinson left Paris on Monday.",
            ),
        ];
        let setting = Setting {
            reader: &Reader::of(true).unwrap(),
            gazetteer: &Gazetteer::default(),
            known: None,
            context: Context::default(),
        };
        let entities = entities_of(&fields, &setting, &mut 0);
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
    fn other_languages_have_well_known_names_alone() {
        let item = Item {
            language: Some("de".to_owned()),
            content: Some(Text::plain(
                "Gestern traf Emmanuel Macron in Paris Vertreter aus Kasachstan. Das Essen war gut.",
            )),
            ..Item::default()
        };
        let record = record(item);
        assert_eq!(record.provenance.models.entities.as_deref(), Some(LISTS));
        let found: Vec<(&str, Option<&str>)> = record
            .entities
            .iter()
            .map(|entity| (entity.name.as_str(), entity.id.as_deref()))
            .collect();
        assert_eq!(
            found,
            [
                ("Emmanuel Macron", Some("wikidata:Q3052772")),
                ("Paris", Some("geonames:2988507")),
                ("Kasachstan", Some("iso3166:KZ")),
            ]
        );
    }

    #[test]
    fn names_of_the_user_are_found_and_linked() {
        let gazetteer = Gazetteer::new(vec![GazetteerEntry {
            kind: article::Kind::Organization,
            name: "Boeing".to_owned(),
            id: Some("desk:7".to_owned()),
            aliases: vec!["the plane maker of Seattle".to_owned()],
        }]);
        let text = "The plane maker of Seattle sold three jets.";
        let entities = of_text("text", text, true, Context::default(), &gazetteer);
        let boeing = entities.first().unwrap();
        assert_eq!(boeing.id.as_deref(), Some("desk:7"));
        assert_eq!(boeing.link.as_ref().unwrap().name, "Boeing");
    }

    #[test]
    fn a_table_of_names_is_cut() {
        let entities = english_of(&"Mary Robinson met Bill Clinton in Paris.\n".repeat(1000));
        let mentions: usize = entities.iter().map(|entity| entity.mentions.len()).sum();
        assert_eq!(mentions, MAX_MENTIONS);
    }

    proptest! {
        #[test]
        fn offsets_say_where_the_names_stand(
            title in "[A-Za-zé“” 😀]{0,40}",
            words in proptest::collection::vec("(Mary Robinson|President of Kazakhstan Kasim Tokayev|Łódź|the UN|\\(L\\)|Tern|\\n\\n|[a-zé,.😀]{1,8}|Moscow, Idaho)", 0..30),
            credit in "(Jane Roe|AFP|/| via |é){0,5}",
            is_english: bool,
        ) {
            let item = Item {
                title: Some(Text::plain(&title)),
                content: Some(Text::plain(format!("The bridge. {}", words.join(" ")))),
                language: Some(if is_english { "en" } else { "de" }.to_owned()),
                images: vec![Image {
                    url: None,
                    alt: None,
                    caption: None,
                    credit: Some(credit),
                }],
                ..Item::default()
            };
            let record = record(item);
            let texts: HashMap<String, &str> = fields::with_credits(&record)
                .map(|(field, text)| (field.into_owned(), text))
                .collect();
            for entity in &record.entities {
                prop_assert!(!entity.mentions.is_empty());
                prop_assert!((0.0..=1.0).contains(&entity.salience));
                for mention in &entity.mentions {
                    let chars = texts[&mention.field].chars().skip(mention.start);
                    let there: String = chars.take(mention.end - mention.start).collect();
                    prop_assert_eq!(&there, &mention.text);
                    prop_assert!(!there.is_empty());
                }
            }
        }
    }
}
