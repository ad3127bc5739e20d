//! Articles whose text is that of their pages, and pages that fail later.

use dateline_pipeline::draft::{Draft, FetchedPage, Text};
use dateline_pipeline::record::Origin;
use dateline_pipeline::store::DATABASE;

use super::bench::Bench;
use super::{A, body, item};

/// An item with a short text and its page.
pub(super) fn with_page(title: &str, teaser: &str, paragraph: &str) -> Draft {
    let mut draft = item("f", Some("1"), Some(A), title, "");
    draft.item.summary = Some(Text::plain(teaser));
    draft.page = Some(FetchedPage {
        url: A.to_owned(),
        content_type: Some("text/html; charset=utf-8".to_owned()),
        fetched: None,
        bytes: format!(
            "<html lang=en><head><title>Ferry</title><meta name=author content='Jane Roe'></head><body><article>\
             <h1>Ferry</h1><p>{}</p><p>{paragraph}</p></article></body></html>",
            body("Uferdorf")
        )
        .into_bytes(),
    });
    draft
}

/// The same item when its page cannot be had.
pub(super) fn without_page(title: &str, teaser: &str) -> Draft {
    let mut draft = with_page(title, teaser, "");
    draft.page = None;
    draft.page_fault = Some("the page was not to be had: HTTP 503".to_owned());
    draft
}

pub(super) const GREEN: &str =
    "The roof will be green, said the captain, and everybody in the room agreed with him at once.";
const BLUE: &str =
    "The roof will be blue, said the captain, and nobody in the room had a word to say against it.";

#[tokio::test]
async fn a_page_that_fails_later_makes_no_revision() {
    let bench = Bench::new();
    let first = bench
        .transform(vec![with_page("Ferry stays", "The boat is kept.", GREEN)])
        .await;
    assert_eq!(first[0].text_origin, Some(Origin::Page));
    let mut empty = with_page("Ferry stays", "The boat is kept.", "");
    empty.page.as_mut().unwrap().bytes = b"<html><body></body></html>".to_vec();
    for draft in [without_page("Ferry stays", "The boat is kept."), empty] {
        assert!(bench.transform(vec![draft]).await.is_empty());
    }
    // The page is back, and says something else.
    let revised = bench
        .transform(vec![with_page("Ferry stays", "The boat is kept.", BLUE)])
        .await;
    assert_eq!(revised[0].revision, 2);
    assert!(revised[0].text.as_ref().unwrap().contains("blue"));
    bench.close().await;
}

#[tokio::test]
async fn an_edited_headline_is_a_revision_with_the_text_that_the_page_gave() {
    let bench = Bench::new();
    let first = bench
        .transform(vec![with_page("Ferry stays", "The boat is kept.", GREEN)])
        .await;
    let revised = bench
        .transform(vec![without_page(
            "Ferry stays, fares too",
            "The boat is kept.",
        )])
        .await;
    let [record] = revised.as_slice() else {
        panic!("{} records", revised.len());
    };
    assert_eq!(record.revision, 2);
    assert_eq!(record.title.as_deref(), Some("Ferry stays, fares too"));
    assert_eq!(record.summary.as_deref(), Some("The boat is kept."));
    assert_eq!(record.text, first[0].text);
    assert_eq!(record.text_origin, Some(Origin::Page));
    assert_eq!(record.authors, first[0].authors);
    let said = record.provenance.recovered.join("\n");
    assert!(
        said.contains("HTTP 503") && said.contains("gave before"),
        "{said}"
    );
    // The next one knows it as the latest.
    let drafts = vec![without_page("Ferry stays, fares too", "The boat is kept.")];
    assert!(bench.transform(drafts).await.is_empty());
    bench.close().await;
}

#[tokio::test]
async fn a_page_that_fails_in_the_batch_of_the_first_version_is_known_too() {
    let bench = Bench::new();
    let records = bench
        .transform(vec![
            with_page("Ferry stays", "The boat is kept.", GREEN),
            without_page("Ferry stays", "The boat is kept."),
            without_page("Ferry stays, fares too", "The boat is kept."),
        ])
        .await;
    let texts: Vec<_> = records.iter().map(|record| &record.text).collect();
    assert_eq!((texts.len(), texts[0]), (2, texts[1]));
    bench.close().await;
}

#[tokio::test]
async fn a_feed_that_gives_more_than_the_page_gave_is_believed() {
    let bench = Bench::new();
    bench
        .transform(vec![with_page("Ferry stays", "The boat is kept.", GREEN)])
        .await;
    let mut longer = without_page("Ferry stays", "The boat is kept.");
    let text = format!("{} {} {BLUE}", body("Uferdorf"), body("the town"));
    longer.item.content = Some(Text::plain(text.clone()));
    let revised = bench.transform(vec![longer]).await;
    assert_eq!(revised[0].text.as_ref(), Some(&text));
    assert_eq!(revised[0].text_origin, Some(Origin::Feed));
    bench.close().await;
}

#[tokio::test]
async fn an_article_without_a_page_from_the_start_is_the_feeds() {
    let bench = Bench::new();
    let first = bench
        .transform(vec![without_page("Ferry stays", "The boat is kept.")])
        .await;
    assert_eq!(first[0].text.as_deref(), Some("The boat is kept."));
    let revised = bench
        .transform(vec![without_page(
            "Ferry stays",
            "The boat is kept, and fares too.",
        )])
        .await;
    assert_eq!(revised[0].revision, 2);
    bench.close().await;
}

#[tokio::test]
async fn a_teaser_replaces_no_text_that_has_left_the_log() {
    let bench = Bench::new();
    bench
        .transform(vec![with_page("Ferry stays", "The boat is kept.", GREEN)])
        .await;
    let database = rusqlite::Connection::open(bench.folder.path().join(DATABASE)).unwrap();
    database.execute("DELETE FROM records", []).unwrap();
    let edited = without_page("Ferry stays, fares too", "The boat is kept.");
    assert!(bench.transform(vec![edited]).await.is_empty());
    assert_eq!(bench.status().dead_letters, 1);
    // With its page the edit comes.
    let edited = with_page("Ferry stays, fares too", "The boat is kept.", GREEN);
    let revised = bench.transform(vec![edited]).await;
    assert_eq!(revised[0].revision, 2);
    bench.close().await;
}
