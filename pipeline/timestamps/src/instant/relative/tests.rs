//! Forms of many languages, told from one moment.

use super::forms::{row, rows_by_hand, rows_of_cldr, table};
use super::*;
use crate::instant::parse;

/// A Wednesday.
const NOW: &str = "2024-05-15T12:34:56Z";

#[track_caller]
fn told(text: &str, language: &str, expected: &str, precision: Precision) {
    let hints = Hints {
        language: Some(language),
        now: Some(NOW.parse().unwrap()),
        ..Hints::default()
    };
    let stamp = parse(text, &hints).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
    assert_eq!(stamp.instant.to_string(), expected, "{text}");
    assert_eq!(stamp.precision, precision, "{text}");
    assert!(stamp.confidence <= 0.5, "{text}");
    let unknown = Hints { now: None, ..hints };
    assert_eq!(parse(text, &unknown), Err(Refusal::Relative), "{text}");
}

#[test]
fn hours_and_finer_are_told_from_the_instant() {
    for (text, language) in [
        ("2 hours ago", "en"),
        ("2h ago", "en"),
        ("2 hrs. ago", "en"),
        ("Published 2 hours ago", "en"),
        ("Updated: 2 Hours Ago.", "en"),
        ("vor 2 Stunden", "de"),
        ("vor 2 Std.", "de"),
        ("il y a 2 heures", "fr"),
        ("hace 2 horas", "es"),
        ("2 ore fa", "it"),
        ("há 2 horas", "pt"),
        ("2 horas atrás", "pt"),
        ("2 uur geleden", "nl"),
        ("2 часа назад", "ru"),
        ("2 saat önce", "tr"),
        ("2 godziny temu", "pl"),
        ("för 2 timmar sedan", "sv"),
        ("منذ ساعتين", "ar"),
        ("قبل ٢ ساعة", "ar"),
        ("2時間前", "ja"),
        ("2小时前", "zh"),
        ("2시간 전", "ko"),
        ("2 घंटे पहले", "hi"),
        ("2 jam yang lalu", "id"),
        ("2 giờ trước", "vi"),
    ] {
        told(text, language, "2024-05-15T10:34:56Z", Precision::Hour);
    }
    told("an hour ago", "en", "2024-05-15T11:34:56Z", Precision::Hour);
    told(
        "vor einer Stunde",
        "de",
        "2024-05-15T11:34:56Z",
        Precision::Hour,
    );
    told(
        "half an hour ago",
        "en",
        "2024-05-15T12:04:56Z",
        Precision::Minute,
    );
    told("5 min ago", "en", "2024-05-15T12:29:56Z", Precision::Minute);
    told("just now", "en", "2024-05-15T12:34:56Z", Precision::Second);
    told(
        "только что",
        "ru",
        "2024-05-15T12:34:56Z",
        Precision::Second,
    );
}

#[test]
fn days_and_coarser_are_of_the_calendar() {
    told(
        "il y a 2 jours",
        "fr",
        "2024-05-13T00:00:00Z",
        Precision::Day,
    );
    told("yesterday", "en", "2024-05-14T00:00:00Z", Precision::Day);
    told("vorgestern", "de", "2024-05-13T00:00:00Z", Precision::Day);
    told("hoje", "pt", "2024-05-15T00:00:00Z", Precision::Day);
    told("3 weeks ago", "en", "2024-04-24T00:00:00Z", Precision::Day);
    told(
        "hace 2 meses",
        "es",
        "2024-03-01T00:00:00Z",
        Precision::Month,
    );
    told(
        "2 года назад",
        "ru",
        "2022-01-01T00:00:00Z",
        Precision::Year,
    );
}

#[test]
fn a_time_of_the_day_named() {
    let at_ten = "2024-05-14T10:00:00Z";
    for (text, language) in [
        ("yesterday at 10:00", "en"),
        ("Yesterday, 10:00 am", "en"),
        ("Posted yesterday at 10:00", "en"),
        ("gestern um 10:00 Uhr", "de"),
        ("hier à 10h00", "fr"),
        ("ayer a las 10:00", "es"),
        ("ieri alle 10:00", "it"),
        ("ontem às 10h00", "pt"),
        ("gisteren om 10:00", "nl"),
        ("вчера в 10:00", "ru"),
        ("10:00, вчера", "ru"),
        ("昨日 10:00", "ja"),
    ] {
        told(text, language, at_ten, Precision::Minute);
    }
    told("Gestern, 10 Uhr", "de", at_ten, Precision::Hour);
    told(
        "yesterday at 10:00 +0200",
        "en",
        "2024-05-14T08:00:00Z",
        Precision::Minute,
    );
    told(
        "today at 9am",
        "en",
        "2024-05-15T09:00:00Z",
        Precision::Hour,
    );
}

#[test]
fn the_day_is_that_of_the_feed() {
    let offsets = [Offset::constant(-11)];
    let hints = Hints {
        language: Some("en"),
        now: Some("2024-05-15T02:00:00Z".parse().unwrap()),
        offsets: &offsets,
        ..Hints::default()
    };
    let stamp = parse("today at 10:00", &hints).unwrap();
    assert_eq!(stamp.instant.to_string(), "2024-05-14T21:00:00Z");
}

#[test]
fn what_is_not_told_from_now() {
    let hints = Hints {
        language: Some("en"),
        now: Some(NOW.parse().unwrap()),
        ..Hints::default()
    };
    for text in [
        "2 hours",
        "in 2 hours",
        "ago",
        "10:00",
        "yesterday's news",
        "99999 years ago",
        "yesterday 5",
        "many years ago",
        "tomorrow",
    ] {
        assert!(parse(text, &hints).is_err(), "{text}");
    }
}

#[test]
fn every_row_of_the_tables_is_read() {
    for (language, role, _) in rows_of_cldr().chain(rows_by_hand()) {
        assert!(row(language, role).is_some(), "{language} {role}");
    }
    for key in table().keys() {
        assert!(key.chars().any(char::is_alphabetic), "{key:?}");
    }
}
