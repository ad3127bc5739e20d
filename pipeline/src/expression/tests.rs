#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use cel::{Env, Program};
use proptest::prelude::*;
use serde_json::json;

use super::functions::ENVIRONMENT;
use super::*;

fn expression(text: &str) -> Expression {
    let program = Env::stdlib().compile(text).unwrap();
    Expression::new(Arc::new(program), "test")
}

fn record() -> serde_json::Value {
    json!({
        "id": "aa", "revision": 3,
        "source": { "kind": "feed", "id": "harbour-news", "tags": ["coast"] },
        "title": "Ferry \"Tern\" out of service",
        "language": { "code": "en", "confidence": 0.98 },
        "published": { "instant": "2026-03-01T09:00:00Z", "precision": "minute", "from": "feed" },
        "emitted": "2026-03-01T12:00:00Z",
        "entities": [
            { "type": "location", "name": "Holmgate", "id": "geonames:1", "salience": 0.5, "confidence": 0.9, "mentions": [] },
            { "type": "person", "name": "Jane Roe", "salience": 0.2, "confidence": 0.9, "mentions": [] }
        ],
        "fields": { "desk": "coast" }
    })
}

fn asked(text: &str) -> Result<bool, Unmet> {
    let expression = expression(text);
    let record = record().to_string();
    let sight = Sight::of(record.as_bytes(), &expression.wanted()).unwrap();
    match expression.value(&sight)? {
        Value::Bool(answer) => Ok(answer),
        other => panic!("{text} is {}", json::kind(&other)),
    }
}

#[test]
fn records_are_asked_as_they_are_written() {
    for text in [
        "record.title.contains('\"Tern\"')",
        "record.language.code == 'en' && record.language.confidence > 0.9",
        "record.revision == 3 && record.revision + 1 == 4",
        "record['title'] == record.title",
        "'coast' in record.source.tags",
        "record.entities.exists(e, e.name == 'Holmgate' && e.type == 'location')",
        "record.entities.filter(e, has(e.id)).map(e, e.name) == ['Holmgate']",
        "timestamp(record.emitted) - timestamp(record.published.instant) == duration('3h')",
        "record.fields.desk == 'coast'",
        "record.title.lowerAscii().matches('^ferry .* service$')",
        "matches(record.title, 'service')",
        "record.?publisher.orValue('nobody') == 'nobody'",
        "!has(record.publisher) && has(record.language.code)",
    ] {
        assert_eq!(asked(text), Ok(true), "{text}");
    }
}

#[test]
fn lists_and_objects_that_are_left_out_are_empty() {
    for text in [
        "record.categories.size() == 0",
        "!record.categories.exists(c, c == 'sport')",
        "record.entities.all(e, e.mentions.size() == 0)",
        "record.entities.all(e, !has(e.link.country) && e.link.same_as == [])",
        "!has(record.duplicates.of) && !has(record.updated.instant)",
        "!has(record.provenance.models.entities) && record.fields.size() == 1",
        "record.key_points + ['a'] == ['a']",
    ] {
        assert_eq!(asked(text), Ok(true), "{text}");
    }
}

#[test]
fn what_a_record_does_not_have_is_unknown() {
    for text in [
        "record.publisher == 'Courier'",
        "record.publisher != 'Courier'",
        "!(record.publisher == 'Courier')",
        "record.publisher.contains('C')",
        "record.publisher == 'Courier' && record.title != ''",
        "record.title != '' && record.publisher == 'Courier'",
        "record.duplicates.of == 'x'",
        "record.authors[0].name == 'x'",
        "record.fields.nothing == 1",
    ] {
        assert!(
            matches!(asked(text), Err(Unmet::Absent(_))),
            "{text}: {:?}",
            asked(text)
        );
    }
    // Where the rest decides, it does.
    assert_eq!(
        asked("record.publisher == 'C' || record.language.code == 'en'"),
        Ok(true)
    );
    assert_eq!(
        asked("record.publisher == 'C' && record.language.code == 'de'"),
        Ok(false)
    );
}

#[test]
fn other_errors_are_failures_that_name_no_values() {
    for (text, cause) in [
        (
            "record.title + 1 == 2",
            "`add` does not take a text and an integer",
        ),
        (
            "record.title > 1",
            "found no matching overload for '_>_' applied to '(string, int)'",
        ),
        (
            "record.title.matches(record.fields.desk + '(')",
            "matches(): the pattern is no regular expression",
        ),
        ("1 / (record.revision - 3) == 1", "a division by zero"),
        (
            "record.title.size(1) == 1",
            "found no matching overload for 'size' applied to 'string.(int)'",
        ),
    ] {
        assert_eq!(asked(text), Err(Unmet::Failed(cause.to_owned())), "{text}");
    }
}

#[test]
fn a_condition_must_be_true_or_false() {
    let title = expression("record.title");
    let record = record().to_string();
    let sight = Sight::of(record.as_bytes(), &title.wanted()).unwrap();
    assert_eq!(
        title.holds(&sight),
        Err("it is a text and not true or false".to_owned())
    );
}

#[test]
fn only_what_is_wanted_is_read() {
    let record = br#"{ "title": "a", "text": 1e999, "language": { "code": "en" } }"#;
    let code = expression("record.language.code == 'en'");
    assert_eq!(
        code.holds(&Sight::of(record, &code.wanted()).unwrap()),
        Ok(true)
    );
    let whole = expression("size(record) > 1");
    assert!(
        Sight::of(record, &whole.wanted()).is_err(),
        "1e999 is no number"
    );
    for broken in [&b"[]"[..], b"{", b"{} {}", b""] {
        assert!(Sight::of(broken, &code.wanted()).is_err());
    }
}

#[test]
fn paths_tell_what_an_expression_speaks_of() {
    for (text, paths) in [
        ("record.language.code == 'en'", vec!["language.code"]),
        (
            "has(record.publisher) || record.title == ''",
            vec!["publisher", "title"],
        ),
        (
            "record.entities.exists(e, e.link.country == 'NO' && record.revision > 1)",
            vec!["entities.*.link.country", "revision"],
        ),
        ("record.categories.size() > 0", vec!["categories"]),
        (
            "record.categories.exists(c, c == 'a')",
            vec!["categories.*"],
        ),
        ("size(record) > 0 && true", vec![]),
    ] {
        assert_eq!(expression(text).paths(), paths, "{text}");
    }
}

#[test]
fn values_become_json_as_records_have_it() {
    for (text, value) in [
        (
            "{'b': [1, 2.5, null], 'a': true}",
            json!({ "a": true, "b": [1, 2.5, null] }),
        ),
        (
            "timestamp(record.emitted) + duration('1s')",
            json!("2026-03-01T12:00:01Z"),
        ),
        ("duration('90m')", json!(5400)),
        (
            "record.entities.map(e, e.name)",
            json!(["Holmgate", "Jane Roe"]),
        ),
        (
            "record.language",
            json!({ "code": "en", "confidence": 0.98 }),
        ),
    ] {
        let expression = expression(text);
        let record = record().to_string();
        let sight = Sight::of(record.as_bytes(), &expression.wanted()).unwrap();
        assert_eq!(
            json(&expression.value(&sight).unwrap()),
            Ok(value),
            "{text}"
        );
    }
    for (text, cause) in [
        ("b'abc'", "a sequence of bytes cannot be written as JSON"),
        ("{1: 2}", "it has a name that is no text"),
        ("1.0 / 0.0", "it is a number beyond all numbers"),
        (
            "optional.of(1)",
            "a value of another kind cannot be written as JSON",
        ),
    ] {
        let expression = expression(text);
        let sight = Sight::of(b"{}", &expression.wanted()).unwrap();
        assert_eq!(
            json(&expression.value(&sight).unwrap()),
            Err(cause.to_owned()),
            "{text}"
        );
    }
}

/// Any JSON, in the fields that records have and in others.
fn any_record() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>().prop_map(|value| json!(value)),
        "\\PC{0,12}".prop_map(|value| json!(value)),
    ];
    let names = prop_oneof![
        Just("title"),
        Just("source"),
        Just("entities"),
        Just("name"),
        Just("tags"),
        Just("fields"),
        Just("code")
    ];
    let value = leaf.prop_recursive(4, 32, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|values| json!(values)),
            prop::collection::hash_map(names.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|values| json!(values)),
        ]
    });
    let fields = prop_oneof![
        Just("title"),
        Just("source"),
        Just("entities"),
        Just("fields"),
        Just("revision")
    ];
    prop::collection::hash_map(fields.prop_map(str::to_owned), value, 0..6)
        .prop_map(|fields| json!(fields))
}

/// Expressions of every kind, most of them right by the grammar.
fn any_expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("record".to_owned()),
        Just("record.title".to_owned()),
        Just("record.entities".to_owned()),
        Just("record.source.tags".to_owned()),
        Just("x".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("1.5e308".to_owned()),
        Just("7u".to_owned()),
        Just("null".to_owned()),
        Just("'(?i)\\\\w+'".to_owned()),
        Just("duration('9223372036s')".to_owned()),
        Just("timestamp('9999-12-31T23:59:59Z')".to_owned()),
        "'[a-z%.{}]{0,8}'",
        any::<i64>().prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let operators = prop_oneof![
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("=="),
            Just("<"),
            Just("&&"),
            Just("||"),
            Just(" in ")
        ];
        let methods = prop_oneof![
            Just("contains"),
            Just("matches"),
            Just("split"),
            Just("join"),
            Just("format"),
            Just("indexOf"),
            Just("charAt"),
            Just("substring"),
            Just("orValue")
        ];
        let functions = prop_oneof![
            Just("size"),
            Just("int"),
            Just("uint"),
            Just("double"),
            Just("string"),
            Just("timestamp"),
            Just("duration"),
            Just("bytes"),
            Just("type")
        ];
        let macros = prop_oneof![
            Just("exists"),
            Just("all"),
            Just("map"),
            Just("filter"),
            Just("exists_one")
        ];
        prop_oneof![
            (pair.clone(), operators)
                .prop_map(|((left, right), sign)| format!("({left} {sign} {right})")),
            (pair.clone(), methods).prop_map(|((on, by), name)| format!("({on}).{name}({by})")),
            (inner.clone(), functions).prop_map(|(of, name)| format!("{name}({of})")),
            (pair.clone(), macros).prop_map(|((on, by), name)| format!("({on}).{name}(x, {by})")),
            pair.clone()
                .prop_map(|(of, index)| format!("({of})[{index}]")),
            (inner.clone(), pair).prop_map(|(on, (yes, no))| format!("({on}) ? ({yes}) : ({no})")),
            inner.clone().prop_map(|of| format!("has(({of}).name)")),
            inner.clone().prop_map(|of| format!("!({of})")),
            inner.prop_map(|of| format!("[{of}, {{'name': {of}}}]")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_expression_panics_on_any_record(text in any_expression(), record in any_record()) {
        if let Ok(program) = ENVIRONMENT.compile(&text) {
            let expression = Expression::new(Arc::<Program>::new(program), "test");
            let record = record.to_string();
            if let Ok(sight) = Sight::of(record.as_bytes(), &expression.wanted()) {
                let once = expression.value(&sight);
                // The same question gets the same answer, and what JSON can say of it is one thing.
                let again = expression.value(&sight);
                prop_assert_eq!(once.clone().map(|value| json(&value)), again.map(|value| json(&value)));
                prop_assert!(expression.paths().iter().all(|path| !path.is_empty()));
            }
        }
    }
}
