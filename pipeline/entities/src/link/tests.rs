//! Who and what is meant in texts of our own.

use super::*;
use crate::MiscKind;
use crate::{Tagger, english, entities, world};

/// The entities of a text, linked with this context.
fn named(text: &str, context: &Context<'_>) -> Vec<Entity> {
    let tagger = Tagger::new(english().unwrap());
    let parts = [Part {
        text,
        mentions: tagger.mentions(text),
        is_headline: false,
    }];
    let mut entities = entities(&parts);
    link(&mut entities, &parts, world().unwrap(), context);
    entities
}

fn linked(text: &str, publisher: Option<&str>) -> Vec<(String, Option<String>)> {
    let context = Context {
        publisher,
        year: Some(2023),
    };
    named(text, &context)
        .into_iter()
        .map(|entity| (entity.name, entity.link.map(|link| link.id)))
        .collect()
}

#[track_caller]
fn check(text: &str, publisher: Option<&str>, expected: &[(&str, Option<&str>)]) {
    let found = linked(text, publisher);
    for (name, id) in expected {
        let entity = found.iter().find(|(other, _)| other == name);
        let is_right = entity.is_some_and(|(_, other)| other.as_deref() == *id);
        assert!(is_right, "{name} is to be {id:?} in {text:?}: {found:?}");
    }
}

#[test]
fn well_known_places_need_no_help() {
    check(
        "Talks between Russia and Kazakhstan were held in Moscow and London, officials in Washington said.",
        None,
        &[
            ("Russia", Some("iso3166:RU")),
            ("Kazakhstan", Some("iso3166:KZ")),
            ("Moscow", Some("geonames:524901")),
            ("London", Some("geonames:2643743")),
            ("Washington", Some("geonames:4140963")),
        ],
    );
}

#[test]
fn what_stands_behind_the_comma_decides() {
    check(
        "The mill in Moscow, Idaho, was closed, as were those in Portland, Ore., and London, Ontario.",
        None,
        &[
            ("Moscow", Some("geonames:5601538")),
            ("Portland", Some("geonames:5746545")),
            ("London", Some("geonames:6058560")),
        ],
    );
}

#[test]
fn a_list_of_places_is_no_qualifier() {
    check(
        "She spoke in Paris, Germany and Spain.",
        None,
        &[
            ("Paris", Some("geonames:2988507")),
            ("Germany", Some("iso3166:DE")),
        ],
    );
}

#[test]
fn the_rest_of_the_article_decides() {
    check(
        "Voters in Atlanta and Savannah stood in line all day. The governor of Georgia thanked them.",
        None,
        &[("Georgia", Some("iso3166:US-GA"))],
    );
    check(
        "Protesters gathered in Tbilisi. The parliament of Georgia was closed.",
        None,
        &[("Georgia", Some("iso3166:GE"))],
    );
    check(
        "The Canadian police said that the fire in Hamilton was out. Canada has seen many fires, said a Canadian minister in Ottawa.",
        None,
        &[("Hamilton", Some("geonames:5969782"))],
    );
}

#[test]
fn the_publisher_helps() {
    let text = "The bridge in Perth was closed on Monday.";
    check(text, Some("AU"), &[("Perth", Some("geonames:2063523"))]);
    check(
        "The old mill in Newcastle burned down on Monday.",
        Some("AU"),
        &[("Newcastle", Some("geonames:2155472"))],
    );
}

#[test]
fn what_would_be_a_guess_is_no_link() {
    check(
        "He was seen in Springfield on Monday.",
        None,
        &[("Springfield", None)],
    );
}

#[test]
fn nationalities_are_no_places() {
    let text = "Kyrgyz President Sadyr Japarov met Kazakh and Russian officials.";
    let entities = named(text, &Context::default());
    for name in ["Kazakh", "Russian"] {
        let entity = entities.iter().find(|entity| entity.name == name).unwrap();
        assert!(entity.misc == Some(MiscKind::Nationality) && entity.link.is_none());
    }
    assert!(entities.iter().all(|entity| entity.kind != Kind::Location));
}

#[test]
fn office_and_country_tell_who_is_meant() {
    check(
        "Kyrgyz President Sadyr Japarov and Tajik President Imamali Rahman met in Dushanbe. Chinese leader Xi spoke later.",
        None,
        &[
            ("Sadyr Japarov", Some("wikidata:Q25597826")),
            ("Imamali Rahman", Some("wikidata:Q57366")),
            ("Xi", Some("wikidata:Q15031")),
        ],
    );
    check(
        "Kyrgyz Prime Minister Akylbek Japarov met the chief executive of Acme, Sadyr Low.",
        None,
        &[("Akylbek Japarov", Some("wikidata:Q4060344"))],
    );
}

#[test]
fn a_name_alone_is_enough_for_the_head_of_a_large_country_only() {
    // Of the Cook Islands, and a common name.
    check(
        "Mark Brown scored twice for Narendra Modi and his team.",
        None,
        &[
            ("Mark Brown", None),
            ("Narendra Modi", Some("wikidata:Q1058")),
        ],
    );
    check(
        "Mike Johnson scored twice in Denver.",
        None,
        &[("Mike Johnson", None)],
    );
    check(
        "Sen. Ted Cruz said that he would vote against it.",
        None,
        &[("Ted Cruz", Some("wikidata:Q2036942"))],
    );
}

#[test]
fn another_country_or_office_is_another_person() {
    check(
        "Mayor Joe Biden of Smalltown, and Irish President Fumio Kishida, spoke.",
        None,
        &[("Fumio Kishida", None)],
    );
}

#[test]
fn organizations_are_known_by_their_names_and_where_they_are() {
    check(
        "Boeing and Airbus sold more jets, and Apple Inc. sold more phones, the United Nations said.",
        None,
        &[
            ("Boeing", Some("wikidata:Q66")),
            ("Airbus", Some("wikidata:Q2311")),
            ("Apple Inc.", Some("wikidata:Q312")),
            ("United Nations", Some("wikidata:Q1065")),
        ],
    );
    check(
        "The Department of Conservation closed the track near Wellington, New Zealand, on Monday.",
        None,
        &[("Department of Conservation", Some("wikidata:Q1191417"))],
    );
}

#[test]
fn companies_have_their_numbers_beside() {
    let text = "Shares of Boeing fell on Monday.";
    let entities = named(text, &Context::default());
    let boeing = entities[0].link.as_ref().unwrap();
    assert_eq!(boeing.same_as, ["cik:12927", "ticker:BA"]);
}

#[test]
fn those_with_one_id_are_one() {
    let text = "Kazakh President Kassym-Jomart Tokayev spoke. The U.S. was silent. President of Kazakhstan Kasim Comert Tokayev (R), was not; nor was the United States.";
    let kinds = [
        ("Kazakh", Kind::Misc),
        ("Kassym-Jomart Tokayev", Kind::Person),
        ("U.S.", Kind::Location),
        ("Kazakhstan", Kind::Location),
        ("Kasim Comert Tokayev", Kind::Person),
        ("United States", Kind::Location),
    ];
    let mentions = kinds.map(|(name, kind)| {
        let start = text.find(name).unwrap();
        crate::Mention {
            start,
            end: start + name.len(),
            chars: (start, start + name.len()),
            kind,
            confidence: 0.9,
        }
    });
    let parts = [Part {
        text,
        mentions: mentions.to_vec(),
        is_headline: false,
    }];
    let mut entities = entities(&parts);
    link(
        &mut entities,
        &parts,
        world().unwrap(),
        &Context {
            publisher: None,
            year: Some(2023),
        },
    );
    let united: Vec<(&str, usize)> = entities
        .iter()
        .map(|entity| (entity.name.as_str(), entity.mentions.len()))
        .collect();
    assert_eq!(
        united,
        [
            ("Kazakh", 1),
            ("Kassym-Jomart Tokayev", 2),
            ("United States", 2),
            ("Kazakhstan", 1),
        ]
    );
}

#[test]
fn a_thousand_names_of_many_places_take_no_time() {
    let text = "He left San José for San Antonio, Texas, and Santa Rosa, Calif. ".repeat(500);
    assert!(!linked(&text, Some("US")).is_empty());
}
