//! Our own sample feeds, one for each format, as items of drafts.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;

use dateline_feed::item;
use dateline_feed::read::{Context, Reading, inspect_answer, read};
use dateline_pipeline::draft::Item;
use url::Url;

fn sample(name: &str) -> Reading {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/samples")
        .join(name);
    let url = Url::parse("https://served.example/feeds/feed").unwrap();
    read(
        &std::fs::read(path).unwrap(),
        &Context {
            url: Some(url),
            ..Context::default()
        },
    )
}

fn items(reading: &Reading) -> Vec<Item> {
    let feed = reading.feed.as_ref().unwrap();
    reading
        .entries
        .iter()
        .map(|entry| item(entry, feed, Some("en")))
        .collect()
}

macro_rules! snapshots {
    ($($test:ident: $file:literal,)*) => {$(
        #[test]
        fn $test() {
            let reading = sample($file);
            assert_eq!(reading.error, None);
            insta::assert_json_snapshot!(stringify!($test), (items(&reading), &reading.recovered));
        }
    )*};
}

snapshots! {
    rss_091: "rss-0.91.xml",
    rss_1: "rss-1.0.xml",
    rss_2: "rss-2.0.xml",
    atom_1: "atom-1.0.xml",
    json_feed: "json-1.1.json",
    a_broken_feed_loses_its_bad_items_only: "broken.xml",
}

#[test]
fn the_answer_of_inspect_holds_feed_and_entries() {
    insta::assert_json_snapshot!(inspect_answer(&sample("atom-1.0.xml")));
    let page = read(
        b"<!DOCTYPE html><html><body>No feed.</body></html>",
        &Context::default(),
    );
    insta::assert_json_snapshot!("answer_for_a_page", inspect_answer(&page));
}

#[test]
fn nothing_is_made_up() {
    let bare = b"<rss version='2.0'><channel><item><description>Only text</description></item></channel></rss>";
    let reading = read(bare, &Context::default());
    let entry = &reading.entries[0];
    assert_eq!(
        (&entry.id, &entry.title, &entry.link),
        (&None, &None, &None)
    );
    assert_eq!((&entry.published, &entry.updated), (&None, &None));
    assert_eq!(reading.feed.unwrap().id, None);
}

#[test]
fn dates_that_name_the_same_instant_keep_their_own_words() {
    let feed = "<rss version='2.0'><channel>\
        <item><pubDate>Thu, 09 May 2024 10:00:00 +0200</pubDate></item>\
        <item><pubDate>Thu, 09 May 2024 08:00:00 GMT</pubDate></item></channel></rss>";
    let reading = read(feed.as_bytes(), &Context::default());
    let offsets: Vec<_> = reading
        .entries
        .iter()
        .map(|entry| entry.published.clone().unwrap().offset.unwrap())
        .collect();
    assert_eq!(offsets, ["+02:00", "+00:00"]);
}

#[test]
fn rss_of_any_version_is_read() {
    for start in ["<rss>", "<rss version='0.94'>", "<rss version=\"2.0.1\">"] {
        let feed = format!(
            "{start}<channel><title>x</title><item><title>y</title></item></channel></rss>"
        );
        assert_eq!(
            read(feed.as_bytes(), &Context::default()).entries.len(),
            1,
            "{start}"
        );
    }
}

#[test]
fn sixteen_bit_feeds_are_read() {
    let feed = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><rss version=\"2.0\"><channel><item><title>Café</title></item></channel></rss>";
    let units = || feed.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        little.clone(),
        big.clone(),
        [&[0xff, 0xfe][..], &little].concat(),
        [&[0xfe, 0xff][..], &big].concat(),
    ] {
        let reading = read(&bytes, &Context::default());
        assert_eq!(
            reading.entries[0].title.as_ref().unwrap().value,
            "Café",
            "{:?}",
            reading.error
        );
    }
}

#[test]
fn a_document_that_is_no_feed_says_what_it_is() {
    let reason = |bytes: &[u8]| read(bytes, &Context::default()).error.unwrap().to_string();
    assert!(reason(b"").contains("empty"));
    assert!(reason(b" \n ").contains("empty"));
    assert!(
        reason(b"<html><head><title>x</title></head><body><br></body></html>")
            .contains("HTML page")
    );
    assert!(reason(b"<opml><head/><body/></opml>").contains("<opml>"));
    assert!(reason(b"just words").contains("neither XML nor JSON"));
    assert!(reason(b"{\"a\": 1}").contains("JSON"));
}
