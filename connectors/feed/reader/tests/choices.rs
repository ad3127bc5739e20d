//! Where readers differ: what this one makes of it.
#![allow(clippy::unwrap_used, clippy::panic)]

use dateline_feed_reader::{Context, Entry, Options, Reading, TextFormat, read, read_with};

fn rss(item: &str) -> String {
    format!("<rss version=\"2.0\"><channel><title>t</title><item>{item}</item></channel></rss>")
}

fn entry(reading: Reading) -> Entry {
    reading.entries.into_iter().next().unwrap()
}

#[test]
fn what_was_encoded_twice_is_set_right_and_said_but_not_in_identifiers() {
    let feed = rss("<title>Itâ€™s late</title><guid>itâ€™s</guid>");
    let reading = read(feed.as_bytes(), &Context::default());
    assert_eq!(
        reading.recovered,
        ["1 texts had been encoded twice and were set right"]
    );
    let entry_read = entry(reading);
    assert_eq!(entry_read.title.unwrap().value, "It’s late");
    assert_eq!(entry_read.id.as_deref(), Some("itâ€™s"));
}

#[test]
fn what_is_compared_with_other_readers_stays_as_written() {
    let feed =
        rss("<title>Itâ€™s late</title><description>&#226;&#128;&#166; don&#146;t</description>");
    let reading = read_with(feed.as_bytes(), &Context::default(), Options::COMPARABLE);
    let entry = entry(reading);
    assert_eq!(entry.title.unwrap().value, "Itâ€™s late");
    // What has no meaning as it is written is no choice.
    assert_eq!(entry.summary.unwrap().value, "â€¦ don’t");
}

#[test]
fn control_characters_and_empty_links_stay_only_in_what_is_compared() {
    let atom = "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:base=\"http://x.example/feed\"><entry><title>a\u{10}b</title>\
        <id>http://x.example/1</id><link href=\"\"/></entry></feed>";
    let ours = entry(read(atom.as_bytes(), &Context::default()));
    assert_eq!(ours.title.unwrap().value, "ab");
    assert_eq!(ours.link.as_deref(), Some("http://x.example/1"));
    let compared = entry(read_with(
        atom.as_bytes(),
        &Context::default(),
        Options::COMPARABLE,
    ));
    assert_eq!(compared.title.unwrap().value, "a\u{10}b");
    assert_eq!(compared.link.as_deref(), Some("http://x.example/feed"));
}

#[test]
fn a_link_has_no_empty_fragment() {
    let feed = rss("<link>http://x.example/#</link>");
    let link = entry(read(feed.as_bytes(), &Context::default())).link;
    assert_eq!(link.as_deref(), Some("http://x.example/"));
}

#[test]
fn bytes_that_became_control_characters_are_set_right_everywhere() {
    let feed = rss("<description>&#226;&#128;&#166;</description>");
    for options in [Options::default(), Options::COMPARABLE] {
        let entry = entry(read_with(feed.as_bytes(), &Context::default(), options));
        assert_eq!(entry.summary.unwrap().value, "…");
    }
}

#[test]
fn a_stated_type_of_html_is_believed() {
    let feed = "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\"><entry><title type=\"text/html\" mode=\"escaped\">a &lt;nav> b</title></entry></feed>";
    let title = entry(read(feed.as_bytes(), &Context::default()))
        .title
        .unwrap();
    assert_eq!(title.format, TextFormat::Html);
    let feed = rss("<title>a &lt;nav> b</title>");
    let title = entry(read(feed.as_bytes(), &Context::default()))
        .title
        .unwrap();
    assert_eq!(title.format, TextFormat::Plain);
}

#[test]
fn a_category_may_be_a_label_only() {
    let feed = "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><category label=\"The Sea\"/><category term=\"t\" label=\"l\"/></entry></feed>";
    let tags = entry(read(feed.as_bytes(), &Context::default())).tags;
    let terms: Vec<&str> = tags.iter().map(|tag| tag.term.as_str()).collect();
    assert_eq!(terms, ["The Sea", "t"]);
}

#[test]
fn headers_are_asked_for_by_name() {
    let header = |name: &str| (name == "content-language").then(|| "fr".to_owned());
    let reading = read(rss("").as_bytes(), &Context::from_headers(header));
    assert_eq!(reading.feed.unwrap().language.as_deref(), Some("fr"));
}
