//! OPML of the world, of hostile hands, and there and back.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

fn feeds(text: &str) -> Vec<Subscription> {
    read(text.as_bytes()).unwrap().feeds
}

fn shown(feeds: &[Subscription]) -> Vec<String> {
    feeds
        .iter()
        .map(|feed| {
            let name = feed.name.as_deref().unwrap_or("-");
            format!(
                "{} {} {name} [{}]",
                feed.line,
                feed.url,
                feed.tags.join("|")
            )
        })
        .collect()
}

#[test]
fn a_tidy_list_is_read_as_it_stands() {
    let opml = read(br#"<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
  <head><title>Desk &amp; wire</title></head>
  <body>
    <outline text="World" title="World">
      <outline type="rss" text="Courier" title="The Courier" xmlUrl="https://courier.example/rss" htmlUrl="https://courier.example/"/>
      <outline text="Europe"><outline text="Abendblick" type="rss" xmlUrl="https://abendblick.example/feed" category="/de/berlin,daily, daily"/></outline>
    </outline>
    <outline xmlUrl="https://bare.example/feed"/>
  </body>
</opml>"#).unwrap();
    assert_eq!(
        shown(&opml.feeds),
        [
            "6 https://courier.example/rss The Courier [World]",
            "7 https://abendblick.example/feed Abendblick [World|Europe|de/berlin|daily]",
            "9 https://bare.example/feed - []",
        ]
    );
    assert_eq!(
        opml.feeds[0].page.as_deref(),
        Some("https://courier.example/")
    );
    assert!(opml.notes.is_empty(), "{:?}", opml.notes);
}

#[test]
fn what_programs_really_write_is_read() {
    let odd = "<OPML version=1.0><BODY>\
        <outline TITLE='Caf&eacute; R&D &#8211; &#x4e16; &nosuch; &' XMLURL='https://a.example/?a=1&b=2'>\
        <outline text=\"a < b\" xmlurl=https://b.example/feed></outline>\
        <outline text='Folder &quot;x&quot;, y'><outline type='rss' url='feed://c.example/rss' /></OUTLINE>\
        <outline type='link' url='https://page.example/' text='no feed'/>\
        <outline type='include' url='https://list.example/o.opml' text='a list'/>\
        <outline type='atom' url='feed:https://d.example/atom' text='  '/>\
        <outline xmlUrl='' text='empty'/>\
        </outline></outline>";
    assert_eq!(
        shown(&feeds(odd)),
        [
            "1 https://a.example/?a=1&b=2 Café R&D – 世 &nosuch; & []",
            "1 https://b.example/feed a < b []",
            "1 http://c.example/rss - [Folder \"x\"|y]",
            "1 https://d.example/atom - []",
        ]
    );
}

#[test]
fn charsets_are_told_by_the_bytes() {
    let body = |name: &str| {
        format!("<opml><body><outline text='{name}' xmlUrl='https://a.example/f'/></body></opml>")
    };
    let latin: Vec<u8> = body("Größe")
        .chars()
        .map(|letter| u32::from(letter) as u8)
        .collect();
    let wrong = [b"<?xml version='1.0' encoding='utf-8'?>".as_slice(), &latin].concat();
    let utf16: Vec<u8> = std::iter::once(0xfeff)
        .chain(body("Größe").encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let lying = format!(
        "<?xml version='1.0' encoding='iso-8859-1'?>{}",
        body("Größe")
    );
    for bytes in [
        wrong,
        utf16,
        lying.into_bytes(),
        format!("\u{feff}{}", body("Größe")).into_bytes(),
    ] {
        let opml = read(&bytes).unwrap();
        assert_eq!(
            opml.feeds[0].name.as_deref(),
            Some("Größe"),
            "{:?}",
            opml.notes
        );
    }
}

#[test]
fn what_is_broken_costs_what_follows_at_most() {
    let cut = "<opml><body><outline text='a' xmlUrl='https://a.example/'/><outline text='b' xmlUrl='https://b.ex";
    let opml = read(cut.as_bytes()).unwrap();
    assert_eq!(opml.feeds.len(), 1);
    assert!(opml.notes[0].starts_with("line 1: "), "{:?}", opml.notes);
    for nothing in [
        "",
        "plain words",
        "<rss><channel/></rss>",
        "{}",
        "<opml><body/></opml>",
    ] {
        assert_eq!(read(nothing.as_bytes()), Err(NotOpml), "{nothing}");
    }
}

#[test]
fn hostile_lists_take_no_more_time_than_their_length() {
    let started = Instant::now();
    let deep = "<outline text='folder'>".repeat(200_000);
    let many = "<outline text='x' xmlUrl='https://a.example/'/>\n".repeat(150_000);
    let opml = read(format!("<opml><body>{deep}{many}").as_bytes()).unwrap();
    assert_eq!(opml.feeds.len(), MOST);
    assert_eq!(opml.feeds[7].tags, ["folder"]);
    assert!(
        opml.notes
            .iter()
            .any(|note| note.contains("more than 100000 feeds"))
    );
    let attributes: String = (0..300_000)
        .map(|number| format!(" a{number}='{number}'"))
        .collect();
    let entities = "<!DOCTYPE o [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let text =
        format!("{entities}<opml><outline{attributes} text='&b;&b;' xmlUrl='https://a.example/'/>");
    assert_eq!(feeds(&text)[0].name.as_deref(), Some("&b;&b;"));
    // Without a quadratic step this takes a fraction of it, even unoptimised.
    assert!(started.elapsed() < Duration::from_secs(60));
}

/// The limit of the reader.
const MOST: usize = 100_000;

fn subscription() -> impl Strategy<Value = Subscription> {
    let word = "[^,/\\x00-\\x1f\\x7f-\\u{9f}\\u{fffe}\\u{ffff}]{1,12}";
    let trimmed = |text: String| text.trim().to_owned();
    (
        "https://[a-z]{1,8}\\.example/[a-z0-9?&=%'.]{0,12}",
        proptest::option::of(word.prop_map(trimmed)),
        proptest::collection::vec(word.prop_map(trimmed), 0..5),
        proptest::option::of("https://[a-z]{1,8}\\.example/"),
    )
        .prop_map(|(url, name, tags, page)| {
            let mut own: Vec<String> = Vec::new();
            for tag in tags {
                if !tag.is_empty() && !own.contains(&tag) {
                    own.push(tag);
                }
            }
            Subscription {
                url,
                name: name.filter(|name| !name.is_empty()),
                tags: own,
                page,
                line: 0,
            }
        })
}

proptest! {
    #[test]
    fn reading_what_was_written_gives_the_same_feeds(mut feeds in proptest::collection::vec(subscription(), 1..12)) {
        let head = Head { title: "Desk".to_owned(), created: "2026-03-01T12:00:00Z".parse().unwrap() };
        let text = write(&head, &feeds);
        let mut again = read(text.as_bytes()).unwrap();
        prop_assert!(again.notes.is_empty(), "{:?}", again.notes);
        for feed in &mut again.feeds {
            feed.line = 0;
        }
        // Folders gather what belongs together; within a folder the order holds.
        let order = |feed: &Subscription| (feed.tags.first().cloned(), feed.url.clone(), feed.name.clone(), feed.tags.clone(), feed.page.clone());
        feeds.sort_by_key(order);
        again.feeds.sort_by_key(order);
        prop_assert_eq!(again.feeds, feeds);
    }

    #[test]
    fn no_bytes_stop_the_reader(bytes in proptest::collection::vec(any::<u8>(), 0..300), text in "(<outline|</outline>| xmlUrl=|'|\"|>|/>|&|a|<!--|\\[CDATA\\[|<\\?){0,40}") {
        drop(read(&bytes));
        drop(read(text.as_bytes()));
    }
}

#[test]
fn what_is_written_is_opml_2() {
    let feeds = [
        Subscription {
            url: "https://a.example/?a&b".to_owned(),
            name: Some("A \"quoted\" <name>".to_owned()),
            tags: vec!["world".to_owned(), "daily".to_owned()],
            page: Some("https://a.example/".to_owned()),
            line: 0,
        },
        Subscription {
            url: "https://b.example/".to_owned(),
            ..Subscription::default()
        },
        Subscription {
            url: "https://c.example/".to_owned(),
            tags: vec!["world".to_owned()],
            ..Subscription::default()
        },
    ];
    let head = Head {
        title: "Feeds & more".to_owned(),
        created: "2026-03-01T12:00:00Z".parse().unwrap(),
    };
    insta::assert_snapshot!(write(&head, &feeds));
}
