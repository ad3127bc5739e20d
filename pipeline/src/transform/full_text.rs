//! What an article's page adds to what its feed says. The feed's own words come first: the page fills what the feed leaves open, and gives its text where
//! that is the longer one.

use dateline_text::page::{Page, PageImage};
use url::Url;

use super::pages;
use crate::draft::{Draft, Link, Trust};
use crate::fault::Fault;
use crate::record::{Image, Origin, Person, Record};

/// The draft's page, where it has one that can be read; what was wrong with it is noted.
///
/// # Errors
/// What kept the page from being read, where the draft is nothing else.
pub(super) fn page(draft: &Draft, notes: &mut Vec<String>) -> Result<Option<Page>, Fault> {
    if let Some(reason) = &draft.page_fault {
        notes.push(format!("{reason}; the text is the feed's"));
    }
    let Some(fetched) = &draft.page else {
        return Ok(None);
    };
    let read = pages::page_of(&fetched.bytes, fetched.content_type.as_deref());
    taken(read, draft.origin(), notes)
}

fn taken(
    read: Result<(Page, Vec<String>), Fault>,
    origin: Origin,
    notes: &mut Vec<String>,
) -> Result<Option<Page>, Fault> {
    match read {
        Ok((page, repaired)) => {
            notes.extend(repaired.into_iter().map(|note| format!("the page: {note}")));
            Ok(Some(page))
        }
        Err(fault) if origin == Origin::Drop => Err(fault),
        Err(fault) => {
            notes.push(format!(
                "the page was not read, and the text is the feed's: {}",
                fault.reason
            ));
            Ok(None)
        }
    }
}

/// Whether an item of a feed was to have its page's text, and the page could not be had or read, or holds none.
pub(super) fn is_lacking(draft: &Draft, page: Option<&Page>) -> bool {
    let was_fetched = draft.page.is_some();
    let is_lost = was_fetched && page.is_none_or(Page::is_without_text);
    draft.origin() == Origin::Feed && (draft.page_fault.is_some() || is_lost)
}

/// Whether a record's text is that of its article's page.
pub(super) fn gave_text(record: &Record) -> bool {
    record.text_origin == Some(Origin::Page)
}

/// Gives a record that lacks its page what the article's `earlier` record had from it. The feed's own words stay, and its text is
/// the summary where there is no other; where it has grown longer than what the page said, it is the text.
/// Tells whether it did.
pub(super) fn keep(earlier: &Record, record: &mut Record) -> bool {
    let length = |text: &Option<String>| text.as_deref().map_or(0, letters);
    if !gave_text(earlier) || length(&record.text) >= length(&earlier.text) {
        return false;
    }
    let own = std::mem::replace(&mut record.text, earlier.text.clone());
    record.text_origin = earlier.text_origin;
    record.summary = record.summary.take().or(own);
    record.title = record.title.take().or_else(|| earlier.title.clone());
    record.publisher = record
        .publisher
        .take()
        .or_else(|| earlier.publisher.clone());
    record.published = record
        .published
        .take()
        .or_else(|| earlier.published.clone());
    if record.authors.is_empty() {
        record.authors.clone_from(&earlier.authors);
    }
    if record.images.is_empty() {
        record.images.clone_from(&earlier.images);
    }
    if record.categories.is_empty() {
        record.categories.clone_from(&earlier.categories);
    }
    record.language.clone_from(&earlier.language);
    record.provenance.recovered.push(
        "the page gave no text this time, and the text is the one that it gave before".to_owned(),
    );
    true
}

/// The page's text, where it says more than the feed's; what it is otherwise is noted.
pub(super) fn text(page: &Page, own: &[String], notes: &mut Vec<String>) -> Option<Vec<String>> {
    if page.paragraphs.is_empty() {
        notes.push("no text was found in the page, and the text is the feed's".to_owned());
        return None;
    }
    let length = |paragraphs: &[String]| paragraphs.iter().map(|text| letters(text)).sum::<usize>();
    (length(&page.paragraphs) > length(own)).then(|| page.paragraphs.clone())
}

/// Letters and digits, by which texts are compared: other marks differ by markup alone.
fn letters(text: &str) -> usize {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .count()
}

/// The address that a page gives itself, where that is one of the web.
pub(super) fn link(page: &Page) -> Option<Link> {
    let url = Url::parse(page.canonical.as_deref()?).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| Link {
        href: url.to_string(),
        trust: Trust::Stated,
    })
}

/// The page's authors as records have them.
pub(super) fn authors(page: &Page) -> Vec<Person> {
    page.authors.iter().map(Person::named).collect()
}

/// The page's lead image, its address made absolute by that of the page.
pub(super) fn image(draft: &Draft, image: &PageImage) -> Option<Image> {
    let base = draft
        .page
        .as_ref()
        .and_then(|page| Url::parse(&page.url).ok());
    let url = match base {
        Some(base) => base.join(&image.url).ok()?,
        None => Url::parse(&image.url).ok()?,
    };
    matches!(url.scheme(), "http" | "https").then(|| Image {
        url: Some(url.to_string()),
        alt: None,
        caption: image.caption.clone(),
        credit: image.credit.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::drafts;
    use super::super::enrichment::Enrichment;
    use super::super::normalise::normalise;
    use super::taken;
    use crate::draft::{FetchedPage, Item, Link, Text, Trust};
    use crate::fault::Fault;
    use crate::record::{DateOrigin, Origin, Record};

    const PAGE: &str = "<html lang=en-GB><head><title>Gulls return</title><meta property=og:image content=/a.jpg>\
        <meta name=author content='Jane Roe'><meta property=article:published_time content=2023-05-09T10:00:00Z>\
        <meta property=article:section content=Nature></head><body><article><h1>Gulls return</h1>\
        <p>The gulls came back to the harbour on Monday, a week later than in other years, said the keeper of the light.</p>\
        <p>Nobody knows why they were late. The sea was calm and the wind was fair, and there was no lack of fish in the bay.</p>\
        </article></body></html>";

    fn record(content: &str, page: &str) -> Record {
        let mut draft = drafts::draft(Item {
            link: Some(Link {
                href: "https://quay.example/gulls".to_owned(),
                trust: Trust::Stated,
            }),
            title: Some(Text::plain("Gulls are back")),
            summary: Some(Text::plain("They came late.")),
            content: (!content.is_empty()).then(|| Text::plain(content)),
            ..Item::default()
        });
        draft.page = Some(FetchedPage {
            url: "https://quay.example/gulls".to_owned(),
            content_type: Some("text/html".to_owned()),
            fetched: None,
            bytes: page.as_bytes().to_vec(),
        });
        normalise(draft, &Enrichment::default()).unwrap().record
    }

    #[test]
    fn the_page_gives_its_text_and_what_the_feed_leaves_open() {
        let record = record("", PAGE);
        assert_eq!(record.title.as_deref(), Some("Gulls are back"));
        assert_eq!(record.summary.as_deref(), Some("They came late."));
        assert!(
            record
                .text
                .unwrap()
                .ends_with("no lack of fish in the bay.")
        );
        assert_eq!(record.text_origin, Some(Origin::Page));
        assert_eq!(record.authors[0].name.as_deref(), Some("Jane Roe"));
        assert_eq!(
            record.images[0].url.as_deref(),
            Some("https://quay.example/a.jpg")
        );
        assert_eq!(record.categories, ["Nature"]);
        assert_eq!(record.language.unwrap().code, "en");
        assert_eq!(record.published.unwrap().from, DateOrigin::Page);
    }

    #[test]
    fn the_feeds_own_text_stays_where_the_page_says_less() {
        let long = "The gulls came back. ".repeat(30);
        let record = record(&long, PAGE);
        assert_eq!(record.text_origin, Some(Origin::Feed));
        assert!(record.text.unwrap().starts_with("The gulls came back."));
    }

    #[test]
    fn a_dropped_page_is_its_article() {
        let dropped = |page: &str| {
            let mut draft = drafts::draft(Item::default());
            draft.source.kind = crate::record::SourceKind::Drop;
            draft.file = Some("gulls.html".to_owned());
            draft.page = Some(FetchedPage {
                url: String::new(),
                content_type: Some("text/html; charset=utf-8".to_owned()),
                fetched: None,
                bytes: page.as_bytes().to_vec(),
            });
            normalise(draft, &Enrichment::default())
        };
        let canonical = PAGE.replace(
            "<head>",
            "<head><link rel=canonical href=https://quay.example/gulls>",
        );
        let record = dropped(&canonical).unwrap().record;
        assert_eq!(record.title.as_deref(), Some("Gulls return"));
        assert_eq!(record.text_origin, Some(Origin::Drop));
        assert_eq!(record.url.as_deref(), Some("https://quay.example/gulls"));
        assert_eq!(record.summary, None);
        let fault = dropped("<title>Index</title><ul><li><a href=/a>A</a></ul>").unwrap_err();
        assert_eq!(fault.kind, "no_text");
    }

    #[test]
    fn the_dates_of_an_archived_page_are_told_from_its_fetch() {
        let published = |fetched: &str| {
            let mut draft = drafts::draft(Item::default());
            draft.source.kind = crate::record::SourceKind::Drop;
            draft.page = Some(FetchedPage {
                url: "https://quay.example/gulls".to_owned(),
                content_type: Some("text/html".to_owned()),
                fetched: Some(fetched.parse().unwrap()),
                bytes: PAGE.as_bytes().to_vec(),
            });
            let record = normalise(draft, &Enrichment::default()).unwrap().record;
            record.published
        };
        assert!(published("2023-05-10T04:00:00Z").is_some());
        // A page cannot state a day that was still to come.
        assert_eq!(published("2020-05-10T04:00:00Z"), None);
    }

    #[test]
    fn what_keeps_a_page_from_being_read_is_told() {
        let busy = || Err(Fault::transient("pages_busy", "others are being read"));
        let mut notes = Vec::new();
        let fault = taken(busy(), Origin::Drop, &mut notes).unwrap_err();
        assert_eq!((fault.kind, notes.len()), ("pages_busy", 0));
        assert_eq!(taken(busy(), Origin::Feed, &mut notes).unwrap(), None);
        assert!(notes[0].ends_with("others are being read"), "{notes:?}");
    }

    #[test]
    fn a_page_without_text_is_said() {
        let record = record("", "<html><body></body></html>");
        assert_eq!(record.text.as_deref(), Some("They came late."));
        assert_eq!(record.text_origin, Some(Origin::Feed));
        let said = &record.provenance.recovered;
        assert!(
            said.iter()
                .any(|line| line.contains("no text was found in the page")),
            "{said:?}"
        );
    }
}
