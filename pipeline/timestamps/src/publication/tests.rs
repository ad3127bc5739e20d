#![allow(clippy::unwrap_used)]

use super::*;
use crate::instant::{Hints, Precision, parse};

const FETCHED: &str = "2023-05-10T12:00:00Z";

fn candidate(role: Role, source: Source, raw: &str) -> Candidate<'_> {
    let stamp = parse(raw, &Hints::default()).unwrap();
    Candidate {
        role,
        source,
        raw: Some(raw),
        reading: Reading::from(&stamp),
    }
}

fn published(source: Source, raw: &str) -> Candidate<'_> {
    candidate(Role::Published, source, raw)
}

fn circumstances(url: Option<&str>) -> Circumstances<'_> {
    Circumstances {
        fetched: FETCHED.parse().unwrap(),
        language: Some("en"),
        country: None,
        url,
    }
}

fn at(url: Option<&str>, candidates: &[Candidate<'_>]) -> Publication {
    settle(candidates, &circumstances(url))
}

fn shown(settled: &Option<Settled>) -> String {
    settled.as_ref().map_or("none".to_owned(), |settled| {
        let by = settled
            .completed_by
            .map_or(String::new(), |source| format!(" by {}", source.name()));
        format!(
            "{} {} {}{by} {:.2}",
            settled.reading.instant,
            settled.reading.precision.name(),
            settled.source.name(),
            settled.reading.confidence
        )
    })
}

fn notes(publication: &Publication) -> Vec<String> {
    publication.notes.iter().map(Note::to_string).collect()
}

#[test]
fn the_best_source_is_believed_and_of_one_source_the_first() {
    let settled = at(
        None,
        &[
            published(Source::Element, "2023-05-09T09:00:00Z"),
            published(Source::JsonLd, "2023-05-09T10:00:00Z"),
            published(Source::JsonLd, "2023-05-09T11:00:00Z"),
        ],
    );
    assert_eq!(
        shown(&settled.published),
        "2023-05-09T10:00:00Z second json-ld 1.00"
    );
    assert!(settled.notes.is_empty());
    assert_eq!(at(None, &[]), Publication::default());
}

#[test]
fn a_day_is_completed_by_a_time_of_that_day_but_not_by_a_change() {
    let day = published(Source::Feed, "2023-05-09");
    let settled = at(
        None,
        &[
            day.clone(),
            published(Source::Meta, "2023-05-10T07:30:00+02:00"),
            published(Source::Element, "2023-05-09T23:30:00-04:00"),
        ],
    );
    assert_eq!(
        shown(&settled.published),
        "2023-05-10T03:30:00Z second feed by time element 0.70"
    );
    let changed = candidate(Role::Modified, Source::Feed, "2023-05-09T10:00:00Z");
    assert_eq!(
        shown(&at(None, &[day, changed]).published),
        "2023-05-09T00:00:00Z day feed 0.70"
    );
}

#[test]
fn a_date_after_the_fetch_is_left_out_and_the_next_source_asked() {
    let url = Some("https://paper.example/2023/05/09/tern");
    let settled = at(url, &[published(Source::Feed, "2031-05-09T10:00:00Z")]);
    assert_eq!(
        shown(&settled.published),
        "2023-05-09T00:00:00Z day address 0.70"
    );
    assert_eq!(
        notes(&settled),
        [
            "the date of publication \"2031-05-09T10:00:00Z\" (feed) was left out: it lies 7 years after the fetch"
        ]
    );
}

#[test]
fn a_little_after_the_fetch_costs_confidence_alone() {
    for (raw, expected) in [
        ("2023-05-10T12:09:00Z", "1.00"),
        ("2023-05-10T14:00:00Z", "0.60"),
        ("2023-05-11T02:00:00Z", "0.60"),
        // Somewhere the day has begun.
        ("2023-05-11", "0.70"),
    ] {
        let settled = at(None, &[published(Source::Feed, raw)]);
        assert!(
            shown(&settled.published).ends_with(&format!("feed {expected}")),
            "{raw}: {}",
            shown(&settled.published)
        );
        assert!(settled.notes.is_empty());
    }
    let settled = at(None, &[published(Source::Feed, "2023-05-11T02:00:01Z")]);
    assert_eq!(settled.published, None);
}

#[test]
fn what_programs_write_that_have_no_date_is_none() {
    for raw in [
        "1970-01-01T00:00:00Z",
        "Thu, 01 Jan 1970 00:00:00 +0100",
        "1969-12-31T19:00:00-05:00",
        "1970-01-01",
        "0001-01-01T00:00:00Z",
        "1899-12-30T00:00:00Z",
    ] {
        let settled = at(None, &[published(Source::Feed, raw)]);
        assert_eq!(settled.published, None, "{raw}");
        assert_eq!(settled.notes.len(), 1, "{raw}");
    }
    let old = at(None, &[published(Source::Feed, "1912-04-15")]);
    assert!(old.published.is_some());
}

#[test]
fn a_time_without_a_zone_is_local_time_of_a_country_that_has_one() {
    let instant = |url: Option<&str>, raw| {
        let settled = at(url, &[published(Source::Feed, raw)]).published.unwrap();
        let offset = settled
            .reading
            .offset
            .map_or("none".to_owned(), |offset| offset.to_string());
        format!("{} {offset}", settled.reading.instant)
    };
    let german = Some("https://www.talblatt.example.de/artikel/7");
    assert_eq!(
        instant(german, "2023-05-09 10:00"),
        "2023-05-09T08:00:00Z +02"
    );
    assert_eq!(
        instant(german, "2023-05-09T10:00:00Z"),
        "2023-05-09T10:00:00Z +00"
    );
    // A day stays a day.
    assert_eq!(instant(german, "2023-05-09"), "2023-05-09T00:00:00Z none");
    // The domain is sold to everybody; the country has several times.
    for url in ["https://paper.io/a", "https://paper.example.us/a"] {
        assert_eq!(
            instant(Some(url), "2023-05-09 10:00"),
            "2023-05-09T10:00:00Z none"
        );
    }
    // In Jamaica it would not be that late yet.
    let jamaican = Some("https://gleam.example.jm/a");
    assert_eq!(
        instant(jamaican, "2023-05-10 11:00"),
        "2023-05-10T11:00:00Z none"
    );
    assert_eq!(
        instant(jamaican, "2023-05-09 11:00"),
        "2023-05-09T16:00:00Z -05"
    );
}

#[test]
fn the_country_is_the_callers_then_the_addresss_then_the_languages() {
    let feed = [published(Source::Feed, "2023-05-09 10:00")];
    let mut all = Circumstances {
        fetched: FETCHED.parse().unwrap(),
        language: Some("de-AT"),
        country: Some("JP"),
        url: Some("https://paper.co.uk:8080/a"),
    };
    let offset = |all: &Circumstances<'_>| {
        let settled = settle(&feed, all).published.unwrap();
        settled.reading.offset.unwrap().to_string()
    };
    assert_eq!(offset(&all), "+09");
    all.country = None;
    assert_eq!(offset(&all), "+01");
    all.url = None;
    assert_eq!(offset(&all), "+02");
}

#[test]
fn the_address_tells_day_from_month() {
    let dated = Some("https://paper.example/2023/05/03/tern.html");
    let feed = [published(Source::Feed, "05/03/2023 10:00")];
    assert_eq!(
        shown(&at(None, &feed).published),
        "2023-03-05T10:00:00Z minute feed 0.35"
    );
    let settled = at(dated, &feed);
    assert!(
        shown(&settled.published).starts_with("2023-05-03T10:00:00Z minute feed"),
        "{settled:?}"
    );
    assert_eq!(
        notes(&settled),
        [
            "the date \"05/03/2023 10:00\" was read as 2023-05-03T10:00:00Z, as the article's address has it"
        ]
    );
    // What has one reading keeps it.
    let settled = at(dated, &[published(Source::Feed, "2023-03-05T10:00:00Z")]);
    assert_eq!(
        shown(&settled.published),
        "2023-03-05T10:00:00Z second feed 0.80"
    );
    assert_eq!(
        notes(&settled),
        [
            "the date of publication \"2023/05/03\" (address) disagrees with 2023-03-05T10:00:00Z (feed), which was taken"
        ]
    );
}

#[test]
fn two_that_agree_outvote_one() {
    let settled = at(
        Some("https://paper.example/2021/02/03/tern"),
        &[
            published(Source::Feed, "2023-05-10T11:00:00Z"),
            published(Source::JsonLd, "2021-02-03T17:00:00+01:00"),
        ],
    );
    assert_eq!(
        shown(&settled.published),
        "2021-02-03T16:00:00Z second json-ld 0.80"
    );
    assert_eq!(settled.notes.len(), 1);
}

#[test]
fn dates_in_addresses() {
    for (url, expected) in [
        (
            "https://a.example/2023/05/09/tern",
            "2023-05-09 day 2023/05/09",
        ),
        (
            "https://a.example/news/2023/5/9/",
            "2023-05-09 day 2023/5/9",
        ),
        (
            "https://a.example/world/2023/may/09/tern",
            "2023-05-09 day 2023/may/09",
        ),
        (
            "https://a.example/2023/05/09.html?x=1",
            "2023-05-09 day 2023/05/09",
        ),
        (
            "https://a.example/2023/05/09-tern",
            "2023-05-09 day 2023/05/09",
        ),
        (
            "https://a.example/blog/2023-05-09-tern",
            "2023-05-09 day 2023-05-09",
        ),
        ("https://a.example/20230509/tern", "2023-05-09 day 20230509"),
        (
            "https://a.example/covid-19-2023-05-09.html",
            "2023-05-09 day 2023-05-09",
        ),
        ("file:///desk/tern_20230509.txt", "2023-05-09 day 20230509"),
        ("https://a.example/2023/05/tern", "2023-05-01 month 2023/05"),
        (
            "https://a.example/2023/05/20230509-tern",
            "2023-05-09 day 20230509",
        ),
    ] {
        let (reading, raw) = address::date(url).unwrap();
        let date = reading.local().date();
        assert_eq!(
            format!("{date} {} {raw}", reading.precision.name()),
            expected,
            "{url}"
        );
    }
    for url in [
        "https://a.example/",
        "https://2023.example/05/09",
        "https://a.example/2023/13/09/tern",
        "https://a.example/2023/02/30/tern",
        "https://a.example/09/05/2023/tern",
        "https://a.example/202305091/tern",
        "https://a.example/tern?day=2023/05/09/x",
        "https://a.example/2023/05",
        "https://a.example/99999999/tern",
        "https://a.example/é2023/ü/éé",
    ] {
        assert_eq!(address::date(url), None, "{url}");
    }
}

#[test]
fn an_address_in_the_future_says_nothing() {
    let settled = at(Some("https://a.example/2027/05/09/tern"), &[]);
    assert_eq!(settled, Publication::default());
}

#[test]
fn a_change_before_the_publication_is_told() {
    let settled = at(
        None,
        &[
            published(Source::Feed, "2023-05-09T10:00:00Z"),
            candidate(Role::Modified, Source::Feed, "2023-05-01T10:00:00Z"),
        ],
    );
    assert_eq!(
        shown(&settled.published),
        "2023-05-09T10:00:00Z second feed 0.80"
    );
    assert_eq!(
        shown(&settled.modified),
        "2023-05-01T10:00:00Z second feed 0.80"
    );
    assert_eq!(settled.notes.len(), 1);
}

proptest::proptest! {
    #[test]
    fn any_address_and_instant_are_taken_without_a_panic(url in ".{0,80}", path in "[0-9/\\-_é]{0,40}", second in -62_000_000_000_i64..250_000_000_000) {
        let _ = address::date(&url);
        let url = format!("https://a.example/{path}");
        let mut one = published(Source::Feed, "2023-05-09");
        one.reading.instant = Timestamp::from_second(second).unwrap();
        for precision in [Precision::Year, Precision::Month, Precision::Day, Precision::Hour, Precision::Second] {
            one.reading.precision = precision;
            let settled = at(Some(&url), &[one.clone(), published(Source::Meta, "2023-05-09T10:00:00Z")]);
            if let Some(published) = settled.published {
                proptest::prop_assert!((0.0..=1.0).contains(&published.reading.confidence));
            }
        }
    }
}
