//! Tests of whole strings.

use super::*;

#[track_caller]
fn reads(text: &str, language: &str, expected: &str) {
    let hints = Hints {
        language: Some(language),
        ..Hints::default()
    };
    match parse(text, &hints) {
        Ok(stamp) => assert_eq!(stamp.instant.to_string(), expected, "{text} ({language})"),
        Err(refusal) => panic!("{text} ({language}): {refusal}"),
    }
}

#[test]
fn offsets_that_touch_the_time() {
    reads("2009-08-12T22:15:9-07:00", "en", "2009-08-13T05:15:09Z");
    reads(
        "2012-08-17T18:31:59:257+0100",
        "en",
        "2012-08-17T17:31:59.257Z",
    );
    reads("2019-05-29T08:41-04", "en", "2019-05-29T12:41:00Z");
}

#[track_caller]
fn refuses(text: &str, language: &str) -> Refusal {
    let hints = Hints {
        language: Some(language),
        ..Hints::default()
    };
    match parse(text, &hints) {
        Ok(stamp) => panic!("{text} ({language}) was read as {}", stamp.instant),
        Err(refusal) => refusal,
    }
}

#[test]
fn impossible_dates_name_the_part() {
    let part = |text| match refuses(text, "en") {
        Refusal::Impossible { part, .. } => part,
        other => panic!("{text}: {other}"),
    };
    assert_eq!(part("2023-02-29T10:00:00Z"), Part::Day);
    assert_eq!(part("29 February 2023"), Part::Day);
    assert_eq!(part("Mon, 30 Nov -0001 00:00:00 +0000"), Part::Year);
    assert_eq!(part("-0001-11-30T00:00:00+00:00"), Part::Year);
    assert_eq!(part("0000-00-00 00:00:00"), Part::Year);
    assert_eq!(part("2024-13-01"), Part::Month);
    assert_eq!(part("2024-01-15T25:00:00Z"), Part::Hour);
    assert_eq!(part("2024-01-15T10:60:00Z"), Part::Minute);
    assert_eq!(part("2024-01-15T10:00:61Z"), Part::Second);
    assert_eq!(part("2024-01-15T24:00:01Z"), Part::Second);
    assert_eq!(part("2024-06-15T23:59:60Z"), Part::Second);
    assert_eq!(part("2024-01-15T10:00:00+99:00"), Part::Offset);
    assert_eq!(part("2023-366"), Part::Day);
    assert_eq!(part("2023-W53-1"), Part::Week);
}

#[test]
fn the_end_of_a_day_and_a_leap_second() {
    reads("2024-01-15T24:00:00Z", "en", "2024-01-16T00:00:00Z");
    reads("2016-12-31T23:59:60Z", "en", "2017-01-01T00:00:00Z");
    reads("2017-01-01T08:59:60+09:00", "en", "2017-01-01T00:00:00Z");
}

#[test]
fn zones_that_nobody_knows_are_refused() {
    for text in [
        "Mon, 15 Jan 2024 10:00:00 XYZ",
        "Mon, 15 Jan 2024 10:00:00 Q",
        "15 Jan 2024 10:00 Atlantis/City",
        "Sun, 16 Dec 2012 11:47:32 +zz:00",
    ] {
        assert!(
            matches!(refuses(text, "en"), Refusal::UnknownZone(_)),
            "{text}"
        );
    }
}

#[test]
fn text_without_a_date() {
    for text in [
        "",
        "   ",
        "no date in it",
        "10:00",
        "Monday",
        "3",
        "22013",
        "Subscribe now!",
        "5,000-9,999",
        "\u{0}",
    ] {
        refuses(text, "en");
    }
    assert_eq!(refuses(&"1 ".repeat(200), "en"), Refusal::TooLong);
}

#[test]
fn an_abbreviation_with_several_readings_goes_by_country_then_offsets_then_language() {
    let at = |hints: &Hints<'_>| {
        let stamp = parse("Mon, 15 Jan 2024 10:00:00 IST", hints).unwrap();
        assert_eq!(stamp.zone, ZoneSource::Abbreviation);
        assert!(stamp.confidence < 0.95);
        stamp.offset.unwrap().seconds() / 60
    };
    let offsets = [jiff::tz::Offset::constant(1)];
    assert_eq!(at(&Hints::default()), 330);
    assert_eq!(
        at(&Hints {
            country: Some("IL"),
            language: Some("en"),
            ..Hints::default()
        }),
        120
    );
    assert_eq!(
        at(&Hints {
            offsets: &offsets,
            language: Some("he"),
            ..Hints::default()
        }),
        60
    );
    assert_eq!(
        at(&Hints {
            language: Some("he"),
            ..Hints::default()
        }),
        120
    );
}

#[test]
fn the_order_of_a_numeric_date_goes_by_the_hints() {
    let at = |hints: &Hints<'_>| parse("03/05/2014", hints).unwrap().instant.to_string();
    assert_eq!(
        at(&Hints {
            language: Some("en"),
            ..Hints::default()
        }),
        "2014-03-05T00:00:00Z"
    );
    assert_eq!(
        at(&Hints {
            language: Some("en"),
            country: Some("GB"),
            ..Hints::default()
        }),
        "2014-05-03T00:00:00Z"
    );
    let learnt = Hints {
        language: Some("en"),
        country: Some("GB"),
        order: Some(FieldOrder::Mdy),
        ..Hints::default()
    };
    assert_eq!(at(&learnt), "2014-03-05T00:00:00Z");
    let evidence = parse("26/06/2020", &Hints::default()).unwrap();
    assert_eq!(evidence.order, Some(FieldOrder::Dmy));
}

#[test]
fn a_missing_zone_says_so_and_is_taken_from_the_feed() {
    let plain = parse("2024-01-15 10:00", &Hints::default()).unwrap();
    assert_eq!((plain.zone, plain.offset), (ZoneSource::Assumed, None));
    let offsets = [jiff::tz::Offset::constant(2)];
    let told = parse(
        "2024-01-15 10:00",
        &Hints {
            offsets: &offsets,
            ..Hints::default()
        },
    )
    .unwrap();
    assert_eq!(
        (told.zone, told.instant.to_string().as_str()),
        (ZoneSource::Hint, "2024-01-15T08:00:00Z")
    );
}

#[test]
fn a_missing_year_needs_the_time_of_fetching() {
    assert_eq!(refuses("5 May", "en"), Refusal::Missing(Part::Year));
    let now = |text| Hints {
        now: Some(text),
        language: Some("en"),
        ..Hints::default()
    };
    let january: jiff::Timestamp = "2024-01-10T00:00:00Z".parse().unwrap();
    let at = |text: &str| parse(text, &now(january)).unwrap().instant.to_string();
    assert_eq!(at("28 December"), "2023-12-28T00:00:00Z");
    assert_eq!(at("12 January, 10:00"), "2024-01-12T10:00:00Z");
    assert_eq!(at("29 February"), "2020-02-29T00:00:00Z");
}

#[test]
fn numbers_beyond_any_year_are_not_reckoned_with() {
    for year in [
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "100000",
    ] {
        for text in [
            format!("令和{year}年1月1日"),
            format!("พ.ศ. {year} มกราคม 1"),
            format!("-{year}-01-01"),
            format!("{year}-01-01"),
            format!("1 January {year}"),
            format!("{year} Farvardin 1"),
            format!("1 فروردین {year}"),
            format!("{year}年1月1日"),
        ] {
            for language in ["ja", "th", "fa", "en"] {
                refuses(&text, language);
            }
        }
        let impossible = refuses(&format!("{year}月"), "ja");
        assert!(!impossible.to_string().contains('-'), "{impossible}");
    }
    for text in [
        "令和9223372036854775807年1月1日",
        "-9223372036854775808-01-01",
        "-9223372036854775807-01-01",
    ] {
        assert_eq!(refuses(text, "ja"), Refusal::OutOfRange, "{text}");
    }
}

/// Strings of our own, one a line: language, text, instant (`-`: refused).
#[test]
fn the_table() {
    let mut wrong = Vec::new();
    for line in include_str!("../../tests/dates.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let columns: Vec<&str> = line.split('\t').collect();
        let [language, text, expected] = columns[..] else {
            panic!("three columns: {line}");
        };
        let hints = Hints {
            language: Some(language),
            ..Hints::default()
        };
        let answer = parse(text, &hints)
            .map(|stamp| stamp.instant.strftime("%Y-%m-%dT%H:%M:%S").to_string());
        if answer.as_deref().unwrap_or("-") != expected {
            wrong.push(format!(
                "{language} {text}: expected {expected}, is {answer:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
