//! Input made to break readers: nothing may panic, recurse or run away.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use dateline_feed::identity::identify;
use dateline_feed::read::{Context, Reading, inspect_answer, read};
use proptest::prelude::{any, proptest};
use proptest::{collection, sample};

/// Stack of the threads that the daemon reads on.
const STACK: usize = 2 << 20;

/// Depth of the nesting that is tried.
const DEEP: usize = 100_000;

const SAMPLES: [&[u8]; 8] = [
    include_bytes!("../reader/corpus/atom-0.3.xml"),
    include_bytes!("../reader/corpus/cdf.xml"),
    include_bytes!("../reader/corpus/podcast.xml"),
    include_bytes!("samples/rss-0.91.xml"),
    include_bytes!("samples/rss-1.0.xml"),
    include_bytes!("samples/rss-2.0.xml"),
    include_bytes!("samples/atom-1.0.xml"),
    include_bytes!("samples/json-1.1.json"),
];

fn try_read(bytes: &[u8]) -> Reading {
    let reading = read(bytes, &Context::default());
    assert_eq!(reading.error.is_some(), reading.feed.is_none());
    identify(&reading.entries);
    inspect_answer(&reading);
    reading
}

fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn deep_nesting_is_left_out_on_a_small_stack() {
    let spaces = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'";
    for (place, element) in [
        ("item", "<media:group>"),
        ("item", "<media:content url='https://a.example/'>"),
        ("channel", "<itunes:category text='x'>"),
        ("item", "<div>"),
        ("item", "<item>"),
    ] {
        let inner = element.repeat(DEEP);
        let around = if place == "item" { "<item>" } else { "" };
        let feed = format!("<rss version='2.0' {spaces}><channel>{around}{inner}");
        on_a_small_stack(move || drop(try_read(feed.as_bytes())));
    }
    let xhtml = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>{}",
        "<div>".repeat(DEEP)
    );
    on_a_small_stack(move || {
        let reading = try_read(xhtml.as_bytes());
        assert!(
            reading
                .recovered
                .iter()
                .any(|line| line.contains("nested deeper"))
        );
    });
    let json = format!(
        "{{\"version\":\"https://jsonfeed.org/version/1\",\"x\":{}",
        "[".repeat(DEEP)
    );
    on_a_small_stack(move || assert!(!try_read(json.as_bytes()).recovered.is_empty()));
}

/// Every element that has elements within.
const NESTING: [&str; 16] = [
    "rss",
    "channel",
    "item",
    "entry",
    "feed",
    "source",
    "author",
    "contributor",
    "image",
    "media:group",
    "media:content",
    "itunes:category",
    "description",
    "content",
    "title",
    "x:y",
];

#[test]
fn whatever_nests_may_nest_a_hundred_thousand_deep() {
    for element in NESTING {
        for (before, after) in [("<rss><channel><item>", ""), ("<feed>", "</feed>")] {
            let nested =
                format!("<{element}>").repeat(DEEP) + &format!("</{element}>").repeat(DEEP);
            let feed = format!("{before}{nested}{after}");
            on_a_small_stack(move || drop(try_read(feed.as_bytes())));
        }
    }
}

#[test]
fn a_million_attributes_are_passed_over() {
    let attributes: String = (0..1_000_000)
        .map(|number| format!(" a{number}='x'"))
        .collect();
    for element in ["rss", "item", "description><p", "link"] {
        let feed = format!("<rss><channel><item><title>a</title></item><{element}{attributes}>");
        on_a_small_stack(move || assert!(!try_read(feed.as_bytes()).entries.is_empty()));
    }
}

#[test]
fn fifty_megabytes_of_one_text_are_cut() {
    let text = "word ".repeat(10 << 20);
    let feed = format!(
        "<rss><channel><item><guid>1</guid><description>{text}</description></item><item/></channel></rss>"
    );
    on_a_small_stack(move || {
        let reading = try_read(feed.as_bytes());
        assert_eq!(reading.entries.len(), 2);
        assert!(
            reading
                .recovered
                .iter()
                .any(|line| line.contains("longer than any article"))
        );
    });
}

#[test]
fn nesting_up_to_the_limit_is_read_on_a_small_stack() {
    let spaces = "xmlns:media='http://search.yahoo.com/mrss/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'";
    for (start, end) in [
        ("<media:group>", "</media:group>"),
        (
            "<media:content url='https://a.example/'>",
            "</media:content>",
        ),
    ] {
        let nested = format!("{}{}", start.repeat(32), end.repeat(32));
        let feed = format!(
            "<rss version='2.0' {spaces}><channel><item><title>x</title>{nested}</item></channel></rss>"
        );
        on_a_small_stack(move || assert_eq!(try_read(feed.as_bytes()).entries.len(), 1));
    }
    let xhtml = format!(
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>{}x{}</content></entry></feed>",
        "<div>".repeat(400),
        "</div>".repeat(400)
    );
    on_a_small_stack(move || assert_eq!(try_read(xhtml.as_bytes()).entries.len(), 1));
}

#[test]
fn every_truncation_is_read_or_refused() {
    for sample in SAMPLES {
        for end in 0..sample.len() {
            try_read(&sample[..end]);
        }
    }
}

#[test]
fn a_truncated_feed_keeps_its_complete_items() {
    let feed: &[u8] = include_bytes!("samples/rss-2.0.xml");
    let text = std::str::from_utf8(feed).unwrap();
    let second = text.match_indices("</item>").nth(1).unwrap().0 + "</item>".len();
    let reading = try_read(&feed[..second + 40]);
    assert_eq!(reading.entries.len(), 3);
    assert_eq!(
        identify(&reading.entries).len(),
        2,
        "what is cut off before it says who it is comes another time"
    );
    assert_eq!(
        reading.feed.unwrap().title.unwrap().value,
        "The Quayside Record"
    );
    assert!(!reading.recovered.is_empty());
}

#[test]
fn an_address_beside_a_long_character_is_cut_between_characters() {
    let feed = "<rss version='2.0'><channel><item><author>x@example.org\u{201d}y</author></item></channel></rss>";
    let reading = try_read(feed.as_bytes());
    let author = &reading.entries[0].authors[0];
    assert_eq!(author.email.as_deref(), Some("x@example.org"));
}

#[test]
fn many_bad_items_do_not_take_forever() {
    let good_and_bad =
        "<item><title>good</title></item><item><title>bad</i></title></item>".repeat(2_000);
    let feed = format!("<rss version='2.0'><channel>{good_and_bad}</channel></rss>");
    assert_eq!(try_read(feed.as_bytes()).entries.len(), 4_000);
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY file SYSTEM \"file:///etc/hostname\">]>\
        <rss version='2.0'><channel><item><title>&b;&file;</title></item></channel></rss>";
    let reading = try_read(bomb.as_bytes());
    assert_eq!(
        reading.entries[0].title.as_ref().unwrap().value,
        "&b;&file;"
    );
}

#[test]
fn the_real_feeds_are_read() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval/feeds/real");
    let Ok(files) = std::fs::read_dir(&folder) else {
        return eprintln_line(&format!(
            "skipped: there are no real feeds in {}",
            folder.display()
        ));
    };
    let (mut count, mut read_ones, mut entries, mut unread) = (0, 0, 0, Vec::new());
    for file in files {
        let path = file.unwrap().path();
        let reading = try_read(&std::fs::read(&path).unwrap());
        count += 1;
        entries += reading.entries.len();
        match reading.error {
            None => read_ones += 1,
            Some(error) => unread.push(format!("{}: {error}", path.display())),
        }
    }
    eprintln_line(&format!(
        "{read_ones} of {count} real feeds were read, {entries} entries"
    ));
    unread.iter().for_each(|line| eprintln_line(line));
    assert!(
        count > 0 && unread.is_empty(),
        "every real feed was read before"
    );
}

#[expect(clippy::print_stderr, reason = "a test that measures or skips says so")]
fn eprintln_line(line: &str) {
    eprintln!("{line}");
}

proptest! {
    #[test]
    fn random_bytes_are_read_or_refused(bytes in collection::vec(any::<u8>(), 0..512)) {
        try_read(&bytes);
    }

    #[test]
    fn random_markup_is_read_or_refused(parts in collection::vec(sample::select(vec![
        "<rss version='2.0'>", "<channel>", "<item>", "</item>", "</channel>", "</rss>", "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "<entry>", "</entry>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&amp;", "&#x41;", "&#0;", "<?xml", "?>",
        "<!DOCTYPE", "[", "]", ">", "<", "'", "\"", "é", "\0", "text", "<link href='", "<pubDate>", "{", "}", "<br/>", "<a b=c d>",
        "<author>", "x@example.org", "<guid>", "\u{feff}",
    ]), 0..60)) {
        try_read(parts.concat().as_bytes());
    }

    #[test]
    fn damaged_feeds_are_read_or_refused(sample in 0..SAMPLES.len(), at in any::<sample::Index>(), by in collection::vec(any::<u8>(), 0..6)) {
        let mut bytes = SAMPLES[sample].to_vec();
        let at = at.index(bytes.len());
        let end = (at + by.len()).min(bytes.len());
        bytes.splice(at..end, by);
        try_read(&bytes);
    }
}
