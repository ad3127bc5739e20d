//! Properties over dates and texts put together at random.

use dateline_timestamps::{Hints, Precision, parse};
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use proptest::prelude::*;

fn read(text: &str, language: &str) -> Option<Timestamp> {
    let hints = Hints {
        language: Some(language),
        ..Hints::default()
    };
    parse(text, &hints).ok().map(|stamp| stamp.instant)
}

/// Formats with an offset, by `strftime`; the year has four digits.
const WITH_OFFSET: &[&str] = &[
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y%m%dT%H%M%S%z",
    "%Y-%jT%H:%M:%S%:z",
    "%Y/%m/%d %H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%A, %e %B %Y %H:%M:%S %z",
    "%d %b %Y %H:%M:%S GMT%z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a %b %d %Y %H:%M:%S GMT%z (Some Place)",
    "%a %b %e %H:%M:%S %z %Y",
    "%B %d, %Y at %I:%M:%S %p UTC%z",
    "%G-W%V-%uT%H:%M:%S%:z",
];

/// Formats of a day, which every language hint must read the same.
const DAYS: &[&str] = &[
    "%Y-%m-%d",
    "%Y%m%d",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%Y年%m月%d日",
    "%G-W%V-%u",
];

fn moment() -> impl Strategy<Value = Timestamp> {
    // 1980 to 2068.
    (315_532_800_i64..3_092_601_600)
        .prop_filter_map("in range", |second| Timestamp::from_second(second).ok())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_formatted_is_read_back(at in moment(), quarters in -48_i32..=56, format in prop::sample::select(WITH_OFFSET)) {
        let offset = Offset::from_seconds(quarters * 900).unwrap();
        let text = at.to_zoned_datetime(TimeZone::fixed(offset)).strftime(format).to_string();
        prop_assert_eq!(read(&text, "en"), Some(at), "{}", text);
    }

    #[test]
    fn a_day_is_read_in_any_language(at in moment(), format in prop::sample::select(DAYS), language in prop::sample::select(&["en", "de", "fr", "zh", "ru", "th", "", "xx"][..])) {
        let day = at.to_zoned_datetime(TimeZone::UTC).start_of_day().unwrap();
        let text = day.strftime(format).to_string();
        prop_assert_eq!(read(&text, language), Some(day.timestamp()), "{}", text);
    }

    #[test]
    fn a_number_of_seconds_or_finer_is_counted_from_the_epoch(at in moment()) {
        let second = at.as_second();
        prop_assert_eq!(read(&second.to_string(), "en"), Some(at));
        // Before September 2001 the finer counts have the digits of other forms.
        if second >= 1_000_000_000 {
            prop_assert_eq!(read(&format!("{second}000"), "en"), Some(at));
            prop_assert_eq!(read(&format!("{second}000000000"), "en"), Some(at));
        }
    }

    #[test]
    fn no_text_panics(text in ".{0,300}") {
        let _ = read(&text, "en");
    }

    #[test]
    fn no_heap_of_parts_of_dates_panics(
        parts in prop::collection::vec(prop::sample::select(&[
            "12", "2024", "0", "31", "1", "99999999999999999999", "٣", "Jan", "мая", "T", "Z", "W", "pm", "a.m.", "de", "tháng", "年", "月", "日", "時", "二十", "元", "R",
            ":", "-", "+", ".", ",", "/", "(", ")", "'", " ", " ", " ", "GMT", "EST", "IST", "Europe/", "Paris", "th", "พ.ศ.", "สิงหาคม", "星期日", "Eastern ", "Time", "=", "m", "\u{200f}", "–", "رمضان", "هـ", "ذو الحجة", "1445", "Adar", "Nisan", "בניסן", "תשפ״ד", "ט״ו", "״", "ago", "hours", "yesterday", "vor", "Stunden", "前",
        ][..]), 0..40),
        language in prop::sample::select(&["en", "de", "ja", "th", "fa", "hr", "vi"][..]),
    ) {
        let text = parts.concat();
        let hints = Hints { language: Some(language), now: Timestamp::from_second(1_700_000_000).ok(), ..Hints::default() };
        if let Ok(stamp) = parse(&text, &hints) {
            prop_assert!((0.0..=1.0).contains(&stamp.confidence), "{}", text);
            prop_assert!(stamp.precision >= Precision::Year);
        }
    }
}
