//! The dates of one document: read by `dateline_timestamps` with what the document tells about itself.
//!
//! A feed has one way to write dates. What one of them shows (the order of its fields, an offset from UTC) helps to
//! read the others: those after it at once, those before it when the document has been read.

use dateline_timestamps::publication::region;
use dateline_timestamps::{FieldOrder, Hints, Precision, Refusal, Stamp, ZoneSource, offset_text};
use jiff::Timestamp;
use jiff::tz::Offset;

use crate::model::Entry;
use crate::values::Date;

/// Offsets that are remembered; a feed has two, for summer and winter.
const MAX_OFFSETS: usize = 8;

/// Refused dates that are told one by one; after some they are all alike.
const MAX_NOTES: usize = 5;

/// Characters of a refused date that are told.
const MAX_QUOTED: usize = 60;

/// Reads the dates of a document, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Dates {
    country: Option<String>,
    fetched: Option<Timestamp>,
    order: Option<FieldOrder>,
    offsets: Vec<Offset>,
    /// Something was assumed about a date, and whether something was learnt after that.
    assumed: bool,
    learnt_since: bool,
    notes: Vec<String>,
    more: usize,
}

impl Dates {
    /// Reads dates of a publisher in `country` (ISO 3166), where that is known.
    pub(crate) fn new(country: Option<String>, fetched: Option<Timestamp>) -> Dates {
        Dates {
            country,
            fetched,
            ..Dates::default()
        }
    }

    /// Reads a date; one that is refused is noted, unless there is nothing in it.
    pub(crate) fn read(&mut self, text: &str, language: Option<&str>) -> Option<Date> {
        let text = text.trim();
        match dateline_timestamps::parse(text, &self.hints(language)) {
            Ok(stamp) => {
                self.learn(&stamp);
                self.assumed |= stamp.confidence < 1.0;
                Some(date(&stamp, text))
            }
            Err(refusal) => {
                self.note(text, &refusal);
                None
            }
        }
    }

    /// Reads the dates of the entries again about which something was assumed before other dates showed how it is.
    pub(crate) fn reread(&self, entries: &mut [Entry], language: Option<&str>) {
        if !self.learnt_since {
            return;
        }
        for entry in entries {
            let language = entry.language.as_deref().or(language);
            let dates = [&mut entry.published, &mut entry.updated];
            for stated in dates.into_iter().flatten() {
                if stated.confidence < 1.0
                    && let Ok(stamp) =
                        dateline_timestamps::parse(&stated.raw, &self.hints(language))
                {
                    *stated = date(&stamp, &stated.raw);
                }
            }
        }
    }

    fn hints<'h>(&'h self, language: Option<&'h str>) -> Hints<'h> {
        Hints {
            language,
            country: self.country.as_deref().or_else(|| region(language?)),
            order: self.order,
            offsets: &self.offsets,
            now: self.fetched,
        }
    }

    /// One line for each date that was refused.
    pub(crate) fn into_notes(mut self) -> Vec<String> {
        if self.more > 0 {
            self.notes
                .push(format!("{} more dates were not understood", self.more));
        }
        self.notes
    }

    fn learn(&mut self, stamp: &Stamp) {
        if self.order.is_none() && stamp.order.is_some() {
            self.order = stamp.order;
            self.learnt_since |= self.assumed;
        }
        let Some(offset) = stamp.offset.filter(|_| stamp.zone == ZoneSource::Numeric) else {
            return;
        };
        if self.offsets.len() < MAX_OFFSETS && !self.offsets.contains(&offset) {
            self.offsets.push(offset);
            self.learnt_since |= self.assumed;
        }
    }

    fn note(&mut self, text: &str, refusal: &Refusal) {
        if text.is_empty() {
            return;
        }
        if self.notes.len() == MAX_NOTES {
            self.more += 1;
            return;
        }
        let quoted: String = text.chars().take(MAX_QUOTED).collect();
        self.notes
            .push(format!("the date {quoted:?} was not understood: {refusal}"));
    }
}

fn date(stamp: &Stamp, raw: &str) -> Date {
    Date {
        instant: stamp.instant,
        raw: raw.to_owned(),
        offset: stamp.offset.map(offset_text),
        // What is finer than a second adds nothing for who reads the news.
        precision: stamp.precision.min(Precision::Second),
        confidence: (stamp.confidence * 100.0).round() / 100.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dates: &mut Dates, text: &str, language: Option<&str>) -> String {
        match dates.read(text, language) {
            Some(date) => {
                let offset = date.offset.unwrap_or_else(|| "none".to_owned());
                format!("{} {offset} {}", date.instant, date.precision.name())
            }
            None => "none".to_owned(),
        }
    }

    #[test]
    fn dates_are_read_with_what_was_written() {
        for (text, language, expected) in [
            (
                "Thu, 09 May 2024 10:12:03 +0200",
                None,
                "2024-05-09T08:12:03Z +02:00 second",
            ),
            (
                "2024-05-09T10:12:03.25-05:30",
                None,
                "2024-05-09T15:42:03.25Z -05:30 second",
            ),
            ("2024-05-09", None, "2024-05-09T00:00:00Z none day"),
            (
                "9. Mai 2024 10:12",
                Some("de"),
                "2024-05-09T10:12:00Z none minute",
            ),
        ] {
            assert_eq!(
                read(&mut Dates::default(), text, language),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn one_date_shows_how_to_read_the_next() {
        let mut dates = Dates::default();
        assert_eq!(
            read(&mut dates, "25/05/2024", None),
            "2024-05-25T00:00:00Z none day"
        );
        assert_eq!(
            read(&mut dates, "03/05/2024", None),
            "2024-05-03T00:00:00Z none day"
        );
    }

    #[test]
    fn a_later_date_shows_how_to_read_an_earlier_one() {
        let mut dates = Dates::default();
        let mut entry = Entry {
            published: dates.read("03/05/2024 10:00", None),
            updated: dates.read("2024-05-03T12:00:00Z", None),
            ..Entry::default()
        };
        let instant = |date: &Option<Date>| date.as_ref().map(|date| date.instant.to_string());
        dates.reread(std::slice::from_mut(&mut entry), None);
        let as_read = instant(&entry.published);
        dates.read("05/25/2024 10:00 -0400", None);
        dates.reread(std::slice::from_mut(&mut entry), None);
        assert_eq!(as_read.as_deref(), Some("2024-05-03T10:00:00Z"));
        assert_eq!(
            instant(&entry.published).as_deref(),
            Some("2024-03-05T14:00:00Z")
        );
        assert_eq!(
            instant(&entry.updated).as_deref(),
            Some("2024-05-03T12:00:00Z")
        );
    }

    #[test]
    fn the_country_and_the_time_of_the_fetch_help() {
        let fetched = "2024-05-10T12:00:00Z".parse().ok();
        let mut british = Dates::new(Some("GB".to_owned()), fetched);
        let mut dates = Dates::default();
        for (text, language, of_british, of_any) in [
            (
                "03/05/2024",
                Some("en"),
                "2024-05-03T00:00:00Z none day",
                "2024-03-05T00:00:00Z none day",
            ),
            (
                "03/05/2024",
                Some("en-GB"),
                "2024-05-03T00:00:00Z none day",
                "2024-05-03T00:00:00Z none day",
            ),
            ("9 May", None, "2024-05-09T00:00:00Z none day", "none"),
        ] {
            assert_eq!(read(&mut british, text, language), of_british, "{text}");
            assert_eq!(read(&mut dates, text, language), of_any, "{text}");
        }
    }

    #[test]
    fn refused_dates_are_noted_with_the_reason_and_not_without_end() {
        let mut dates = Dates::default();
        assert_eq!(read(&mut dates, "", None), "none");
        for _ in 0..10 {
            assert_eq!(read(&mut dates, "2023-02-29", None), "none");
        }
        let notes = dates.into_notes();
        assert_eq!(notes.len(), 6);
        assert_eq!(
            notes[0],
            "the date \"2023-02-29\" was not understood: impossible date: the day cannot be 29"
        );
        assert_eq!(notes[5], "5 more dates were not understood");
    }
}
