#![allow(clippy::unwrap_used)]

use super::*;

/// Parts of an article, the first its headline; names are marked `[Kind:name]`.
fn article(marked: &[&str]) -> (Vec<String>, Vec<Vec<Mention>>) {
    let (mut texts, mut all) = (Vec::new(), Vec::new());
    for part in marked {
        let (mut text, mut mentions) = (String::new(), Vec::new());
        let mut rest = *part;
        while let Some((before, marked)) = rest.split_once('[') {
            text.push_str(before);
            let (inside, after) = marked.split_once(']').unwrap();
            let (kind, name) = inside.split_once(':').unwrap();
            let kind = match kind {
                "P" => Kind::Person,
                "O" => Kind::Organization,
                "L" => Kind::Location,
                _ => Kind::Misc,
            };
            let start = text.len();
            text.push_str(name);
            mentions.push(Mention {
                start,
                end: text.len(),
                chars: (start, text.len()),
                kind,
                confidence: 0.5,
            });
            rest = after;
        }
        text.push_str(rest);
        texts.push(text);
        all.push(mentions);
    }
    (texts, all)
}

fn found(marked: &[&str]) -> Vec<Entity> {
    let (texts, mentions) = article(marked);
    let parts: Vec<Part<'_>> = texts
        .iter()
        .zip(mentions)
        .enumerate()
        .map(|(number, (text, mentions))| Part {
            text,
            mentions,
            is_headline: number == 0,
        })
        .collect();
    entities(&parts)
}

/// Names with the number of their mentions.
fn names(marked: &[&str]) -> Vec<(String, usize)> {
    found(marked)
        .into_iter()
        .map(|entity| (entity.name, entity.mentions.len()))
        .collect()
}

fn is(names: &[(String, usize)], expected: &[(&str, usize)]) {
    let names: Vec<(&str, usize)> = names
        .iter()
        .map(|(name, count)| (name.as_str(), *count))
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn a_last_name_is_its_only_bearer() {
    is(
        &names(&[
            "[P:Putin]’s parade",
            "[P:Vladimir Putin] and [P:Mr. Putin]; [P:Vladimir Vladimirovich Putin]",
        ]),
        &[("Vladimir Vladimirovich Putin", 4)],
    );
    is(
        &names(&["[P:Joe Low] met [P:Ann Low]. [P:Low] smiled. [P:Ann] left."]),
        &[("Joe Low", 1), ("Ann Low", 2), ("Low", 1)],
    );
    is(
        &names(&["[P:J. R. Tern] wrote; [P:John Robert Tern] read; [P:J. Tern] slept"]),
        &[("John Robert Tern", 3)],
    );
}

#[test]
fn initials_and_brackets_are_the_full_name() {
    is(
        &names(&["The [O:Institute for the Study of War] and the [O:ISW]"]),
        &[("Institute for the Study of War", 2)],
    );
    is(
        &names(&["the [L:United States], the [L:U.S.] and [L:US] firms"]),
        &[("United States", 3)],
    );
    is(
        &names(&[
            "[O:Radio Free Europe/Radio Liberty] ([M:RFERL]) said; [M:RFERL] and [P:Vladimir Putin] ([M:L])",
        ]),
        &[
            ("Radio Free Europe/Radio Liberty", 3),
            ("Vladimir Putin", 1),
            ("L", 1),
        ]
        .map(|(name, count)| (name, count)),
    );
}

#[test]
fn what_brackets_introduce_is_whole_everywhere() {
    let entities = found(&[
        "[M:Study of War] says",
        "The [O:Institute] for the [M:Study of War] ([O:ISW]) – the Institute for the [M:Study of War] – and [L:Kyiv].",
        "New Institute for the Study of Wars; [O:New Institute for the Study of War]; Institute for the Study of War",
    ]);
    let named: Vec<(&str, Vec<&str>)> = entities
        .iter()
        .map(|entity| {
            let starts = entity.mentions.iter();
            let kinds = starts.map(|(_, mention)| mention.kind.as_str());
            (entity.name.as_str(), kinds.collect())
        })
        .collect();
    assert_eq!(
        named,
        [
            ("Study of War", vec!["misc"]),
            ("Institute for the Study of War", vec!["organization"; 4]),
            ("Kyiv", vec!["location"]),
            ("New Institute for the Study of War", vec!["organization"]),
        ]
    );
    let whole = entities[1].mentions[0].1;
    assert_eq!((whole.start, whole.end), (4, 34));
    assert_eq!(whole.chars, (4, 34));
}

#[test]
fn the_initials_of_an_abbreviation_make_a_name_whole() {
    is(
        &names(&["the Institute for the [M:Study of War] met. [O:ISW] said"]),
        &[("Institute for the Study of War", 2)],
    );
    is(
        &names(&["They, Institute. For the [O:Study of War] met; [O:SW] and [O:ISW] said"]),
        &[("Study of War", 2), ("ISW", 1)],
    );
}

#[test]
fn brackets_introduce_nothing_that_is_no_name() {
    is(
        &names(&["[L:Kyiv], Institute said Study ([O:ISS]); [P:Ian Low] ([P:IL])"]),
        &[("Kyiv", 1), ("ISS", 1), ("Ian Low", 1), ("IL", 1)],
    );
    is(&names(&["[O:EADS] N.V. ([O:EADS])"]), &[("EADS", 2)]);
    is(
        &names(&["It institutes for the Study of War ([O:ISW]). Of Wars ([O:OW])."]),
        &[("ISW", 1), ("Of Wars", 2)],
    );
}

#[test]
fn two_names_for_the_same_letters_stay_apart() {
    is(
        &names(&["[O:Acme News Agency], [O:Asian Nature Alliance] and [O:ANA]"]),
        &[
            ("Acme News Agency", 1),
            ("Asian Nature Alliance", 1),
            ("ANA", 1),
        ],
    );
}

#[test]
fn companies_are_named_with_and_without_their_form_of_law() {
    is(
        &names(&["[O:Boeing Co.] and [O:Boeing]"]),
        &[("Boeing Co.", 2)],
    );
}

#[test]
fn a_word_names_one_thing_in_an_article_but_for_last_names() {
    let entities = found(&["[O:Boeing] and [L:Boeing] and [O:Boeing]"]);
    assert_eq!(entities.len(), 1);
    assert_eq!(entities[0].kind, Kind::Organization);
    is(
        &names(&["[P:Denzel Washington] left [L:Washington]. [P:Washington] said"]),
        &[("Denzel Washington", 2), ("Washington", 1)],
    );
}

#[test]
fn transcriptions_are_one_person_where_the_titles_agree() {
    let text = "President of Tajikistan [P:Imamali Rahman]. Tajik President [P:Emomali Rakhmon] and [P:Rakhmon]";
    let entities = found(&[text]);
    assert_eq!(entities.len(), 1);
    assert_eq!(
        entities[0].title.as_deref(),
        Some("President of Tajikistan")
    );
    assert_eq!(entities[0].mentions.len(), 3);
    is(
        &names(&["Coach [P:Imamali Rahman]. Tajik President [P:Emomali Rakhmon]"]),
        &[("Imamali Rahman", 1), ("Emomali Rakhmon", 1)],
    );
}

#[test]
fn who_is_in_the_headline_and_named_often_is_salient() {
    let entities = found(&[
        "[P:Ada Quill] opens school",
        "[P:Quill] said in [L:Ærø]. [P:Quill] left for [L:Paris].",
    ]);
    let salience: Vec<f32> = entities.iter().map(|entity| entity.salience).collect();
    assert!(salience[0] > 0.8 && salience[0] <= 1.0, "{salience:?}");
    assert!(
        salience[1] < 0.5 && salience[2] < salience[1] && salience[2] > 0.0,
        "{salience:?}"
    );
}

#[test]
fn a_thousand_bearers_of_a_name_take_no_time() {
    let mut text = String::new();
    for number in 0..20_000 {
        text.push_str(&format!(
            "[P:Ann{number} Low] and [O:Low {number} Co] of [P:Low] "
        ));
    }
    let entities = found(&[&text]);
    assert_eq!(entities.len(), 40_001);
}
