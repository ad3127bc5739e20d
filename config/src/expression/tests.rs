#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

fn fault(text: &str) -> Fault {
    Expression::parse(text, Purpose::Condition).unwrap_err()
}

#[test]
fn right_expressions_are_taken_as_they_are() {
    for text in [
        "record.title.contains('flood')",
        "record.language.code == 'en' || !has(record.publisher)",
        "record.entities.exists(e, e.type == 'person' && has(e.link.country) && e.link.country == 'NO')",
        "'coast' in record.source.tags // the coast desk",
        "timestamp(record.emitted) - timestamp(record.published.instant) > duration('24h')",
        "record.?publisher.orValue('') != ''",
        "record.fields.anything.at.all == 1",
        "record.authors[0].name == r'a\\b' && record['title'] != ''",
        "record.categories.map(c, c.lowerAscii()).exists_one(c, c == 'sport')",
        "(record.revision > 1 ? 'old' : 'new') == 'new'",
        "strings.quote(record.title) != '' && type(record.revision) == int",
        "record.images.all(i, !has(i.credit) || i.credit.matches('(?i)agency'))",
        "record.duplicates.similarity > 0.9",
        "record.published.from == 'feed' && record.op == 'new'",
    ] {
        let parsed = Expression::parse(text, Purpose::Condition);
        assert_eq!(
            parsed.as_ref().map(Expression::text),
            Ok(text),
            "{parsed:?}"
        );
    }
    assert!(Expression::parse("record.title", Purpose::Value).is_ok());
}

#[test]
fn faults_are_pointed_at() {
    for (text, shown) in [
        ("record.tilte == 'x'", "tilte"),
        ("'x' == record.source.tgas", "tgas"),
        ("record.entities.exists(e, e.nmae == 'x')", "nmae"),
        ("record.title.contians('x')", "contians"),
        ("recrod.title == 'x'", "recrod"),
        ("record.title.matches('(')", "'"),
        ("record.title.matches('\\bflood')", "'"),
        ("record['tilte'] == 'x'", "tilte"),
        ("record.title == 'x' & true", "&"),
        ("has(record.language)", "("),
        ("has(record.fields) || has(record.categories)", "("),
    ] {
        let fault = fault(text);
        assert_eq!(&text[fault.at.clone()], shown, "{text}: {fault:?}");
    }
}

#[test]
fn limits_are_told_before_anything_is_parsed() {
    for (text, what) in [
        ("(".repeat(13) + "1", "brackets and choices"),
        (
            "true".to_owned() + &" && true".repeat(101),
            "more than 200 operators",
        ),
        (
            "1".to_owned() + &" in 1".repeat(201),
            "more than 200 operators",
        ),
        ("'".to_owned() + &"x".repeat(4096) + "'", "longer than 4096"),
        ("'abc".to_owned(), "not closed"),
        ("'a\n'".to_owned(), "not closed"),
        ("  ".to_owned(), "empty"),
    ] {
        assert!(
            fault(&text).what.contains(what),
            "{text}: {:?}",
            fault(&text)
        );
    }
    // What stands in texts and comments does not count.
    let brackets = "(".repeat(300);
    for text in [
        format!("record.title != '{brackets}'"),
        format!("record.title != r'\\' + '{brackets}'"),
        format!("record.title != '''{brackets}'{brackets}'''"),
        format!("record.title != '' // {brackets}"),
    ] {
        assert!(
            Expression::parse(&text, Purpose::Condition).is_ok(),
            "{text}"
        );
    }
}

/// Whatever the limits let through is parsed, walked and dropped on the stack that a thread has.
#[test]
fn the_deepest_expressions_need_little_stack() {
    let deepest = [
        "(".repeat(12) + "true" + &")".repeat(12),
        "[".repeat(12) + &"]".repeat(12) + " == []",
        "1".to_owned() + &"+1".repeat(198) + " == 1",
        "record".to_owned() + &".fields".repeat(199),
        "record.fields".to_owned() + &"[0]".repeat(190),
        "!".repeat(199) + "true",
        "true ? 1 : ".repeat(12) + "2",
        "1".to_owned() + &" in [1]".repeat(66),
    ];
    let parse_all = move || {
        for text in &deepest {
            drop(Expression::parse(text, Purpose::Condition));
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    thread.spawn(parse_all).unwrap().join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_parsed_or_refused_at_a_place_in_it(text in "\\PC{0,80}") {
        check_any(&text)?;
    }

    #[test]
    fn words_of_the_language_in_any_order_are_parsed_or_refused(
        words in prop::collection::vec(prop::sample::select(vec![
            "record", ".", "title", "entities", "(", ")", "[", "]", "{", "}", "'", "'x'", "\"", "r'", "==", "=", "&&", "||", "!", "?", ":", ",", "+", "-",
            "1", "1.5", "0x", "in", "has", "exists", "e", "e.name", "matches", "'('", "true", "null", "b'\\xff'", "'\\u00e9'", "é", "//", "\n", " ",
        ]), 0..30)
    ) {
        check_any(&words.concat())?;
    }
}

fn check_any(text: &str) -> Result<(), TestCaseError> {
    if let Err(fault) = Expression::parse(text, Purpose::Condition) {
        prop_assert!(text.get(fault.at.clone()).is_some(), "{text:?}: {fault:?}");
        prop_assert!(!fault.what.is_empty() && !fault.help.is_empty());
    }
    Ok(())
}
