//! Adding and removing over texts in many hands: what was not asked for stays byte for byte.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;

/// Files as people write them. `\n` becomes other line breaks in the tests.
const HANDS: &[&str] = &[
    "",
    "\n\n",
    "# only a comment",
    "# one\n\n# two\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\n",
    "[[feeds]]\nurl = \"https://a.example/1\"",
    "[[feeds]]\nurl = \"https://a.example/1\"   \n\n\n",
    "# The desk's feeds.\n[[feeds]]\nurl = \"https://a.example/1\"\n# every = \"15m\"\n\n# drops:\n# [[drops]]\n\n[state]\ndir = \"s\"\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\n[[feeds]]\nurl = \"https://a.example/2\"\n[[drops]]\npath = \"in\"\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\n# about the drops\n[[drops]]\npath = \"in\"\n",
    "[state]\ndir = \"s\"\n\n\n# --- world ---\n\n# the first\n[[feeds]]\nid   = 'one'\nurl  = 'https://a.example/1'  # fast\n\n\n[[feeds]]\nid   = 'two'\nurl  = 'https://a.example/2'\n\n[defaults]\nevery = \"5m\"\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\n\n[feeds.headers]\naccept = \"text/xml\"\n\n# last words\n\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\n[state]\ndir = \"s\"\n[feeds.headers]\naccept = \"x\"\n[log]\nlevel = \"info\"\n",
    "  [[feeds]]\n    url=\"https://a.example/1\"\n    name=\"One\"\n\n  [[ 'feeds' ]]\n    url=\"https://a.example/2\"\n",
    "[[feeds]]\nurl = \"https://a.example/1\"\nname = '''\nA name\n\n# not a comment\n[[feeds]]\n'''\n",
    "feeds = []\n",
    "feeds = [ ]",
    "feeds = [\n]\n[log]\nlevel = \"info\"\n",
    "feeds = [ # none yet\n]\n",
    "feeds = [\n  # none yet\n]\n",
    "feeds = [{ url = \"https://a.example/1\" }]\n",
    "feeds = [{url=\"https://a.example/1\"},{url=\"https://a.example/2\"}]\n",
    "feeds = [ { url = \"https://a.example/1\" }, { url = \"https://a.example/2\" }, ]\n[[drops]]\npath = \"in\"\n",
    "# the feeds\nfeeds = [\n    # first\n    { url = 'https://a.example/1#x' }, # fast\n\n    { url = 'https://a.example/2' },\n    # more to come\n]\n\n[log]\nlevel = \"info\"\n",
    "feeds = [\n  { url = \"https://a.example/1\" }, # one\n  { url = \"https://a.example/2\" } # two\n]",
    "feeds = [ { url = \"https://a.example/1\" }\n        , { url = \"https://a.example/2\" }\n        ]\n",
    "include = [\"feeds.d/*.toml\"]\n\n[sinks.jsonl.files]\ndir = \"out\"",
    include_str!("../starter.toml"),
    include_str!("../../examples/newsroom.toml"),
    include_str!("../../examples/smallest.toml"),
    include_str!("../../examples/kafka-secure.toml"),
    include_str!("../../examples/feeds.d/sports.toml"),
];

fn new(url: &str) -> NewFeed {
    NewFeed {
        url: url.to_owned(),
        ..NewFeed::default()
    }
}

/// The hands with every kind of line break, with and without a byte order mark.
fn hands() -> Vec<String> {
    let mut hands = Vec::new();
    for hand in HANDS {
        for newline in ["\n", "\r\n"] {
            for mark in ["", "\u{feff}"] {
                hands.push(format!("{mark}{}", hand.replace('\n', newline)));
            }
        }
    }
    hands
}

fn document(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn the_feeds_of_every_hand_are_found() {
    for text in hands() {
        let written = document(&text);
        let loaded = crate::parse(&text, Path::new("/nowhere/dateline.toml"));
        let Ok(loaded) = loaded else { continue };
        let ids: Vec<&String> = loaded.config.feeds.iter().map(|feed| &feed.id).collect();
        let found: Vec<&String> = written.feeds().iter().map(|feed| &feed.id).collect();
        assert_eq!(found, ids, "{text}");
    }
    let feeds = document(HANDS[10]).feeds;
    assert_eq!(
        (feeds[0].line, feeds[1].line, feeds[1].url.as_str()),
        (8, 13, "https://a.example/2")
    );
    assert_eq!(document(HANDS[24]).feeds[1].line, 3);
}

#[test]
fn what_is_added_is_written_in_the_files_own_hand() {
    let feed = NewFeed {
        id: Some("new".to_owned()),
        name: Some("It's \"new\"".to_owned()),
        url: "https://b.example/".to_owned(),
        page: None,
        tags: vec!["a".to_owned(), "b".to_owned()],
        every: Some("5m".to_owned()),
    };
    let mut page = String::new();
    for hand in HANDS.iter().take(HANDS.len() - 5) {
        page += &format!(
            "=== before\n{hand}\n=== after\n{}\n",
            document(hand).with(std::slice::from_ref(&feed))
        );
    }
    insta::assert_snapshot!(page);
}

#[test]
fn what_is_removed_takes_its_own_comments_along() {
    let mut page = String::new();
    for hand in HANDS {
        let document = document(hand);
        for feed in document.feeds() {
            let rest = document.without(&BTreeSet::from([feed.id.as_str()]));
            page += &format!("=== without {} of\n{hand}\n=== rest\n{rest}\n", feed.id);
            let left = Document::parse(&rest).unwrap().feeds.len();
            assert_eq!(left + 1, document.feeds().len(), "{rest}");
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn an_entry_of_include_is_added_where_it_counts() {
    let mut page = String::new();
    let written = [
        "include = [\n  'a.toml', # the first\n]\n[log]\n",
        "include = []\n",
        "include=[\"a.toml\"]",
    ];
    for hand in HANDS.iter().chain(&written) {
        let text = document(hand).with_include("feeds.d/*.toml");
        let table: toml::Table = text.parse().unwrap();
        let entries = table["include"].as_array().unwrap();
        assert!(entries.contains(&"feeds.d/*.toml".into()), "{text}");
        let ids = |text: &str| document(text).feeds;
        let same = ids(&text)
            .iter()
            .map(|feed| &feed.id)
            .eq(ids(hand).iter().map(|feed| &feed.id));
        assert!(same, "{text}");
        if hand.len() < 200 {
            page += &format!("=== before\n{hand}\n=== after\n{text}\n");
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn removing_several_at_once_is_removing_them_one_by_one() {
    for text in hands() {
        let all = document(&text);
        let ids: Vec<String> = all.feeds().iter().map(|feed| feed.id.clone()).collect();
        let together = all.without(&ids.iter().map(String::as_str).collect());
        let singly = ids.iter().fold(text.clone(), |text, id| {
            document(&text).without(&BTreeSet::from([id.as_str()]))
        });
        assert_eq!(together, singly, "{text}");
        assert!(document(&together).feeds().is_empty());
    }
}

#[test]
fn a_hundred_thousand_feeds_are_edited_in_linear_time() {
    let blocks: String = (0..100_000)
        .map(|number| format!("[[feeds]]\nurl = \"https://a.example/{number}\"\n"))
        .collect();
    let elements: Vec<String> = (0..100_000)
        .map(|number| format!("{{url=\"https://a.example/{number}\"}}"))
        .collect();
    for text in [blocks, format!("feeds = [{}]", elements.join(", "))] {
        let document = document(&text);
        let ids = document.feeds().iter().step_by(2);
        let rest = document.without(&ids.map(|feed| feed.id.as_str()).collect());
        let rest = Document::parse(&rest).unwrap();
        assert_eq!(rest.feeds().len(), 50_000);
        let more: Vec<NewFeed> = (0..10_000)
            .map(|number| new(&format!("https://b.example/{number}")))
            .collect();
        let more = rest.with(&more);
        assert_eq!(Document::parse(&more).unwrap().feeds().len(), 60_000);
    }
}

/// A file put together from pieces with any blank lines and comments between them.
fn pieced() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[[feeds]]\nurl = \"https://a.example/N\""),
        Just("[[feeds]]\nurl='https://a.example/N' # it\n  # more of it"),
        Just(
            "  [[feeds]]\n  id   = \"f-N\"\n\n  url  = \"https://a.example/N\"\n\n  [feeds.headers]\n  accept = \"x\""
        ),
        Just("[[drops]]\npath = \"in-N\""),
        Just("[sinks.jsonl.sN]\ndir = \"out-N\""),
        Just("# a comment"),
        Just("# two\n# lines"),
    ];
    let gap = prop_oneof![Just("\n"), Just("\n\n"), Just("\n \n\n"), Just(" \n")];
    (
        proptest::collection::vec((piece, gap), 0..7),
        prop_oneof![
            Just(""),
            Just("\n"),
            Just("# head\n"),
            Just("include = []\n")
        ],
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(pieces, head, cut, windows)| {
            let mut text = head.to_owned();
            for (number, (piece, gap)) in pieces.iter().enumerate() {
                text += &piece.replace('N', &number.to_string());
                text += gap;
            }
            let text = if cut {
                text.trim_end().to_owned()
            } else {
                text
            };
            if windows {
                text.replace('\n', "\r\n")
            } else {
                text
            }
        })
}

proptest! {
    #[test]
    fn adding_then_removing_gives_the_text_back(
        hand in prop_oneof![proptest::sample::select(hands()), pieced()],
        feeds in proptest::collection::vec(
            (proptest::option::of("[a-z]{1,8}"), proptest::option::of("[^\\x00-\\x1f\\x7f]{1,12}"),
             proptest::collection::vec("[^,\\x00-\\x1f\\x7f]{1,5}", 0..3)),
            1..4,
        ),
    ) {
        let feeds: Vec<NewFeed> = feeds
            .into_iter()
            .enumerate()
            .map(|(number, (id, name, tags))| NewFeed {
                page: (number % 2 == 1).then(|| "https://new.example/".to_owned()),
                id: id.map(|id| format!("new-{number}-{id}")),
                name,
                url: format!("https://new.example/{number}"),
                tags,
                every: None,
            })
            .collect();
        let added = document(&hand).with(&feeds);
        let after = Document::parse(&added).unwrap();
        let found = &after.feeds()[after.feeds().len() - feeds.len()..];
        let written: Vec<&str> = found.iter().map(|feed| feed.url.as_str()).collect();
        let meant: Vec<&str> = feeds.iter().map(|feed| feed.url.as_str()).collect();
        prop_assert_eq!(written, meant);
        let ids = found.iter().map(|feed| feed.id.as_str()).collect();
        prop_assert_eq!(after.without(&ids), hand);
    }

    #[test]
    fn what_is_left_is_made_of_the_lines_that_were_there(
        hand in prop_oneof![proptest::sample::select(hands()), pieced()],
        pick in proptest::collection::vec(any::<bool>(), 8),
    ) {
        let whole = document(&hand);
        let ids = whole
            .feeds()
            .iter()
            .zip(pick)
            .filter(|(_, pick)| *pick)
            .map(|(feed, _)| feed.id.as_str())
            .collect();
        let rest = whole.without(&ids);
        let mut from = hand.chars();
        prop_assert!(rest.chars().all(|letter| from.any(|other| other == letter)));
        let left: Vec<String> = document(&rest).feeds.into_iter().map(|feed| feed.id).collect();
        let kept: Vec<String> = whole
            .feeds()
            .iter()
            .map(|feed| feed.id.clone())
            .filter(|id| !ids.contains(id.as_str()))
            .collect();
        prop_assert_eq!(left, kept);
    }
}
