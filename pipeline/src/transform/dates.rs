//! When an article was published and last changed, out of what its draft holds: the rule is that of `dateline_timestamps::publication`.

use std::borrow::Cow;

use dateline_text::page::{DatePlace, DateRole, Page};
use dateline_timestamps::Hints;
use dateline_timestamps::publication::{
    self, Candidate, Circumstances, Reading, Role, Settled, Source,
};

use jiff::Timestamp;

use crate::draft::{Draft, Stated};
use crate::record::{DateOrigin, Instant, Language, Origin, Record};

/// The dates of a record.
pub(super) struct Dates {
    pub(super) published: Option<Instant>,
    pub(super) updated: Option<Instant>,
    /// What was refused, set right or contradicted, one line each.
    pub(super) notes: Vec<String>,
}

/// Settles the dates of a draft.
pub(super) fn settle(draft: &Draft, language: Option<&Language>, page: Option<&Page>) -> Dates {
    let item = &draft.item;
    let source = match draft.origin() {
        Origin::Feed | Origin::Page => Source::Feed,
        Origin::Drop => Source::Drop,
    };
    let mut candidates: Vec<Candidate<'_>> = [
        (Role::Published, &item.published),
        (Role::Modified, &item.updated),
    ]
    .into_iter()
    .filter_map(|(role, stated)| Some(candidate(role, source, stated.as_ref()?)))
    .collect();
    let link = item.link.as_ref().map(|link| Cow::from(&link.href));
    // A file without a link has a path, and archives put the day there just as publishers do.
    let file = || {
        draft
            .file
            .as_ref()
            .map(|file| format!("file:///{file}").into())
    };
    let address: Option<Cow<'_, str>> = link.or_else(file);
    let declared = language.map(|language| language.declared.as_ref().unwrap_or(&language.code));
    // Told from then, `yesterday` is the day before the page was fetched, not before its archive was dropped.
    let given = draft.page.as_ref().and_then(|page| page.fetched);
    let known = Circumstances {
        fetched: given.unwrap_or(draft.fetched),
        language: declared.map(String::as_str),
        country: None,
        url: address.as_deref(),
    };
    let mut notes = Vec::new();
    if let Some(page) = page {
        candidates.extend(of_pages(page, &known, &mut notes));
    }
    settled(&candidates, &known, draft.origin(), notes)
}

fn settled(
    candidates: &[Candidate<'_>],
    known: &Circumstances<'_>,
    origin: Origin,
    mut notes: Vec<String>,
) -> Dates {
    let settled = publication::settle(candidates, known);
    notes.extend(settled.notes.iter().map(ToString::to_string));
    let of = |settled: Settled| instant(settled, origin);
    Dates {
        published: settled.published.map(of),
        updated: settled.modified.map(of),
        notes,
    }
}

/// Settles the dates that a page states of its article, which was fetched from `url`.
pub(super) fn of_page(page: &Page, url: Option<&str>, fetched: Timestamp) -> Dates {
    let known = Circumstances {
        fetched,
        language: page.language.as_deref(),
        country: None,
        url,
    };
    let mut notes = Vec::new();
    let candidates = of_pages(page, &known, &mut notes);
    settled(&candidates, &known, Origin::Page, notes)
}

/// The dates that a page states; what cannot be read is noted.
fn of_pages<'p>(
    page: &'p Page,
    known: &Circumstances<'_>,
    notes: &mut Vec<String>,
) -> Vec<Candidate<'p>> {
    let country = publication::country(known);
    let hints = Hints {
        language: page.language.as_deref().or(known.language),
        country: country.as_deref(),
        now: Some(known.fetched),
        ..Hints::default()
    };
    let mut candidates = Vec::new();
    for date in &page.dates {
        match dateline_timestamps::parse(&date.text, &hints) {
            Ok(stamp) => candidates.push(Candidate {
                role: match date.role {
                    DateRole::Published => Role::Published,
                    DateRole::Modified => Role::Modified,
                },
                source: match date.place {
                    DatePlace::LinkedData => Source::JsonLd,
                    DatePlace::Meta => Source::Meta,
                    DatePlace::Element => Source::Element,
                },
                raw: Some(&date.text),
                reading: Reading::from(&stamp),
            }),
            Err(refusal) => notes.push(format!(
                "the page's date `{}` was passed over: {refusal}",
                date.text
            )),
        }
    }
    candidates
}

/// The country of a record's publisher, by the article's address or the language's region.
pub(super) fn publisher_country(record: &Record) -> Option<String> {
    let declared = record.language.as_ref();
    let tag = declared.map(|language| language.declared.as_ref().unwrap_or(&language.code));
    publication::country(&Circumstances {
        fetched: record.fetched,
        language: tag.map(String::as_str),
        country: None,
        url: record.url.as_deref(),
    })
}

fn candidate(role: Role, source: Source, stated: &Stated) -> Candidate<'_> {
    Candidate {
        role,
        source,
        raw: stated.raw.as_deref(),
        reading: Reading {
            instant: stated.instant,
            offset: stated
                .offset
                .as_deref()
                .and_then(dateline_timestamps::offset),
            precision: stated.precision.into(),
            confidence: stated.confidence,
        },
    }
}

fn instant(settled: Settled, origin: Origin) -> Instant {
    let reading = settled.reading;
    let from = match settled.source {
        Source::Feed => DateOrigin::Feed,
        Source::Drop => DateOrigin::Drop,
        Source::Url if origin == Origin::Drop => DateOrigin::Drop,
        Source::Url => DateOrigin::Url,
        Source::JsonLd | Source::Meta | Source::Element => DateOrigin::Page,
    };
    Instant {
        instant: reading.instant,
        offset: reading.offset.map(dateline_timestamps::offset_text),
        precision: reading.precision.into(),
        from,
        raw: settled.raw,
        confidence: Some(hundredths(reading.confidence)),
    }
}

/// A confidence as records have it: more than two digits would promise too much.
pub(super) fn hundredths(confidence: f32) -> f64 {
    hundredths_of(f64::from(confidence))
}

/// The same of what is finer.
pub(super) fn hundredths_of(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    use crate::draft::{Item, Link, Trust};
    use crate::record::{Precision, SourceKind};
    use crate::transform::drafts;

    /// A draft that was fetched at noon of 10 May 2023.
    fn draft(link: &str, published: Option<&str>, updated: Option<&str>) -> Draft {
        let stated = |text: &str| Stated {
            instant: text.parse().unwrap(),
            raw: Some(text.to_owned()),
            offset: Some("+00:00".to_owned()),
            precision: Precision::Second,
            confidence: 1.0,
        };
        drafts::draft(Item {
            link: Some(Link {
                href: link.to_owned(),
                trust: Trust::Stated,
            }),
            published: published.map(stated),
            updated: updated.map(stated),
            ..Item::default()
        })
    }

    #[test]
    fn what_the_feed_states_is_taken() {
        let dates = settle(
            &draft(
                "https://harbour.example/2023/05/09/tern",
                Some("2023-05-09T10:00:00Z"),
                Some("2023-05-10T08:00:00Z"),
            ),
            None,
            None,
        );
        let published = dates.published.unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T10:00:00Z");
        assert_eq!(published.from, DateOrigin::Feed);
        assert_eq!(published.offset.as_deref(), Some("+00:00"));
        assert_eq!(published.confidence, Some(1.0));
        assert_eq!(
            dates.updated.unwrap().instant.to_string(),
            "2023-05-10T08:00:00Z"
        );
        assert!(dates.notes.is_empty());
    }

    #[test]
    fn a_date_after_the_fetch_gives_way_to_the_day_in_the_address() {
        let late = Some("2033-05-09T10:00:00Z");
        let dates = settle(
            &draft("https://harbour.example/2023/05/09/tern", late, late),
            None,
            None,
        );
        let published = dates.published.unwrap();
        assert_eq!(published.from, DateOrigin::Url);
        assert_eq!(published.raw.as_deref(), Some("2023/05/09"));
        assert_eq!(published.precision, Precision::Day);
        assert_eq!(published.offset, None);
        assert_eq!(dates.updated, None);
        assert_eq!(dates.notes.len(), 2);
        let dates = settle(
            &draft("https://harbour.example/tern", late, None),
            None,
            None,
        );
        assert_eq!(dates.published, None);
    }

    #[test]
    fn a_dropped_file_may_have_its_day_in_its_path() {
        let mut draft = draft("", None, None);
        draft.source.kind = SourceKind::Drop;
        draft.item.link = None;
        draft.file = Some("desk/2023-05-09-tern.txt".to_owned());
        let published = settle(&draft, None, None).published.unwrap();
        assert_eq!(published.instant.to_string(), "2023-05-09T00:00:00Z");
        assert_eq!(published.from, DateOrigin::Drop);
        assert_eq!(published.raw.as_deref(), Some("2023-05-09"));
    }

    #[test]
    fn a_time_of_change_is_no_time_of_publication() {
        let dates = settle(
            &draft(
                "https://harbour.example/tern",
                None,
                Some("2023-05-09T10:00:00Z"),
            ),
            None,
            None,
        );
        assert_eq!(dates.published, None);
        assert!(dates.updated.is_some());
    }
}
